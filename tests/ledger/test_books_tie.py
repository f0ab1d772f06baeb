"""The roll-forward ties to the ledger to the unit, whatever happens."""

from contextlib import suppress
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ledger.booking import DAY, JOB, MAY_4, close_all, earn, points, posted, spend, sum_on

from regulars.ledger import books, people
from regulars.ledger.books_closing import close_due
from regulars.ledger.errors import LedgerError
from regulars.ledger.models import Account, ClosedDay, DayTotal
from regulars.ledger.moves import Gift, Holder, House, MoveRules, NewHold, Posting, Reversal
from regulars.ledger.services import (
    activate,
    cancel_pending,
    capture,
    expire_due,
    lapse_due,
    move,
    place_hold,
    reverse,
    void,
)
from regulars.ledger.settlement import statements
from regulars.ledger.verify import verify
from regulars.ledger.words import Kind, Role

DEEDS = (
    "earn", "earn", "late", "spend", "pending", "activate", "cancel", "reverse", "move", "hold", "capture", "void",
    "expire", "days", "close", "merge", "part", "erase",
)  # fmt: skip
STEPS = st.lists(
    st.tuples(
        st.sampled_from(DEEDS),
        st.integers(0, 2),
        st.integers(1, 120),
        st.integers(0, 40),
    ),
    max_size=30,
)
MERCHANTS = ("mrc_a", "mrc_b", "mrc_c")


class History:
    """Random deeds through the ledger's verbs; what it refuses changes nothing."""

    def __init__(self) -> None:
        self.at = MAY_4
        self.owners = [uuid4() for _ in range(3)]
        self.transfers: list[UUID] = []
        self.coming: list[UUID] = []
        self.holds: list[UUID] = []
        self.merged: list[tuple[UUID, UUID, dict[str, object]]] = []

    def step(self, what: str, who: int, amount: int, days: int) -> None:
        self.at += timedelta(hours=7)
        with suppress(LedgerError):
            getattr(self, what)(who, amount, days)

    def earn(self, who: int, amount: int, days: int) -> None:
        said = {"merchant": MERCHANTS[who], "funder": MERCHANTS[amount % 3], "expires_at": self.at + days * DAY + DAY}
        self.transfers.append(earn(self.owners[who], amount, self.at, **said))  # type: ignore[arg-type]

    def late(self, who: int, amount: int, days: int) -> None:
        at = self.at - days * DAY
        self.transfers.append(
            earn(self.owners[who], amount, self.at, merchant="mrc_a", funder="mrc_b", effective_at=at)
        )
        earn(self.owners[who], 1, at)  # recorded then, sent now

    def spend(self, who: int, amount: int, days: int) -> None:
        at = self.at - (days % 3) * DAY
        merchant = MERCHANTS[amount % 3]
        self.transfers.append(spend(self.owners[who], amount, self.at, merchant=merchant, effective_at=at))

    def move(self, who: int, amount: int, days: int) -> None:
        gift = Gift(self.owners[who], self.owners[(who + 1) % 3], "points", amount)
        self.transfers.append(move(gift, MoveRules(fee=days % 3), actor=JOB, at=self.at).id)

    def reverse(self, who: int, amount: int, days: int) -> None:
        if self.transfers:
            part = amount if days % 2 else None
            reverse(Reversal(self.transfers[days % len(self.transfers)], part), actor=JOB, at=self.at)

    def pending(self, who: int, amount: int, days: int) -> None:
        ends = House(Role.ISSUED, MERCHANTS[who]), Holder(self.owners[who], Role.PENDING)
        self.coming.append(posted(Posting(Kind.EARN, "points", amount, *ends, funder=MERCHANTS[who]), self.at))

    def activate(self, who: int, amount: int, days: int) -> None:
        if self.coming:
            activate([self.coming.pop(0)], actor=JOB, at=self.at)

    def cancel(self, who: int, amount: int, days: int) -> None:
        if self.coming:
            cancel_pending(self.coming[0], amount, actor=JOB, at=self.at)

    def hold(self, who: int, amount: int, days: int) -> None:
        to = House(Role.REDEEMED, MERCHANTS[who])
        wanted = NewHold(self.owners[who], "points", amount, self.at + 5 * DAY, to=to, merchant=MERCHANTS[who])
        self.holds.append(place_hold(wanted, actor=JOB, at=self.at).id)

    def capture(self, who: int, amount: int, days: int) -> None:
        if self.holds:
            capture(self.holds.pop(0), amount, actor=JOB, at=self.at)

    def void(self, who: int, amount: int, days: int) -> None:
        if self.holds:
            void(self.holds.pop(0), actor=JOB, at=self.at)

    def expire(self, who: int, amount: int, days: int) -> None:
        lapse_due(actor=JOB, at=self.at)
        expire_due(actor=JOB, at=self.at)

    def days(self, who: int, amount: int, days: int) -> None:
        self.at += days * DAY

    def merge(self, who: int, amount: int, days: int) -> None:
        deed, survivor, other = uuid4(), self.owners[who], self.owners[(who + 1) % 3]
        plan = people.merge(survivor, other, deed=deed, actor=JOB, at=self.at)
        self.merged.append((survivor, other, plan))

    def part(self, who: int, amount: int, days: int) -> None:
        if self.merged:
            survivor, other, plan = self.merged.pop()
            people.unmerge(survivor, [other], plan=plan, deed=uuid4(), actor=JOB, at=self.at)

    def erase(self, who: int, amount: int, days: int) -> None:
        if not self.merged and amount < 20:
            people.erase([self.owners[who]], deed=uuid4(), actor=JOB, at=self.at)

    def close(self, who: int, amount: int, days: int) -> None:
        close_due(actor=JOB, at=self.at, days=days)
        sum_on(self.at)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, seed=st.integers(0, 10))
def test_sem_43_the_roll_forward_ties_to_the_ledger_to_the_unit(
    steps: list[tuple[str, int, int, int]], seed: int
) -> None:
    with transaction.atomic():
        points(zone="Asia/Shanghai")
        history = History()
        history.earn(0, 100, seed)
        for step in steps:
            closed = frozen()
            history.step(*step)
            assert frozen()[: len(closed)] == closed, "what was closed has changed"
        check(history)
        transaction.set_rollback(True)


def frozen() -> list[tuple[object, ...]]:
    return list(DayTotal.objects.order_by("id").values_list())


def check(history: History) -> None:
    holders = sum(account.balance or 0 for account in Account.objects.exclude(owner=None))
    live = books.roll_forward("points", date(2026, 1, 1))
    assert live.closing == holders
    houses = books.house_balances("points")
    assert sum(one.balance for one in houses) == -holders
    sum_on(history.at)
    assert (books.roll_forward("points", date(2026, 1, 1)), books.house_balances("points")) == (live, houses)
    close_all(history.at + 2 * DAY)
    whole = books.roll_forward("points", date(2026, 1, 1), date(2027, 12, 31))
    assert [(c.month, c.closing) for c in whole.cohorts] == [(c.month, c.closing) for c in live.cohorts]
    assert all(c.closing >= 0 for c in whole.cohorts if c.month)
    days = list(ClosedDay.objects.order_by("day").values_list("day", flat=True))
    for day in days[1 :: max(1, len(days) // 5)]:
        before = books.roll_forward("points", days[0], day - DAY)
        after = books.roll_forward("points", day, days[-1])
        assert after.opening == before.closing
        assert after.closing == holders
    told = statements("points", days[-1], days[0])
    assert sum(one.due for one in told) == 0
    assert verify(at=history.at).differences == []
