"""From the journal to deliveries: a job reads what was sealed since it last looked, and writes down who is to hear.

Sealed lines have numbers without gaps in the order of commits, so that nothing is passed over. Deliveries and the place
up to which the journal was read change in one transaction: each line is told of once, whenever the worker dies.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_ids, typed
from regulars.journal import selectors as journal
from regulars.journal.moves import Line
from regulars.journal.verifying import head
from regulars.webhooks import locks
from regulars.webhooks.kinds import Matcher
from regulars.webhooks.models import Delivery, Endpoint
from regulars.webhooks.origins import organisations
from regulars.webhooks.payload import event_id

AT_ONCE: Final = 1_000  # lines that are matched in one transaction
FURTHEST: Final = 50_000  # lines that one statement may look at


@dataclass(frozen=True, slots=True)
class Hearer:
    """What an endpoint hears: of its organisation, and of its merchant or store where it is of one."""

    endpoint: Endpoint
    matcher: Matcher
    merchant: str
    store: str

    @classmethod
    def of(cls, endpoint: Endpoint) -> "Hearer":
        merchant = typed("mrc", endpoint.merchant) if endpoint.merchant else ""
        store = typed("str", endpoint.store) if endpoint.store else ""
        return cls(endpoint, Matcher.of(endpoint.kinds), merchant, store)

    def hears(self, line: Line, home: UUID | None) -> bool:
        """Also a line that names a store without its merchant is that store's alone."""
        if home != self.endpoint.organisation or not self.matcher.matches(line.what):
            return False
        if self.store:
            return line.store == self.store
        return not self.merchant or line.merchant == self.merchant


@transaction.atomic
def match_due(*, at: datetime) -> int:
    """Reads on in the journal and makes deliveries of it; how many lines it looked at more closely. Call it until it
    answers 0. Seven queries, and one for each kind of thing that lines are about."""
    feed = locks.feed()
    until = head().number
    if until <= feed.number:
        return 0
    hearers = [Hearer.of(one) for one in Endpoint.objects.filter(is_on=True, deleted_at=None)]
    lines, reached = read_on([one.matcher for one in hearers], feed.number, until)
    make_deliveries([(one, line) for one, line in heard(hearers, lines) if line.at >= one.heard_from], at=at)
    feed.number = reached
    feed.save()
    return len(lines) or int(reached < until)


def read_on(matchers: Sequence[Matcher], after: int, until: int) -> tuple[list[Line], int]:
    """Lines that one of them may match, and up to where that was all there is. One query."""
    if not matchers:
        return [], until
    reached = min(until, after + FURTHEST)
    rooms = sorted({room for one in matchers for room in one.rooms})
    words = sorted({word for one in matchers for word in one.exact})
    everything = any(one.everything for one in matchers)
    lines = journal.sealed(after, reached, rooms=None if everything else rooms, words=words, limit=AT_ONCE)
    if len(lines) == AT_ONCE:
        reached = lines[-1].number or reached
    return lines, reached


def heard(hearers: Sequence[Hearer], lines: Sequence[Line]) -> Iterable[tuple[Endpoint, Line]]:
    """Who hears what."""
    for line, home in zip(lines, organisations(lines) if hearers else (), strict=True):
        yield from ((one.endpoint, line) for one in hearers if one.hears(line, home))


def make_deliveries(wanted: Sequence[tuple[Endpoint, Line]], *, at: datetime) -> None:
    """Writes them down, each event once for an endpoint. One query."""
    numbers = sorted(new_ids(at, len(wanted)))  # in the order of what happened
    Delivery.objects.bulk_create(
        [
            Delivery(
                id=number,
                endpoint=endpoint,
                event=event_id(line),
                what=line.what,
                number=line.number,
                happened_at=line.at,
                made_at=at,
                next_at=at,
            )
            for number, (endpoint, line) in zip(numbers, wanted, strict=True)
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
