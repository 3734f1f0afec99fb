#!/usr/bin/env python3
"""Throws requests at a parent that mirrors a child: `make api-fuzz`, or Fuzz/api.py [--minutes 10] [--seed N].

Half of the time schemathesis (from PyPI, in a virtual environment below .build) makes requests out of the node's own
/api/v1/openapi.json; meanwhile and for the other half our own garbage comes: broken request lines and heads, whole requests
cut at each byte, huge ones, slow ones, many in a row, connections that are half closed or reset.

It fails when an answer is a 5xx that is not documented (503 for a query that takes longer than its `timeout`), when the node
ends, keeps memory or descriptors, or when the child that streams all the while is disturbed.
"""

import argparse
import collections
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
KEY = "0d4b2a3c-5f0e-4f4c-9f0a-2b7f6a0c1d2e"
CHILD = "9b7e6d5c-4a3b-4c2d-8e1f-0a1b2c3d4e5f"
# What a parent may have grown by at the end: heaps keep some of what they once needed.
GROWTH = 32 << 20
CHARTS = ["system.cpu", "system.ram", "a.b"]


class Node:
    """A parent with everything of its own in a directory, on a port of its own."""

    def __init__(self, program):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="ndstream-api-fuzz-"))
        etc = self.directory / "etc"
        etc.mkdir()
        (self.directory / "web").mkdir()
        (self.directory / "web" / "index.html").write_text("<p>page</p>")
        (self.directory / "web" / "big.js").write_bytes(bytes(range(256)) * (16 << 10))
        (etc / "netdata.conf").write_text(
            f"[db]\n mode = ram\n retention = 600\n[web]\n bind to = 127.0.0.1:0\n timeout for first request = 5\n"
            f" disconnect idle clients after seconds = 5\n[directories]\n web = {self.directory}/web\n[health]\n enabled = no\n"
        )
        (etc / "stream.conf").write_text(f"[{KEY}]\n enabled = yes\n")
        command = [program, "parent", "--config-dir", str(etc), "--state-dir", str(self.directory / "state")]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = self.directory / "state/run/parent.port"
        for _ in range(200):
            if port.exists() and port.read_text().endswith("\n"):
                break
            time.sleep(0.05)
        self.port = int(port.read_text())

    def figures(self):
        """Bytes of memory, and descriptors."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        resident = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))
        return resident, len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def child(self):
        """The child as the status document has it."""
        document = json.loads(self.get("/api/v1/streaming")[1])
        return next(host for host in document["hosts"] if host["hostname"] == "child")

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        shutil.rmtree(self.directory, ignore_errors=True)
        return code


class Child(threading.Thread):
    """Streams three charts, a collection a second."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.sendall(
            f"STREAM key={KEY}&hostname=child&machine_guid={CHILD}&update_every=1&os=linux&ver=4 HTTP/1.1\r\n"
            "User-Agent: fuzz\r\n\r\n".encode()
        )
        greeting = self.socket.recv(4096)
        assert greeting.startswith(b"Hit me"), greeting
        for chart in CHARTS:
            self.send(f"CHART {chart} '' 't' 'u' 'f' 'c.{chart}' line 1 1 '' 'p' 'm'\n")
            self.send("".join(f"DIMENSION d{number} '' absolute 1 1 ''\n" for number in range(5)))
        self.failure = None
        self.is_over = False
        self.start()

    def send(self, text):
        self.socket.sendall(text.encode())

    def run(self):
        value = 0
        try:
            while not self.is_over:
                value += 1
                for chart in CHARTS:
                    sets = "".join(f"SET d{number} = {value * number}\n" for number in range(5))
                    self.send(f"BEGIN {chart} 1000000\n{sets}END\n")
                time.sleep(1)
        except OSError as error:
            self.failure = error


