#!/usr/bin/env python3
"""A TCP link that breaks on command.

  link.py LISTEN_PORT TARGET_HOST:TARGET_PORT      commands come in lines on standard input:

    stall      stops reading both ways, as a route that drops every packet; new connections are not served either
    drop       reads and forwards nothing, keeps all sockets open: half-open for both ends, until `heal` resets them, as
               a router does that has forgotten its connections
    cut        resets every connection
    close      ends every connection in good order
    refuse     takes no new connection
    delay MS   every byte arrives so many milliseconds later
    heal       everything works again
    count      prints how many connections there are
    quit

As a library: link = Link(host, port); link.port; link.stall() … link.heal(); link.stop().
"""
import collections
import contextlib
import selectors
import socket
import struct
import sys
import threading
import time

READ = 65536
# Bytes that wait for a slow end; beyond them its peer is not read, so that it notices.
BUFFER = 1 << 20


class Half:
    """One direction: what was read from `source` and waits for `target`."""

    def __init__(self, source, target):
        self.source, self.target = source, target
        self.waiting = collections.deque()  # (when it may go, bytes)
        self.size = 0
        self.ended = False    # the source has sent all it will
        self.told = False     # and the target knows


class Connection:
    def __init__(self, client, server):
        self.halves = [Half(client, server), Half(server, client)]
        self.sockets = [client, server]
        self.is_lost = False


class Link:
    def __init__(self, host, port, listen=0):
        self.target = (host, port)
        self.lock = threading.RLock()
        self.connections = []
        self.stalled = self.dropping = False
        self.seconds = 0.0
        self.listener = None
        self.port = listen
        self.wake, self.woken = socket.socketpair()
        self.wake.setblocking(False)
        self.stopped = False
        self.open()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    # MARK: commands

    def stall(self):
        with self.changed():
            self.stalled = True

    def drop(self):
        with self.changed():
            self.dropping = True
            for connection in self.connections:
                connection.is_lost = True

    def cut(self):
        with self.changed():
            for connection in list(self.connections):
                self.reset(connection)

    def close(self):
        with self.changed():
            for connection in self.connections:
                for one in connection.sockets:
                    try:
                        one.shutdown(socket.SHUT_WR)
                    except OSError:
                        pass
            self.end_all()

    def refuse(self):
        with self.changed():
            if self.listener:
                self.listener.close()
                self.listener = None

    def delay(self, milliseconds):
        with self.changed():
            self.seconds = milliseconds / 1000

    def heal(self):
        with self.changed():
            self.stalled = self.dropping = False
            self.seconds = 0.0
            for connection in [one for one in self.connections if one.is_lost]:
                self.reset(connection)
            if not self.listener:
                self.open()

    @property
    def count(self):
        with self.lock:
            return len(self.connections)

    def stop(self):
        with self.changed():
            self.stopped = True
        self.thread.join(5)
        self.refuse()
        with self.lock:
            self.end_all()

    # MARK: inside

    @contextlib.contextmanager
    def changed(self):
        with self.lock:
            yield
        # Afterwards, or the thread could have looked again before anything had changed.
        with contextlib.suppress(BlockingIOError):
            self.wake.send(b".")

    def reset(self, connection):
        for one in connection.sockets:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.end(connection)

    def open(self):
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]

    def end_all(self):
        for connection in self.connections:
            for one in connection.sockets:
                one.close()
        self.connections = []

    def run(self):
        while not self.stopped:
            with self.lock:
                selector = selectors.DefaultSelector()
                wait = self.register(selector)
            for key, _ in selector.select(wait):
                if key.fileobj is self.woken:
                    self.woken.recv(4096)
            selector.close()
            with self.lock:
                self.move()

    def register(self, selector):
        """What is watched; returns how long nothing else can happen."""
        selector.register(self.woken, selectors.EVENT_READ)
        wait = None
        if self.stalled:
            return wait
        if self.listener:
            selector.register(self.listener, selectors.EVENT_READ)
        now = time.monotonic()
        for connection in self.connections:
            events = dict.fromkeys(connection.sockets, 0)
            for half in connection.halves:
                if not half.ended and half.size < BUFFER:
                    events[half.source] |= selectors.EVENT_READ
                if half.waiting and not connection.is_lost:
                    if half.waiting[0][0] <= now:
                        events[half.target] |= selectors.EVENT_WRITE
                    else:
                        wait = min(wait or 3600, half.waiting[0][0] - now)
            for one, event in events.items():
                if event:
                    selector.register(one, event)
        return wait

    def move(self):
        if self.stalled:
            return
        self.accept()
        for connection in list(self.connections):
            try:
                for half in connection.halves:
                    self.read(half, connection)
                    self.write(half, connection)
            except OSError:
                self.end(connection)
                continue
            if all(half.told for half in connection.halves):
                self.end(connection)

    def end(self, connection):
        self.connections.remove(connection)
        for one in connection.sockets:
            one.close()

    def accept(self):
        while self.listener:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            client.setblocking(False)
            try:
                server = socket.create_connection(self.target, timeout=2)
            except OSError:
                client.close()
                continue
            server.setblocking(False)
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(client, server)
            connection.is_lost = self.dropping
            self.connections.append(connection)

    def read(self, half, connection):
        while not half.ended and half.size < BUFFER:
            try:
                data = half.source.recv(READ)
            except BlockingIOError:
                return
            if not data:
                half.ended = True
            elif not connection.is_lost:
                half.waiting.append((time.monotonic() + self.seconds, data))
                half.size += len(data)

    def write(self, half, connection):
        if connection.is_lost:
            # The other end never learns of it, as when a machine has lost its power.
            half.waiting.clear()
            half.size = 0
            if half.ended:
                half.told = all(other.ended for other in connection.halves)
            return
        while half.waiting and half.waiting[0][0] <= time.monotonic():
            when, data = half.waiting[0]
            try:
                sent = half.target.send(data)
            except BlockingIOError:
                return
            half.size -= sent
            if sent < len(data):
                half.waiting[0] = (when, data[sent:])
            else:
                half.waiting.popleft()
        if half.ended and not half.waiting and not half.told:
            half.told = True
            half.target.shutdown(socket.SHUT_WR)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    host, _, port = sys.argv[2].rpartition(":")
    link = Link(host, int(port), int(sys.argv[1]))
    print(f"listening on 127.0.0.1:{link.port}", flush=True)
    for line in sys.stdin:
        words = line.split()
        if not words:
            continue
        if words[0] == "quit":
            break
        if words[0] == "count":
            print(link.count, flush=True)
        elif words[0] == "delay" and len(words) == 2:
            link.delay(float(words[1]))
        elif words[0] in ("stall", "drop", "cut", "close", "refuse", "heal"):
            getattr(link, words[0])()
        else:
            print(f"unknown command: {line.strip()}", file=sys.stderr, flush=True)
    link.stop()


if __name__ == "__main__":
    main()
