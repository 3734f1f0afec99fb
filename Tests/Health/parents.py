"""Parents with health: the real 1.37.1 and ndstream, with the same health.d and a handler that writes down how it was
called."""
import http.client
import json
import os
import signal
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, f"{TOP}/Tests/Fleet")
from daemons import BINARY, end_with_parent, free_port  # noqa: E402

# What a parent is given to answer after its start.
PATIENCE = 30

# One file a call: its arguments, each ended by a NUL. The name says when.
HANDLER = """#!/bin/sh
to=%s
file="$to/$(date +%%s.%%N).$$"
printf '%%s\\0' "$@" > "$to/.$$" && mv "$to/.$$" "$file"
"""

ARGUMENTS = ["", "recipient", "host", "unique_id", "alarm_id", "alarm_event_id", "when", "name", "chart", "family", "status",
             "old_status", "value", "old_value", "source", "duration", "non_clear_duration", "units", "info", "value_string",
             "old_value_string", "expression", "variables", "warnings", "criticals", "warning_names", "critical_names", "class",
             "edit", "guid"]


class Parent:
    """`settings`: lines of the section [health]; `keys`: sections of stream.conf."""

    kind = None

    def __init__(self, directory, name, files, keys, settings=(), more=""):
        self.name, self.directory, self.port, self.process = name, f"{directory}/{name}", free_port(), None
        self.keys = keys
        os.makedirs(f"{self.directory}/etc/health.d")
        os.makedirs(f"{self.directory}/calls")
        self.handler = f"{self.directory}/handler"
        with open(self.handler, "w") as file:
            file.write(HANDLER % f"{self.directory}/calls")
        os.chmod(self.handler, 0o755)
        self.rules(files)
        self.health = "[health]\n" + "".join(f"    {line}\n" for line in [
            "enabled = yes", f"script to execute on alarm = {self.handler}", *settings]) + more

    def rules(self, files):
        """Replaces what health.d has of these names."""
        for name, text in files.items():
            with open(f"{self.directory}/etc/health.d/{name}", "w") as file:
                file.write(text)

    # MARK: life

    def start(self):
        self.spawn()
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.get("/api/v1/info")
                return self
            except (OSError, ValueError, http.client.HTTPException):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"{self.name} does not answer; see {self.directory}")
                time.sleep(0.1)

    def run(self, words):
        with open(f"{self.directory}/output", "ab") as output:
            self.process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, preexec_fn=end_with_parent,
                env={name: value for name, value in os.environ.items() if not name.startswith(("NDSTREAM_", "NETDATA_CONFIG"))})

    def end(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(how)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def reload(self):
        self.process.send_signal(signal.SIGUSR2)

    # MARK: questions

    def health_log(self):
        with open(f"{self.log}/health.log", errors="replace") as file:
            return file.read()

    def text(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def get(self, path):
        return json.loads(self.text(path))

    def of(self, host, question):
        return self.get(f"/host/{host}/api/v1/{question}")

    def calls(self):
        """What the handler was called with, in order of time: (seconds, arguments), the first of index 1."""
        place = f"{self.directory}/calls"
        found = []
        for name in sorted(one for one in os.listdir(place) if not one.startswith(".")):
            with open(f"{place}/{name}", errors="surrogateescape") as file:
                found.append((float(name.rpartition(".")[0]), ["", *file.read().split("\0")[:-1]]))
        return sorted(found)


class Original(Parent):
    kind = "1.37.1"

    def spawn(self):
        extra, stream = f"{self.directory}/extra.conf", f"{self.directory}/extra-stream.conf"
        with open(extra, "w") as file:
            file.write(self.health)
        with open(stream, "w") as file:
            file.write(self.keys)
        self.run([f"{TOP}/Tests/Support/run-netdata.sh", self.directory, str(self.port), "health=yes", f"hostname={self.name}",
                  f"extra={extra}", f"stream-extra={stream}"])

    @property
    def log(self):
        return f"{self.directory}/log"


class Ours(Parent):
    kind = "ndstream"

    def spawn(self):
        with open(f"{self.directory}/etc/netdata.conf", "w") as file:
            file.write(f"""[global]
    hostname = {self.name}
[db]
    mode = ram
    retention = 3600
[web]
    bind to = 127.0.0.1:{self.port}
[registry]
    enabled = no
{self.health}""")
        with open(f"{self.directory}/etc/stream.conf", "w") as file:
            file.write(self.keys)
        self.run([BINARY, "parent", "--config-dir", f"{self.directory}/etc", "--state-dir", f"{self.directory}/state", "--quiet"])

    @property
    def log(self):
        return f"{self.directory}/state/log"


def key(guid, health="yes", postpone=0, more=""):
    return f"""[{guid}]
    enabled = yes
    allow from = *
    default history = 3600
    default memory mode = ram
    health enabled by default = {health}
    default postpone alarms on connect seconds = {postpone}
    enable compression = no
{more}"""
