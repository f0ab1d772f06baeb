"""A receiver of webhooks on this machine: it keeps what it was sent, and answers what the test says."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Message:
    path: str
    head: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    address: str = ""
    status: int = 200
    head: dict[str, str] = field(default_factory=dict)
    answer: bytes = b"thank you"
    kept: list[Message] = field(default_factory=list)

    def types(self) -> list[str]:
        return [json.loads(one.body)["type"] for one in self.kept]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """On a free port of 127.0.0.1, until the end."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.kept.append(Message(self.path, dict(self.headers), body))
            self.send_response(receiver.status)
            for name, value in receiver.head.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(receiver.answer)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver.address = f"http://127.0.0.1:{server.server_address[1]}/hooks?from=regulars"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()
