#!/usr/bin/env python3
"""Real databases receive what a parent exports of a mirrored host, and have to hold what the parent holds.

  archives.py [--minutes 10] [--outage 60] [--only NAME,…] [--keep]

An agent of this machine streams to a parent, which sends it on with one connector for each way into each database:

  carbon      graphite-carbon, whisper files
  influxdb    InfluxDB 1.x: graphite, opentsdb (telnet and HTTP)
  victoria    VictoriaMetrics: graphite, opentsdb (telnet and HTTP), Prometheus remote write
  prometheus  Prometheus: remote write
  secure      Prometheus behind TLS and a password: remote write

In the middle all databases are stopped for a while, which `buffer on failures` has to cover, of one connector its files. Afterwards each series has to
have one value for each batch, equal to the average (or the sum) of the parent's own points over the window of that batch;
numbers as collected have to be those that the parent had in that second. NAME: a database, or one connector (its name
stands in the table). Exit code 1 and every difference otherwise. A database that can't be had is named, and is a failure
where CI=true.
"""
import argparse
import time

from connectors import Connector, exporting_conf
from receivers import Carbon, InfluxDB, Missing, Prometheus, SecurePrometheus, Victoria
from recorder import Recorder, compare_collected
from truth import LAG, Truth, all_keys, compare_connector, header, row

from nodes import Place, wait_for  # noqa: I001  (the way there is receivers')

HOST = "mirror"
LABELS = {"role": "web_server", "dc": "eu-1", "_is_ephemeral": "false", "_has_unstable_connection": "false"}
RECEIVERS = {"carbon": Carbon, "influxdb": InfluxDB, "victoria": Victoria, "prometheus": Prometheus,
             "secure": SecurePrometheus}


def ways(receiver):
    """The connectors that lead to a database."""
    remote = "    remote write URL path = /api/v1/write"
    if isinstance(receiver, Carbon):
        yield Connector("carbon", "graphite", receiver, receiver.line, labels=LABELS)
    elif isinstance(receiver, InfluxDB):
        # Its graphite listener knows no tags.
        yield Connector("influxdb-graphite", "graphite", receiver, receiver.graphite)
        yield Connector("influxdb-telnet", "opentsdb", receiver, receiver.opentsdb, every=5, labels=LABELS)
        yield Connector("influxdb-http", "opentsdb:http", receiver, receiver.opentsdb, prefix="overhttp", labels=LABELS)
    elif isinstance(receiver, Victoria):
        yield Connector("victoria-graphite", "graphite", receiver, receiver.graphite, labels=LABELS)
        yield Connector("victoria-collected", "graphite:plaintext", receiver, receiver.graphite, prefix="collected",
                        source="as collected", labels=LABELS)
        yield Connector("victoria-telnet", "opentsdb:telnet", receiver, receiver.opentsdb, every=5, prefix="telnet",
                        source="sum", labels=LABELS)
        yield Connector("victoria-http", "opentsdb:http", receiver, receiver.opentsdb_http, prefix="overhttp", labels=LABELS)
        yield Connector("victoria-write", "prometheus_remote_write", receiver, receiver.port, prefix="remote", more=remote)
        # One batch in memory: an outage is survived by files.
        yield Connector("victoria-files", "opentsdb:http", receiver, receiver.opentsdb_http, prefix="files", labels=LABELS,
                        buffered=1, more="    spill to disk = yes")
    elif isinstance(receiver, SecurePrometheus):
        secret = (f"    username = {receiver.user}\n    password = {receiver.password}\n    CAfile = {receiver.authority}\n"
                  "    ssl verify hostname = yes")
        yield Connector("secure-write", "prometheus_remote_write:https", receiver, receiver.port, prefix="remote",
                        more=f"{remote}\n{secret}")
    else:
        yield Connector("prometheus-write", "prometheus_remote_write", receiver, receiver.port, prefix="remote", more=remote)


