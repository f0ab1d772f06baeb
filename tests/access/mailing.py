"""A small mail server on the loopback: it takes letters, refuses some, and may be told to fail."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread


@dataclass
class MailHost:
    """What came in; `busy` letters are refused for now, `unknown` addresses for ever."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    busy: int = 0
    unknown: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?from=regulars@example.org"

    def told(self, address: str) -> list[str]:
        return [str(letter["Subject"]) for letter in self.letters if letter["To"] == address]


@contextmanager
def mail_host() -> Iterator[MailHost]:
    host = MailHost()

    class Conversation(socketserver.StreamRequestHandler):
        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        def handle(self) -> None:
            self.say("220 loopback")
            while line := self.rfile.readline():
                verb = line[:4].strip().upper()
                if verb == b"QUIT":
                    self.say("221 bye")
                    return
                self.answer(verb, line.decode())

        def answer(self, verb: bytes, line: str) -> None:
            if verb == b"MAIL" and host.busy:
                host.busy -= 1
                self.say("451 busy")
            elif verb == b"RCPT" and any(address in line for address in host.unknown):
                self.say("550 unknown")
            elif verb == b"DATA":
                self.say("354 go on")
                lines = []
                while (part := self.rfile.readline()) != b".\r\n":
                    lines.append(part.removeprefix(b".") if part.startswith(b"..") else part)
                host.letters.append(message_from_bytes(b"".join(lines), policy=policy.default))
                self.say("250 taken")
            else:
                self.say("250 fine")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Conversation) as server:
        host.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield host
        finally:
            server.shutdown()
            thread.join()
