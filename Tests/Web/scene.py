"""What the dashboards are shown: a parent, this machine's agent mirrored by it, and children with one fault each."""
import asyncio
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Fleet"))

import alarms  # noqa: E402
from children import Child  # noqa: E402
from configuration import key_section, netdata_conf, stream_section  # noqa: E402
from daemons import BINARY, Daemon, free_port  # noqa: E402, F401

KEY = "4d3f8a1e-2c5b-4f6a-9e7d-0b1c2d3e4f50"
KEY_ONE_OFF = KEY[:-1] + "d"
MACHINE = "web-09"
# A peer may call itself anything.
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"


class Scene:
    """`web`: a directory of files to serve in the place of ndstream's own page; `hostile`: with a child whose name is markup."""

    def __init__(self, directory, *, web=None, hostile=False):
        self.port, self.web, self.hostile = free_port(), web, hostile
        self.parent = Daemon(directory, "mon-1", "parent", self.settings(), key_section(KEY, health="auto"))
        alarms.prepare(self.parent)
        self.parent.start()
        here = f"127.0.0.1:{self.port}"
        conf = netdata_conf(MACHINE, binds=[], mode="ram", collects="all").replace("    diskspace = no\n", "")
        self.agent = Daemon(directory, MACHINE, "agent", conf, stream_section(here, KEY)).start()
        threading.Thread(target=lambda: asyncio.run(self.children()), daemon=True).start()

    def settings(self):
        conf = netdata_conf("mon-1", binds=[f"127.0.0.1:{self.port}"], mode="ram", health=alarms.SETTINGS)
        return conf + (f"[directories]\n    web = {self.web}\n" if self.web else "")

    async def children(self):
        lives = [
            Child("db-primary", self.port, KEY).keep(), Child("web-01", self.port, KEY).keep(),
            Child("key-one-off", self.port, KEY_ONE_OFF).ask(), Child("left", self.port, KEY).leave(12),
            # Every fifteen seconds three are missing.
            Child("flapping", self.port, KEY).flap(12, 3),
        ]
        if self.hostile:
            lives.append(Child("hostile", self.port, KEY, hostname=HOSTILE, labels={"role": "<b>x</b>"}).keep())
        await asyncio.gather(*lives)

    @property
    def home(self):
        return f"http://127.0.0.1:{self.port}/"

    def wait(self, seconds=60):
        """Until every fault has shown up."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status = self.parent.status()
            hosts = {host["hostname"]: host for host in status["hosts"]}
            raised = (status.get("alarms") or {}).get("raised", [])
            if (status["refusals"] and any(one["hostname"] == "db-primary" for one in raised)
                    and hosts.get(MACHINE, {}).get("state") == "live" and hosts.get("flapping", {}).get("gaps")
                    and hosts.get("left", {}).get("state") == "down"):
                return hosts
            time.sleep(0.5)
        raise SystemExit(f"browser: not within {seconds} s: {sorted(hosts)}, {len(status['refusals'])} refusals, {len(raised)} alarms")

    def end(self):
        for daemon in (self.agent, self.parent):
            daemon.end()
