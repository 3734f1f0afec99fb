"""The fleet: one parent, its children well and ill, a proxy, and what is between them."""
import asyncio
import contextlib
import http.client
import os
import subprocess
import threading

import alarms
from children import Child
from configuration import key_section, netdata_conf, stream_section
from daemons import TOP, Daemon, free_port
from faults import FAULTS
from relay import SlowRelay
from remembering import RememberingChild
from webproxy import WebProxy

KEY = "4d3f8a1e-2c5b-4f6a-9e7d-0b1c2d3e4f50"
# The last digit is a letter.
KEY_ONE_OFF = KEY[:-1] + "d"
KEY_OTHER_NET = "7a6b5c4d-1e2f-4a3b-8c9d-aabbccddeeff"
KEY_SLOW = "c0ffee00-5a1d-4b2e-9f3a-112233445566"
KEY_ARCHIVE = "e1d2c3b4-a596-4877-8695-a4b3c2d1e0f9"
MACHINE_OFF = "0ff0ff00-0000-4000-8000-00000000000f"
MACHINE_OTHER_NET = "0ff0ff00-0000-4000-8000-0000000000f1"

WELL = ["web-01", "web-02", "web-03", "web-04", "db-primary", "db-replica", "cache-1", "queue-1", "mail-1", "build-a1",
        "build-a2", "edge-fra-1", "edge-nyc-7", "cam-gateway"]
WELL_TLS = ["vpn-1", "nas-1"]
BEHIND_PROXY = ["shop-01", "shop-02"]
# Agents of their own process, besides those of the faults.
AGENTS = ["agent-plain", "agent-tls"]

# What the slow link carries, bytes a second, and how much its agent may keep. It collects more.
SLOW_RATE, SLOW_BUFFER = 4000, 65536


