"""A terminal in tmux, on a server of its own."""
import os
import subprocess
import tempfile
import time

# What a picture is given to be there.
PATIENCE = 10


class Tmux:
    def __init__(self, columns, rows, environment):
        """environment: of what runs in it, beside this process's own; None removes."""
        self.directory = tempfile.mkdtemp(prefix="nd-tmux.", dir="/tmp")
        self.columns, self.rows = columns, rows
        self.environment = {**os.environ, "TERM": "xterm-256color", **environment}
        self.environment = {name: value for name, value in self.environment.items() if value is not None}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tmux("kill-server", check=False)
        for name in os.listdir(self.directory):
            os.unlink(f"{self.directory}/{name}")
        os.rmdir(self.directory)

    def tmux(self, *words, check=True):
        result = subprocess.run(["tmux", "-S", f"{self.directory}/socket", "-u", "-f", "/dev/null", *words],
                                capture_output=True, text=True, env=self.environment)
        if check and result.returncode:
            raise SystemExit(f"tmux {' '.join(words)}: {result.stderr}")
        return result.stdout

    def start(self, command):
        """The environment is set in the shell: tmux gives its own TERM to what it starts."""
        exports = " ".join(f"{name}={quoted(value)}" for name, value in self.environment.items()
                           if name in ("LC_ALL", "LANG", "NO_COLOR", "TZ"))
        unset = "unset LC_ALL LANG NO_COLOR; "
        self.tmux("new-session", "-d", "-x", str(self.columns), "-y", str(self.rows),
                  f"{unset}export {exports}; {command}")
        self.tmux("set-option", "-g", "status", "off")

    @property
    def text(self):
        """What a person sees, line by line."""
        return self.tmux("capture-pane", "-p")

    @property
    def styled(self):
        """The same with the escapes that make it bold and coloured."""
        return self.tmux("capture-pane", "-p", "-e")

    @property
    def shell(self):
        return int(self.tmux("display-message", "-p", "#{pane_pid}"))

    @property
    def command(self):
        """The process that runs in it now: the shell's child."""
        with open(f"/proc/{self.shell}/task/{self.shell}/children") as file:
            return int(file.read().split()[0])

    def press(self, *keys):
        for key in keys:
            self.tmux("send-keys", key)

    def wait_for(self, what, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition(self.text):
            if time.monotonic() > deadline:
                raise SystemExit(f"not within {PATIENCE} s: {what}. The screen:\n{self.text}")
            time.sleep(0.03)

    def settled(self):
        """The picture when it has stopped changing, its clock aside."""
        before = None
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            now = self.text
            if now == before:
                return now
            before = now
            time.sleep(0.12)
        return before


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"
