"""A small population whose answers can be reckoned by hand: plain values beside the rows made of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.members.shop import ANN, AT, OURS, enrol

from regulars.journal.statements import run
from regulars.members.models import Member, Tag
from regulars.members.moves import Asked as Said
from regulars.members.moves import NewMark
from regulars.members.services.consents import publish, tell
from regulars.members.services.extras import mark
from regulars.outreach.audiences.parts import Asked
from regulars.sales.models import Sale, SaleLine

NOW = AT + timedelta(hours=3)
ASKED = Asked(OURS, NOW, "UTC")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bill:
    """What was bought so many days ago: item, category, paid; `back` of ten pieces came back."""

    item: str
    days_ago: int
    paid: int = 1000
    category: str = ""
    back: int = 0


@dataclass(slots=True)
class Person:
    """One made-up member."""

    town: str = ""
    tags: frozenset[str] = frozenset()
    marks: dict[str, Any] = field(default_factory=dict)
    email: bool = False
    bills: tuple[Bill, ...] = ()
    id: UUID = field(default_factory=uuid4)


PEOPLE: tuple[tuple[str, str, set[str], dict[str, Any], bool, list[tuple[str, int, int, str, int]]], ...] = (
    ("ada", "Kiel", {"wine"}, {"stage": "loyal", "score": 0.9}, True, [("tea", 3, 1000, "food/tea", 0)]),
    ("bob", "Kiel", set(), {"stage": "lost", "score": 3}, False, [("tea", 200, 5000, "food/tea", 0)]),
    ("cyd", "Bonn", {"wine", "vip"}, {}, True, []),
    ("dan", "", {"vip"}, {"score": 7}, False, [("pan", 1, 900, "home", 10), ("tea", 40, 700, "food/tea", 5)]),
    ("eva", "Bonn", set(), {"stage": "loyal"}, True, [("pan", 2, 900, "home", 0), ("ink", 2, 80, "foods", 0)]),
)


def population() -> dict[str, Person]:
    """Everybody, written."""
    found = {}
    for name, town, tags, marks, email, bills in PEOPLE:
        one = Person(town, frozenset(tags), dict(marks), email, tuple(Bill(*bill) for bill in bills))
        given = [("email", f"{name}@example.org")] if email else []
        one.id = enrol(*given, facts={"town": town} if town else {})
        write(one)
        found[name] = one
    return found


def write(one: Person) -> None:
    """Tags, marks and bills of a member that is there."""
    Tag.objects.bulk_create([Tag(member_id=one.id, tag=tag, source="t", recorded_at=AT) for tag in one.tags])
    for name, value in one.marks.items():
        mark(name, [NewMark(one.id, value)], organisation=OURS, run="r", as_of=AT, whole=False, actor=ANN, at=AT)
    for bill in one.bills:
        sold(one.id, bill)


def sold(member: UUID | None, bill: Bill, *, store: UUID | None = None, merchant: UUID | None = None) -> UUID:
    number = uuid4()
    back = bill.paid * bill.back // 10
    Sale.objects.create(
        id=number,
        organisation=OURS,
        merchant=merchant,
        store=store,
        source="till",
        external_id=str(number),
        member=member,
        currency="EUR",
        amount=bill.paid,
        discount=0,
        tax=0,
        returned=back,
        effective_at=NOW - bill.days_ago * DAY,
        recorded_at=NOW,
        actor="key",
    )
    SaleLine.objects.create(
        sale_id=number,
        number=1,
        item=bill.item,
        category=bill.category,
        quantity=10_000,
        returned_quantity=bill.back * 1000,
        amount=bill.paid,
        discount=0,
        tax=0,
    )
    return number


def freeze(member: UUID) -> None:
    run(
        "INSERT INTO ledger_freeze (id, owner, level, reason, since, until, pauses_expiry, by)"
        " VALUES (%s::uuid, %s::uuid, 'spend', 'fraud', %s::timestamptz, %s::timestamptz, false, 'x')",
        [uuid4(), member, AT, datetime(2099, 1, 1, tzinfo=UTC)],
    )


def state(member: UUID, text: str) -> None:
    Member.objects.filter(id=member).update(state=text)


def agree(member: UUID, given: bool, days_ago: int, *, channel: str = "email") -> None:
    """A yes or no to marketing, with its proof."""
    words = {"organisation": OURS, "purpose": "marketing", "language": "en", "version": "1", "text": "Yes?"}
    wording = publish(**words, actor=ANN, at=AT)  # type: ignore[arg-type]
    asked = Said(member, channel, "marketing", given, "form", NOW - days_ago * DAY, wording if given else None)
    tell([asked], organisation=OURS, actor=ANN, at=NOW)
