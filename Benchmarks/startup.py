#!/usr/bin/env python3
"""How long a parent with 10 GB of history needs from its start to its first answer about a mirrored host.

The history is 160 segments of 100 hosts with 300 charts, with as many series and blocks as segments of 64 MiB have; only what
is in the blocks is small (`MicroBenchmarks make-store`). Measured is the time from exec until `/host/NAME/api/v1/charts` of a
host, which no child has streamed to since, answers with all its charts: with the files in the page cache, and without. The
promise is two seconds.

    Benchmarks/startup.py                  5 starts of each kind
    Benchmarks/startup.py --segments 20    a smaller store
"""
import argparse
import os
import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import servers

HOSTS, CHARTS, DIMENSIONS = 100, 300, 5
PROMISE = 2.0


def guid(host):
    return f"{host + 1:08x}-0000-4000-8000-000000000077"


def define_hosts(port):
    """Each host streams once, so that the parent knows it with its charts."""
    definitions = "".join(
        f"CHART 'start.c{chart}' '' 'Chart {chart}' 'units' 'family' 'start.c' line {chart + 1} 1 '' 'plugin' 'module'\n"
        + "".join(f"DIMENSION 'd{dimension}' '' absolute 1 1 ''\n" for dimension in range(DIMENSIONS))
        for chart in range(CHARTS))
    collection = "".join(f"BEGIN 'start.c{chart}' 1000000\n" + "".join(f"SET 'd{dimension}' = 0\n" for dimension in range(DIMENSIONS))
                         + "END\n" for chart in range(CHARTS))
    text = (definitions + collection).encode()
    for host in range(HOSTS):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as child:
            child.sendall((f"STREAM key={servers.KEY}&hostname=start{host}&machine_guid={guid(host)}&update_every=1&os=linux"
                           "&ver=4 HTTP/1.1\r\nUser-Agent: startup\r\nAccept: */*\r\n\r\n").encode())
            reply = child.recv(1000)
            if not reply.startswith(b"Hit me baby"):
                sys.exit(f"refused: {reply}")
            child.sendall(text)
            deadline = time.time() + 60
            while charts(port, host) != CHARTS:
                if time.time() > deadline:
                    sys.exit(f"start{host} does not get its charts")
                time.sleep(0.02)


def charts(port, host):
    """How many charts a host has; None while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/host/start{host}/api/v1/charts", timeout=60) as answer:
            found = re.search(rb'"charts_count": (\d+)', answer.read())
            return int(found.group(1)) if found else None
    except OSError:
        return None


def forget(directory):
    """Takes the files out of the page cache."""
    os.sync()
    for name in os.listdir(directory):
        descriptor = os.open(os.path.join(directory, name), os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def start(server, is_cold, directory):
    """Seconds from exec to the first answer, and the peak of memory until then."""
    if is_cold:
        forget(directory)
    began = time.monotonic()
    server.relaunch()
    while charts(server.port, HOSTS // 2) != CHARTS:
        if server.process.poll() is not None:
            sys.exit(f"it has ended; its directory: {server.directory}")
        time.sleep(0.005)
    seconds = time.monotonic() - began
    memory = server.memory()["peak"] / 1024
    server.process.kill()
    server.process.wait()
    return seconds, memory


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--segments", type=int, default=160)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--binary", default=os.path.join(servers.TOP, ".build/release/ndstream"))
    parser.add_argument("--maker", default=os.path.join(servers.TOP, ".build/release/MicroBenchmarks"))
    options = parser.parse_args()
    with servers.Ndstream(options.binary, mode="dbengine", pin=False) as server:
        config = os.path.join(server.directory, "etc/netdata.conf")
        with open(config, "a") as f:
            f.write("[db]\n    dbengine multihost disk space MB = 16384\n")
        server.process.terminate()
        server.process.wait()
        server.relaunch()
        server.wait_for_api()
        define_hosts(server.port)
        server.process.terminate()
        server.process.wait()
        directory = os.path.join(server.directory, "state/cache/dbengine")
        made = subprocess.run([options.maker, "make-store", directory, str(options.segments)], check=True,
                              capture_output=True, text=True).stdout.strip()
        print(f"{HOSTS} hosts with {CHARTS} charts: {made}\n\n| | median | worst | peak memory |\n|---|---|---|---|")
        worst = 0
        for name, is_cold in (("in the page cache", False), ("not in the page cache", True)):
            runs = [start(server, is_cold, directory) for _ in range(options.runs)]
            seconds = [run[0] for run in runs]
            worst = max(worst, statistics.median(seconds))
            print(f"| {name} | {statistics.median(seconds):.2f} s | {max(seconds):.2f} s | {max(run[1] for run in runs):.0f} MiB |",
                  flush=True)
        if worst > PROMISE:
            sys.exit(f"that is more than {PROMISE} s")


if __name__ == "__main__":
    main()
