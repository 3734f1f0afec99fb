"""The faults of the fleet: what each is, where it shows, and whether it has.

A fault shows in a status document: that of the parent, or where only the sender can know of it, that of an agent.
"""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Fault:
    # The name of the host that has it.
    host: str
    what: str
    # The code that explains it; None where a state or a figure says it all.
    code: str | None
    # Where it shows: refusals, problems, link, state, gap, connects, compression, alarms or events.
    place: str
    # Whose status document: the parent's or that of an agent, by name.
    node: str = "parent"
    # What the place says: a state, a cause of a gap, a number, a status of an alarm.
    says: str = ""

    def __str__(self):
        code = f" ({self.code})" if self.code else ""
        return f"{self.host}: {self.what}{code}, in {self.place} of {self.node}" + (f": {self.says}" if self.says else "")

    def has_shown(self, document):
        return bool(self.found(document))

    def found(self, document):
        """The entries of the status document that show it."""
        if not document:
            return []
        hosts = [host for host in document["hosts"] if host["hostname"] == self.host]
        match self.place:
            case "refusals":
                # Whose TLS fails says no name.
                return [one for one in document["refusals"] if one["code"] == self.code
                        and (one.get("hostname") or "nameless") in (self.host, "nameless")]
            case "problems":
                return [one for host in hosts for one in host["problems"] if one["code"] == self.code]
            case "link":
                errors = [link.get("last_error") for link in document["links"]]
                return [one for one in errors if one and one["code"] == self.code]
            case "state":
                return [host for host in hosts if host["state"] == self.says]
            case "gap":
                return [gap for host in hosts for gap in host["gaps"] if gap["cause"] == self.says]
            case "connects":
                return [host for host in hosts if host["connects"] >= int(self.says)]
            case "alarms":
                return [one for one in (document.get("alarms") or {}).get("raised", [])
                        if one["hostname"] == self.host and one["status"] == self.says]
            case "events":
                return [one for one in document["events"] if one["code"] == self.code
                        and one.get("host_guid") in [host["guid"] for host in hosts]]
            case "compression":
                return [host for host in hosts
                        if (host.get("connection") or {}).get("compression_reason") == self.says]


FAULTS = [
    # The documented refusals, `request without KEY` in its three forms.
    Fault("key-missing", "a request without an API key", "ND-F1", "refusals"),
    Fault("nameless", "a request without a hostname", "ND-F2", "refusals"),
    Fault("guid-missing", "a request without a machine GUID", "ND-F3", "refusals"),
    Fault("key-not-a-guid", "an API key that is no GUID", "ND-F4", "refusals"),
    Fault("guid-not-a-guid", "a machine GUID that is no GUID", "ND-F5", "refusals"),
    Fault("key-one-off", "an API key that differs from a known one in a character", "ND-F7", "refusals"),
    Fault("key-other-net", "an API key that is not for this address", "ND-F8", "refusals"),
    Fault("machine-off", "a machine whose section says enabled = no", "ND-F10", "refusals"),
    Fault("machine-other-net", "a machine whose section is not for this address", "ND-F11", "refusals"),
    # Others that a parent refuses.
    Fault("parents-own-guid", "the parent's own machine GUID comes back", "ND-F13", "refusals"),
    Fault("circle", "the parent's own metrics come back after three hops", "ND-F22", "refusals"),
    Fault("port-for-pages", "a port without the right to stream", "ND-F14", "refusals"),
    Fault("hops-impossible", "a number of hops that is none", "ND-F23", "refusals"),
    Fault("web-01-copy", "a second machine with the machine GUID of web-01", "ND-F12", "refusals"),
    Fault("web-01", "a host whose machine GUID a second machine has", "ND-F20", "problems"),
    Fault("web-01", "a host whose place somebody asks for", None, "state", says="conflict"),
    Fault("plain-to-tls", "an agent without TLS at a port that demands it", "ND-T314", "refusals"),
    # What only the sender can say.
    Fault("plain-to-tls", "an agent without TLS at a port that demands it", "ND-H92", "link", node="plain-to-tls"),
    Fault("tls-to-plain", "an agent with TLS at a parent without it", "ND-T340", "link", node="tls-to-plain"),
    Fault("tls-to-plain", "the same as the far end sees it", "ND-T1", "refusals", node="proxy-fra"),
    Fault("unverifiable", "a parent whose certificate the agent cannot verify", "ND-T20", "link", node="unverifiable"),
    Fault("unverifiable", "the same as the far end sees it", "ND-T148", "refusals"),
    Fault("behind-nginx", "a reverse proxy for HTTP in the parent's place", "ND-C71", "link", node="behind-nginx"),
    Fault("agent-key-off", "an agent whose API key differs in a character", "ND-C12", "link", node="agent-key-off"),
    Fault("agent-key-off", "the same as its parent sees it", "ND-F7", "refusals"),
    Fault("agent-copy", "an agent on a copied disk, with the machine GUID of web-02", "ND-C14", "link", node="agent-copy"),
    Fault("agent-copy", "the same as its parent sees it", "ND-F12", "refusals"),
    Fault("web-02", "the host that was copied", "ND-F20", "problems"),
    Fault("agent-of-parent", "an agent on a copy of its parent's disk", "ND-C15", "link", node="agent-of-parent"),
    Fault("agent-of-parent", "the same as its parent sees it", "ND-F13", "refusals"),
    Fault("slow-link", "a link that carries less than is collected", "ND-C23", "link", node="slow-link"),
    # Hosts that are there, and not well.
    Fault("clock-90s-behind", "a child whose clock is 90 s behind", "ND-R12", "problems"),
    Fault("uncompressed", "a child that does not compress", None, "compression", says="child disabled"),
    Fault("left", "a child that has left in good order", None, "state", says="down"),
    Fault("fell-silent", "a child that is connected and sends nothing", None, "state", says="stale"),
    Fault("frozen", "an agent whose process is stopped", None, "state", says="stale"),
    Fault("flapping", "a child that comes and goes", None, "connects", says="3"),
    Fault("fills-slowly", "a child whose past takes minutes to fill", None, "state", says="replicating"),
    Fault("batch-gone", "an ephemeral child that has gone", None, "state", says="expiring"),
    Fault("lost-seconds", "a child that does not have the seconds that it was away", None, "gap", says="unfillable"),
    # Alarms that the parent raises.
    Fault("db-primary", "a disk that is nearly full", None, "alarms", says="CRITICAL"),
    Fault("edge-nyc-7", "a machine with much to do", None, "alarms", says="WARNING"),
    Fault("mail-1", "a queue that has grown", None, "alarms", says="WARNING"),
    Fault("web-03", "an alarm that is silenced", None, "alarms", says="WARNING"),
    Fault("left", "an alarm that stays as it was, its child being gone", None, "alarms", says="CRITICAL"),
    Fault("fell-silent", "a lost child: its alarms are told as one", "ND-N10", "events"),
]
