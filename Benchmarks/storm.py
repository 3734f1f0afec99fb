#!/usr/bin/env python3
"""A thousand children that come at once, as after a restart of their parent: ndstream beside netdata 1.37.1.

  storm.py [--binary PATH] [--only ndstream,netdata] [--children N]

All connect to a server that has just begun to answer and send their requests as soon as they are connected. Measured from
the first connection: when half, 99 % and all of the children are accepted; what a child without a valid key waits for its
refusal meanwhile (one every 10 ms); and the server's memory. The server may use both processors, which the children
share with it.
"""
import argparse
import os
import selectors
import socket
import statistics
import time

from servers import KEY, Ndstream, Netdata

NOBODY = "99999999-9999-4999-8999-999999999999"


def request(number, key=KEY):
    return (f"STREAM key={key}&hostname=storm{number:05}&machine_guid=5702{number:04x}-0137-11ee-8000-000000000001"
            "&update_every=1&os=linux&hops=1&ver=5&NETDATA_PROTOCOL_VERSION=1.1 HTTP/1.1\r\n"
            "User-Agent: storm/1\r\nAccept: */*\r\n\r\n").encode()


class Storm:
    def __init__(self, port, children):
        self.port = port
        self.children = children
        self.selector = selectors.DefaultSelector()
        self.accepted = []
        self.refusals = []
        self.open = []

    def connect(self, number, key=KEY):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(("127.0.0.1", self.port))
        self.selector.register(s, selectors.EVENT_WRITE, (number, key, time.perf_counter()))

    def run(self, deadline=60):
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                time.sleep(0.001)
        start = time.perf_counter()
        for number in range(self.children):
            self.connect(number)
        refused = 0
        while len(self.accepted) < self.children and time.perf_counter() - start < deadline:
            if time.perf_counter() - start > refused * 0.01:
                refused += 1
                self.connect(60_000 + refused % 5_000, NOBODY)
            for event, mask in self.selector.select(0.01):
                self.step(event, mask, start)
        return start

    def step(self, event, mask, start):
        s, (number, key, since) = event.fileobj, event.data
        if mask & selectors.EVENT_WRITE:
            if s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                since = time.perf_counter()
                s.send(request(number, key))
                self.selector.modify(s, selectors.EVENT_READ, (number, key, since))
                return
            answer = b""
        else:
            try:
                answer = s.recv(8192)
            except OSError:
                answer = b""
        self.selector.unregister(s)
        now = time.perf_counter()
        if key == NOBODY:
            self.refusals.append((now - since) * 1000)
            s.close()
        elif answer.startswith(b"Hit me baby"):
            self.accepted.append(now - start)
            self.open.append(s)
        else:
            s.close()
            self.connect(number)

    def close(self):
        for s in self.open:
            s.close()


def measure(server, children):
    storm = Storm(server.port, children)
    before = sum(server.cpu())
    storm.run()
    used = sum(server.cpu()) - before
    times, refusals = sorted(storm.accepted), sorted(storm.refusals)
    if len(times) < children:
        print(f"{server.name}: only {len(times)} of {children} were accepted")
    if times:
        late = times[max(0, int(len(times) * 0.99) - 1)]
        print(f"{server.name:10} accepted: half {times[len(times) // 2]:.3f} s, 99 % {late:.3f} s, all {times[-1]:.3f} s; "
              f"refusals: median {statistics.median(refusals or [0]):.1f} ms, worst {(refusals or [0])[-1]:.1f} ms of "
              f"{len(refusals)}; {used:.2f} CPU s; memory {server.memory()['rss'] / 1024:.0f} MiB")
    storm.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.path.join(os.path.dirname(__file__), "..", ".build/release/ndstream"))
    parser.add_argument("--only", default="ndstream,netdata")
    parser.add_argument("--children", type=int, default=1000)
    options = parser.parse_args()
    for name in options.only.split(","):
        server = Ndstream(options.binary, pin=False) if name == "ndstream" else Netdata(pin=False)
        with server:
            measure(server, options.children)


if __name__ == "__main__":
    main()
