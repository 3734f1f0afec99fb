"""The two archives of the example as real databases: C sends to graphite-carbon, H to InfluxDB and to VictoriaMetrics."""
import os
import sys

from nodes import TOP

sys.path.insert(0, os.path.join(TOP, "Tests/Receivers"))
from connectors import Connector, exporting_conf  # noqa: E402
from receivers import Carbon, InfluxDB, Missing, Victoria  # noqa: E402
from truth import compare_connector, header, row  # noqa: E402

# What every host says of itself.
LABELS = {"_is_ephemeral": "false", "_has_unstable_connection": "false"}


class Databases:
    def __init__(self, directory):
        missing = Missing()
        if not missing.has("graphite-carbon", "influxdb", "victoria-metrics"):
            raise SystemExit(1 if missing.failures() else 0)
        self.carbon, self.influx, self.victoria = Carbon(directory), InfluxDB(directory), Victoria(directory)
        for one in (self.carbon, self.influx, self.victoria):
            print(f"{one.start().name}: {one.version}", flush=True)
        self.graphite = [Connector("example", "graphite", self.carbon, self.carbon.line, labels=LABELS)]
        self.opentsdb = [
            Connector("example", "opentsdb", self.influx, self.influx.opentsdb, every=5, labels=LABELS),
            Connector("second", "opentsdb", self.victoria, self.victoria.opentsdb, every=5, labels=LABELS)]

    @staticmethod
    def section(connectors):
        return exporting_conf(connectors, hosts="localhost *")

    def check(self, node, connectors, hosts, since, until):
        """Compares what the databases have of hosts with what the node has that sends it; returns what is wrong."""
        wrong = []
        header()
        for connector in connectors:
            for host in hosts:
                verdict = compare_connector(connector, node, host, since, until)
                row(connector, verdict, host)
                wrong += [f"{connector.receiver.name}: {host}: {line}" for line in verdict.failures]
        return wrong

    def stop(self):
        for one in (self.carbon, self.influx, self.victoria):
            one.stop(one.outage)
