"""Whoever asks gets one status document, over HTTP on a unix socket or a port."""
import http.server
import json
import os
import socketserver
import sys
import tempfile
import threading
import time


def as_of_now(document):
    """The same document as if it had been made now: every age stays what it was, in whole seconds."""
    shift = time.time() - int(document["at"])

    def moved(value, name=""):
        if isinstance(value, dict):
            return {key: moved(one, key) for key, one in value.items()}
        if isinstance(value, list):
            return [moved(one) for one in value]
        isTime = (name == "at" or name.endswith("_at")) and isinstance(value, (int, float))
        return int(value) + shift if isTime else value

    return moved(document)


class Server:
    """Serves a file, or what a function makes anew for each request."""

    def __init__(self, path=None, make=None, port=False):
        """path: of the file; make: a function that gives the bytes; port: a port of this machine, not a unix socket."""
        if path:
            with open(path, "rb") as file:
                kept = json.load(file)
            make = lambda: json.dumps(as_of_now(kept), ensure_ascii=False).encode()  # noqa: E731
        self.directory = None if port else tempfile.mkdtemp(prefix="nd-document.", dir="/tmp")

        class Answer(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = make()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

            def address_string(self):
                return "localhost"

        # Who has asked may be gone before the answer: that is what some tests are about.
        def forgive(*_):
            if not isinstance(sys.exc_info()[1], OSError):
                raise

        if port:
            self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
            self.source = f"http://127.0.0.1:{self.server.server_address[1]}"
        else:
            class Local(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
                daemon_threads = True

            self.server = Local(f"{self.directory}/socket", Answer)
            self.source = f"unix:{self.directory}/socket"
        self.server.handle_error = forgive
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        if self.directory:
            os.unlink(f"{self.directory}/socket")
            os.rmdir(self.directory)
