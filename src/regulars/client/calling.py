"""How a request is sent: with the key, once for each deed, again where that is safe and may help."""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import UUID, uuid4

import urllib3
from urllib3.exceptions import HTTPError

from regulars.client.errors import Refused, Unreachable

AGAIN: Final = frozenset({429, 502, 503, 504})
IN_FLIGHT: Final = "request-in-flight"
LARGEST_WAIT: Final = 8.0  # seconds between two tries, where the server asks for nothing else


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its headers. `replayed`: the deed was done before, and this is what was answered then."""

    status: int
    headers: Mapping[str, str]
    body: Any
    idempotency_key: str | None

    @property
    def replayed(self) -> bool:
        return self.headers.get("idempotency-replayed") == "true"


class Told(dict[str, Any]):
    """The body of an answer, beside the answer itself."""

    answer: Answer


def answered(told: Mapping[str, Any]) -> Answer:
    """The answer that a method's result came with: for its ETag, or to see whether it was `replayed`."""
    if not isinstance(told, Told):
        raise TypeError("Only what a method of Regulars gave came with an answer.")
    return told.answer


@dataclass(slots=True)
class Calling:
    """One API at one address, asked with one key. May be used by several threads at once."""

    address: str  # https://crm.shop.example
    key: str = field(repr=False)
    tries: int = 6
    patience: float = 60.0  # the longest Retry-After, in seconds, that is waited for
    timeout: float = 30.0  # seconds for one try
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=16), repr=False)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, object] | None = None,
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> Answer:
        """Any address below /api/v1, and all of its answer. Raises Refused, Unreachable."""
        asked = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        address = f"{self.address.rstrip('/')}/api/v1{path}" + (f"?{urlencode(asked)}" if asked else "")
        head = {"Authorization": f"Bearer {self.key}", "Accept": "application/json", "User-Agent": "regulars-client"}
        if idempotency_key is not None:
            head["Idempotency-Key"] = idempotency_key
        if if_match is not None:
            head["If-Match"] = if_match
        text = None
        if body is not None:
            head["Content-Type"] = "application/json"
            text = json.dumps(body, default=_text).encode()
        return self._tried(method, address, text, head, idempotency_key)

    def _tried(self, method: str, address: str, body: bytes | None, head: Mapping[str, str], key: str | None) -> Answer:
        """The same request, with the same key, until there is an answer that stays."""
        for number in range(1, self.tries + 1):
            last = number == self.tries
            try:
                got = self._once(method, address, body, head)
            except HTTPError as failure:
                if last:
                    raise Unreachable(f"{type(failure).__name__}: {failure}", idempotency_key=key) from failure
                self.sleep(_wait(number))
                continue
            told = _told(got)
            if got.status < 300:
                return Answer(got.status, {name.lower(): value for name, value in got.headers.items()}, told, key)
            wait = _asked_to_wait(got, told)
            if wait is None or last or wait > self.patience:
                raise Refused(got.status, told if isinstance(told, dict) else {}, idempotency_key=key)
            self.sleep(max(wait, _wait(number)))
        raise ValueError("At least one try.")

    def _once(self, method: str, address: str, body: bytes | None, head: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        """One try. Raises HTTPError."""
        return self.pool.request(
            method,
            address,
            body=body,
            headers=dict(head),
            timeout=urllib3.Timeout(total=self.timeout),
            retries=False,
            redirect=False,
        )

    def _read(self, method: str, path: str, body: object = None, **query: object) -> Any:
        return _with(self.ask(method, path, body, query=query))

    def _write(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        dry_run: bool,
        idempotency_key: str | None,
        if_match: str | None = None,
        **query: object,
    ) -> Any:
        asked = {**query, "dry_run": True if dry_run else None}
        key = idempotency_key or new_key()
        return _with(self.ask(method, path, body, query=asked, idempotency_key=key, if_match=if_match))

    def _each(self, path: str, **query: object) -> Iterator[Any]:
        """The items of a list, page after page, each page asked for when it is needed."""
        cursor: str | None = None
        while True:
            page = self.ask("GET", path, query={**query, "cursor": cursor}).body
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return


def new_key() -> str:
    """An Idempotency-Key of its own for a new deed."""
    return str(uuid4())


def part(value: object) -> str:
    """A value within an address.

    >>> part("a/b c")
    'a%2Fb%20c'
    """
    return quote(_text(value), safe="")


def _text(value: object) -> str:
    """As the API writes it.

    >>> _text(True), _text(date(2026, 5, 4)), _text(7)
    ('true', '2026-05-04', '7')
    """
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            if value.tzinfo is None:
                raise ValueError(f"{value} does not say in which zone.")
            return value.isoformat()
        case date():
            return value.isoformat()
        case str() | int() | float() | UUID():
            return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON.")


def _told(got: urllib3.BaseHTTPResponse) -> Any:
    """The body; of what is no JSON (a proxy's page, say) nothing."""
    try:
        return json.loads(got.data)
    except ValueError:
        return {}


def _with(answer: Answer) -> Any:
    told = Told(answer.body)
    told.answer = answer
    return told


def _asked_to_wait(got: urllib3.BaseHTTPResponse, told: Any) -> float | None:
    """Seconds to wait before the same request may go on; None where that would not help."""
    in_flight = got.status == 409 and isinstance(told, dict) and told.get("code") == IN_FLIGHT
    if got.status not in AGAIN and not in_flight:
        return None
    said = got.headers.get("Retry-After", "")
    return float(said) if said.isascii() and said.isdigit() else 1.0


def _wait(number: int) -> float:
    """A quarter of a second, then twice as long each time, and a part of it by chance."""
    return float(min(LARGEST_WAIT, 0.25 * 2 ** (number - 1)) * random.uniform(0.5, 1.0))