class Garbage(threading.Thread):
    """Somebody who speaks HTTP badly, in one way after the other. What it does follows from its seed."""

    def __init__(self, port, seed, until, counts):
        super().__init__(daemon=True)
        self.port, self.until, self.counts = port, until, counts
        self.random = random.Random(seed)
        self.bad = []
        self.start()

    def run(self):
        ways = [
            self.line, self.head, self.cut, self.huge, self.slow, self.pipeline, self.half_close, self.reset, self.noise,
            self.smuggle, self.parameters, self.silent, self.not_reading, self.files,
        ]
        while time.monotonic() < self.until:
            way = self.random.choice(ways)
            self.counts[way.__name__] += 1
            try:
                way()
            except OSError:
                # It may close whenever it likes.
                pass

    # Pieces

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def bytes(self, most):
        return self.random.randbytes(self.random.randrange(most + 1))

    def word(self):
        return self.random.choice([
            b"", b"*", b"system.cpu", b"a.b", b"c.*", b"!*", b"json", b"csv", b"average", b"percentile", b"-600", b"0", b"-1",
            b"9223372036854775807", b"-9223372036854775808", b"18446744073709551616", b"1e308", b"nan", b"%", b"%zz", b"%00",
            b"%0d%0aX:%20y", b"%ff%fe", b"..%2f..", b"<script>", b"'\"", b"a" * self.random.randrange(2000), b"jsonwrap|abs",
            b"yes", b"prometheus", b"prometheus_all_hosts", b"median", b"min2max", b"1", b"60", b"auto", self.bytes(20),
        ])

    def path(self):
        start = self.random.choice([b"/", b"//", b"/api/v1/", b"/host/child/api/v1/", b"/host/nobody/", b"/host/", b"/api/", b""])
        command = self.random.choice([
            b"info", b"charts", b"chart", b"data", b"allmetrics", b"badge.svg", b"registry", b"alarms", b"alarm_log",
            b"alarm_count", b"alarm_variables", b"contexts", b"context", b"streaming", b"openapi.json", b"manage/health",
            b"archivedcharts", b"functions", b"function", b"dbengine_stats", b"aclk", b"big.js", b"index.html", self.word(),
        ])
        names = [
            b"chart", b"context", b"dimensions", b"after", b"before", b"points", b"group", b"group_options", b"gtime", b"options",
            b"format", b"filter", b"callback", b"filename", b"tqx", b"timeout", b"tier", b"action", b"cmd", b"label", b"units",
            b"scale", b"precision", b"refresh", b"value_color", b"multiply", b"divide", b"status", b"all", b"server", b"prefix",
            self.word(),
        ]
        pairs = [self.random.choice(names) + b"=" + self.word() for _ in range(self.random.randrange(6))]
        return start + command + (b"?" + b"&".join(pairs) if pairs else b"")

    def request(self, keep_alive=False):
        method = self.random.choice([b"GET"] * 8 + [b"HEAD", b"OPTIONS", b"POST", b"PUT"])
        fields = self.random.sample([
            b"Host: 127.0.0.1", b"Accept-Encoding: gzip", b"Origin: http://o", b"If-None-Match: *", b"DNT: 1",
            b"Cookie: netdata_registry_id=" + self.bytes(40).hex().encode(), b"X-Auth-Token: x", b"Content-Length: 0",
            b"If-Modified-Since: x", b"Connection: close",
        ], self.random.randrange(5))
        if keep_alive:
            fields.append(b"Connection: keep-alive")
        return b"\r\n".join([method + b" " + self.path() + b" HTTP/1.1"] + fields) + b"\r\n\r\n"

    def answers(self, connection, what):
        """Reads until the end, and looks at each status line in it."""
        data = b""
        try:
            while more := connection.recv(65536):
                data += more
                if len(data) > 64 << 20:
                    break
        except OSError:
            pass
        wrong = [code for code in re.findall(rb"HTTP/1\.1 (5\d\d) ", data) if code != b"503" or b"timeout" not in what]
        if wrong:
            self.bad.append((what[:300], data[:200], wrong))
        connection.close()

    def ask(self, what):
        connection = self.connect()
        connection.sendall(what)
        self.answers(connection, what)

    # Ways

    def line(self):
        self.ask(self.bytes(8) + b" " + self.path() + self.random.choice([b" HTTP/1.1", b"", b" HTTP/9", b"\0"]) + b"\r\n\r\n")

    def head(self):
        lines = [self.bytes(40) for _ in range(self.random.randrange(120))]
        self.ask(b"GET " + self.path() + b" HTTP/1.1\r\n" + b"\r\n".join(lines) + b"\r\n\r\n")

    def cut(self):
        request = self.request()
        connection = self.connect()
        end = self.random.randrange(len(request))
        connection.sendall(request[:end])
        if self.random.random() < 0.5:
            connection.sendall(request[end:])
        connection.shutdown(socket.SHUT_WR)
        self.answers(connection, request)

    def huge(self):
        size = self.random.choice([16383, 16384, 16385, 65536, 1 << 20])
        self.ask(b"GET /" + b"a" * size + b" HTTP/1.1\r\n\r\n")

    def slow(self):
        request = self.request()
        connection = self.connect()
        for byte in request[: self.random.randrange(200)]:
            connection.sendall(bytes([byte]))
            time.sleep(0.002)
        if self.random.random() < 0.3:
            time.sleep(0.5)
        connection.close()

    def pipeline(self):
        connection = self.connect()
        requests = b"".join(self.request(keep_alive=True) for _ in range(self.random.randrange(1, 30)))
        threading.Thread(target=self.answers, args=(connection, requests), daemon=True).start()
        connection.sendall(requests)
        connection.shutdown(socket.SHUT_WR)

    def half_close(self):
        connection = self.connect()
        request = self.request()
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        self.answers(connection, request)

    def reset(self):
        connection = self.connect()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(self.request()[: self.random.randrange(400)])
        connection.close()

    def noise(self):
        self.ask(self.random.choice([b"", b"\x16\x03\x01", b"STREAM ", b"\x80\x2e\x01"]) + self.bytes(3000) + b"\r\n\r\n")

    def smuggle(self):
        fields = self.random.choices([
            b"Content-Length: 5", b"Content-Length: 0", b"Content-Length: +0", b"Transfer-Encoding: chunked", b" folded",
            b"Transfer-Encoding : x", b"Host: a", b"A: b\nC: d", b"A: \0", b"A: b\rC: d",
        ], k=self.random.randrange(1, 4))
        request = b"GET " + self.random.choice([b"/", b"http://a/", b"a:80", b"*"]) + b" HTTP/1.1\r\n" + b"\r\n".join(fields)
        self.ask(request + b"\r\n\r\n" + self.request())

    def parameters(self):
        self.ask(b"GET /host/child/api/v1/data?chart=a.b&" + b"&".join(
            self.random.choice([b"after", b"before", b"points", b"gtime", b"group", b"options", b"format", b"tier"])
            + b"=" + self.word() for _ in range(4)
        ) + b" HTTP/1.1\r\n\r\n")

    def silent(self):
        self.connect().close()

    def not_reading(self):
        connection = self.connect()
        connection.sendall(b"GET /big.js HTTP/1.1\r\nConnection: keep-alive\r\n\r\n" * self.random.randrange(1, 5))
        time.sleep(0.3)
        connection.close()

    def files(self):
        encoding = self.random.choice([b"", b"Accept-Encoding: gzip\r\n"])
        self.ask(b"GET /big.js HTTP/1." + self.random.choice([b"0", b"1"]) + b"\r\n" + encoding + b"\r\n")


