"""What a parent shows of its alarms while a test runs: every evaluation, the log, the handler's calls, without what
must differ."""
import collections
import json
import re
import threading
import time

# Of these the variables are compared.
CHARTS = ["test.step", "test.var", "test.dims", "test.renamed", "system.ram", "system.load"]


class Witness:
    """Asks one parent about one host, about once a second, from a thread of its own."""

    def __init__(self, parent, host):
        self.parent, self.host = parent, host
        # alarm → {last_updated: (value, status)}
        self.series, self.alarms, self.ends = {}, {}, threading.Event()
        self.failures, self.spans = [], None
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def start(self):
        """At the moment of a reload: what was before does not count."""
        self.began = int(time.time())
        self.thread.start()
        return self

    def watch(self):
        while not self.ends.wait(0.9):
            try:
                self.look()
            except Exception as error:  # noqa: BLE001  (a witness goes on; what it missed is reported)
                self.failures.append((time.time(), repr(error)))

    def look(self):
        for name, alarm in self.parent.of(self.host, "alarms?all")["alarms"].items():
            self.alarms[name] = alarm
            if alarm["last_updated"]:
                self.series.setdefault(name, {})[alarm["last_updated"]] = (alarm["value"], alarm["status"])

    def finish(self):
        self.ends.set()
        self.thread.join(10)
        self.document = self.parent.of(self.host, "alarms?all")
        self.final = self.document["alarms"]
        entries = sorted(self.parent.of(self.host, "alarm_log"), key=lambda one: one["unique_id"])
        self.entries = [one for one in entries if one["when"] >= self.began and not (
            one["status"] == "REMOVED" and one["when"] <= self.began + 3)]
        self.called = [one for one in self.parent.calls() if one[0] >= self.began and one[1][2] == self.host]
        self.raised = self.parent.of(self.host, "alarms")["alarms"]
        self.counts = {status: self.parent.text(f"/host/{self.host}/api/v1/alarm_count?status={status}").strip()
                       for status in ("RAISED", "CLEAR", "WARNING", "CRITICAL", "UNDEFINED", "UNINITIALIZED", "REMOVED")}
        self.variables = {chart: self.parent.of(self.host, f"alarm_variables?chart={chart}") for chart in CHARTS}
        self.lines = collections.Counter(self.log_lines())
        return self

    def log_lines(self):
        """What health.log says of alarms, without times and values."""
        began = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.began))
        with open(f"{self.parent.log}/health.log", errors="replace") as file:
            for line in file:
                date, found, text = line.rstrip("\n").partition(f": [{self.host}]: ")
                if found and date >= began and re.match("Alert event|Sending|Health not sending", text):
                    yield re.sub(r"value \[.*?\], status", "status", text)

    def others_in(self, status, name, at):
        """How many other alarms have a status from before a moment to after it by this parent's log, and the names of
        those that may have."""
        surely, perhaps = 0, set()
        for other, changes in self.changes().items():
            if other == name:
                continue
            had = {what for begin, end, what in changes if begin <= at + 2 and end >= at - 2}
            surely += had == {status}
            if status in had:
                perhaps.add(other)
        return surely, perhaps

    def changes(self):
        """alarm → [(from, to, status)]"""
        if self.spans is None:
            self.spans = {}
            for one in self.entries:
                spans = self.spans.setdefault(f'{one["chart"]}.{one["name"]}', [])
                if spans:
                    spans[-1] = (spans[-1][0], one["when"], spans[-1][2])
                spans.append((one["when"], float("inf"), one["status"]))
        return self.spans

    def plain(self, value):
        """A text without the directory of its parent and the parent's own name."""
        if not isinstance(value, str):
            return value
        return value.replace(self.parent.directory, "PARENT").replace(f"={self.parent.name}", "=PARENT")

    def save(self, path):
        with open(path, "w") as file:
            json.dump({"final": self.final, "entries": self.entries, "calls": self.called, "series": self.series, "raised": self.raised,
                       "counts": self.counts, "failures": self.failures}, file, indent=1)
