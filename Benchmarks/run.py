#!/usr/bin/env python3
"""Drives ndstream, netdata 1.37.1 and a C reference with the same bytes and prints what each costs.

  run.py [ingest] [realtime] [recorded] [memory] [big] [idle] [disk] [query] [proxy] [tls]    which measurements; none means all
  --binary PATH   ndstream (default .build/release/ndstream)
  --only NAMES    servers: ndstream,netdata,sink
  --runs N        runs of each ingest measurement; the median counts (3)
  --quick         a tenth of the load, to see that it works
  --json FILE     every single result, one object a line, appended

ingest    8 children x 100 charts x 5 dimensions as fast as the parent reads, plain and LZ4
realtime  1,000 children x 20 charts x 5 dimensions, one tick a second, after 60 s
recorded  30 minutes of a real host (host-30min.stream.xz), as fast as the parent reads
memory    100 children x 40 charts x 5 dimensions x 1 hour of `ram`
big       200 children x 500 charts x 5 dimensions, half a million samples a second, two minutes after connecting
idle      2,000 children with one chart that send nothing more
disk      the children of `ingest` in mode dbengine, beside `ram`, and what is on the disk afterwards
query     600 rows, an hour in 60 rows, a month in 1,000 rows; one client, and 8 at once
proxy     8 children x 100 charts x 5 dimensions through a proxy without database to a sink that only reads
tls       the children of `ingest`, 500 of those of `realtime`, and the sender of `proxy`, encrypted beside plain
The generator has the second processor, the server the first. See README.md for what is fair.
"""
import argparse
import json
import lzma
import os
import socket
import statistics
import subprocess
import sys
import time

import queries
from servers import BUILD, HERE, KEY, TOP, Ndstream, Netdata, Sink, build_tools, unread

LIMITS = {"ingest": (1 / 6, 2.5), "realtime": (1 / 2, None), "proxy": (1 / 6, None)}


