#!/usr/bin/env python3
"""The example of Netdata's document, with eight processes on loopback.

  run.py [--minutes 10] [--restarts] [--only C,D,CD] [--down 3] [--charts few|all] [--receivers] [--keep]

A and B are headless collectors that stream to C. C keeps a database of A, B and itself, sends it to graphite every 10 s
and streams the three to D. D is a headless proxy that also takes E, F and G, and streams everything to H. H keeps a
database of all eight and sends it to opentsdb every 5 s. Both archives are sinks that count lines, or with --receivers real
databases (graphite-carbon; InfluxDB and VictoriaMetrics), whose values have to be those of C and H.

After so many minutes every second of every chart of every host has to be at H, equal to the host's own database where it
has one. With --restarts each process in turn is then killed, with TERM and with KILL, and started again: what is missing at
H must be the process's own downtime, or stand in H's ledger of gaps with its cause. Exit code 1 and the seconds otherwise.
"""
import argparse
import collections
import signal
import socket
import threading
import time

from nodes import Place, failures, header, inside, row, verify, wait_for

OWN_DATABASE = "CEFG"
ALL = "ABCDEFGH"
# A new process collects nothing for so long: its first samples only start its counters.
FIRST_SAMPLES = 3


class Sink:
    """A database that counts lines: (host, time) -> lines."""

    def __init__(self, parse):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lines = collections.Counter()
        self.parse = parse
        self.bad = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.read, args=(connection,), daemon=True).start()

    def read(self, connection):
        with connection, connection.makefile("r", errors="replace") as lines:
            try:
                for line in lines:
                    if not line.endswith("\n"):
                        return
                    try:
                        host, at, value = self.parse(line.split())
                        float(value)
                        self.lines[host, int(at)] += 1
                    except (ValueError, IndexError):
                        self.bad.append(line)
            except OSError:
                pass


def graphite(words):
    """netdata.HOST.CHART.DIM;LABELS VALUE TIME"""
    return words[0].split(".")[1], words[2], words[1]


def opentsdb(words):
    """put netdata.CHART.DIM TIME VALUE host=HOST LABELS"""
    if words[0] != "put":
        raise ValueError
    return words[4].removeprefix("host="), words[2], words[3]


def exporting(kind, port, seconds):
    return (f"[exporting:global]\n    enabled = yes\n    update every = {seconds}\n"
            f"[{kind}:example]\n    enabled = yes\n    destination = 127.0.0.1:{port}\n    data source = average\n")


