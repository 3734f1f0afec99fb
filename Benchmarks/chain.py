#!/usr/bin/env python3
"""A chain of proxies: how long a collection takes from hop to hop, and whether a restart in the middle heals.

  chain.py [--hops 8] [--mode none] [--seconds 20] [--binary PATH]

latency  a child of ours sends its clock as a value ten times a second; whoever is last compares it with its own
heal     an agent with a database at one end, a parent at the other; the proxy in the middle is killed and started again.
         Afterwards every second that the agent has must be at the parent, with the agent's values
Exit code 1: more than 50 ms a hop at the median, wrong hops, or seconds that are missing.
"""
import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from servers import KEY, TOP, free_port

GUID = "cccccccc-0137-11ee-8000-00000000c4a1"


class Chain:
    """ndstream processes, each streaming to the one before it; ends with the script."""

    def __init__(self, binary):
        self.binary = binary
        self.directory = tempfile.mkdtemp(prefix="ndstream-chain-")
        self.nodes = {}

    def start(self, name, role, port, mode, destination, collects=False):
        place = os.path.join(self.directory, name)
        os.makedirs(place + "/etc", exist_ok=True)
        web = f"bind to = 127.0.0.1:{port}" if port else "mode = none"
        with open(place + "/etc/netdata.conf", "w") as f:
            f.write(f"[global]\n hostname = {name}\n[db]\n mode = {mode}\n retention = 3600\n[health]\n enabled = no\n"
                    f"[web]\n {web}\n[plugins]\n enable running new plugins = no\n diskspace = no\n")
            if not collects:
                f.write(" proc = no\n netdata monitoring = no\n")
        with open(place + "/etc/stream.conf", "w") as f:
            if destination:
                f.write(f"[stream]\n enabled = yes\n destination = {destination}\n api key = {KEY}\n"
                        " reconnect delay seconds = 1\n")
            f.write(f"[{KEY}]\n enabled = yes\n")
        with open(place + "/output", "a") as output:
            self.nodes[name] = subprocess.Popen(
                [self.binary, role, "--config-dir", place + "/etc", "--state-dir", place + "/state"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    def kill(self, name, how=signal.SIGKILL):
        node = self.nodes.pop(name)
        node.send_signal(how)
        node.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for node in self.nodes.values():
            node.terminate()
        for node in self.nodes.values():
            try:
                node.wait(15)
            except subprocess.TimeoutExpired:
                node.kill()
        shutil.rmtree(self.directory, ignore_errors=True)


def wait_for(port, seconds=20):
    deadline = time.time() + seconds
    while time.time() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nobody listens on port {port}")


def proxies(chain, hops, mode, far):
    """Starts the proxies, the one beside the far end first. Returns their ports, the child's first."""
    ports = [free_port() for _ in range(hops)]
    for number in reversed(range(hops)):
        there = ports[number + 1] if number + 1 < hops else far
        chain.start(f"hop{number + 1}", "parent", ports[number], mode, f"127.0.0.1:{there}")
    for port in ports:
        wait_for(port)
    return ports


def latency(options):
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    delays, hops = [], []

    def serve(connection):
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        is_ours = GUID.encode() in head
        if is_ours:
            hops.append(int(re.search(rb"hops=(\d+)", head).group(1)))
        connection.sendall(b"Hit me baby, push them over with the version=4")
        rest = b""
        while data := connection.recv(65536):
            now = time.monotonic_ns()
            *lines, rest = (rest + data).split(b"\n")
            if is_ours:
                delays.extend((now - int(line.split()[-1])) / 1e6 for line in lines if line.startswith(b'SET "clock"'))

    def accept():
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    with Chain(options.binary) as chain:
        ports = proxies(chain, options.hops, options.mode, listener.getsockname()[1])
        child = socket.create_connection(("127.0.0.1", ports[0]))
        child.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        child.sendall((
            f"STREAM key={KEY}&hostname=clock&machine_guid={GUID}&update_every=1&hops=1&ver=4"
            "&NETDATA_PROTOCOL_VERSION=1.1 HTTP/1.1\r\nUser-Agent: bench/1\r\nAccept: */*\r\n\r\n").encode())
        if not child.recv(4096).startswith(b"Hit me baby"):
            sys.exit("the first proxy refuses the child")
        child.sendall(b'CHART "a.clock" "" "" "ns" "a" "a.clock" "line" 1 1 "" "bench" ""\n'
                      b'DIMENSION "clock" "clock" "absolute" 1 1 ""\n')
        # The chain is connected hop by hop, each with the first collection it gets.
        until = time.time() + options.seconds + 3 * options.hops
        while time.time() < until and len(delays) < options.seconds * 10:
            child.sendall(f'BEGIN "a.clock" 100000\nSET "clock" = {time.monotonic_ns()}\nEND\n'.encode())
            time.sleep(0.1)
        time.sleep(0.5)
    if not delays:
        sys.exit("nothing arrived at the end of the chain")
    delays.sort()
    links = options.hops + 1
    median, worst = statistics.median(delays), delays[int(len(delays) * 0.99)]
    print(f"{options.hops} proxies of mode {options.mode}, {len(delays)} collections: median {median:.2f} ms in all, "
          f"{median / links:.2f} ms a link; 99 %: {worst:.2f} ms; hops at the end: {hops[-1]}")
    return median / links < 50 and hops[-1] == options.hops + 1


def data(port, host, chart, after, before):
    url = (f"http://127.0.0.1:{port}/host/{host}/api/v1/data?chart={chart}&after={after}&before={before}"
           "&format=json&options=seconds,flip")
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return {row[0]: row[1:] for row in json.load(answer)["data"]}
    except (OSError, ValueError, KeyError):
        return {}


def heal(options):
    charts = ["system.cpu", "system.load", "system.ram", "system.io"]
    with Chain(options.binary) as chain:
        far, near = free_port(), free_port()
        chain.start("end", "parent", far, "ram", None)
        wait_for(far)
        ports = proxies(chain, options.hops, options.mode, far)
        chain.start("source", "parent", near, "ram", f"127.0.0.1:{ports[0]}", collects=True)
        wait_for(near)
        deadline = time.time() + 60
        while time.time() < deadline and not data(far, "source", charts[0], -3, 0):
            time.sleep(0.5)
        begin = int(time.time())
        time.sleep(options.seconds / 2)
        middle = f"hop{(options.hops + 1) // 2}"
        killed = time.time()
        chain.kill(middle)
        time.sleep(5)
        index = int(middle[3:]) - 1
        there = ports[index + 1] if index + 1 < options.hops else far
        chain.start(middle, "parent", ports[index], options.mode, f"127.0.0.1:{there}")
        time.sleep(options.seconds)
        end = int(time.time()) - 5
        missing, different, compared = [], [], 0
        for chart in charts:
            ours, theirs = data(near, "source", chart, begin, end), data(far, "source", chart, begin, end)
            for second, values in ours.items():
                got = theirs.get(second)
                if None in values:
                    continue
                compared += 1
                if got is None or None in got:
                    missing.append((chart, second - int(killed)))
                elif got != values:
                    different.append((chart, second - int(killed), values, got))
        print(f"{middle} of {options.hops} killed and started again: {compared} points compared, "
              f"{len(missing)} missing, {len(different)} different")
        for what in (missing[:12], different[:6]):
            if what:
                print("  ", what)
        return compared > 0 and not missing and not different


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=["latency", "heal"])
    parser.add_argument("--binary", default=f"{TOP}/.build/release/ndstream")
    parser.add_argument("--hops", type=int, default=8)
    parser.add_argument("--mode", default="none")
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    good = [{"latency": latency, "heal": heal}[what](options) for what in options.what]
    sys.exit(0 if all(good) else 1)


main()
