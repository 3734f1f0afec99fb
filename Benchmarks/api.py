#!/usr/bin/env python3
"""Requests a second and CPU of a request, ndstream beside netdata 1.37.1, both with the same data and asked in turns.

  api.py [--modes ram,dbengine] [--seconds 2] [--rounds 3] [--binary PATH] [--only WORDS] [--before PATH]

One host has an hour of 20 charts of 10 dimensions, which a child has replicated to both (queries.py); twenty more stream 100 charts of 5
dimensions each while it is measured: so all of them together are a scrape of 10,000 metrics. No question comes twice: each asks for
another chart, another window, and has a parameter of its own that nobody knows, so that no answer is there already. Windows end with that
hour, however long ago that is. With --before an older ndstream takes the place of 1.37.1.

CPU is that of the whole server for one request: while one client asks one question after the other on one connection, so that the server
falls asleep and is woken for each, and while eight clients ask at once; requests a second are those of the eight. The servers have the
first processor, the clients the second.
"""
import argparse
import itertools
import os
import select
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid

import queries
from servers import HERE, KEY, TOP, Ndstream, Netdata

HOSTS, CHARTS, DIMS = 20, 100, 5
# name → path; {n}: the number of the request, {chart}: another chart each time, {ago}: seconds since the data ended, {6m} and {60m}: a window
# of 60 and 600 rows, up to 19 seconds longer than that, which leaves the number of its rows.
DATA = f"/host/{queries.HOST}/api/v1/data?chart=bench.c{{chart}}&_={{n}}&before=-{{ago}}"
QUESTIONS = {
    "60 rows, json": DATA + "&after=-{6m}&points=60",
    "60 rows, jsonwrap": DATA + "&after=-{6m}&points=60&options=jsonwrap|flip|ms|nonzero",
    "600 rows, json": DATA + "&after=-{60m}&points=600",
    "600 rows, jsonwrap": DATA + "&after=-{60m}&points=600&options=jsonwrap|flip|ms|nonzero",
    "600 rows, csv": DATA + "&after=-{60m}&points=600&format=csv",
    "3,600 rows, json": DATA + "&after=-3600&points=3600",
    "3,600 rows, jsonwrap": DATA + "&after=-3600&points=3600&options=jsonwrap",
    "3,600 rows, csv": DATA + "&after=-3600&points=3600&format=csv",
    "an hour in 60 rows, json": DATA + "&after=-3600&points=60",
    "prometheus, all hosts": "/api/v1/allmetrics?format=prometheus_all_hosts&_={n}",
    "prometheus, one host": "/host/live00/api/v1/allmetrics?format=prometheus&_={n}",
    "prometheus, one host, as collected": "/host/live00/api/v1/allmetrics?format=prometheus&source=raw&_={n}",
    "shell, one host": "/host/live00/api/v1/allmetrics?format=shell&_={n}",
    "json, one host": "/host/live00/api/v1/allmetrics?format=json&_={n}",
    "charts": "/host/live00/api/v1/charts?_={n}",
    "chart": "/host/live00/api/v1/chart?chart=load.c{chart}&_={n}",
    "info": "/api/v1/info?_={n}",
}


