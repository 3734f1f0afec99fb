"""A past that a server is given by replication, and what its answers to questions about it cost.

The same child gives both servers the same points: so many seconds of a few charts, ending now. The questions are those of
dashboards: the last ten minutes second by second, an hour in sixty rows, all that there is in a thousand rows.
"""
import http.client
import random
import socket
import statistics
import subprocess
import sys
import threading
import time

from servers import HERE, KEY

HOST = "querybench"
GUID = "9e2f1c00-0000-4000-8000-0000000000be"
STEP = 600


class Past(threading.Thread):
    """A child that answers what it is asked for, and then sends nothing more."""

    def __init__(self, port, charts, dims, seconds):
        super().__init__(daemon=True)
        self.charts, self.dims, self.seconds = charts, dims, seconds
        self.connection = socket.create_connection(("127.0.0.1", port), 10)
        self.done = threading.Event()
        random.seed(7)
        # Counts, percentages, rates with noise, constants: as a host has them.
        self.values = [[self.value(dim, second) for second in range(7200)] for dim in range(dims)]
        self.now = int(time.time())

    @staticmethod
    def value(dim, second):
        kind = dim % 4
        if kind == 0:
            return f"{random.randint(0, 10000) / 100:.7f}"
        if kind == 1:
            return f"{400 + second % 97:.7f}"
        if kind == 2:
            return f"{1000 * random.random():.7f}"
        return "0.0000000"

    def run(self):
        c = self.connection
        c.sendall((f"STREAM key={KEY}&hostname={HOST}&registry_hostname={HOST}&machine_guid={GUID}&update_every=1&hops=1"
                   "&os=linux&timezone=UTC&abbrev_timezone=UTC&utc_offset=0&ver=13304&NETDATA_PROTOCOL_VERSION=1.1 HTTP/1.1\r\n"
                   "User-Agent: querybench/1\r\n\r\n").encode())
        if not c.recv(4096).startswith(b"Hit me"):
            sys.exit("the past was refused")
        first, last = self.now - self.seconds, self.now
        names = [f'"dim{number}"' for number in range(self.dims)]
        for chart in range(self.charts):
            c.sendall((f'CHART "bench.c{chart}" "" "" "units" "family" "bench.context" "line" 1000 1 "" "bench" ""\n'
                       + "".join(f'DIMENSION {name} {name} "absolute" 1 1 ""\n' for name in names)
                       + f"CHART_DEFINITION_END {first} {last} {int(time.time())}\n").encode())
        rest, left = b"", self.charts
        while left:
            data = c.recv(65536)
            if not data:
                sys.exit("the past was cut")
            lines = (rest + data).split(b"\n")
            rest = lines.pop()
            for words in (line.decode().split() for line in lines):
                if words[:1] == ["REPLAY_CHART"]:
                    left -= self.answer(words[1].strip('"'), words[2].strip('"') == "true", int(words[3]), int(words[4]), names)
        self.done.set()
        # The child stays, and may be left in peace as long as the questions take.
        c.settimeout(None)
        while c.recv(65536):
            pass

    def answer(self, chart, starts, after, before, names):
        now = int(time.time())
        # What a child has, and not more at once than it may be asked for.
        before = min(before, self.now)
        lines = [f'RBEGIN "{chart}"']
        for end in range(max(after, self.now - self.seconds) + 1, before + 1) if after else ():
            lines.append(f"RBEGIN '' {end - 1} {end} {now}")
            place = end % 7200
            lines += [f'RSET {name} {column[place]} ""' for name, column in zip(names, self.values)]
        is_last = starts or before >= self.now
        lines.append(f"REND 1 {self.now - self.seconds} {self.now} {'true' if is_last else 'false'} {after} {before} {now}")
        self.connection.sendall(("\n".join(lines) + "\n").encode())
        return is_last


def give(server, charts, dims, seconds):
    past = Past(server.port, charts, dims, seconds)
    past.start()
    if not past.done.wait(900):
        sys.exit(f"{server.name}: the past did not arrive")
    time.sleep(2)
    return past


def ask(connection, path):
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        sys.exit(f"{path}: {answer.status} {body[:200]}")
    return body


def measure(server, questions, seconds):
    """For each question: milliseconds (median), CPU milliseconds of the server, and requests a second of eight clients."""
    results = {}
    for name, path in questions.items():
        path = f"/host/{HOST}/api/v1/data?{path}"
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        ask(connection, path)
        times = []
        until = time.monotonic() + seconds
        before = sum(server.cpu())
        while time.monotonic() < until:
            start = time.perf_counter()
            body = ask(connection, path)
            times.append((time.perf_counter() - start) * 1e3)
        cpu = (sum(server.cpu()) - before) * 1e3 / len(times)
        results[name] = (statistics.median(times), cpu, together(server, path, seconds), len(body))
    return results


def together(server, path, seconds):
    """Eight clients, in one process of their own that costs less than they ask."""
    done = subprocess.run(
        ["taskset", "-c", "1", sys.executable, f"{HERE}/queries.py", str(server.port), path, str(seconds)],
        stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def main():
    """Eight connections without a library: one request is on its way on each."""
    import select
    port, path, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n".encode()
    poller, clients = select.poll(), {}
    for _ in range(8):
        c = socket.create_connection(("127.0.0.1", port))
        c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        c.sendall(request)
        clients[c.fileno()] = [c, b"", None]
        poller.register(c, select.POLLIN)
    count, start = 0, time.monotonic()
    while time.monotonic() - start < seconds:
        for fd, _ in poller.poll(100):
            client = clients[fd]
            data = client[0].recv(1 << 18)
            if not data:
                sys.exit("a client was cut")
            client[1] += data
            if client[2] is None and b"\r\n\r\n" in client[1]:
                head, _, client[1] = client[1].partition(b"\r\n\r\n")
                length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                client[2] = int(length[0].split(b":")[1]) if length else sys.exit("an answer without length")
            if client[2] is not None and len(client[1]) >= client[2]:
                client[1], client[2] = client[1][client[2]:], None
                count += 1
                client[0].sendall(request)
    print(count / (time.monotonic() - start))


if __name__ == "__main__":
    main()