class Example:
    def __init__(self, place, charts, databases=None):
        self.databases = databases
        if databases:
            to_graphite, to_opentsdb = databases.section(databases.graphite), databases.section(databases.opentsdb)
        else:
            self.graphite, self.opentsdb = Sink(graphite), Sink(opentsdb)
            to_graphite = exporting("graphite", self.graphite.port, 10)
            to_opentsdb = exporting("opentsdb", self.opentsdb.port, 5)
        same = dict(charts=charts)
        h = place.node("H", role="parent", takes="ram", exporting=to_opentsdb, **same)
        d = place.node("D", role="parent", mode="none", takes="none", to=h.address, **same)
        c = place.node("C", role="parent", takes="ram", to=d.address, exporting=to_graphite, **same)
        self.nodes = {"H": h, "D": d, "C": c}
        for name, parent in (("A", c), ("B", c)):
            self.nodes[name] = place.node(name, mode="none", web=False, to=parent.address, **same)
        for name in "EFG":
            self.nodes[name] = place.node(name, to=d.address, **same)
        self.h = h
        for node in place.nodes:
            node.start()
        self.wait_until_live()

    def wait_until_live(self):
        def all_live():
            states = self.h.states()
            return all(states.get(name) in ("live", "local") for name in ALL)
        try:
            wait_for("all eight hosts are live at H", all_live)
        except SystemExit as failure:
            raise SystemExit(f"{failure}; they are {self.h.states()}")

    def spans(self, node):
        """When a node collected nothing."""
        return [(start - 1, (end or time.time()) + FIRST_SAMPLES) for start, end in node.downtimes]

    def known(self):
        return {name: set(self.h.charts(name)) for name in ALL}

    def check(self, what, since, until, known=None, killed=""):
        """One row for each host; returns what is wrong."""
        wrong = []
        for name in ALL:
            node = self.nodes[name]
            child = node if name in OWN_DATABASE else None
            down = self.spans(node)
            gaps = self.h.gaps(name)
            ledger = [(start, end) for start, end, cause, filled in gaps if cause and not filled]
            wrong += [f"{what}: {name}: H's ledger has a gap {start:.0f}-{end:.0f} without a cause"
                      for start, end, cause, _ in gaps if not cause]
            wrong += [f"{what}: {name}: H's ledger says of {start:.0f}-{end:.0f} that the child stopped, but it did not"
                      for start, end, cause, _ in gaps
                      if cause == "child stopped" and not inside((start + end) / 2, 1, self.spans(node))]
            begin = since
            # What was collected before is in nobody's memory any more where both its own and H's went.
            if name in killed and "H" in killed:
                begin = int(node.downtimes[-1][1]) + FIRST_SAMPLES
            verdict = verify(self.h, name, child, begin, until, down=down, ledger=ledger,
                             known=known and known[name])
            row(what, name, child, verdict)
            wrong += failures(what, name, verdict)
            if not verdict.charts:
                wrong.append(f"{what}: {name}: H has nothing of it")
        return wrong

    def check_sink(self, sink, name, hosts, every, since, until):
        """Each host has lines in each period."""
        wrong = [f"{name} got a line that is none: {line!r}" for line in sink.bad[:3]]
        lines = dict(sink.lines)
        for host in hosts:
            times = sorted(at for (one, at) in lines if one == host)
            missing = [at for at in range(since, until - 2 * every, every) if not any(at <= t < at + every for t in times)]
            if missing:
                wrong.append(f"{name}: nothing of {host} in {len(missing)} of its periods, first at {missing[0]}")
        print(f"\n{name}: {sum(lines.values())} values of {len({host for host, _ in lines})} hosts", flush=True)
        return wrong

    def check_databases(self, since, until):
        """As long as nobody was restarted: C's archive, and H's two."""
        print()
        return (self.databases.check(self.nodes["C"], self.databases.graphite, "ABC", since, until)
                + self.databases.check(self.h, self.databases.opentsdb, ALL, since, until))

    def restart(self, names, number, seconds):
        """Kills nodes, all at once, and starts them again; returns what is wrong afterwards."""
        what = f"{names} {number.name[3:]}"
        known = self.known()
        nodes = [self.nodes[name] for name in names]
        since = int(time.time()) - 10
        for node in nodes:
            node.kill(number)
        time.sleep(seconds)
        for node in nodes:
            node.start()
        self.wait_until_live()
        time.sleep(10)
        return self.check(what, since, int(time.time()) - 4, known, killed=names)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--restarts", action="store_true", help="kill and restart each of the eight processes")
    parser.add_argument("--only", default="A,B,E,F,G,C,D,H", metavar="NAMES",
                        help="processes to restart, in this order; several at once without a comma: C,D,CD")
    parser.add_argument("--down", type=float, default=3, metavar="SECONDS", help="how long each stays away")
    parser.add_argument("--charts", choices=["few", "all"], default="few", help="how much each node collects")
    parser.add_argument("--receivers", action="store_true", help="real databases as archives")
    parser.add_argument("--keep", action="store_true", help="keep logs and configurations")
    options = parser.parse_args()
    with Place(options.keep) as place:
        databases = None
        if options.receivers:
            from databases import Databases
            databases = Databases(place.directory)
        example = Example(place, options.charts, databases)
        time.sleep(5)
        since, known = int(time.time()), example.known()
        print(f"All eight are live at H; {options.minutes:g} minutes from {since} on.\n", flush=True)
        time.sleep(options.minutes * 60)
        until = int(time.time())
        time.sleep(4)
        header()
        wrong = example.check("steady", since, until, known)
        if databases:
            wrong += example.check_databases(since + 40, until - 10)
            print()
        if options.restarts:
            for names in options.only.split(","):
                for number in (signal.SIGTERM, signal.SIGKILL):
                    wrong += example.restart(names, number, options.down)
        if databases:
            databases.stop()
        else:
            wrong += example.check_sink(example.graphite, "graphite", "ABC", 10, since, until)
            wrong += example.check_sink(example.opentsdb, "opentsdb", ALL, 5, since, until)
        if wrong:
            place.keep = True
            print("\n" + "\n".join(wrong))
            raise SystemExit(1)
        print("\nNothing is missing.")


if __name__ == "__main__":
    main()