class Archives:
    def __init__(self, place, names, missing):
        self.receivers, self.connectors = [], []
        for name, kind in RECEIVERS.items():
            # A connector's name begins with its receiver's.
            if (names and not any(one.partition("-")[0] == name for one in names)) or not missing.has(kind.package):
                continue
            receiver = kind(place.directory)
            found = [one for one in ways(receiver) if not names or name in names or one.name in names]
            if found:
                self.receivers.append(receiver)
                self.connectors += found
        if not self.connectors:
            print("Nothing is tested.")
            raise SystemExit(0 if missing.sentences and not missing.failures() else 1)
        labels = "".join(f"    {name} = {value}\n" for name, value in LABELS.items() if not name.startswith("_"))
        self.parent = place.node("parent", role="parent", takes="ram", exporting=exporting_conf(self.connectors))
        self.agent = place.node(HOST, mode="none", web=False, to=self.parent.address, charts="all",
                                more=f"[host labels]\n{labels}")

    def start(self):
        for receiver in self.receivers:
            print(f"{receiver.start().name}: {receiver.version}", flush=True)
        self.parent.start()
        self.agent.start()
        wait_for("the agent is live", lambda: self.parent.states().get(HOST) == "live")
        served = {one["name"] for one in self.parent.status()["exporters"]}
        lacking = [one.name for one in self.connectors if one.name not in served]
        if lacking:
            raise SystemExit(f"ndstream does not serve {', '.join(lacking)}:\n{self.parent.log}")

    def stop(self):
        for receiver in self.receivers:
            receiver.stop(receiver.outage)

    def figures(self):
        """What the parent says of its connectors, by name."""
        return {one["name"]: one for one in self.parent.status()["exporters"]}

    def outage(self, seconds):
        """All databases go away and come back; returns what is wrong with that."""
        # Batches are made in the last second of each five: what was sent has been written when the next is far away.
        time.sleep((2.5 - time.time()) % 5)
        begin = int(time.time())
        for receiver in self.receivers:
            receiver.stop(receiver.outage)
        time.sleep(max(0, begin + seconds - time.time()))
        waiting = {name: one["buffered"] for name, one in self.figures().items()}
        for receiver in self.receivers:
            receiver.start()
        print(f"All were away from {begin} to {int(time.time())}; then there waited, in values: "
              + ", ".join(f"{name} {count}" for name, count in waiting.items()), flush=True)
        return [f"{name}: nothing was waiting after an outage" for name, count in waiting.items() if not count]

    def settle(self):
        """What was kept has gone, and the last batch is written."""
        wait_for("nothing waits to be sent", lambda: not any(one["buffered"] for one in self.figures().values()), 60)
        time.sleep(5)

    def check(self, recorder, since, until):
        figures, wrong = self.figures(), []
        header()
        for connector in self.connectors:
            if connector.is_collected:
                received = connector.receiver.read(connector, HOST, [], since, until)
                verdict = compare_collected(connector, received, recorder, HOST, since, until)
            else:
                verdict = compare_connector(connector, self.parent, HOST, since, until)
            row(connector, verdict, HOST)
            said = figures[connector.name]
            wrong += [f"{connector.name} {line}" for line in verdict.failures]
            wrong += [f"{connector.name}: the parent has lost {said['failed']} values"] if said["failed"] else []
            if isinstance(connector.receiver, Carbon):
                # Some may have begun after what was compared.
                known = all_keys(connector, Truth(self.parent, HOST, since, int(time.time())))
                if connector.receiver.series() > len(set(known.values())):
                    wrong.append(f"carbon has {connector.receiver.series()} series, the parent {len(known)}")
        return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--outage", type=float, default=60, metavar="SECONDS", help="0: none")
    parser.add_argument("--only", default="", metavar="NAMES", help=f"{', '.join(RECEIVERS)}, or connectors")
    parser.add_argument("--keep", action="store_true", help="keep logs, configurations and databases")
    options = parser.parse_args()
    missing = Missing()
    with Place(options.keep) as place:
        archives = Archives(place, [one for one in options.only.split(",") if one], missing)
        try:
            archives.start()
            recorder = Recorder(archives.parent, HOST)
            # The first windows of charts that are younger than one.
            time.sleep(LAG)
            since = int(time.time())
            print(f"{options.minutes:g} minutes from {since} on.", flush=True)
            time.sleep(options.minutes * 30)
            wrong = archives.outage(options.outage) if options.outage else []
            time.sleep(max(0, since + options.minutes * 60 - time.time()))
            archives.settle()
            until = int(time.time()) - LAG // 2
            recorder.stop()
            wrong += archives.check(recorder, since, until)
        finally:
            archives.stop()
        wrong += missing.failures()
        if wrong:
            place.keep = True
            print("\n" + "\n".join(wrong))
            raise SystemExit(1)
        print("\nNothing is missing, and every value is the parent's.")


if __name__ == "__main__":
    main()
