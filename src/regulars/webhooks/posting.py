"""One webhook over the net: a POST to an address that was checked, and what came of it. No database, no Django.

The name is resolved here, each number it stands for is checked, and the connection goes to such a number itself: a name
that changes its mind in between leads nowhere else. No redirect is followed, no proxy is asked, little is read, and all
of it together takes no longer than `SECONDS`.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult

from regulars.webhooks.addresses import Address, Reach, checked, port_of, resolved
from regulars.webhooks.errors import WrongAddress

SECONDS: Final = 15.0
READ: Final = 64 * 1024  # bytes of an answer with its head; the rest is left
SHOWN: Final = 500  # letters of an answer that are kept

# Why there was no answer.
INSIDE: Final = "inside"
UNRESOLVED: Final = "unresolved"
UNREACHABLE: Final = "unreachable"
UNTRUSTED: Final = "untrusted"
TIMEOUT: Final = "timeout"
UNREADABLE: Final = "unreadable"


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one try. Without a `status`, `problem` says why."""

    status: int | None
    milliseconds: int
    answer: str = ""
    problem: str = ""
    retry_after: int = 0  # seconds, as the receiver asked for

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Unsent(Exception):
    """There was no answer; `problem` says why."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def post(
    address: str,
    body: bytes,
    head: Mapping[str, str],
    *,
    reach: Reach,
    seconds: float = SECONDS,
    look_up: Callable[[str, int], Sequence[Address]] = resolved,
    trust: ssl.SSLContext | None = None,
) -> Answered:
    """Sends it once; never raises for what the other side does."""
    begun = time.monotonic()
    try:
        status, answer, retry_after = _asked(address, body, head, reach, begun + seconds, look_up, trust)
    except Unsent as unsent:
        return Answered(None, _since(begun), problem=unsent.problem)
    return Answered(status, _since(begun), answer, retry_after=retry_after)


def _since(begun: float) -> int:
    return int((time.monotonic() - begun) * 1000)


def _asked(
    address: str,
    body: bytes,
    head: Mapping[str, str],
    reach: Reach,
    until: float,
    look_up: Callable[[str, int], Sequence[Address]],
    trust: ssl.SSLContext | None,
) -> tuple[int, str, int]:
    """Raises Unsent."""
    try:
        parts = checked(address, reach)  # also what was allowed when it was named may not be any more
    except WrongAddress as wrong:
        raise Unsent(INSIDE) from wrong
    with _connected(_numbers(parts, reach, look_up), parts, until, trust) as line:
        try:
            line.settimeout(_left(until))
            line.sendall(_request(parts, body, head))
            return _read(line, until)
        except TimeoutError as late:
            raise Unsent(TIMEOUT) from late
        except (http.client.HTTPException, OSError, ValueError) as broken:
            raise Unsent(UNREADABLE) from broken


def _numbers(parts: SplitResult, reach: Reach, look_up: Callable[[str, int], Sequence[Address]]) -> Sequence[Address]:
    """One number inside is enough to refuse the name."""
    try:
        found = look_up(parts.hostname or "", port_of(parts))
    except (OSError, UnicodeError) as failed:
        raise Unsent(UNRESOLVED) from failed
    if not found:
        raise Unsent(UNRESOLVED)
    if not all(reach.allows(one) for one in found):
        raise Unsent(INSIDE)
    return found


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _connected(
    numbers: Sequence[Address], parts: SplitResult, until: float, trust: ssl.SSLContext | None
) -> socket.socket:
    """To the first number that takes a connection; over TLS with the certificate of the name. Raises Unsent."""
    problem = UNREACHABLE
    for number in numbers:
        try:
            line = socket.create_connection((str(number), port_of(parts)), timeout=_left(until))
        except TimeoutError:
            problem = TIMEOUT
        except OSError:
            problem = UNREACHABLE
        else:
            return _secured(line, parts, until, trust) if parts.scheme == "https" else line
    raise Unsent(problem)


def _secured(line: socket.socket, parts: SplitResult, until: float, trust: ssl.SSLContext | None) -> ssl.SSLSocket:
    context = trust or ssl.create_default_context()
    try:
        line.settimeout(_left(until))
        return context.wrap_socket(line, server_hostname=parts.hostname)
    except TimeoutError as late:
        line.close()
        raise Unsent(TIMEOUT) from late
    except (OSError, ValueError) as refused:
        line.close()
        raise Unsent(UNTRUSTED if isinstance(refused, ssl.SSLError) else UNREACHABLE) from refused


def _request(parts: SplitResult, body: bytes, head: Mapping[str, str]) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    given = {
        "Host": parts.netloc,
        "User-Agent": "Regulars",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **head,
    }
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    assert not any("\r" in one or "\n" in one for one in lines)
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


class _Paced(io.RawIOBase):
    """A connection read until a moment and a number of bytes, however slowly the other side drips."""

    def __init__(self, line: socket.socket, until: float) -> None:
        self.line, self.until, self.count = line, until, 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        room = min(len(into), READ - self.count)
        if room <= 0:
            return 0
        self.line.settimeout(_left(self.until))
        got = self.line.recv_into(memoryview(into)[:room])
        self.count += got
        return got

    def makefile(self, mode: str) -> io.BufferedReader:
        """As http.client asks a socket for it."""
        return io.BufferedReader(self)


def _read(line: socket.socket, until: float) -> tuple[int, str, int]:
    """The status, the beginning of the answer, and for how long the receiver asks to wait."""
    answer = http.client.HTTPResponse(_Paced(line, until), method="POST")  # type: ignore[arg-type]
    answer.begin()
    try:
        text = answer.read(SHOWN * 4).decode("utf-8", "replace")
    except (http.client.HTTPException, OSError, ValueError):
        text = ""  # the status is what counts
    shown = "".join(letter if letter.isprintable() else " " for letter in text[:SHOWN])
    asked = answer.getheader("Retry-After") or ""
    return answer.status, shown, int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0
