"""What the benchmarks measure: ndstream, Debian's netdata 1.37.1, and sink, the least a parent can do.

Each server runs in a directory of its own, on a port of its own, bound to the first processor, and ends with the script.
"""
import ctypes
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
BUILD = os.path.join(TOP, ".build", "bench")
KEY = "11111111-2222-3333-4444-555555555555"
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _own_group():
    os.setsid()
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def build_tools():
    """Compiles streamgen and sink when their sources are newer."""
    os.makedirs(BUILD, exist_ok=True)
    for name in ("streamgen", "sink"):
        source, program = os.path.join(HERE, name + ".c"), os.path.join(BUILD, name)
        if not os.path.exists(program) or os.path.getmtime(program) < os.path.getmtime(source):
            subprocess.run(["cc", "-O2", "-march=native", "-o", program, source, "-llz4", "-lssl", "-lcrypto"], check=True)


def certificate():
    """A chain and its key for localhost and 127.0.0.1, and the authority that has signed it: three paths."""
    directory = os.path.join(BUILD, "certificates")
    subprocess.run(["sh", os.path.join(TOP, "Tests/Support/make-certificates.sh"), directory], check=True)
    return [os.path.join(directory, name) for name in ("valid.pem", "valid.key", "ca.pem")]


def netdata_root():
    """Where the real daemon is unpacked; it is fetched when it is missing."""
    script = os.path.join(TOP, "Tests", "Support", "fetch-netdata.sh")
    root = os.environ.get("NETDATA_ROOT") or subprocess.run(
        [script, "--print"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    if not os.path.exists(os.path.join(root, "usr/sbin/netdata")):
        subprocess.run([script], check=True)
    return root


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def read(path):
    with open(path) as f:
        return f.read()


class Server:
    """One process under measurement."""

    def __init__(self, name, pin=True):
        self.name = name
        self.port = free_port()
        self.pin = ["taskset", "-c", "0" if pin is True else pin] if pin else []
        self.directory = tempfile.mkdtemp(prefix="ndstream-bench-")
        self.process = None
        self.scheme = "http"

    def launch(self, command, **options):
        self.again = (command, options)
        self.process = subprocess.Popen(
            self.pin + command, stdin=subprocess.DEVNULL, preexec_fn=_own_group, **options)

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def relaunch(self):
        """Starts it once more, with the state that it has left; does not wait for it."""
        command, options = self.again
        self.launch(command, **options)

    def wait_for_api(self):
        deadline = time.time() + 30
        anybody = ssl._create_unverified_context() if self.scheme == "https" else None
        while time.time() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(
                        f"{self.scheme}://127.0.0.1:{self.port}/api/v1/info", timeout=2, context=anybody) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                pass
            time.sleep(0.1)
        sys.exit(f"{self.name} does not answer; its directory: {self.directory}")

    @property
    def pid(self):
        return self.process.pid

    def cpu(self):
        """CPU seconds so far: user, system."""
        words = read(f"/proc/{self.pid}/stat").rsplit(")", 1)[1].split()
        hz = os.sysconf("SC_CLK_TCK")
        return int(words[11]) / hz, int(words[12]) / hz

    def thread_cpu(self, name):
        """Seconds that the threads whose names begin so have run so far."""
        total = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            try:
                if read(f"/proc/{self.pid}/task/{task}/comm").startswith(name):
                    total += int(read(f"/proc/{self.pid}/task/{task}/schedstat").split()[0]) / 1e9
            except OSError:
                pass    # it has ended
        return total

    def memory(self):
        """KiB: rss, peak, pss, private, anonymous; and threads."""
        status = read(f"/proc/{self.pid}/status")
        rollup = read(f"/proc/{self.pid}/smaps_rollup")

        def of(text, name):
            return int(re.search(rf"(?m)^{name}:\s+(\d+)", text).group(1))

        return {
            "rss": of(status, "VmRSS"), "peak": of(status, "VmHWM"), "anonymous": of(status, "RssAnon"),
            "pss": of(rollup, "Pss"), "private": of(rollup, "Private_Clean") + of(rollup, "Private_Dirty"),
            "threads": of(status, "Threads"),
        }

    def stop(self, keep=False):
        if self.process and self.process.poll() is None:
            os.killpg(self.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.pid, signal.SIGKILL)
                self.process.wait()
        if not keep:
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def stock_alarms():
    """The directory of the alarms that come with the real daemon."""
    return os.path.join(netdata_root(), "usr/lib/netdata/conf.d/health.d")


# What a parent evaluates of its children, from their first second on, and tells nobody: alike for both.
HEALTH = "[health]\n    enabled = yes\n    script to execute on alarm = /bin/true\n"
CHILDREN_HEALTH = "    health enabled by default = auto\n    default postpone alarms on connect seconds = 0\n"


class Netdata(Server):
    """netdata 1.37.1: a parent, or with a destination a child. With `tls` its port is encrypted; a destination with :SSL
    is one that certificate() has made a certificate for. With `health` it evaluates the stock alarms of its children.
    `settings` ends its netdata.conf, `exporting` is its exporting.conf."""

    def __init__(self, mode="ram", retention=3600, pin=True, tls=False, replicate=None, health=False, settings="", exporting="", **options):
        super().__init__("1.37.1", pin)
        os.makedirs(os.path.join(self.directory, "etc"))
        self.write("etc/exporting.conf", exporting)
        chain, key, authority = certificate()
        if health:
            options["health"] = "yes"
            options["extra"] = self.write("extra", HEALTH)
            options["stream_extra"] = self.write("stream-extra", f"[{KEY}]\n{CHILDREN_HEALTH}")
        if tls:
            self.scheme = "https"
            options["extra"] = self.write("extra", f"[web]\n    ssl certificate = {chain}\n    ssl key = {key}\n")
        if replicate:
            options["replication"] = "yes"
            options["extra"] = self.write("extra", f"[db]\n    seconds to replicate = {replicate}\n"
                                          "    dbengine multihost disk space MB = 2048\n")
        if settings:
            options["extra"] = self.write("settings", (read(options["extra"]) if "extra" in options else "") + settings)
        if options.get("destination", "").endswith(":SSL"):
            options["stream_extra"] = self.write("stream-extra", f"[stream]\n    CAfile = {authority}\n")
        words = [f"{name.replace('_', '-')}={value}" for name, value in options.items()]
        self.launch(
            ["bash", os.path.join(TOP, "Tests/Support/run-netdata.sh"), self.directory, str(self.port),
             f"mode={mode}", f"retention={retention}"] + words,
            env=dict(os.environ, NETDATA_ROOT=netdata_root()))
        if options.get("web") != "none":
            self.wait_for_api()


class Ndstream(Server):
    """Ours: a parent, with an upstream a proxy, or with a destination a headless agent. With `tls` its port is encrypted;
    an upstream with :SSL is one that certificate() has made a certificate for. With `health` it evaluates the stock alarms of
    its children. `extra` ends its netdata.conf, `exporting` is its exporting.conf."""

    def __init__(self, binary, mode="ram", retention=3600, destination=None, upstream=None, compression="yes",
                 pin=True, tls=False, replicate=86400, health=False, extra="", exporting=""):
        super().__init__("ndstream", pin)
        chain, key, authority = certificate()
        for name in ("etc", "state"):
            os.makedirs(os.path.join(self.directory, name))
        self.write("etc/exporting.conf", exporting)
        role = "agent" if destination else "parent"
        with open(os.path.join(self.directory, "etc/netdata.conf"), "w") as f:
            f.write(f"[global]\n    hostname = bench\n[db]\n    mode = {mode}\n    retention = {retention}\n"
                    f"    future limit = 0\n    seconds to replicate = {replicate}\n"
                    "    dbengine multihost disk space MB = 2048\n")
            if health:
                f.write(f"{HEALTH}[directories]\n    stock health config = {stock_alarms()}\n")
            else:
                f.write("[health]\n    enabled = no\n")
            if destination:
                # The ring of a headless agent is a cost of its own: see "Memory" in README.md.
                f.write("[db]\n    replication ring secs = 0\n")
                f.write("[web]\n    mode = none\n[plugins]\n    enable running new plugins = no\n")
            else:
                f.write(f"[web]\n    bind to = 127.0.0.1:{self.port}\n[plugins]\n    proc = no\n    diskspace = no\n"
                        "    netdata monitoring = no\n    enable running new plugins = no\n")
            if tls:
                self.scheme = "https"
                f.write(f"[web]\n    ssl certificate = {chain}\n    ssl key = {key}\n")
            f.write(extra)
        with open(os.path.join(self.directory, "etc/stream.conf"), "w") as f:
            if (destination or upstream or "").endswith(":SSL"):
                f.write(f"[stream]\n    CAfile = {authority}\n")
            if destination:
                f.write(f"[stream]\n    enabled = yes\n    destination = {destination}\n    api key = {KEY}\n"
                        f"    enable compression = {compression}\n")
            else:
                if upstream:
                    f.write(f"[stream]\n    enabled = yes\n    destination = {upstream}\n    api key = {KEY}\n")
                f.write(f"[{KEY}]\n    enabled = yes\n    default history = {retention}\n"
                        f"    default memory mode = {mode}\n    enable compression = {compression}\n"
                        + (CHILDREN_HEALTH if health else "    health enabled by default = no\n"))
        output = open(os.path.join(self.directory, "output"), "a")
        self.launch(
            [binary, role, "--config-dir", self.directory + "/etc", "--state-dir", self.directory + "/state"],
            stdout=output, stderr=output)
        if not destination:
            self.wait_for_api()


class Sink(Server):
    """The C reference: parses, looks up, stores one float a sample, nothing else."""

    def __init__(self, what="parse", retention=3600, lz4=False, pin=True, tls=False):
        super().__init__("C reference", pin)
        settings = {"SINK_LZ4": "1"} if lz4 else {}
        if tls:
            settings["SINK_TLS"] = ":".join(certificate()[:2])
        self.launch([os.path.join(BUILD, "sink"), str(self.port), what, str(retention)],
                    stdout=subprocess.PIPE, env=dict(os.environ, **settings))
        deadline = time.time() + 5
        while time.time() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.02)
        sys.exit("sink does not listen")

    def finish(self):
        """Ends it and returns what it has counted: bytes, lines, samples, charts, dims …"""
        self.process.terminate()
        words = self.process.communicate()[0].decode().split()
        return {name: int(value) for name, value in (word.split("=") for word in words)}


def unread(port):
    """Bytes under way to a port of this machine that nobody has read yet."""
    total = 0
    for line in read("/proc/net/tcp").splitlines()[1:]:
        words = line.split()
        if words[3] not in ("01", "04", "05", "08", "09"):
            continue
        sent, received = (int(x, 16) for x in words[4].split(":"))
        if int(words[2].split(":")[1], 16) == port:
            total += sent
        if int(words[1].split(":")[1], 16) == port:
            total += received
    return total
