#!/usr/bin/env python3
"""A thousand children that come back at once, as after a restart of their parent: ndstream beside netdata 1.37.1.

  storm.py [--binary PATH] [--only ndstream,netdata] [--children N] [--charts N] [--kill]

First all children stream to a running parent, so that it knows them and their charts; then the parent is ended (TERM, with
--kill KILL) and started again with the state it has left. From the moment that a connection is possible all children connect
at once, send their requests, and when they are accepted their definitions and a first sample of every chart. Measured from
that moment:

  accepted   when half, 99 % and all of the children are accepted
  stored     when the parent has read the first samples of all (nothing is under way any more)
  refusals   what a child without a valid key waits from connect() to its answer: one every 5 ms from a process of its own
             while the storm runs, and 200 more, one after the other, when it is over; and how long ndstream's two threads
             that only look after these ran and waited for a processor (/proc/PID/task/*/schedstat)
  CPU        seconds of the parent from its start to listen(), and from there until all is stored
  memory     of the parent: with all children before the end, and after the storm

The parent may use both processors, which the children share with it.
"""
import argparse
import multiprocessing
import os
import selectors
import signal
import socket
import statistics
import threading
import time

from servers import KEY, Ndstream, Netdata, read, unread

NOBODY = "99999999-9999-4999-8999-999999999999"
# What a 1.37 child offers, without compression, functions and replication.
VERSION = 8 + 16 + 32 + 64 + 128 + 256 + 512


def request(number, key=KEY):
    return (f"STREAM key={key}&hostname=storm{number:05}&machine_guid=5702{number:04x}-0137-11ee-8000-000000000001"
            f"&update_every=1&os=linux&hops=1&ver={VERSION}&NETDATA_PROTOCOL_VERSION=1.1 HTTP/1.1\r\n"
            "User-Agent: storm/1\r\nAccept: */*\r\n\r\n").encode()


def first_words(charts, dimensions=5):
    """What each child says first: its charts, and one collection of each."""
    lines = ['OVERWRITE labels\n']
    for chart in range(charts):
        lines.append(f'CHART "storm.c{chart}" "" "What storms do" "units" "family" "storm.context" line {1000 + chart} 1 '
                     '"" "storm" ""\n')
        lines += [f'DIMENSION "d{d}" "d{d}" "absolute" 1 1 "  "\n' for d in range(dimensions)]
    for chart in range(charts):
        lines.append(f'BEGIN "storm.c{chart}" 0\n')
        lines += [f'SET "d{d}" = {d * 7 + chart}\n' for d in range(dimensions)]
        lines.append("END\n")
    return "".join(lines).encode()


class Storm:
    def __init__(self, port, children, charts):
        self.port = port
        self.children = children
        self.words = first_words(charts)
        self.selector = selectors.DefaultSelector()
        self.accepted = []
        self.open = []
        self.again = 0

    def connect(self, number):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(("127.0.0.1", self.port))
        self.selector.register(s, selectors.EVENT_WRITE, ("connecting", number, None))

    def wait_for_listen(self, deadline=60):
        end = time.perf_counter() + deadline
        while time.perf_counter() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.001)

    def run(self, deadline=60):
        """Returns when all is stored, in seconds from now."""
        start = time.perf_counter()
        for number in range(self.children):
            self.connect(number)
        while len(self.open) < self.children and time.perf_counter() - start < deadline:
            for event, mask in self.selector.select(0.01):
                self.step(event.fileobj, *event.data, start)
        while unread(self.port) > 0 and time.perf_counter() - start < deadline:
            time.sleep(0.01)
        return time.perf_counter() - start

    def step(self, s, state, number, rest, start):
        if state == "connecting":
            if s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                s.send(request(number))
                self.selector.modify(s, selectors.EVENT_READ, ("asking", number, None))
                return
            answer = b""
        elif state == "talking":
            return self.talk(s, number, rest)
        else:
            try:
                answer = s.recv(8192)
            except OSError:
                answer = b""
        if answer.startswith(b"Hit me baby"):
            self.accepted.append(time.perf_counter() - start)
            self.selector.modify(s, selectors.EVENT_WRITE, ("talking", number, memoryview(self.words)))
        else:
            self.selector.unregister(s)
            s.close()
            self.again += 1
            self.connect(number)

    def talk(self, s, number, rest):
        try:
            rest = rest[s.send(rest):]
        except BlockingIOError:
            pass
        if rest:
            self.selector.modify(s, selectors.EVENT_WRITE, ("talking", number, rest))
        else:
            self.selector.unregister(s)
            self.open.append(s)

    def close(self):
        for s in self.open:
            s.close()


