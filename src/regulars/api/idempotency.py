"""A write happens once: its answer is kept in the transaction of its effect, under the caller's Idempotency-Key.

The same key and request get the same answer again; another request under that key is refused; a key in flight is told
to wait. A refusal and a dry run leave nothing, since their transaction is rolled back.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest

from regulars.api.errors import AnswerErased, IdempotencyKeyNeeded, IdempotencyKeyReused, RequestInFlight
from regulars.api.models import Answer
from regulars.api.sealing import hashes, seal, unseal
from regulars.journal.statements import column, run

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
LONGEST: Final = 255
KEPT: Final = timedelta(days=90)
PRUNED_AT_ONCE: Final = 5_000
_FOUND: Final = (
    "SELECT mark, fingerprint, status, sealed, about FROM api_answer WHERE key = %s AND mark = ANY(%s::bytea[])"
    " ORDER BY id LIMIT 1"
)
_KEEP: Final = (
    "INSERT INTO api_answer (key, mark, fingerprint, status, sealed, about, at) VALUES (%s, %s, %s, %s, %s, %s, %s)"
)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it went out, ready to be given again byte for byte."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    about: UUID | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as its row has it."""

    mark: bytes
    fingerprint: bytes
    status: int
    sealed: bytes
    about: UUID | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A keyed request: whose key, the hashes of what it is called and of what it asks, under each secret."""

    key: UUID
    marks: list[bytes]
    fingerprints: list[bytes]

    def lock(self) -> int:
        """One number for the lock of this key; a clash of two costs one of them a second try."""
        return int.from_bytes(self.marks[-1][:8], "big", signed=True)


def asked(request: HttpRequest, *, key: UUID) -> Asked:
    """What a request is called and asks. Raises IdempotencyKeyNeeded."""
    text = request.headers.get(HEADER, "")
    if not 0 < len(text) <= LONGEST or not all(" " <= letter <= "~" for letter in text):
        raise IdempotencyKeyNeeded(
            f"Every write carries the header {HEADER}: 1 to {LONGEST} printable ASCII characters, new for each deed."
        )
    return Asked(
        key,
        marks=hashes("mark", key.bytes, text.encode()),
        fingerprints=hashes("request", (request.method or "").encode(), request.path.encode(), _body(request)),
    )


def _body(request: HttpRequest) -> bytes:
    """The body without its spaces and the order of its names, which mean nothing; no body is itself."""
    if not request.body:
        return b""
    return json.dumps(json.loads(request.body), sort_keys=True, separators=(",", ":")).encode()


def earlier(ask: Asked) -> Said | None:
    """The answer given before, from inside the transaction. Two queries.

    Raises RequestInFlight, IdempotencyKeyReused, AnswerErased.
    """
    assert connection.in_atomic_block
    ((mine,),) = run("SELECT pg_try_advisory_xact_lock(%s)", [ask.lock()])
    if not mine:
        raise _in_flight()
    # A statement of its own: one that began before the lock was given would not see what the holder has just written.
    found = run(_FOUND, [ask.key, column(ask.marks)])
    return _again(Kept(*found[0]), ask) if found else None


def _again(found: Kept, ask: Asked) -> Said:
    if found.fingerprint not in ask.fingerprints:
        raise IdempotencyKeyReused("This key was used for another request; use a new key for a new deed.")
    if not found.sealed:
        raise AnswerErased("This was done before; its answer was removed with the person it was about.")
    kept = json.loads(unseal(found.sealed, purpose="answer", beside=ask.key.bytes + found.mark))
    return Said(found.status, kept["body"].encode(), kept["headers"], found.about, replayed=True)


def keep(said: Said, ask: Asked, *, at: datetime) -> None:
    """Keeps an answer beside its effect. One query. Raises RequestInFlight where the lock did not hold."""
    assert connection.in_atomic_block
    text = json.dumps({"body": said.body.decode(), "headers": said.headers}).encode()
    sealed = seal(text, purpose="answer", beside=ask.key.bytes + ask.marks[0])
    try:
        run(_KEEP, [ask.key, ask.marks[0], ask.fingerprints[0], said.status, sealed, said.about, at])
    except IntegrityError as clash:
        raise _in_flight() from clash


def _in_flight() -> RequestInFlight:
    return RequestInFlight("A request with this key is being worked on.", headers={"Retry-After": "1"})


def prune(*, at: datetime) -> int:
    """Removes a part of the answers kept longer than promised; how many. The job repeats it until there are none."""
    old = Answer.objects.filter(at__lt=at - KEPT).order_by("at").values("pk")[:PRUNED_AT_ONCE]
    with transaction.atomic():
        return Answer.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()[0]
