"""A server that answers what a test wrote down, one answer after another, and keeps what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HANG_UP = None  # no answer: the line is cut after the request was read


@dataclass(slots=True)
class Asked:
    method: str
    path: str
    head: dict[str, str]
    body: Any


@dataclass(slots=True)
class Script:
    answers: list[tuple[int, dict[str, str], Any] | None]
    address: str = ""
    asked: list[Asked] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def keys(self) -> list[str | None]:
        return [one.head.get("Idempotency-Key") for one in self.asked]


@contextmanager
def answering(*answers: tuple[int, dict[str, str], Any] | None) -> Iterator[Script]:
    script = Script(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            script.asked.append(Asked(self.command, self.path, dict(self.headers), json.loads(text) if text else None))
            said = script.answers.pop(0)
            if said is HANG_UP:
                self.close_connection = True
                return
            status, head, body = said
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **head}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        script.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield script
        server.shutdown()
        thread.join()
