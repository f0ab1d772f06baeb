"""What customers of the sample chain brought up: complaints of the past, answered, and what waits now."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.access.models import Staff
from regulars.care.models import Case
from regulars.care.moves import Kind, NewCase, NewFollowUp
from regulars.care.services.cases import close, open_case, write
from regulars.care.services.follow_ups import promise
from regulars.care.services.kinds import set_hours, set_kind
from regulars.demo.people import CARD
from regulars.demo.setting import DEMO, State
from regulars.demo.terms import ZONE
from regulars.rules.working_hours import DAYS
from regulars.sales.models import Sale

QUEUE: Final = "support"
KINDS: Final = (  # code, name, hours to answer, counted in working hours, priority
    ("complaint", "Complaint", 8, True, 2),
    ("order", "Order or delivery", 4, True, 2),
    ("question", "Question", 16, True, 1),
)
HOURS: Final = {"days": {day: [["08:00", "18:00"]] for day in DAYS[:6]}}
ORDERS: Final = frozenset({"Delivery late", "Out of stock"})
# What a few of those who bought last bring up now, how many hours ago, and whether somebody answered them.
NOW: Final = (
    ("complaint", "Charged twice for one box of eggs", "The bill has the eggs on it twice. I took one box.", 30, False),
    ("order", "Half of the delivery is missing", "The bag with the frozen things never came.", 26, True),
    ("question", "When do my points run out?", "The till said something of a date, but I did not catch it.", 22, False),
    ("complaint", "Bread of yesterday sold as fresh", "It was hard by the evening.", 8, False),
    ("question", "Can my husband use my card?", "We shop in turn and want the points in one place.", 6, True),
    ("complaint", "Long wait, one till open", "Twenty minutes on a Saturday, with six people before me.", 5, False),
    ("order", "Delivery to a new address", "We moved last week; the next one should go to the new flat.", 3, False),
    ("question", "Lost my card", "I think it is in the taxi. Are my points lost too?", 1, False),
)
PROMISES: Final = (  # what, by which role, in how many hours; a negative number is late
    ("Call back about the missing bag", "support", -2),
    ("Tell her the bakery changed its hours", "clerk", 20),
    ("Ask whether the new address works", "support", 50),
)


@dataclass(frozen=True, slots=True)
class _Said:
    """One of the complaints that head office kept."""

    card: str
    on: date
    about: str
    content: bool


def fill(state: State, members: Mapping[str, UUID], complaints: Path, *, at: datetime) -> None:
    """All of it or nothing; nothing where it is there."""
    if Case.objects.filter(organisation=state.home).exists():
        return
    with transaction.atomic():
        for code, name, hours, working, priority in KINDS:
            wanted = Kind(state.home, code, name, hours, working, priority, queue=QUEUE)
            set_kind(wanted, actor=DEMO, at=at)
        set_hours(state.home, HOURS, actor=DEMO, at=at)
        _answered(state, members, list(_kept(complaints)))
        _open(state, at)


def _kept(complaints: Path) -> Iterator[_Said]:
    with complaints.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            on = date.fromisoformat(row["Complained on"])
            yield _Said(row[CARD], on, row["About"], row["Content with the answer"] == "yes")


def _answered(state: State, members: Mapping[str, UUID], said: Sequence[_Said]) -> None:
    """Those of the past: opened, answered and closed as of then."""
    for one in said:
        if one.card not in members:
            continue
        came = datetime.combine(one.on, time(11), ZoneInfo(ZONE)).astimezone(UTC)
        row = _case(state, "order" if one.about in ORDERS else "complaint", members[one.card], one.about, "", came)
        answered = came + timedelta(hours=4 if one.content else 29)
        write(row, "answer", "We are sorry. This is what we have done about it.", actor=DEMO, at=answered)
        outcome = "Content with the answer." if one.content else "Not content with the answer."
        close(row, "settled" if one.content else "unsettled", outcome, actor=DEMO, at=answered + timedelta(hours=1))


def _open(state: State, at: datetime) -> None:
    """What waits, of those who bought last: a case each, and some promises that somebody keeps."""
    last = Sale.objects.filter(organisation=state.home, member__isnull=False).order_by("-effective_at")
    found = last.values_list("member", flat=True)[: 20 * len(NOW)]
    buyers = [member for member in dict.fromkeys(found) if member is not None]
    cases = []
    for member, (kind, subject, said, hours, answered) in zip(buyers, NOW, strict=False):
        came = at - timedelta(hours=hours)
        row = _case(state, kind, member, subject, said, came)
        if answered:
            write(row, "answer", "Thank you for telling us. We look into it today.", actor=DEMO, at=came)
        cases.append(row)
    staff = {one["role"]: Staff.objects.get(email=one["email"]).id for one in state.logins}
    for case, (what, role, hours) in zip(cases, PROMISES, strict=False):
        made = at - timedelta(hours=4)
        wanted = NewFollowUp(state.home, what, at + timedelta(hours=hours), case=case, owner=staff[role])
        promise(wanted, actor=DEMO, at=made)


def _case(state: State, kind: str, member: UUID, subject: str, said: str, at: datetime) -> UUID:
    store = UUID(next(iter(state.stores.values())))
    wanted = NewCase(
        state.home, kind, subject, said or subject, "phone",
        merchant=UUID(state.merchant), store=store, member=member,
    )  # fmt: skip
    return open_case(wanted, actor=DEMO, at=at).id
