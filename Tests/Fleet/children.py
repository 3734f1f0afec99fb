"""Children that cost next to nothing: each a few coroutines that speak the protocol over a socket."""
import asyncio
import contextlib
import socket
import ssl
import struct
import time
import uuid
import zlib

import alarms
import protocol
from lz4 import framed

# What may end a connection, and is no mistake of this program.
USUAL = (OSError, asyncio.TimeoutError)

# A refused child asks again after so many seconds.
AGAIN = 5


def anybody():
    """TLS with whoever answers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Refused(OSError):
    """The parent's words."""


class Child:
    """A host that streams. What it says of itself can be left out (None) or wrong."""

    def __init__(self, name, port, key, *, guid="", hops="1", version=protocol.CHILD & ~protocol.REPLICATION,
                 encrypts=False, charts=4, labels=None, hostname=""):
        """guid, hostname: "" takes its own, None says none."""
        self.name, self.port, self.key, self.hops, self.version = name, port, key, hops, version
        self.guid = str(uuid.uuid5(uuid.NAMESPACE_DNS, name)) if guid == "" else guid
        self.hostname = name if hostname == "" else hostname
        self.encrypts, self.labels = encrypts, labels or {}
        self.seed = zlib.crc32(name.encode()) % 1000
        some = [protocol.CHARTS[(self.seed + n) % len(protocol.CHARTS)] for n in range(charts)]
        self.charts = alarms.charts(name, some)
        self.levels = alarms.LEVELS.get(name, {})
        self.tries = 0

    # MARK: one connection

    @contextlib.asynccontextmanager
    async def connected(self):
        """A connection that was let in."""
        self.tries += 1
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=anybody() if self.encrypts else None)
        try:
            writer.write(protocol.request(key=self.key, hostname=self.hostname, guid=self.guid, hops=self.hops,
                                          version=self.version))
            reply = await asyncio.wait_for(reader.read(4096), 20)
            if not reply.startswith(b"Hit me baby"):
                raise Refused(reply.decode(errors="replace"))
            number = int(reply.rpartition(b"=")[2]) if b"=" in reply else 0
            yield Line(reader, writer, isCompressed=number >= 8 and bool(number & protocol.LZ4) or number == 5)
        finally:
            writer.close()

    async def stream(self, line, seconds=None):
        """Definitions, then a collection of each chart every second; for ever, or so many seconds."""
        line.say(protocol.labels(_os_name="Debian GNU/Linux", _architecture="x86_64", **self.labels))
        line.say("".join(protocol.definition(chart) for chart in self.charts))
        before = None
        end = time.monotonic() + (seconds or 1e9)
        while time.monotonic() < end:
            now = time.time()
            microseconds = 0 if before is None else round((now - before) * 1e6)
            line.say("".join(protocol.collection(chart, self.seed, int(now), microseconds, self.levels.get(chart[0], {}))
                             for chart in self.charts))
            before = now
            await line.rest(1 - now % 1 + self.seed / 4000)

    # MARK: lives

    async def keep(self):
        """Streams, and comes back when the connection breaks."""
        while True:
            with contextlib.suppress(*USUAL):
                async with self.connected() as line:
                    await self.stream(line)
            await asyncio.sleep(1)

    async def ask(self):
        """Is refused again and again."""
        while True:
            with contextlib.suppress(*USUAL):
                async with self.connected() as line:
                    await self.stream(line)
            await asyncio.sleep(AGAIN)

    async def leave(self, after):
        """Streams for a while and closes the connection in good order."""
        with contextlib.suppress(*USUAL):
            async with self.connected() as line:
                await self.stream(line, after)

    async def flap(self, up, down):
        while True:
            with contextlib.suppress(*USUAL):
                async with self.connected() as line:
                    await self.stream(line, up)
            await asyncio.sleep(down)

    async def fall_silent(self, after):
        """Stays connected and says nothing any more."""
        with contextlib.suppress(*USUAL):
            async with self.connected() as line:
                await self.stream(line, after)
                await asyncio.Event().wait()


class Line:
    """The way to a parent that has said yes."""

    def __init__(self, reader, writer, isCompressed):
        self.reader, self.writer, self.isCompressed = reader, writer, isCompressed

    def say(self, text):
        data = text.encode()
        self.writer.write(framed(data) if self.isCompressed else data)

    def reset(self):
        """Ends the connection as a router does that has forgotten it."""
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def rest(self, seconds):
        """Waits; ends with OSError when the parent has closed the connection."""
        await self.writer.drain()
        with contextlib.suppress(asyncio.TimeoutError):
            async with asyncio.timeout(max(0.05, seconds)):
                while await self.reader.read(65536):
                    pass
                raise ConnectionResetError("the parent has closed the connection")
