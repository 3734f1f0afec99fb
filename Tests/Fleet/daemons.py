"""ndstream processes, each with a directory of its own below the fleet's; they end with this process, however it ends."""
import ctypes
import http.client
import json
import os
import signal
import socket
import subprocess
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.path.abspath(os.environ.get("NDSTREAM_BINARY", f"{TOP}/.build/release/ndstream"))
# What a node is given to answer after its start, and to end.
PATIENCE = 20
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def end_with_parent():
    """In a child process: no node outlives its fleet, not even one that is killed."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Daemon:
    """A parent or an agent. `start` returns when it answers."""

    def __init__(self, directory, name, role, netdata, stream):
        self.name, self.role = name, role
        self.directory = f"{directory}/{name}"
        self.process = None
        # Until what it needs is there.
        self.waits = False
        self.write("etc/netdata.conf", netdata)
        self.write("etc/stream.conf", stream)

    def write(self, path, text):
        """A file below its directory."""
        path = f"{self.directory}/{path}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    def copy_guid(self, guid):
        """Its disk is a copy of another machine's."""
        self.write("state/lib/registry/netdata.public.unique.id", guid)

    @property
    def socket(self):
        return f"{self.directory}/state/run/{self.role}.sock"

    @property
    def log(self):
        return f"{self.directory}/state/log/error.log"

    @property
    def places(self):
        """The options that name its files to every command."""
        return ["--config-dir", f"{self.directory}/etc", "--state-dir", f"{self.directory}/state"]

    def spawn(self):
        with open(f"{self.directory}/output", "ab") as output:
            self.process = subprocess.Popen(
                [BINARY, self.role, *self.places, "--quiet"],
                env={name: value for name, value in os.environ.items() if not name.startswith("NDSTREAM_")},
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
                preexec_fn=end_with_parent)
        return self

    def wait(self):
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if self.process.poll() is not None:
                with open(f"{self.directory}/output") as f:
                    raise SystemExit(f"fleet: {self.name} has ended with {self.process.returncode}: {f.read()}")
            if time.monotonic() > deadline:
                raise SystemExit(f"fleet: {self.name} does not answer within {PATIENCE} s")
            time.sleep(0.05)
        return self

    def start(self):
        return self.spawn().wait()

    def answers(self):
        try:
            return self.status() is not None
        except (OSError, ValueError, http.client.HTTPException):
            return False

    def status(self):
        """The status document, from the admin socket."""
        connection = Admin(self.socket)
        try:
            connection.request("GET", "/")
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def suspend(self):
        self.process.send_signal(signal.SIGSTOP)

    def ask_to_end(self):
        if self.process and self.process.poll() is None:
            # Who is suspended hears nothing.
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()

    def end(self):
        if not self.process:
            return
        self.ask_to_end()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Admin(http.client.HTTPConnection):
    """HTTP over a node's admin socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self.path)
