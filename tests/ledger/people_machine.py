"""Random deeds across members and ledger: who is merged, parted and erased keeps what the own cards brought.

`net` of a person is what the own cards brought and took. Whoever stands alone has that; who were merged have the sum.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.ledger.conftest import ANN, TILL, earn, spend
from tests.ledger.machine import BEGINNINGS, amounts, books_add_up, same_ids, which
from tests.members.shop import OURS, enrol

from regulars.basics.errors import RegularsError
from regulars.journal.statements import run
from regulars.ledger import services
from regulars.ledger.moves import Gift, Holder, House, MoveRules, NewHold, Posted, Posting, Reversal
from regulars.ledger.selectors import balances, lots
from regulars.ledger.verify_steps import STEPS
from regulars.ledger.words import Kind, Role
from regulars.members import erasing, merging

PEOPLE = 4


@dataclass(eq=False)
class Person:
    """Somebody with a card. `into`: who took this one in; None: stands alone, or took others in."""

    id: UUID
    net: int = 0
    into: "Person | None" = None
    erased: bool = False

    @property
    def root(self) -> "Person":
        return self.into.root if self.into else self

    @property
    def shown(self) -> UUID | None:
        return None if self.into is None else self.id


@dataclass(eq=False)
class Brought:
    """A transfer that can be taken back: above nothing it brought, below it took."""

    id: UUID
    whose: Person
    amount: int
    back: int = 0


@dataclass(eq=False)
class Held:
    id: UUID
    whose: Person
    amount: int
    lapses: datetime


@dataclass
class Given:
    """A gift: what of it was returned is whose it was."""

    id: UUID
    giver: Person
    taker: Person
    left: int


@dataclass
class Story:
    people: list[Person]
    gifts: list[Given] = field(default_factory=list)
    done: list[Brought] = field(default_factory=list)
    waiting: list[UUID] = field(default_factory=list)
    holds: list[Held] = field(default_factory=list)
    asked: list[tuple[Posting, Posted]] = field(default_factory=list)

    def group(self, root: Person) -> list[Person]:
        return [person for person in self.people if person.root is root]

    def held(self, *roots: Person) -> bool:
        return any(hold.whose.root in roots for hold in self.holds)


class PeopleMachine(RuleBasedStateMachine):
    """One unit, nothing expires in time, four people, a clock that only goes on."""

    @initialize(beginning=st.sampled_from(BEGINNINGS))
    def begin(self, beginning: datetime) -> None:
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.chance = same_ids()
        self.at = beginning
        self.keys = 0
        services.define_unit("points", "Points", zone="Europe/Berlin", actor=ANN, at=self.at)
        self.story = Story([self.new() for _ in range(PEOPLE)])

    def new(self) -> Person:
        return Person(enrol(at=self.at))

    def teardown(self) -> None:
        if hasattr(self, "whole"):
            try:
                wrong = [row for step in STEPS.values() for row in run(step) if row[0] == "difference"]
            finally:
                self.chance.stop()
                transaction.set_rollback(True)
                self.whole.__exit__(None, None, None)
            assert wrong == []

    def deed(self, allowed: bool, do: Callable[[], Any]) -> Any:
        """What it answers; None where it is refused, and it should be."""
        answer, said = None, ""
        try:
            with transaction.atomic():
                answer = do()
        except RegularsError as refusal:
            said = f"{refusal.code}: {refusal}"
        assert bool(said) != allowed, f"should be {'done' if allowed else 'refused'}, the rooms say {said!r}"
        return answer

    def open_holds(self, *roots: Person) -> bool:
        return self.story.held(*roots)

    def available(self, root: Person) -> int:
        return sum(found.available for found in balances(root.id, at=self.at))

    @rule(seconds=st.sampled_from([1, 3_600, 86_400, 30 * 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)

    @rule()
    def jobs_run(self) -> None:
        while services.lapse_due(actor=TILL, at=self.at):
            pass
        while services.settle_due(actor=TILL, at=self.at):
            pass
        self.story.holds = [hold for hold in self.story.holds if hold.lapses > self.at]

    @rule(
        number=which, amount=amounts, keyed=st.booleans(), ago=st.sampled_from([0, 0, 3_600]),
        years=st.sampled_from([None, 50, 60]),
    )  # fmt: skip
    def earn(self, number: int, amount: int, keyed: bool, ago: int, years: int | None) -> None:
        person = self.one(number)
        words: dict[str, Any] = {"shown": person.shown, "effective_at": self.at - timedelta(seconds=ago)}
        if years:
            words["expires_at"] = self.at + timedelta(days=365 * years)
        self.keys += keyed
        if keyed:
            words |= {"source": "till", "external_id": str(self.keys)}
        self.post(person, amount, earn(person.root.id, amount, **words))

    @rule(number=which, amount=amounts)
    def spend(self, number: int, amount: int) -> None:
        person = self.one(number)
        self.post(person, -amount, spend(person.root.id, amount, shown=person.shown))

    @rule(number=which, amount=amounts, start=st.sampled_from([None, 60, 86_400]))
    def earn_pending(self, number: int, amount: int, start: int | None) -> None:
        person = self.one(number)
        starts = self.at + timedelta(seconds=start) if start else None
        posting = Posting(
            Kind.EARN, "points", amount, House(Role.ISSUED), Holder(person.root.id, Role.PENDING),
            shown=person.shown, activates_at=starts,
        )  # fmt: skip
        self.post(person, amount, posting)

    def post(self, person: Person, brought: int, posting: Posting) -> None:
        allowed = not person.erased and (brought > 0 or self.available(person.root) >= -brought)
        posted = self.deed(allowed, lambda: services.post([posting], actor=TILL, at=self.at)[0])
        if posted is None:
            return
        self.brought(posted.id, person, brought)
        if posting.source:
            self.story.asked.append((posting, posted))
        if isinstance(posting.taker, Holder) and posting.taker.role == Role.PENDING:
            self.story.waiting.append(posted.id)

    def brought(self, transfer: UUID, person: Person, amount: int) -> None:
        person.net += amount
        self.story.done.append(Brought(transfer, person, amount))

    def one(self, number: int) -> Person:
        return self.story.people[number % len(self.story.people)]

    @precondition(lambda self: self.story.asked)
    @rule(number=which)
    def ask_again(self, number: int) -> None:
        """As the till said it then, whoever has the account now."""
        posting, first = self.story.asked[number % len(self.story.asked)]
        again = services.post([posting], actor=TILL, at=self.at)[0]
        assert (again.replayed, again.id, again.amount) == (True, first.id, first.amount)

    @precondition(lambda self: self.story.waiting)
    @rule(number=which)
    def activate(self, number: int) -> None:
        waiting = self.story.waiting.pop(number % len(self.story.waiting))
        try:
            with transaction.atomic():
                services.activate([waiting], actor=TILL, at=self.at)
        except RegularsError as refusal:
            assert refusal.code == "pending-settled"  # noqa: PT017  by its time, by a reversal or an erasure

    @precondition(lambda self: any(one.amount != one.back for one in self.story.done))
    @rule(number=which, share=st.sampled_from([1, 2, 3]))
    def reverse(self, number: int, share: int) -> None:
        open_still = [one for one in self.story.done if one.back != abs(one.amount)]
        if not open_still:
            return
        one = open_still[number % len(open_still)]
        part = max(1, (abs(one.amount) - one.back) // share)
        allowed = not one.whose.erased
        if self.deed(allowed, lambda: services.reverse(Reversal(one.id, part), actor=TILL, at=self.at)):
            one.back += part
            one.whose.net -= part if one.amount > 0 else -part

    @rule(giver=which, taker=which, amount=amounts)
    def give(self, giver: int, taker: int, amount: int) -> None:
        one, two = self.one(giver).root, self.one(taker).root
        if one is two:
            return
        allowed = not one.erased and not two.erased and self.available(one) >= amount
        gift = Gift(one.id, two.id, "points", amount)
        moved = self.deed(allowed, lambda: services.move(gift, MoveRules(), actor=TILL, at=self.at))
        if moved is not None:
            one.net -= amount
            two.net += amount
            self.story.gifts.append(Given(moved.id, one, two, amount))

    @precondition(lambda self: self.story.gifts)
    @rule(number=which, share=st.sampled_from([1, 2, 3]))
    def return_gift(self, number: int, share: int) -> None:
        """Refused where too little of it is unspent, or its ends are gone or have become one."""
        gift = self.story.gifts[number % len(self.story.gifts)]
        part = max(1, gift.left // share)
        barred = gift.giver.erased or gift.taker.erased or gift.giver.root is gift.taker.root or gift.left < part
        try:
            with transaction.atomic():
                services.reverse(Reversal(gift.id, part), actor=TILL, at=self.at)
        except RegularsError as refusal:
            assert barred or refusal.code == "not-enough"  # noqa: PT017
            return
        assert not barred
        gift.left -= part
        gift.giver.net += part
        gift.taker.net -= part

    @rule(number=which, amount=amounts, seconds=st.sampled_from([60, 86_400]))
    def hold(self, number: int, amount: int, seconds: int) -> None:
        person, lapses = self.one(number), self.at + timedelta(seconds=seconds)
        wanted = NewHold(person.root.id, "points", amount, lapses, shown=person.shown)
        allowed = not person.erased and self.available(person.root) >= amount
        held = self.deed(allowed, lambda: services.place_hold(wanted, actor=TILL, at=self.at))
        if held is not None:
            self.story.holds.append(Held(held.id, person, amount, lapses))

    @precondition(lambda self: self.story.holds)
    @rule(number=which, share=st.sampled_from([0, 1, 2]))
    def close_hold(self, number: int, share: int) -> None:
        hold = self.story.holds[number % len(self.story.holds)]
        if share == 0:
            services.void(hold.id, actor=TILL, at=self.at)
            self.story.holds.remove(hold)
            return
        amount = max(1, hold.amount // share)
        captured = self.deed(hold.lapses > self.at, lambda: services.capture(hold.id, amount, actor=TILL, at=self.at))
        if captured is not None:
            self.story.holds.remove(hold)
            self.brought(captured.transfer, hold.whose, -amount)

    @rule(survivor=which, other=which)
    def merge(self, survivor: int, other: int) -> None:
        one, two = self.one(survivor).root, self.one(other).root
        allowed = one is not two and not one.erased and not two.erased and not self.open_holds(one, two)
        said: dict[str, Any] = {"organisation": OURS, "reason": "one person", "actor": ANN, "at": self.at}
        if self.deed(allowed, lambda: merging.merge(one.id, two.id, **said)):
            two.into = one

    @rule(other=which)
    def part(self, other: int) -> None:
        two = self.one(other)
        one = two.into
        allowed = one is not None and one.into is None and not two.erased and not self.open_holds(one)
        said: dict[str, Any] = {"organisation": OURS, "reason": "two people", "actor": ANN, "at": self.at}
        if self.deed(allowed, lambda: merging.unmerge(two.id, **said)):
            two.into = None

    @rule(one=which, two=which, three=which)
    def there_and_back(self, one: int, two: int, three: int) -> None:
        """Taken together and apart again at once, one inside the other, all is as before, to the dates of lots."""
        roots = list(dict.fromkeys(self.one(number).root for number in (one, two, three)))
        if len(roots) < 2 or any(root.erased for root in roots) or self.open_holds(*roots):
            return
        before = [self.kept(root) for root in roots]
        said: dict[str, Any] = {"organisation": OURS, "reason": "a try", "actor": ANN, "at": self.at}
        inner, survivor, *outer = roots
        with transaction.atomic():
            merging.merge(survivor.id, inner.id, **said)
            for root in outer:
                merging.merge(root.id, survivor.id, **said)
                merging.unmerge(survivor.id, **said)
            merging.unmerge(inner.id, **said)
            assert [self.kept(root) for root in roots] == before
            transaction.set_rollback(True)

    def kept(self, root: Person) -> tuple[Any, ...]:
        figures = [(found.available, found.pending, found.owed) for found in balances(root.id, at=self.at)]
        dates = Counter[tuple[Any, ...]]()
        for lot in lots(root.id, at=self.at):
            dates[lot.earned_at, lot.starts_at, lot.expires_at] += lot.remaining
        return figures or [(0, 0, 0)], dates

    @precondition(lambda self: sum(not person.erased for person in self.story.people) > 2)
    @rule(number=which, chance=st.integers(0, 2))
    def erase(self, number: int, chance: int) -> None:
        if chance:
            return  # now and then: the others have their stories too
        root = self.one(number).root
        said: dict[str, Any] = {"organisation": OURS, "reason": "asked", "actor": ANN, "at": self.at}
        if self.deed(not root.erased, lambda: erasing.erase(root.id, **said)):
            for person in self.story.group(root):
                person.net, person.erased = 0, True
            self.story.holds = [hold for hold in self.story.holds if hold.whose.root is not root]
            self.story.people.append(self.new())

    @invariant()
    def each_has_what_the_own_cards_brought(self) -> None:
        if not hasattr(self, "story"):
            return
        books_add_up()
        for person in self.story.people:
            worth = sum(found.balance + found.pending - found.owed for found in balances(person.id, at=self.at))
            own = 0 if person.into else sum(one.net for one in self.story.group(person))
            assert worth == own, f"{self.story.people.index(person)}: {worth} instead of {own}"