def refusers(server):
    """What the threads did until now that accept and refuse: milliseconds with and without a processor."""
    ran = waited = 0
    for task in os.listdir(f"/proc/{server.pid}/task"):
        name = read(f"/proc/{server.pid}/task/{task}/comm").strip()
        if name == "DOOR" or name.startswith("NIO-ELT-2-"):
            words = read(f"/proc/{server.pid}/task/{task}/schedstat").split()
            ran, waited = ran + int(words[0]) / 1e6, waited + int(words[1]) / 1e6
    return ran, waited


def refusal(port, number):
    """Milliseconds from connect() to the end of the answer; None where there was none."""
    since = time.perf_counter()
    try:
        with socket.create_connection(("127.0.0.1", port), 30) as s:
            s.sendall(request(60_000 + number % 5_000, NOBODY))
            answer = s.recv(8192)
    except OSError:
        return None
    return (time.perf_counter() - since) * 1000 if answer else None


def refusals_meanwhile(port, begin, end, results):
    """Runs in a process of its own: asks every 5 ms, whether the one before has its answer or not.

    Children are other machines: what is measured is how long the parent takes, not when this process gets a processor.
    """
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    except PermissionError:
        print("the asker has no real-time priority: refusals include its waiting for a processor")
    begin.wait()
    times, threads = {}, []
    while not end.is_set():
        thread = threading.Thread(target=lambda n=len(threads): times.update({n: refusal(port, n)}))
        thread.start()
        threads.append(thread)
        time.sleep(0.005)
    for thread in threads:
        thread.join()
    results.put([times[number] for number in sorted(times)])


def told(times):
    answered = sorted(t for t in times if t is not None)
    if not answered:
        return f"none of {len(times)}"
    return f"median {statistics.median(answered):.2f} ms, worst {answered[-1]:.2f} ms, {len(answered)} of {len(times)} answered"


def measure(server, options):
    before = Storm(server.port, options.children, options.charts)
    before.run()
    time.sleep(3)
    memory = server.memory()["rss"]
    os.killpg(server.pid, signal.SIGKILL if options.kill else signal.SIGTERM)
    server.process.wait(60)
    before.close()
    storm = Storm(server.port, options.children, options.charts)
    begin, end, results = multiprocessing.Event(), multiprocessing.Event(), multiprocessing.Queue()
    asker = multiprocessing.Process(target=refusals_meanwhile, args=(server.port, begin, end, results))
    asker.start()
    begun = time.perf_counter()
    server.relaunch()
    storm.wait_for_listen()
    ready = time.perf_counter() - begun
    loading = sum(server.cpu())
    begin.set()
    before = refusers(server)
    stored = storm.run()
    end.set()
    after = refusers(server)
    used = sum(server.cpu()) - loading
    refusals = results.get()
    asker.join()
    times = sorted(storm.accepted)
    if len(times) < options.children:
        print(f"{server.name}: only {len(times)} of {options.children} were accepted")
    if times:
        late = times[max(0, int(len(times) * 0.99) - 1)]
        calm = [refusal(server.port, number) for number in range(200)]
        print(f"{server.name:10} listens {ready:.2f} s after its start ({loading:.2f} CPU s); accepted: half "
              f"{times[len(times) // 2]:.3f} s, 99 % {late:.3f} s, all {times[-1]:.3f} s; stored {stored:.3f} s; "
              f"{used:.2f} CPU s; {storm.again} came again")
        print(f"           refusals in the storm: {told(refusals)}; after it: {told(calm)}")
        if after != (0, 0):
            print(f"           refused after the first 100 ms: {told(refusals[20:])}; those who refuse ran "
                  f"{after[0] - before[0]:.0f} ms and waited {after[1] - before[1]:.0f} ms for a processor")
        print(f"           memory {memory / 1024:.0f} MiB before, {server.memory()['rss'] / 1024:.0f} MiB after", flush=True)
    storm.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.path.join(os.path.dirname(__file__), "..", ".build/release/ndstream"))
    parser.add_argument("--only", default="ndstream,netdata")
    parser.add_argument("--children", type=int, default=1000)
    parser.add_argument("--charts", type=int, default=20)
    parser.add_argument("--kill", action="store_true")
    options = parser.parse_args()
    for name in options.only.split(","):
        server = Ndstream(options.binary, pin=False) if name == "ndstream" else Netdata(pin=False)
        with server:
            measure(server, options)


if __name__ == "__main__":
    main()
