"""Merged, then parted again: each has what its own cards brought and took, whatever happened in between."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from tests.ledger.conftest import ADA, ANN, AT, BOB, TILL, earn, spend
from tests.ledger.machine import books_add_up

from regulars.ledger import people, services
from regulars.ledger.errors import LedgerError
from regulars.ledger.moves import Holder, House, NewHold, Posting, Reversal
from regulars.ledger.selectors import balances
from regulars.ledger.words import Kind, Role

people_of = st.sampled_from([ADA, BOB])
amounts = st.integers(1, 100)
deeds = st.one_of(
    st.tuples(st.just("earn"), people_of, amounts),
    st.tuples(st.just("spend"), people_of, amounts),
    st.tuples(st.just("capture"), people_of, amounts),
    st.tuples(st.just("pending"), people_of, amounts),
    st.tuples(st.just("activate"), people_of, amounts),
    st.tuples(st.just("reverse"), people_of, amounts),
    st.tuples(st.just("merge"), people_of, amounts),
    st.tuples(st.just("unmerge"), people_of, amounts),
)


class World:
    """Ada and Bob, sometimes one. `net` is what each one's own cards brought and took."""

    def __init__(self) -> None:
        self.at = AT
        self.net = {ADA: 0, BOB: 0}
        self.plan: tuple[dict[str, Any], UUID] | None = None
        self.done: list[tuple[UUID, UUID, int]] = []  # transfer, whose, what it brought
        self.waiting: list[tuple[UUID, UUID]] = []

    def do(self, what: str, who: UUID, amount: int) -> None:
        self.at += timedelta(minutes=1)
        try:
            with transaction.atomic():
                getattr(self, what)(who, amount)
        except LedgerError:
            return  # refused: nothing moved, and `net` was not touched

    def root(self, who: UUID) -> UUID:
        return ADA if self.plan else who

    def shown(self, who: UUID) -> UUID | None:
        return who if self.root(who) != who else None

    def brought(self, transfer: UUID, who: UUID, amount: int) -> None:
        self.net[who] += amount
        self.done.append((transfer, who, amount))

    def earn(self, who: UUID, amount: int) -> None:
        posting = earn(self.root(who), amount, shown=self.shown(who))
        self.brought(services.post([posting], actor=TILL, at=self.at)[0].id, who, amount)

    def spend(self, who: UUID, amount: int) -> None:
        posting = spend(self.root(who), amount, shown=self.shown(who))
        self.brought(services.post([posting], actor=TILL, at=self.at)[0].id, who, -amount)

    def capture(self, who: UUID, amount: int) -> None:
        wanted = NewHold(self.root(who), "points", amount, self.at + timedelta(days=1), shown=self.shown(who))
        held = services.place_hold(wanted, actor=TILL, at=self.at)
        captured = services.capture(held.id, max(1, amount // 2), actor=TILL, at=self.at)
        assert captured.transfer is not None
        self.brought(captured.transfer, who, -captured.captured)

    def pending(self, who: UUID, amount: int) -> None:
        holder = Holder(self.root(who), Role.PENDING)
        posting = Posting(Kind.EARN, "points", amount, House(Role.ISSUED), holder, shown=self.shown(who))
        number = services.post([posting], actor=TILL, at=self.at)[0].id
        self.brought(number, who, amount)
        self.waiting.append((number, who))

    def activate(self, who: UUID, amount: int) -> None:
        if self.waiting:
            services.activate([self.waiting[amount % len(self.waiting)][0]], actor=TILL, at=self.at)

    def reverse(self, who: UUID, amount: int) -> None:
        if self.done:
            number, whose, brought = self.done[amount % len(self.done)]
            part = max(1, abs(brought) // 2)
            services.reverse(Reversal(number, part), actor=TILL, at=self.at)
            self.net[whose] -= part if brought > 0 else -part

    def merge(self, who: UUID, amount: int) -> None:
        if self.plan is None:
            deed = uuid4()
            self.plan = (people.merge(ADA, BOB, deed=deed, actor=ANN, at=self.at), deed)

    def unmerge(self, who: UUID, amount: int) -> None:
        if self.plan is not None:
            plan, deed = self.plan
            people.unmerge(ADA, [BOB], plan=plan, deed=deed, actor=ANN, at=self.at)
            self.plan = None

    def check(self) -> None:
        books_add_up()
        worth = {who: self.worth(who) for who in (ADA, BOB)}
        if self.plan is not None:
            assert sum(worth.values()) == sum(self.net.values())
            assert worth[BOB] == 0
        else:
            assert worth == self.net

    def worth(self, who: UUID) -> int:
        return sum(found.available + found.pending - found.owed for found in balances(who, at=self.at))


@pytest.mark.slow
@settings(
    max_examples=12,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(asked=st.lists(deeds, min_size=5, max_size=25))
def test_sem_35_parted_again_each_has_what_its_own_cards_brought(
    points: str, asked: list[tuple[str, UUID, int]]
) -> None:
    with transaction.atomic():
        world = World()
        for what, who, amount in asked:
            world.do(what, who, amount)
            note(f"{what} {'Ada' if who == ADA else 'Bob'} {amount}: {list(world.net.values())}")
            world.check()
        world.do("unmerge", ADA, 1)
        world.check()
        transaction.set_rollback(True)
