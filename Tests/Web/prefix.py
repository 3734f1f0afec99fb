"""A reverse proxy that serves a node below a prefix, as nginx does with `location /nd/ { proxy_pass http://node/; }`."""
import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PREFIX = "/nd/"


class Prefix(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    node = 0

    def do_GET(self):
        if not self.path.startswith(PREFIX):
            return self.answer(404, [], b"elsewhere")
        connection = http.client.HTTPConnection("127.0.0.1", self.node, timeout=20)
        try:
            connection.request("GET", self.path[len(PREFIX) - 1:])
            answer = connection.getresponse()
            fields = [(name, value) for name, value in answer.getheaders() if name in ("Content-Type", "Content-Security-Policy")]
            self.answer(answer.status, fields, answer.read())
        except OSError:
            self.close_connection = True
        finally:
            connection.close()

    def answer(self, status, fields, body):
        self.send_response(status)
        for name, value in [*fields, ("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(node, port):
    """Until this program ends. Returns the address that the node's page is at."""
    Prefix.node = node
    threading.Thread(target=ThreadingHTTPServer(("127.0.0.1", port), Prefix).serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{port}{PREFIX}"
