#!/usr/bin/env python3
"""What a headless agent costs: ndstream beside netdata 1.37.1 on the same machine in the same minutes.

  footprint.py [--minutes 10] [--binary PATH] [--compression yes|no] [--only ndstream,netdata] [--json FILE]

Both collect everything of /proc, /sys and the disks every second, idle jitter and the clock (ndstream its own figures too), keep
nothing (mode none, no web server) and stream to a sink of their own. They run at the same time, so that what else the
machine does weighs on both alike. CPU is that of the last minutes, without the start; memory is what it is after them.
"""
import argparse
import json
import os
import signal
import sys
import time

from servers import TOP, Ndstream, Netdata, Sink, build_tools


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--binary", default=os.environ.get("NDSTREAM_BINARY", f"{TOP}/.build/release/ndstream"))
    parser.add_argument("--compression", default="yes", choices=["yes", "no"])
    parser.add_argument("--only", default="ndstream,netdata")
    parser.add_argument("--json")
    options = parser.parse_args()
    build_tools()
    agents, sinks = [], []

    def finish(*_):
        sys.exit(1)

    signal.signal(signal.SIGTERM, finish)
    try:
        for name in options.only.split(","):
            sink = Sink("parse", retention=1, lz4=options.compression == "yes", pin=False)
            sinks.append(sink)
            destination = f"127.0.0.1:{sink.port}"
            if name == "netdata":
                agents.append(Netdata(
                    mode="none", pin=False, web="none", destination=destination, compression=options.compression,
                    plugins="proc,diskspace,idlejitter,timex",
                    hostname="footprint"))
            else:
                agents.append(Ndstream(
                    options.binary, mode="none", pin=False, destination=destination, compression=options.compression))
        settle = min(60, options.minutes * 60 / 5)
        time.sleep(settle)
        before = [sum(agent.cpu()) for agent in agents]
        start = time.monotonic()
        time.sleep(options.minutes * 60)
        seconds = time.monotonic() - start
        print(f"After {settle / 60 + options.minutes:.1f} minutes of streaming"
              f" ({'LZ4' if options.compression == 'yes' else 'plain'}), CPU over the last {options.minutes:g}:\n")
        print("| agent | RSS MiB | peak | PSS | private | anonymous | threads | CPU % of a core | samples/s | wire KB/s |")
        print("|---|---|---|---|---|---|---|---|---|---|")
        rows = []
        for agent, sink, cpu in zip(agents, sinks, before):
            if agent.process.poll() is not None:
                sys.exit(f"{agent.name} has ended")
            memory = agent.memory()
            share = 100 * (sum(agent.cpu()) - cpu) / seconds
            received = sink.finish()
            per_second = {name: received[name] / (seconds + settle) for name in ("samples", "bytes")}
            columns = [f"{memory[name] / 1024:.1f}" for name in ("rss", "peak", "pss", "private", "anonymous")]
            print(f"| {agent.name} | " + " | ".join(columns)
                  + f" | {memory['threads']} | {share:.3f} | {per_second['samples']:.0f}"
                  + f" | {per_second['bytes'] / 1000:.1f} |")
            rows.append(dict(memory, agent=agent.name, cpu=share, minutes=options.minutes, **per_second))
        if options.json:
            with open(options.json, "a") as f:
                for row in rows:
                    f.write(json.dumps(row) + "\n")
        if any(row["samples"] == 0 for row in rows):
            sys.exit("an agent did not stream")
    finally:
        for server in agents + sinks:
            server.stop()


main()
