"""A program on a pseudo-terminal of ours: every byte it writes, and how it leaves the terminal."""
import contextlib
import errno
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

PATIENCE = 10
# What begins and ends when a program takes a terminal and gives it back (xterm's control sequences).
MODES = {
    "the alternate screen": (b"\x1b[?1049h", b"\x1b[?1049l"),
    "the keys' application mode": (b"\x1b[?1h", b"\x1b[?1l"),
    "the hidden cursor": (b"\x1b[?25l", b"\x1b[?25h"),
    "the mouse (clicks)": (b"\x1b[?1000h", b"\x1b[?1000l"),
    "the mouse (drags)": (b"\x1b[?1002h", b"\x1b[?1002l"),
    "the mouse (moves)": (b"\x1b[?1003h", b"\x1b[?1003l"),
    "the mouse (SGR)": (b"\x1b[?1006h", b"\x1b[?1006l"),
    "bracketed paste": (b"\x1b[?2004h", b"\x1b[?2004l"),
    "synchronized output": (b"\x1b[?2026h", b"\x1b[?2026l"),
    "focus reports": (b"\x1b[?1004h", b"\x1b[?1004l"),
}


class Terminal:
    """Its own session with a controlling terminal, as a window of a terminal program has."""

    def __init__(self, command, *, columns=80, rows=24, environment=None):
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = self.stty()
        self.output = bytearray()
        self.isOpen = True
        variables = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(environment or {})}
        self.process = subprocess.Popen(command, stdin=self.slave, stdout=self.slave, stderr=self.slave, env=variables,
                                        start_new_session=True, preexec_fn=self.take)

    def take(self):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        # Only the program is crashed, never a file of it kept.
        import resource
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for descriptor in (self.master, self.slave) if self.isOpen else (self.slave,):
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def stty(self):
        """All settings of the terminal, as `stty -a` shows them."""
        return subprocess.run(["stty", "-a"], stdin=self.slave, capture_output=True, text=True, check=True).stdout

    def read(self, seconds):
        """Takes what comes within the time; ends at once when nothing can come any more."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self.master], [], [], left)[0]:
                return
            try:
                self.output += os.read(self.master, 65536)
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                return

    def wait_for(self, pattern, seconds=PATIENCE):
        """Until the bytes since the start match."""
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.output):
            if time.monotonic() > deadline:
                raise SystemExit(f"not within {seconds} s: {pattern!r} in {bytes(self.output[-2000:])!r}")
            self.read(0.05)

    def press(self, keys):
        os.write(self.master, keys)

    def close(self):
        """As a window that is closed: everybody in it hears SIGHUP, and reads and writes fail."""
        os.close(self.slave)
        os.close(self.master)
        self.slave = os.open(os.devnull, os.O_RDONLY)
        self.isOpen = False

    def ended(self, seconds=PATIENCE):
        """The return code, negative for a signal; None where it does not end."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                return None
            if self.isOpen:
                self.read(0.02)
            else:
                time.sleep(0.02)
        if self.isOpen:
            self.read(0.1)
        return self.process.returncode

    def signal(self, number):
        self.process.send_signal(number)

    def left(self):
        """The modes that were begun and not ended."""
        return [name for name, (begin, end) in MODES.items() if self.output.rfind(begin) > self.output.rfind(end)]

    def begun(self):
        return [name for name, (begin, _) in MODES.items() if begin in self.output]