class World:
    def __init__(self, directory, *, grandparent=False):
        self.directory = directory
        self.has_grandparent = grandparent
        self.daemons = []
        names = ["port", "force", "pages", "proxy", "slow", "nginx", "archive"]
        self.ports = {name: free_port() for name in names}
        self.certificates()

    def certificates(self):
        place = f"{self.directory}/certificates"
        subprocess.run(["sh", f"{TOP}/Tests/Support/make-certificates.sh", place], check=True, stderr=subprocess.DEVNULL)
        self.certificate = (f"{place}/valid.pem", f"{place}/valid.key")
        self.authority, self.other_authority = f"{place}/ca.pem", f"{place}/other-ca.pem"

    # MARK: nodes

    def build(self):
        ports = self.ports
        if self.has_grandparent:
            self.add("archive-1", "parent", stream=key_section(KEY_ARCHIVE), binds=[f"127.0.0.1:{ports['archive']}"]).start()
        self.parent = self.add("mon-1", "parent", stream=self.parents_stream(), certificate=self.certificate,
                               health=alarms.SETTINGS, binds=[
            f"127.0.0.1:{ports['port']}=dashboard|streaming|management^SSL=optional",
            f"127.0.0.1:{ports['force']}=streaming^SSL=force", f"127.0.0.1:{ports['pages']}=dashboard^SSL=optional",
        ])
        alarms.prepare(self.parent)
        self.proxy = self.add(
            "proxy-fra", "parent", binds=[f"127.0.0.1:{ports['proxy']}"],
            stream=stream_section(f"127.0.0.1:{ports['port']}", KEY) + key_section(KEY))
        for daemon in self.daemons:
            if daemon.process is None:
                daemon.start()
        self.agents()
        # What is no process of its own ends with this one.
        threading.Thread(target=lambda: asyncio.run(self.everybody()), daemon=True).start()

    def agents(self):
        """Agents of a process each, those that a fault needs and two that are well."""
        ports = self.ports
        own = self.parent.status()["node"]["guid"]
        here = f"127.0.0.1:{ports['port']}"
        forced = f"127.0.0.1:{ports['force']}"
        slow = f"    enable compression = no\n    buffer size bytes = {SLOW_BUFFER}\n"
        self.agent("agent-plain", here)
        self.agent("agent-tls", forced + ":SSL", f"    CAfile = {self.authority}")
        self.agent("plain-to-tls", forced)
        self.agent("tls-to-plain", f"127.0.0.1:{ports['proxy']}:SSL", f"    CAfile = {self.authority}")
        self.agent("unverifiable", forced + ":SSL", f"    CAfile = {self.other_authority}")
        self.agent("behind-nginx", f"127.0.0.1:{ports['nginx']}")
        self.agent("slow-link", f"127.0.0.1:{ports['slow']}", slow, mode="ram", collects="all")
        self.agent("frozen", here)
        self.agent("agent-key-off", here, key=KEY_ONE_OFF)
        self.agent("agent-copy", here, guid=Child("web-02", 0, KEY).guid, waits=True)
        self.agent("agent-of-parent", here, guid=own)
        for daemon in self.daemons:
            if daemon.process is None and not daemon.waits:
                daemon.spawn()

    def agent(self, name, destination, more="", *, key=KEY, guid=None, waits=False, **how):
        """guid: that of another machine, as a copied disk has it; waits: until that machine streams."""
        daemon = self.add(name, "agent", stream=stream_section(destination, key, more), **{"mode": "none", **how})
        daemon.waits = waits
        if guid:
            daemon.copy_guid(guid)

    def add(self, name, role, *, stream, **how):
        daemon = Daemon(self.directory, name, role, netdata_conf(name, **{"binds": [], **how}), stream)
        self.daemons.append(daemon)
        return daemon

    def parents_stream(self):
        on = stream_section(f"127.0.0.1:{self.ports['archive']}", KEY_ARCHIVE) if self.has_grandparent else ""
        return (on + key_section(KEY, health="auto") + key_section(KEY_OTHER_NET, "    allow from = 10.20.*")
                + key_section(KEY_SLOW, "    seconds per replication step = 60", health="auto")
                + f"[{MACHINE_OFF}]\n    enabled = no\n[{MACHINE_OTHER_NET}]\n    allow from = 192.168.77.*\n")

    # MARK: children and links

    async def everybody(self):
        await SlowRelay(self.ports["slow"], self.ports["port"], SLOW_RATE).start()
        await WebProxy(self.ports["nginx"]).start()
        await asyncio.gather(*self.lives())

    def lives(self):
        port = self.ports["port"]

        def child(name, key=KEY, at=port, **how):
            return Child(name, at, key, **how)

        own = self.parent.status()["node"]["guid"]
        yield from (child(name).keep() for name in WELL)
        yield from (child(name, at=self.ports["force"], encrypts=True).keep() for name in WELL_TLS)
        yield from (child(name, at=self.ports["proxy"]).keep() for name in BEHIND_PROXY)
        for refused in [
            child("key-missing", key=None), child("nameless", hostname=None), child("guid-missing", guid=None),
            child("key-not-a-guid", key="office-key"), child("guid-not-a-guid", guid="guid-of-my-laptop"),
            child("key-one-off", key=KEY_ONE_OFF), child("key-other-net", key=KEY_OTHER_NET),
            child("machine-off", guid=MACHINE_OFF), child("machine-other-net", guid=MACHINE_OTHER_NET),
            child("parents-own-guid", guid=own), child("circle", guid=own, hops="3"),
            child("port-for-pages", at=self.ports["pages"]), child("hops-impossible", hops="two"),
        ]:
            yield refused.ask()
        yield self.freeze("frozen")
        yield self.start_late("agent-copy")
        yield self.copy(child("web-01-copy", guid=child("web-01").guid))
        yield child("uncompressed", version=13304 & ~4096).keep()
        yield child("left").leave(6)
        yield child("batch-gone", labels={"_is_ephemeral": "true"}).leave(4)
        yield child("fell-silent").fall_silent(5)
        yield child("flapping").flap(5, 4)
        yield RememberingChild("clock-90s-behind", port, KEY, keeps=120, clock=-90).keep()
        yield RememberingChild("fills-slowly", port, KEY_SLOW, keeps=3500, answers_after=4, charts=3).keep()
        yield RememberingChild("lost-seconds", port, KEY, keeps=30).lose(5, 8, keeps=2)

    async def freeze(self, name):
        """Stops an agent's process when it streams."""
        while True:
            await asyncio.sleep(1)
            status = await asyncio.to_thread(self.status_of, self.parent)
            if any(host["hostname"] == name and host["state"] == "live" for host in (status or {}).get("hosts", [])):
                return self.node(name).suspend()

    async def start_late(self, name):
        """Who comes first stays, so a copied machine comes later."""
        await asyncio.sleep(3)
        self.node(name).spawn()

    async def copy(self, copy):
        """As above, with a child of ours."""
        await asyncio.sleep(3)
        await copy.ask()

    # MARK: whether all is as it should be

    def documents(self):
        """The status documents that the faults show in, by node."""
        names = {fault.node for fault in FAULTS}
        return {name: self.status_of(self.parent if name == "parent" else self.node(name)) or {} for name in names}

    @staticmethod
    def status_of(daemon):
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            return daemon.status()

    def node(self, name):
        return next(daemon for daemon in self.daemons if daemon.name == name)

    def missing(self):
        """What has not shown up yet, as sentences."""
        documents = self.documents()
        hosts = {host["hostname"]: host["state"] for host in documents["parent"].get("hosts", [])}
        wanted = WELL[2:] + WELL_TLS + BEHIND_PROXY + AGENTS + ["proxy-fra"]
        lines = [f"{name} is {hosts.get(name, 'not there')}, not live" for name in wanted if hosts.get(name) != "live"]
        return lines + [str(fault) for fault in FAULTS if not fault.has_shown(documents[fault.node])]

    def dead(self):
        return [daemon for daemon in self.daemons if daemon.process and daemon.process.poll() is not None]

    def end(self):
        for daemon in self.daemons:
            daemon.ask_to_end()
        for daemon in reversed(self.daemons):
            daemon.end()

    @property
    def environment(self):
        """What a command gets to know of the fleet."""
        return {
            "NDSTREAM_FLEET_DIR": self.directory,
            "NDSTREAM_FLEET_SOCKET": f"unix:{self.parent.socket}",
            "NDSTREAM_FLEET_PORT": str(self.ports["port"]),
            "NDSTREAM_FLEET_LOG": self.parent.log,
            "NDSTREAM_FLEET_PROXY_SOCKET": f"unix:{self.proxy.socket}",
            "NDSTREAM_FLEET_BINARY": os.path.abspath(self.daemons[0].process.args[0]),
        }