def generate(server, words):
    result = os.path.join(BUILD, f"result-{os.getpid()}.json")
    if os.path.exists(result):
        os.unlink(result)
    done = subprocess.run(
        ["taskset", "-c", "1", os.path.join(BUILD, "streamgen"), "--quiet", "--port", str(server.port), "--pid",
         str(server.pid), "--json", result] + [str(word) for word in words],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if not os.path.exists(result):
        sys.exit(f"{server.name}: the generator failed:\n{done.stdout}")
    with open(result) as f:
        measured = json.load(f)
    os.unlink(result)
    if measured["accepted"] != measured["children"] or measured["disc"]:
        sys.exit(f"{server.name}: children refused or lost:\n{done.stdout}")
    return measured


class Bench:
    def __init__(self, options):
        self.options = options
        self.servers = options.only.split(",")
        self.failed = False

    def start(self, name, **options):
        if name == "sink":
            return Sink(retention=options.get("retention", 3600), tls=options.get("tls", False))
        if name == "netdata":
            return Netdata(**options)
        return Ndstream(self.options.binary, **options)

    def put(self, what, server, measured):
        measured.update(what=what, server=server.name, memory=server.memory(), load=os.getloadavg()[0])
        if self.options.json:
            with open(self.options.json, "a") as f:
                f.write(json.dumps(measured) + "\n")
        return measured

    def ingest(self):
        quick = self.options.quick
        for wire in ("plain", "LZ4"):
            results = {name: [] for name in self.servers}
            for run in range(1 if quick else self.options.runs):
                for name in self.servers:
                    with self.start(name) as server:
                        words = ["--children", 8, "--charts", 100, "--dims", 5, "--mode", "max", "--sndbuf", 131072,
                                 "--warm", 1 if quick else 2, "--seconds", 2 if quick else 8, "--seed", run + 1]
                        if wire == "LZ4":
                            words.append("--lz4")
                        results[name].append(self.put("ingest " + wire, server, generate(server, words)))
            self.table(f"Ingest, {wire}: 8 children x 100 charts x 5 dimensions, as fast as the parent reads",
                       results, "ingest")

    def realtime(self):
        quick = self.options.quick
        children = 100 if quick else 1000
        results = {}
        for name in self.servers:
            with self.start(name) as server:
                before = server.memory()["rss"]
                words = ["--children", children, "--charts", 20, "--dims", 5, "--mode", "rt",
                         "--warm", 5 if quick else 60, "--seconds", 10 if quick else 30]
                measured = self.put("realtime", server, generate(server, words))
                measured["rss_before"] = before
                results[name] = [measured]
        self.table(f"Real time: {children} children x 100 metrics, one tick a second", results, "realtime",
                   children=children, metrics=children * 100)

    def recorded(self):
        with lzma.open(os.path.join(HERE, "host-30min.stream.xz"), "rb") as f:
            stream = f.read()
        if self.options.quick:
            stream = stream[:stream.index(b"\n", len(stream) // 10) + 1]
        samples = stream.count(b"\nSET ")
        results = {name: [] for name in self.servers}
        for _ in range(1 if self.options.quick else self.options.runs):
            for name in self.servers:
                with self.start(name) as server:
                    results[name].append(self.put("recorded", server, replay(server, stream, samples)))
        self.table(f"A real host's 30 minutes: {samples:,} samples, {len(stream) / 1e6:.0f} MB of text", results)

    def memory(self):
        quick = self.options.quick
        children, charts, dims, ticks = (10 if quick else 100), 40, 5, (400 if quick else 3600)
        results = {}
        for name in self.servers:
            with self.start(name, retention=ticks) as server:
                before = server.memory()["rss"]
                words = ["--children", children, "--charts", charts, "--dims", dims, "--mode", "max", "--ticks", ticks,
                         "--seconds", 600, "--sndbuf", 131072]
                measured = self.put("memory", server, generate(server, words))
                measured["rss_before"] = before
                results[name] = [measured]
        self.table(f"Memory: {children} children x {charts * dims} dimensions x {ticks} s of ram", results, "memory",
                   children=children, metrics=children * charts * dims, points=ticks)

    def big(self):
        quick = self.options.quick
        children = 20 if quick else 200
        results = {}
        for name in self.servers:
            with self.start(name) as server:
                before = server.memory()["rss"]
                words = ["--children", children, "--charts", 500, "--dims", 5, "--mode", "rt",
                         "--warm", 10 if quick else 90, "--seconds", 10 if quick else 30]
                measured = self.put("big", server, generate(server, words))
                measured["memory"]["rss"] = measured["rss2_kb"]
                measured["rss_before"] = before
                results[name] = [measured]
        self.table(f"{children} children x 2,500 metrics, one tick a second, two minutes after connecting", results,
                   children=children, metrics=children * 2500)

    def idle(self):
        children = 200 if self.options.quick else 2000
        results = {}
        for name in [name for name in self.servers if name != "sink"]:
            with self.start(name) as server:
                before = server.memory()["rss"]
                words = ["--children", children, "--charts", 1, "--dims", 1, "--mode", "hold", "--seconds", 10]
                measured = self.put("idle", server, generate(server, words))
                measured["memory"]["rss"] = measured["rss2_kb"]
                measured["rss_before"] = before
                results[name] = [measured]
        self.table(f"{children} idle children", results, children=children, metrics=children)

    def disk(self):
        quick = self.options.quick
        names = [f"{name} {mode}" for name in self.servers if name != "sink" for mode in ("ram", "dbengine")]
        results = {name: [] for name in names}
        for run in range(1 if quick else self.options.runs):
            for what in names:
                name, mode = what.split()
                with self.start(name, mode=mode) as server:
                    words = ["--children", 8, "--charts", 100, "--dims", 5, "--mode", "max", "--sndbuf", 131072,
                             "--warm", 1 if quick else 2, "--seconds", 2 if quick else 8, "--seed", run + 1]
                    results[what].append(self.put("disk " + mode, server, generate(server, words)))
        self.table("Ingest with a disk: 8 children x 100 charts x 5 dimensions, as fast as the parent reads", results)

    def query(self):
        """The same questions to each server, about the same past, which a child of ours has replicated to it."""
        quick = self.options.quick
        hour = 3600
        month = 86400 if quick else 30 * 86400
        recent = {"600 rows": "chart=bench.c0&after=-600&points=600", "an hour in 60 rows": "chart=bench.c1&after=-3600&points=60"}
        long = {"a month in 1,000 rows": f"chart=bench.c0&after=-{month}&points=1000"}
        rounds = [("ram", 20, 10, hour, recent), ("dbengine", 20, 10, hour, recent), ("dbengine", 1, 4, month, long)]
        rows = {}
        for mode, charts, dims, seconds, questions in rounds:
            for name in [name for name in self.servers if name != "sink"]:
                with self.start(name, mode=mode, retention=4096, replicate=seconds + 3600) as server:
                    queries.give(server, charts, dims, seconds)
                    for question, result in queries.measure(server, questions, 1 if quick else 5).items():
                        rows.setdefault(f"{mode}: {question}", {})[name] = result
        names = [name for name in self.servers if name != "sink"]
        labels = [{"netdata": "1.37.1"}.get(name, name) for name in names]
        print("\n### Queries\n\n| question | " + " | ".join(f"{label}: ms, CPU ms, requests/s of 8" for label in labels)
              + " | times faster |\n" + "|---" * (len(names) + 2) + "|")
        for question, results in rows.items():
            cells = [f"{results[name][0]:.2f}, {results[name][1]:.2f}, {results[name][2]:.0f}" for name in names]
            faster = "".join(
                f"{results['netdata'][0] / results['ndstream'][0]:.1f}, {results['ndstream'][2] / results['netdata'][2]:.1f}"
                for _ in [0] if len(names) == 2)
            print(f"| {question} | " + " | ".join(cells) + f" | {faster} |")
        sys.stdout.flush()

    def proxy(self):
        """The generator waits for the proxy, which therefore must not be faster than its parent reads: so that one only
        counts what it gets."""
        quick = self.options.quick
        names = [name for name in self.servers if name != "sink"]
        for wire in ("plain", "LZ4"):
            results = {name: [] for name in names}
            for run in range(1 if quick else self.options.runs):
                for name in names:
                    with Sink("count", lz4=wire == "LZ4", pin="1") as far:
                        there = f"127.0.0.1:{far.port}"
                        options = {"mode": "none", "compression": "yes"}
                        options["upstream" if name == "ndstream" else "destination"] = there
                        with self.start(name, **options) as server:
                            words = ["--children", 8, "--charts", 100, "--dims", 5, "--mode", "max", "--sndbuf", 131072,
                                     "--warm", 1 if quick else 2, "--seconds", 2 if quick else 8, "--seed", run + 1]
                            measured = self.put("proxy " + wire, server, generate(server, words))
                        measured["sink"] = far.finish()
                    results[name].append(measured)
            self.table(f"Proxy without database, {wire} upstream: 8 children x 100 charts x 5 dimensions", results, "proxy")
            for name, runs in results.items():
                print(f"\n{name}: the sink got " + ", ".join(str(run["sink"]) for run in runs))

    def tls(self):
        """Plain and encrypted take turns, so that what else the machine does weighs on both alike. What goes over the
        wire is not compressed: what encryption costs is counted in bytes, and LZ4 leaves a third of them."""
        quick = self.options.quick
        taking = [f"{name}{wire}" for name in self.servers for wire in ("", " TLS")]
        results = {what: [] for what in taking}
        for run in range(1 if quick else self.options.runs):
            for what in taking:
                name, _, tls = what.partition(" ")
                with self.start(name, tls=bool(tls)) as server:
                    words = ["--children", 8, "--charts", 100, "--dims", 5, "--mode", "max", "--sndbuf", 131072,
                             "--warm", 1 if quick else 2, "--seconds", 2 if quick else 8, "--seed", run + 1]
                    results[what].append(self.put("tls ingest", server, generate(server, words + ["--tls"] * bool(tls))))
        self.pairs("Taking 8 children x 100 charts x 5 dimensions, as fast as the parent reads", results)

        results, children = {}, 50 if quick else 500
        for what in taking:
            name, _, tls = what.partition(" ")
            with self.start(name, tls=bool(tls)) as server:
                before = server.memory()["rss"]
                words = ["--children", children, "--charts", 20, "--dims", 5, "--mode", "rt",
                         "--warm", 5 if quick else 30, "--seconds", 5 if quick else 30]
                measured = self.put("tls realtime", server, generate(server, words + ["--tls"] * bool(tls)))
                measured["rss_before"] = before
                results[what] = [measured]
        self.pairs(f"Taking {children} children x 100 metrics, one tick a second", results, children)

        results = {what: [] for what in taking if not what.startswith("sink")}
        for run in range(1 if quick else self.options.runs):
            for what in results:
                name, _, tls = what.partition(" ")
                with Sink("count", pin="1", tls=bool(tls)) as far:
                    there = f"127.0.0.1:{far.port}{':SSL' if tls else ''}"
                    options = {"mode": "none", "compression": "no"}
                    options["upstream" if name == "ndstream" else "destination"] = there
                    with self.start(name, **options) as server:
                        words = ["--children", 8, "--charts", 100, "--dims", 5, "--mode", "max", "--sndbuf", 131072,
                                 "--warm", 1 if quick else 2, "--seconds", 2 if quick else 8, "--seed", run + 1]
                        measured = self.put("tls proxy", server, generate(server, words))
                    measured["sink"] = far.finish()
                    if measured["sink"]["lines"] == 0:
                        sys.exit(f"{what}: nothing reached the sink")
                results[what].append(measured)
        self.pairs("Sending: a proxy without database takes them in plain and passes them on plain or encrypted", results)

    def pairs(self, title, results, children=None):
        """Each server's encrypted figures beside its plain ones."""
        columns = ["plain CPU s / M samples", "TLS", "more", "TLS / plain"]
        if children:
            columns += ["plain RSS KiB / child", "TLS RSS KiB / child"]
        print(f"\n### {title}\n\n| server | " + " | ".join(columns) + " |\n|" + "---|" * (len(columns) + 1))
        for name in [name for name in results if " " not in name]:
            plain, tls = (statistics.median(run["cpu_per_M"] for run in results[name + wire]) for wire in ("", " TLS"))
            row = [f"{plain:.4f}", f"{tls:.4f}", f"{tls - plain:.4f}", f"{tls / max(plain, 1e-9):.2f}"]
            if children:
                row += [f"{(run['memory']['rss'] - run['rss_before']) / children:.0f}"
                        for run in (results[name][0], results[name + " TLS"][0])]
            print("| " + " | ".join([{"netdata": "1.37.1", "sink": "C reference"}.get(name, name)] + row) + " |")
        sys.stdout.flush()

    def table(self, title, results, limit=None, children=None, metrics=None, points=None):
        columns = ["CPU s / M samples", "(min - max)", "M samples/s", "RSS MiB"]
        if children:
            columns += ["KiB / child", "bytes / metric"]
        if points:
            columns += ["bytes / point"]
        rows = []
        for name, runs in results.items():
            cpu = [run["cpu_per_M"] for run in runs]
            rss = runs[-1]["memory"]["rss"]
            row = [f"{statistics.median(cpu):.4f}", f"{min(cpu):.4f} - {max(cpu):.4f}",
                   f"{statistics.median(run['rate'] for run in runs) / 1e6:.2f}", f"{rss / 1024:.0f}"]
            if children:
                grown = rss - runs[-1]["rss_before"]
                row += [f"{grown / children:.0f}", f"{grown * 1024 / metrics:.0f}"]
                if points:
                    row.append(f"{grown * 1024 / metrics / points:.2f}")
            rows.append([{"netdata": "1.37.1", "sink": "C reference"}.get(name, name)] + row)
        print(f"\n### {title}\n")
        print("| server | " + " | ".join(columns) + " |\n|" + "---|" * (len(columns) + 1))
        for row in rows:
            print("| " + " | ".join(row) + " |")
        self.ratios(results, limit)
        sys.stdout.flush()

    def ratios(self, results, limit):
        if "ndstream" not in results:
            return
        of_netdata, of_sink = LIMITS.get(limit, (None, None))
        key = (lambda run: run["memory"]["rss"]) if limit == "memory" else (lambda run: run["cpu_per_M"])
        unit = "memory" if limit == "memory" else "CPU"
        ours = statistics.median(key(run) for run in results["ndstream"])
        for name, label, most in (("netdata", "1.37.1's", of_netdata), ("sink", "the C reference's", of_sink)):
            if name not in results:
                continue
            ratio = ours / max(statistics.median(key(run) for run in results[name]), 1e-9)
            self.verdict(f"ndstream / {label} {unit}", ratio, most)
        if limit == "realtime" and "netdata" in results:
            ratio = results["ndstream"][0]["memory"]["rss"] / results["netdata"][0]["memory"]["rss"]
            self.verdict("ndstream / 1.37.1's memory", ratio, 1 / 4)

    def verdict(self, what, ratio, most):
        line = f"{what}: {ratio:.3f}"
        if most:
            good = ratio <= most
            line += f" (at most {most:.3f}: {'yes' if good else 'NO'})"
            self.failed = self.failed or not good
        print("\n" + line)


def replay(server, stream, samples):
    """Feeds a recorded stream as one child, as fast as it is read."""
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.sendall((
        f"STREAM key={KEY}&hostname=web01&registry_hostname=web01&machine_guid=10b435c6-e656-11f1-8f87-02fc00000001"
        "&update_every=1&os=linux&timezone=Etc/UTC&abbrev_timezone=UTC&utc_offset=0&hops=1&ver=4"
        "&NETDATA_PROTOCOL_VERSION=1.1 HTTP/1.1\r\nUser-Agent: netdata/v1.37.1\r\nAccept: */*\r\n\r\n").encode())
    reply = connection.recv(8192)
    if not reply.startswith(b"Hit me baby"):
        sys.exit(f"{server.name} refused the recorded stream: {reply!r}")
    start, before = time.monotonic(), sum(server.cpu())
    view = memoryview(stream)
    for offset in range(0, len(view), 1 << 18):
        connection.sendall(view[offset:offset + (1 << 18)])
    while unread(server.port):
        time.sleep(0.02)
    time.sleep(0.3)
    cpu, wall = sum(server.cpu()) - before, time.monotonic() - start - 0.3
    connection.close()
    return {"samples": samples, "cpu_s": cpu, "wall_s": wall, "cpu_per_M": cpu / samples * 1e6, "rate": samples / wall}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*")
    parser.add_argument("--binary", default=os.environ.get("NDSTREAM_BINARY", f"{TOP}/.build/release/ndstream"))
    parser.add_argument("--only", default="ndstream,netdata,sink")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json")
    options = parser.parse_args()
    everything = ["ingest", "realtime", "recorded", "memory", "big", "idle", "disk", "query", "proxy", "tls"]
    for what in options.what:
        if what not in everything:
            parser.error(f"{what}: one of {', '.join(everything)}")
    if "ndstream" in options.only and not os.path.exists(options.binary):
        sys.exit(f"there is no {options.binary}: make build, or --binary PATH")
    build_tools()
    bench = Bench(options)
    for what in options.what or everything:
        getattr(bench, what)()
    sys.exit(1 if bench.failed and not options.quick else 0)


main()
