"""What a reverse proxy for HTTP says to a stream: it knows no such method."""
import asyncio
import contextlib

PAGE = b"""<html>\r
<head><title>400 Bad Request</title></head>\r
<body>\r
<center><h1>400 Bad Request</h1></center>\r
<hr><center>nginx/1.22.1</center>\r
</body>\r
</html>\r
"""
HEAD = (b"HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\n"
        b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(PAGE))


class WebProxy:
    """Takes connections on a port and answers each as nginx does."""

    def __init__(self, port):
        self.port = port

    async def start(self):
        await asyncio.start_server(self.answer, "127.0.0.1", self.port)

    async def answer(self, reader, writer):
        with contextlib.suppress(OSError):
            await reader.read(4096)
            writer.write(HEAD + PAGE)
            await writer.drain()
        writer.close()
