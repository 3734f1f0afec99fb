"""A link that carries less than is sent."""
import asyncio
import contextlib
import socket

# So little is on its way at once that the sender's own buffer has to hold the rest.
SOCKET_BUFFER = 4096


class SlowRelay:
    """Forwards connections to a port of this machine, towards it with so many bytes a second only."""

    def __init__(self, port, target, bytes_per_second):
        self.port, self.target, self.rate = port, target, bytes_per_second
        # The far side of the connection that is carried now.
        self.carried = None

    async def start(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # What is accepted inherits it.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER)
        # With the loopback's own segments of 64 KiB the kernel would keep megabytes for the sender.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        listener.bind(("127.0.0.1", self.port))
        await asyncio.start_server(self.carry, sock=listener, limit=SOCKET_BUFFER)

    async def carry(self, reader, writer):
        with contextlib.suppress(OSError):
            # What is still on its way of an earlier connection would keep that one alive at the parent.
            if self.carried:
                self.carried.transport.abort()
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
            self.carried = far_writer
            back = asyncio.ensure_future(self.forward(far_reader, writer))
            await self.forward(reader, far_writer, self.rate)
            back.cancel()

    async def forward(self, reader, writer, rate=None):
        """Until one end has gone; then the other one goes too."""
        try:
            with contextlib.suppress(OSError):
                while data := await reader.read(65536 if rate is None else max(1, rate // 10)):
                    writer.write(data)
                    await writer.drain()
                    if rate:
                        await asyncio.sleep(len(data) / rate)
        finally:
            writer.close()
