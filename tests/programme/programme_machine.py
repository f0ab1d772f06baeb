"""Random purchases beside all that happens to people: merged and parted, frozen, erased; late, twice, in two steps,
brought back in parts. Each person has what the own purchases and deeds brought, by a model of a few lines.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from tests.ledger.conftest import ANN, TILL
from tests.ledger.machine import which
from tests.ledger.people_machine import PeopleMachine, Person
from tests.members.shop import OURS

from regulars.ledger import services as ledger
from regulars.ledger.words import Level
from regulars.programme import book
from regulars.programme.checkout import booking, ending, returning
from regulars.programme.checkout.moves import LineBack, NewPurchase, NewReturn, Outcome, PointsWanted
from regulars.programme.services.terms import publish
from regulars.rules.occasion import PIECE, Line
from regulars.sales.moves import Place, SoldLine

PER = 100  # minor units for one step of a rule
WORTH = 10  # minor units that a point pays


@dataclass(eq=False)
class Row:
    """A line as the model has it. `points`: what of it points paid, in money and in points."""

    amount: int
    pieces: int
    back: int = 0
    money: int = 0
    points: int = 0

    def left(self, part: int) -> int:
        return part * (self.pieces - self.back) // self.pieces


@dataclass(eq=False)
class Bill:
    """A purchase. `rate`: points for each step, by the rule of its time."""

    id: UUID
    whose: Person
    rows: list[Row]
    rate: int
    at: datetime
    lapses: datetime | None = None
    state: str = "complete"
    given: int = 0  # points it still gives
    paid: int = 0  # points it still costs

    def earns(self) -> int:
        paid = sum(row.left(row.amount) - row.left(row.money) for row in self.rows)
        return paid // PER * self.rate

    def costs(self) -> int:
        return sum(row.left(row.points) for row in self.rows)


@dataclass
class Shop:
    bills: list[Bill] = field(default_factory=list)
    asked: list[tuple[NewPurchase, Outcome]] = field(default_factory=list)
    returned: list[tuple[NewReturn, Outcome]] = field(default_factory=list)
    rates: list[tuple[datetime, int]] = field(default_factory=list)
    documents: int = 0

    def rate(self, at: datetime) -> int:
        return max((one for one in self.rates if one[0] <= at), default=(at, 0))[1]


bills = st.lists(st.tuples(st.integers(1, 900), st.integers(1, 4)), min_size=1, max_size=3)


class ProgrammeMachine(PeopleMachine):
    """A rule that changes now and then, points that pay, everything of the machine of people and books."""

    @initialize()
    def open_shop(self) -> None:
        book._kept.clear()  # ids come again in each story, with other documents
        self.shop = Shop()

    def open_holds(self, *roots: Person) -> bool:
        """What is set aside by hand or for a bill keeps people from being merged and parted."""
        return super().open_holds(*roots) or any(bill.paid and bill.whose.root in roots for bill in self.open_bills())

    def promised(self) -> bool:
        """The terms of the shop, once the clock is set."""
        if not self.shop.rates:
            self.publish(1)
            document = {"unit": "points", "currency": "EUR", "points": 1, "worth": WORTH}
            said: dict[str, Any] = {"organisation": OURS, "actor": ANN, "at": self.at}
            publish("points-payment", "points", document, **said)
        return True

    def publish(self, rate: int) -> None:
        award = {"type": "per-amount", "units": rate, "per": PER, "full_steps": True}
        document = {"unit": "points", "currency": "EUR", "award": award}
        publish("earn", "steps", document, organisation=OURS, actor=ANN, at=self.at)
        self.shop.rates.append((self.at, rate))

    @rule(rate=st.integers(1, 5))
    def change_the_rule(self, rate: int) -> None:
        self.promised()
        if self.shop.rates[-1][0] < self.at:
            self.publish(rate)

    def place(self) -> Place:
        self.shop.documents += 1
        return Place(OURS, "till-4", str(self.shop.documents))

    @rule(
        number=which, said=bills, ago=st.sampled_from([0, 0, 1, 86_400]),
        points=st.sampled_from([None, None, 1, 5, 40]), open_for=st.sampled_from([None, None, 60, 86_400]),
        frozen=st.sampled_from([None, None, None, *Level]),
    )  # fmt: skip
    def buy(
        self, number: int, said: list[tuple[int, int]], ago: int, points: int | None, open_for: int | None,
        frozen: Level | None,
    ) -> None:  # fmt: skip
        self.promised()
        person = self.one(number)
        points = None if ago else points  # what was spent then must have been there then: the ledger's own machine
        root, at = person.root, self.at - timedelta(seconds=ago)
        lines = tuple(
            SoldLine(Line(place, "thing", amount, pieces * PIECE)) for place, (amount, pieces) in enumerate(said, 1)
        )
        lapses = self.at + timedelta(seconds=open_for) if open_for else None
        wanted = NewPurchase(
            self.place(), "EUR", lines, at, True, root.id, person.id,
            points=(PointsWanted("points", points),) if points else (), lapses_at=lapses,
        )  # fmt: skip
        total = sum(amount for amount, _ in said)
        payable = not points or (
            at >= self.shop.rates[0][0]
            and points <= min(self.available(root), total // WORTH)
            and frozen != Level.SPEND
        )
        allowed = not person.erased and payable
        if frozen and not person.erased:
            ledger.freeze(root.id, frozen, reason="odd", actor=ANN, at=self.at)
        done = self.deed(allowed, lambda: booking.check_out([wanted], actor=TILL, at=self.at)[0])
        if frozen and not person.erased:
            ledger.unfreeze(root.id, frozen, reason="settled", actor=ANN, at=self.at)
        if done is None:
            return
        bill = Bill(done.id, person, [Row(*one) for one in said], self.shop.rate(at), at, lapses)
        self._paid(bill, done)
        bill.state = "open" if lapses else "complete"
        bill.paid = bill.costs()
        bill.given = 0 if frozen == Level.EARN else bill.earns()
        if frozen == Level.EARN:
            bill.rate = 0
        assert sum(one["amount"] for one in done.told["effects"] if one["kind"] == "earn") == bill.given
        if not lapses:
            person.net += bill.given - bill.paid
        self.shop.bills.append(bill)
        self.shop.asked.append((wanted, done))

    def _paid(self, bill: Bill, done: Outcome) -> None:
        """On which lines points lie is told by the answer; that it adds up is looked at."""
        for one in done.told["effects"]:
            if one["kind"] == "pay-points":
                assert sum(part["amount"] for part in one["lines"]) == one["money"] == one["amount"] * WORTH
                for part in one["lines"]:
                    bill.rows[part["number"] - 1].money = part["amount"]
                units = _by_largest_remainder(one["amount"], [part["amount"] for part in one["lines"]])
                for part, share in zip(one["lines"], units, strict=True):
                    bill.rows[part["number"] - 1].points = share

    @precondition(lambda self: self.shop.asked)
    @rule(number=which)
    def send_a_bill_again(self, number: int) -> None:
        wanted, first = self.shop.asked[number % len(self.shop.asked)]
        again = booking.check_out([wanted], actor=TILL, at=self.at)[0]
        assert (again.replayed, again.id) == (True, first.id)
        assert again.told["effects"] == first.told["effects"]

    def open_bills(self) -> list[Bill]:
        return [bill for bill in self.shop.bills if bill.state == "open"]

    @precondition(lambda self: self.open_bills())
    @rule(number=which, complete=st.booleans())
    def end_a_bill(self, number: int, complete: bool) -> None:
        bill = self.open_bills()[number % len(self.open_bills())]
        assert bill.lapses is not None
        if not complete:
            if self.deed(True, lambda: ending.cancel(bill.id, actor=TILL, at=self.at)):
                bill.state = "cancelled"
            return
        lost = bill.whose.erased and bill.paid  # what was set aside went with them
        allowed = bill.lapses > self.at and not lost
        if self.deed(allowed, lambda: ending.complete(bill.id, actor=TILL, at=self.at)):
            bill.state = "complete"
            bill.whose.net += 0 if bill.whose.erased else bill.given - bill.paid

    @rule()
    def jobs_run(self) -> None:
        while ending.lapse_due(actor=TILL, at=self.at):
            pass
        for bill in self.open_bills():
            if bill.lapses is not None and bill.lapses <= self.at:
                bill.state = "cancelled"
        super().jobs_run()

    def whole_bills(self) -> list[Bill]:
        return [b for b in self.shop.bills if b.state == "complete" and any(row.back < row.pieces for row in b.rows)]

    @precondition(lambda self: self.whole_bills())
    @rule(number=which, pieces=st.lists(st.integers(0, 4), min_size=3, max_size=3))
    def bring_back(self, number: int, pieces: list[int]) -> None:
        bill = self.whole_bills()[number % len(self.whole_bills())]
        backs = {
            place: min(count, row.pieces - row.back)
            for place, (row, count) in enumerate(zip(bill.rows, pieces, strict=False), 1)
        }
        lines = tuple(LineBack(place, count * PIECE) for place, count in backs.items() if count)
        if not lines:
            return
        wanted = NewReturn(bill.id, self.place(), self.at, True, lines)
        for place, count in backs.items():
            bill.rows[place - 1].back += count
        held, costs = min(bill.given, bill.earns()), bill.costs()
        done = self.deed(True, lambda: returning.take_back(wanted, actor=TILL, at=self.at))
        assert done is not None
        taken = sum(one["amount"] for one in done.told["effects"] if one["kind"] == "earn")
        if bill.whose.erased:
            assert taken == 0
        else:
            assert taken == bill.given - held
            bill.whose.net += bill.paid - costs - (bill.given - held)
        bill.given, bill.paid = held, costs
        self.shop.returned.append((wanted, done))

    @precondition(lambda self: self.shop.returned)
    @rule(number=which)
    def send_a_return_again(self, number: int) -> None:
        wanted, first = self.shop.returned[number % len(self.shop.returned)]
        again = returning.take_back(wanted, actor=TILL, at=self.at)
        assert (again.replayed, again.id, again.told["refund"]) == (True, first.id, first.told["refund"])

    @invariant()
    def what_came_back_and_what_stays_are_the_bill(self) -> None:
        for bill in getattr(self, "shop", Shop()).bills[-3:]:
            assert bill.given >= 0
            assert bill.paid >= 0


def _by_largest_remainder(whole: int, weights: list[int]) -> list[int]:
    total = sum(weights)
    parts = [whole * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-(whole * weights[place] % total), place))
    for place in order[: whole - sum(parts)]:
        parts[place] += 1
    return parts