def schemathesis():
    """The program, installed when it is not there yet; `None` without a network."""
    place = TOP / ".build/api-fuzz"
    program = place / "bin/schemathesis"
    if not program.exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
            subprocess.run([str(place / "bin/pip"), "install", "-q", "schemathesis"], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"NO SCHEMATHESIS: {error}", file=sys.stderr)
            return None
    return program


def description(node):
    """The node's own, with values that are there: among words that nobody knows, few requests would reach anything."""
    document = json.loads(node.get("/api/v1/openapi.json")[1])
    known = {"host": ["child", "localhost", CHILD, "nobody"], "chart": CHARTS + ["no.chart"], "context": ["c.a.b", "c.*", "x"]}
    for methods in document["paths"].values():
        for operation in methods.values():
            parameters = operation.get("parameters", [])
            # The documented 503.
            operation["parameters"] = parameters = [each for each in parameters if each["name"] != "timeout"]
            for parameter in parameters:
                if parameter["name"] in known:
                    parameter["schema"]["enum"] = known[parameter["name"]]
    file = node.directory / "openapi.json"
    file.write_text(json.dumps(document))
    return file


def run_schemathesis(program, node, until, seed):
    """One run after the other until the time is over.

    - Returns: what it complained about.
    """
    file, runs = description(node), 0
    while (seconds := until - time.monotonic()) > 5:
        command = [
            str(program), "run", str(file), "--url", f"http://127.0.0.1:{node.port}", "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance", "--seed", str(seed + runs), "--max-examples",
            "40", "--request-timeout", "20", "--no-color",
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, cwd=node.directory)
        except subprocess.TimeoutExpired:
            break
        runs += 1
        if done.returncode != 0:
            return f"{' '.join(command)}\n{done.stdout[-6000:]}{done.stderr[-2000:]}"
    print(f"schemathesis: {runs} whole runs over {len(json.loads(file.read_text())['paths'])} paths")
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--binary", default=str(TOP / ".build/release/ndstream"))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    program = schemathesis()
    node = Node(options.binary)
    failures = []
    try:
        child = Child(node.port)
        time.sleep(3)
        # What every node needs once is no growth: one round of everything first.
        counts = collections.Counter()
        warm = [Garbage(node.port, options.seed - 1 - number, time.monotonic() + 10, counts) for number in range(4)]
        for thread in warm:
            thread.join()
        time.sleep(8)
        before = node.figures()
        start = time.monotonic()
        end = start + options.minutes * 60
        threads = [Garbage(node.port, options.seed + number, end, counts) for number in range(4)]
        if program:
            complaint = run_schemathesis(program, node, start + options.minutes * 30, options.seed)
            if complaint:
                failures.append(complaint)
        for thread in threads:
            thread.join()
        # Until the last connection is over: idle ones after 5 s, answers nobody reads after a minute.
        for _ in range(80):
            time.sleep(1)
            after = node.figures()
            if after[1] <= before[1]:
                break
        for thread in warm + threads:
            failures += [f"5xx: {what!r} → {answer!r}" for what, answer, _ in thread.bad[:5]]
        if child.failure:
            failures.append(f"the child was disturbed: {child.failure}")
        host = node.child()
        if host["connects"] != 1 or host["disconnects"] != 0 or host["state"] != "live":
            failures.append(f"the child is not as it was: {host}")
        status, body = node.get("/host/child/api/v1/data?chart=a.b&after=-60&format=csv")
        if status != 200 or body.count(b"\n") < 50:
            failures.append(f"the child's data: {status} {body[:200]!r}")
        if after[0] - before[0] > GROWTH:
            failures.append(f"memory grew from {before[0] >> 20} to {after[0] >> 20} MiB")
        if after[1] > before[1]:
            failures.append(f"descriptors grew from {before[1]} to {after[1]}")
        child.is_over = True
        total = sum(counts.values())
        print(f"{total} connections in {len(counts)} ways, {time.monotonic() - start:.0f} s: {dict(sorted(counts.items()))}")
        print(f"memory {before[0] / 2**20:.1f} → {after[0] / 2**20:.1f} MiB, descriptors {before[1]} → {after[1]}")
    finally:
        code = node.process.poll()
        if code is not None:
            failures.append(f"the node ended with {code}")
        elif (code := node.end()) != 0:
            failures.append(f"the node's end: {code}")
    for failure in failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    print("all is well" if not failures else f"{len(failures)} failures; --seed {options.seed} does the same again")
    return 1 if failures or not program else 0


if __name__ == "__main__":
    sys.exit(main())