def path(question, n, end):
    words = {"{n}": n, "{chart}": n % 20, "{ago}": int(time.time()) - end, "{6m}": 60 + n // 20 % 20, "{60m}": 600 + n // 20 % 20}
    text = QUESTIONS[question]
    for word, value in words.items():
        text = text.replace(word, str(value))
    return text


class Children(threading.Thread):
    """Twenty hosts that stream to all servers, a collection a second."""

    def __init__(self, servers):
        super().__init__(daemon=True)
        self.sockets = [(self.connect(server, number)) for server in servers for number in range(HOSTS)]
        self.ticks = ["".join(f'BEGIN "load.c{chart}" 1000000\n' + "".join(
            f'SET "dimension{dim}" = {(chart * 7919 + dim * 104729 + tick * 31) % 65536}\n' for dim in range(DIMS)) + "END\n"
            for chart in range(CHARTS)).encode() for tick in range(16)]

    @staticmethod
    def connect(server, number):
        name = f"live{number:02}"
        c = socket.create_connection(("127.0.0.1", server.port), 10)
        c.sendall((f"STREAM key={KEY}&hostname={name}&registry_hostname={name}&machine_guid={uuid.uuid5(uuid.NAMESPACE_DNS, name)}"
                   "&update_every=1&hops=1&os=linux&timezone=UTC&abbrev_timezone=UTC&utc_offset=0&ver=9208&NETDATA_PROTOCOL_VERSION=1.1 HTTP/1.1\r\n"
                   "User-Agent: api/1\r\n\r\n").encode())
        if not c.recv(4096).startswith(b"Hit me"):
            sys.exit(f"{server.name} refuses a child")
        c.sendall("".join(
            f'CHART "load.c{chart}" "" "A title of chart {chart}" "things/s" "family {chart // 10}" "load.context{chart}" "line" 1000 1 "" "load.plugin" ""\n'
            + "".join(f'DIMENSION "dimension{dim}" "dimension{dim}" "absolute" 1 7 ""\n' for dim in range(DIMS)) for chart in range(CHARTS)).encode())
        return c

    def run(self):
        for tick in itertools.cycle(self.ticks):
            time.sleep(1 - time.time() % 1)
            try:
                for one in self.sockets:
                    one.sendall(tick)
            except BrokenPipeError:
                # The servers have ended.
                return


def cpu(server):
    """Nanoseconds that all threads have run."""
    total = 0
    for task in os.listdir(f"/proc/{server.pid}/task"):
        try:
            with open(f"/proc/{server.pid}/task/{task}/schedstat") as file:
                total += int(file.read().split()[0])
        except OSError:
            pass    # it has ended
    return total


def ask(port, question, clients, seconds, first, end):
    """In a process of its own, on the other processor: how many requests, in how many seconds, of how many bytes."""
    done = subprocess.run(["taskset", "-c", "1", sys.executable, f"{HERE}/api.py", "--client", str(port), question, str(clients),
                           str(seconds), str(first), str(end)], stdout=subprocess.PIPE, text=True, check=True)
    count, took, size = done.stdout.split()
    return int(count), float(took), int(size)


def client(port, question, clients, seconds, first, end):
    """Connections without a library: one request is on its way on each."""
    numbers = itertools.count(first)

    def request():
        return f"GET {path(question, next(numbers), end)} HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n".encode()

    poller, open_ones = select.poll(), {}
    for _ in range(clients):
        c = socket.create_connection(("127.0.0.1", port))
        c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        open_ones[c.fileno()] = [c, 0, None]
        poller.register(c, select.POLLIN)
        c.sendall(request())
    count, size, start = 0, 0, time.monotonic()
    while (took := time.monotonic() - start) < seconds:
        for fd, _ in poller.poll(100):
            one = open_ones[fd]
            data = one[0].recv(1 << 20)
            if not data:
                sys.exit("a client was cut")
            if one[2] is None:
                head, _, rest = data.partition(b"\r\n\r\n")
                if not head.startswith(b"HTTP/1.1 200"):
                    sys.exit(f"{question}: {data[:300]}")
                length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                one[1:] = [len(rest), int(length[0].split(b":")[1]) if length else sys.exit("an answer without length")]
            else:
                one[1] += len(data)
            if one[1] >= one[2]:
                size, one[2] = one[2], None
                count += 1
                one[0].sendall(request())
    print(count, took, size)


def measure(servers, question, options, end):
    """For each server: CPU ms of a request, of one client and of one of eight; requests a second of eight clients, bytes."""
    results = [[] for _ in servers]
    numbers = itertools.count(0, 1_000_000)
    for _ in range(options.rounds):
        for server, rounds in zip(servers, results):
            started = cpu(server)
            count, _, size = ask(server.port, question, 1, options.seconds, next(numbers), end)
            between = cpu(server)
            many, took, _ = ask(server.port, question, 8, options.seconds, next(numbers), end)
            spent = (between - started) / 1e6 / count, (cpu(server) - between) / 1e6 / many
            rounds.append((*spent, many / took, size))
    return [tuple(statistics.median(one) for one in zip(*rounds)) for rounds in results]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modes", default="ram,dbengine")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--binary", default=os.path.join(TOP, ".build/release/ndstream"))
    parser.add_argument("--only", default="", help="questions with this in their name")
    parser.add_argument("--before", default="", help="another ndstream instead of 1.37.1")
    options = parser.parse_args()
    for mode in options.modes.split(","):
        words = {"mode": mode, "retention": 4096, "replicate": 7200}
        other = Ndstream(options.before, **words) if options.before else Netdata(**words, compression="no")
        with other, Ndstream(options.binary, **words) as ours:
            end = min(queries.give(server, 20, 10, 3600).now for server in (other, ours))
            Children([other, ours]).start()
            time.sleep(15)
            print(f"\n### Requests, `{mode}`\n\n| question | bytes | {'before' if options.before else '1.37.1'}: CPU ms of one client, "
                  "of eight, requests/s | ndstream | times better |\n|---|---|---|---|---|")
            for question in QUESTIONS:
                if options.only not in question:
                    continue
                a, b = measure([other, ours], question, options, end)
                times = a[0] / b[0], a[1] / b[1], b[2] / a[2]
                print(f"| {question} | {b[3]:,.0f} | {a[0]:.3f}, {a[1]:.3f}, {a[2]:.0f} | {b[0]:.3f}, {b[1]:.3f}, {b[2]:.0f} | "
                      + ", ".join(f"{one:.1f}" for one in times) + " |")
                sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--client"]:
        client(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), float(sys.argv[5]), int(sys.argv[6]), int(sys.argv[7]))
    else:
        main()
