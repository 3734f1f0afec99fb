"""Sections of exporting.conf that send to a real receiver, and what their series are called there."""
import re


def clean(text):
    """A chart or a dimension as graphite and opentsdb get it."""
    return re.sub(r"[^A-Za-z0-9.]", "_", text)


class Connector:
    """labels: those of the host that are sent with each value; none where the receiver can't take them.

    Series have keys: for graphite and opentsdb the name without tags, for remote write chart and dimension.
    """

    def __init__(self, name, type, receiver, port, *, every=10, prefix="netdata", source="average", labels=None, more="",
                 buffered=None):
        self.name, self.type, self.receiver, self.port = name, type, receiver, port
        self.every, self.prefix, self.source, self.labels, self.more = every, prefix, source, labels or {}, more
        self.family, self.buffered = type.partition(":")[0], buffered

    @property
    def is_collected(self):
        return self.source == "as collected"

    def section(self, hosts="!localhost *", buffered=20):
        return f"""[{self.type}:{self.name}]
    enabled = yes
    destination = 127.0.0.1:{self.port}
    data source = {self.source}
    prefix = {self.prefix}
    update every = {self.every}
    buffer on failures = {self.buffered or buffered}
    send hosts matching = {hosts}
    send configured labels = {"yes" if self.labels else "no"}
{self.more}
"""

    def key(self, host, chart, dimension):
        if self.family == "graphite":
            return f"{self.prefix}.{host}.{clean(chart)}.{clean(dimension)}"
        if self.family == "opentsdb":
            return f"{self.prefix}.{clean(chart)}.{clean(dimension)}"
        return f"{chart}\n{dimension}"

    # MARK: receivers whose series are labels

    def selector(self, host):
        """The series of a host. Those that lack a label are not among them."""
        if self.family == "graphite":
            of = [f'__name__=~"{self.prefix}[.]{re.escape(host)}[.].+"']
        elif self.family == "opentsdb":
            of = [f'__name__=~"{self.prefix}[.].+"', f'host="{host}"']
        else:
            # Labels of the host stand in netdata_info alone.
            return f'{{__name__=~"{self.prefix}_.+",instance="{host}",chart!=""}}'
        return "{" + ",".join(of + [f'{name}="{value}"' for name, value in self.labels.items()]) + "}"

    def key_of(self, labels):
        if self.family in ("graphite", "opentsdb"):
            return labels["__name__"]
        return f"{labels['chart']}\n{labels['dimension']}"


def exporting_conf(connectors, hosts="!localhost *", buffered=20):
    return ("[exporting:global]\n    enabled = yes\n"
            + "".join(connector.section(hosts, buffered) for connector in connectors))
