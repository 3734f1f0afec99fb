"""Databases that only listen: each keeps what comes to its port, and says yes to requests of HTTP."""
import contextlib
import re
import socket
import threading


class Sink:
    """`requests`: of HTTP, (head, body); `text`: everything, where it speaks none."""

    def __init__(self, speaks_http):
        self.speaks_http, self.requests, self.text = speaks_http, [], b""
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.lock = threading.Lock()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        data = b""
        while more := self.receive(connection):
            if not self.speaks_http:
                with self.lock:
                    self.text += more
                continue
            data += more
            while (end := data.find(b"\r\n\r\n")) >= 0:
                length = int(re.search(rb"Content-Length: (\d+)", data[:end])[1])
                if len(data) < end + 4 + length:
                    break
                with self.lock:
                    self.requests.append((data[:end].decode(), data[end + 4:end + 4 + length].decode()))
                data = data[end + 4 + length:]
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    @staticmethod
    def receive(connection):
        # A daemon that ends resets what it has not read.
        with contextlib.suppress(ConnectionResetError):
            return connection.recv(1 << 16)
        return b""

    def lines(self):
        """What came, a metric a line, without the brackets and commas around them, and without the blank that 1.37.1 has behind
        the lines of hosts without labels."""
        with self.lock:
            text = "".join(body for _, body in self.requests) if self.speaks_http else self.text.decode()
        found = (line.removesuffix(",").rstrip(" ") for line in text.split("\n"))
        return [line for line in found if line not in ("", "[", "]")]

    def heads(self):
        """Of requests, without what differs from one to the other: port and length."""
        with self.lock:
            heads = {re.sub(r"(127.0.0.1:|Content-Length: )\d+", r"\1N", head) for head, _ in self.requests}
        # 1.37.1 ends the line of the authorization with a line feed alone.
        return {head.replace("\r\n", "\n") for head in heads}

    def close(self):
        self.listening.close()
