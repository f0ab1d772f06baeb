"""Random deeds done to the real ledger and to the model; after each the two must agree, now and at past instants."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from unittest.mock import patch
from uuid import UUID

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.ledger import model
from tests.ledger.model import Deed, Owner, Refused

from regulars.basics import ids
from regulars.journal.moves import Actor
from regulars.journal.statements import run
from regulars.ledger import services
from regulars.ledger.errors import LedgerError
from regulars.ledger.models import Account, Lot, Pending
from regulars.ledger.moves import Gift, Holder, House, MoveRules, NewHold, Posted, Posting, Reversal
from regulars.ledger.selectors import balances
from regulars.ledger.words import Kind, Level, Role, Short

if TYPE_CHECKING:
    from unittest.mock import _patch

TILL = Actor("key", "key_till", "Till 7")
ONES = [UUID(int=7 << 76 | 2 << 62 | number) for number in (1, 2)]
# Just before year ends, leap days and clock changes of Berlin.
BEGINNINGS = [
    datetime(2025, 12, 28, 22, 30, tzinfo=UTC),
    datetime(2024, 2, 26, 23, 15, tzinfo=UTC),
    datetime(2026, 3, 27, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 23, 22, 30, tzinfo=UTC),
]
amounts = st.integers(1, 120)
which = st.integers(0, 10**6)
owners = st.sampled_from([0, 1])
late = st.sampled_from([0, 0, 0, 1, 3_600, 86_400, 5 * 86_400])
lives = st.sampled_from([None, 3_600, 86_400, 3 * 86_400, 40 * 86_400])


def same_ids() -> "_patch[object]":
    """The same ids whenever the same is done: they order what was made in one instant, so that a deed done again takes
    the same lots. Stop it in the end.
    """
    chance: _patch[object] = patch.object(ids, "token_bytes", Random(7).randbytes)
    chance.start()
    return chance


class LedgerMachine(RuleBasedStateMachine):
    """One unit, two holders, a clock that only goes on."""

    @initialize(beginning=st.sampled_from(BEGINNINGS))
    def begin(self, beginning: datetime) -> None:
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.chance = same_ids()
        self.at = self.start = beginning
        self.people = [Owner(number) for number in ONES]
        self.spends: list[Deed] = []
        self.earns: list[Deed] = []
        self.asked: list[tuple[Posting, Posted]] = []
        self.keys = 0
        services.define_unit("points", "Points", zone="Europe/Berlin", actor=TILL, at=self.at)

    def teardown(self) -> None:
        if hasattr(self, "whole"):
            self.chance.stop()
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)

    def both(self, real: Callable[[], object], modelled: Callable[[], object]) -> bool:
        """Does it in both; whether it was done. Both refuse, or neither."""
        try:
            modelled()
        except Refused:
            refused = True
        else:
            refused = False
        try:
            with transaction.atomic():
                real()
        except LedgerError as refusal:
            said = f"{refusal.code}: {refusal}"
        else:
            said = ""
        assert bool(said) == refused, f"the model {'refuses' if refused else 'allows'}, the ledger says {said!r}"
        return not refused

    def key(self, keyed: bool) -> tuple[str, str]:
        self.keys += keyed
        return ("till", str(self.keys)) if keyed else ("", "")

    @rule(seconds=st.sampled_from([1, 60, 3_600, 86_400, 2 * 86_400, 30 * 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)

    @rule(who=owners, amount=amounts, ago=late, life=lives, wait=st.sampled_from([0, 0, 7_200]), keyed=st.booleans())
    def earn(self, who: int, amount: int, ago: int, life: int | None, wait: int, keyed: bool) -> None:
        owner, effective = self.people[who], self.at - timedelta(seconds=ago)
        source, external_id = self.key(keyed)
        starts = effective + timedelta(seconds=wait)
        expires = starts + timedelta(seconds=life) if life else None
        posting = Posting(
            Kind.EARN, "points", amount, House(Role.ISSUED), Holder(owner.id), effective_at=effective,
            starts_at=starts, expires_at=expires, source=source, external_id=external_id,
        )  # fmt: skip
        if owner.no_earn:
            self.both(lambda: services.post([posting], actor=TILL, at=self.at), _refuse)
            return
        posted = services.post([posting], actor=TILL, at=self.at)[0]
        lot = model.Lot(posted.lots[0], posted.id, amount, effective, starts, expires, starts)
        assert model.credit(owner, lot, self.at, effective, eats=True) == posted.repaid
        self.earns.append(Deed(posted.id, owner, amount, effective, lots=[lot]))
        if keyed:
            self.asked.append((posting, posted))

    @rule(who=owners, amount=amounts, ago=late, keyed=st.booleans())
    def spend(self, who: int, amount: int, ago: int, keyed: bool) -> None:
        owner, effective = self.people[who], self.at - timedelta(seconds=ago)
        source, external_id = self.key(keyed)
        posting = Posting(
            Kind.SPEND, "points", amount, Holder(owner.id), House(Role.REDEEMED), effective_at=effective,
            source=source, external_id=external_id,
        )  # fmt: skip
        got: list[Posted] = []
        parts: list[tuple[model.Lot, int]] = []
        done = self.both(
            lambda: got.extend(services.post([posting], actor=TILL, at=self.at)),
            lambda: parts.extend(model.spend(owner, amount, effective, self.at)),
        )
        if done:
            assert got[0].used == tuple((lot.id, part) for lot, part in parts)
            self.spends.append(Deed(got[0].id, owner, amount, effective, parts=parts))
            if keyed:
                self.asked.append((posting, got[0]))

    @precondition(lambda self: self.asked)
    @rule(number=which)
    def ask_again(self, number: int) -> None:
        posting, first = self.asked[number % len(self.asked)]
        again = services.post([posting], actor=TILL, at=self.at)[0]
        assert again.replayed
        assert (again.id, again.lots, again.used) == (first.id, first.lots, first.used)
        assert (again.amount, again.effective_at, again.repaid) == (first.amount, first.effective_at, first.repaid)

    @rule(who=owners, amount=amounts, seconds=st.sampled_from([60, 86_400, 10 * 86_400]))
    def hold(self, who: int, amount: int, seconds: int) -> None:
        owner, lapses = self.people[who], self.at + timedelta(seconds=seconds)
        wanted = NewHold(owner.id, "points", amount, lapses)

        def real() -> None:
            held = services.place_hold(wanted, actor=TILL, at=self.at)
            assert dict(held.lots) == made[0].parts
            made[0].id = held.id

        def modelled() -> None:
            if owner.no_spend:
                raise Refused
            parts = model.pick(owner.usable(self.at, self.at), amount)
            hold = model.Hold(owner.id, owner, {lot.id: part for lot, part in parts}, self.at, lapses)
            owner.holds.append(hold)
            made.append(hold)
            for lot, _ in parts:
                lot.holds.append(hold)

        made: list[model.Hold] = []
        self.both(real, modelled)

    @precondition(lambda self: any(person.holds for person in self.people))
    @rule(number=which, share=st.sampled_from([1, 2, 3]), voided=st.booleans())
    def close_hold(self, number: int, share: int, voided: bool) -> None:
        holds = [hold for person in self.people for hold in person.holds]
        hold = holds[number % len(holds)]
        amount = max(1, hold.amount // share)
        if voided:
            self.both(
                lambda: services.void(hold.id, actor=TILL, at=self.at),
                lambda: _refuse() if hold.closed else model.free(hold, self.at),
            )
            return
        parts: list[tuple[model.Lot, int]] = []
        got: list[UUID | None] = []
        done = self.both(
            lambda: got.append(services.capture(hold.id, amount, actor=TILL, at=self.at).transfer),
            lambda: parts.extend(model.capture(hold, amount, self.at)),
        )
        if done:
            assert got[0] is not None
            self.spends.append(Deed(got[0], hold.owner, amount, self.at, parts=parts))

    @rule()
    def jobs_run(self) -> None:
        while services.lapse_due(actor=TILL, at=self.at):
            pass
        for person in self.people:
            for hold in person.holds:
                if hold.closed is None and hold.lapses <= self.at:
                    model.free(hold, self.at)
        while services.expire_due(actor=TILL, at=self.at):
            pass
        for person in self.people:
            model.expire(person, self.at)
        self.settle()

    def settle(self) -> None:
        while services.settle_due(actor=TILL, at=self.at):
            pass
        due = [(person, one) for person in self.people for one in person.waiting if one.state == "pending"]
        for person, one in sorted(due, key=lambda pair: pair[1].id):
            if one.activates and one.activates <= self.at and one.activates <= (one.cancels or model.NEVER):
                self.active(person, one, max(one.activates, one.earned))
            elif one.cancels and one.cancels <= self.at:
                one.state = "cancelled"
                person.pending_log.append((max(one.cancels, one.earned), -one.amount))

    def active(self, person: Owner, one: model.Waiting, effective: datetime) -> None:
        row = Pending.objects.get(pk=one.id)
        assert row.settled_by is not None
        lot = Lot.objects.get(transfer=row.settled_by)
        one.state = "active"
        person.pending_log.append((effective, -one.amount))
        made = model.Lot(lot.id, one.id, one.amount, one.earned, effective, effective + timedelta(days=30), effective)
        assert lot.expires_at is not None
        assert abs(lot.expires_at - (effective + timedelta(days=30))) <= timedelta(hours=1)  # clocks change
        made.expires = lot.expires_at
        model.credit(person, made, self.at, effective, eats=True)
        self.earns.append(Deed(one.id, person, one.amount, effective, lots=[made]))

    @rule(who=owners, amount=amounts, start=st.sampled_from([None, 3_600, 86_400]), end=st.sampled_from([None, 86_400]))
    def earn_pending(self, who: int, amount: int, start: int | None, end: int | None) -> None:
        owner = self.people[who]
        starts = self.at + timedelta(seconds=start) if start else None
        ends = self.at + timedelta(seconds=end) if end else None
        posting = Posting(
            Kind.EARN, "points", amount, House(Role.ISSUED), Holder(owner.id, Role.PENDING), validity="30D",
            activates_at=starts, cancels_at=ends,
        )  # fmt: skip
        if owner.no_earn:
            self.both(lambda: services.post([posting], actor=TILL, at=self.at), _refuse)
            return
        posted = services.post([posting], actor=TILL, at=self.at)[0]
        owner.waiting.append(model.Waiting(posted.id, amount, self.at, starts, ends, None))
        owner.pending_log.append((self.at, amount))

    @precondition(lambda self: any(person.waiting for person in self.people))
    @rule(number=which)
    def activate(self, number: int) -> None:
        pairs = [(person, one) for person in self.people for one in person.waiting]
        person, one = pairs[number % len(pairs)]
        over = one.state != "pending" or (one.cancels is not None and one.cancels <= self.at)
        done = self.both(
            lambda: services.activate([one.id], actor=TILL, at=self.at), lambda: _refuse() if over else None
        )
        if done:
            self.active(person, one, self.at)

    @precondition(lambda self: self.spends)
    @rule(number=which, share=st.sampled_from([1, 1, 2, 3]))
    def reverse_spend(self, number: int, share: int) -> None:
        deed = self.spends[number % len(self.spends)]
        amount = max(1, deed.amount // share)
        self.both(
            lambda: services.reverse(Reversal(deed.id, amount), actor=TILL, at=self.at),
            lambda: model.give_back(deed, amount, self.at),
        )

    @precondition(lambda self: self.earns)
    @rule(number=which, share=st.sampled_from([1, 1, 2, 3]), owing=st.booleans())
    def reverse_earn(self, number: int, share: int, owing: bool) -> None:
        deed = self.earns[number % len(self.earns)]
        amount = max(1, deed.amount // share)
        wanted = Reversal(deed.id, amount, short=Short.OWE if owing else Short.REFUSE)
        said: list[tuple[int, int]] = []
        told: list[tuple[int, int]] = []

        def real() -> None:
            answer = services.reverse(wanted, actor=TILL, at=self.at)
            told.append((answer.owed, answer.forgone))

        self.both(real, lambda: said.append(model.claw_back(deed, amount, self.at, owing=owing)))
        assert said == told

    @rule(who=owners, amount=amounts, fee=st.sampled_from([0, 3]), cool=st.sampled_from([0, 0, 86_400]))
    def move(self, who: int, amount: int, fee: int, cool: int) -> None:
        giver, taker = self.people[who], self.people[1 - who]
        gift = Gift(giver.id, taker.id, "points", amount)
        cool_off = timedelta(seconds=cool)
        parts: list[tuple[model.Lot, int]] = []
        got: list[UUID] = []

        def modelled() -> None:
            if giver.no_spend or taker.no_earn:
                raise Refused
            usable = giver.usable(self.at, self.at)
            old = [lot for lot in usable if lot.usable <= self.at - cool_off]
            if sum(lot.left() for lot in usable) < amount + fee:
                raise Refused
            parts.extend(model.pick(old, amount))
            model.use(giver, parts, self.at)
            if fee:
                model.use(giver, model.pick(giver.usable(self.at, self.at), fee), self.at)

        def real() -> None:
            rules = MoveRules(fee=fee, cool_off=cool_off)
            got.append(services.move(gift, rules, actor=TILL, at=self.at).id)

        if self.both(real, modelled):
            rows = {row.parent: row for row in Lot.objects.filter(transfer=got[0])}
            assert len(rows) == len(parts)
            for lot, part in parts:
                row = rows[lot.id]
                made = model.Lot(row.id, got[0], part, lot.earned, lot.starts, lot.expires, self.at)
                model.credit(taker, made, self.at, self.at, eats=False)

    @rule(who=owners, level=st.sampled_from([Level.SPEND, Level.EARN]), lifted=st.booleans())
    def freeze(self, who: int, level: Level, lifted: bool) -> None:
        owner = self.people[who]
        if lifted:
            services.unfreeze(owner.id, level, actor=TILL, at=self.at)
        else:
            services.freeze(owner.id, level, reason="fraud", actor=TILL, at=self.at)
        if level == Level.SPEND:
            owner.no_spend = not lifted
        else:
            owner.no_earn = not lifted

    @rule(share=st.integers(0, 1000))
    def look_back(self, share: int) -> None:
        """Any past instant, and the very instants at which something happened."""
        span = self.at - self.start + timedelta(days=6)
        moment = self.at - span * share / 1000
        known = sorted({when for person in self.people for when, _ in person.log})
        for as_of in {moment, *known[share % 7 :: 7]}:
            self.agree(as_of, as_of=as_of)

    @invariant()
    def they_agree(self) -> None:
        if hasattr(self, "people"):
            self.agree(self.at)
            books_add_up()

    def agree(self, when: datetime, as_of: datetime | None = None) -> None:
        for person in self.people:
            expected = person.figures(when)
            for found in balances(person.id, at=self.at, as_of=as_of):
                got = (found.balance, found.held, found.expired, found.waiting, found.pending, found.owed)
                assert got == expected, f"{when}: {got} instead of {expected}"
                assert found.available >= 0
            if not Account.objects.filter(owner=person.id).exists():
                assert expected == (0,) * 6


def books_add_up() -> None:
    """Balances are what transfers add up to; lots and holds are what balances are made of."""
    wrong = run(
        "SELECT a.id FROM ledger_account a LEFT JOIN LATERAL (SELECT"
        " coalesce(sum(CASE WHEN taker = a.id THEN amount ELSE -amount END), 0) AS moved FROM ledger_transfer"
        " WHERE giver = a.id OR taker = a.id) t ON true"
        " LEFT JOIN LATERAL (SELECT coalesce(sum(remaining + held), 0) AS kept, coalesce(sum(held), 0) AS held"
        " FROM ledger_lot WHERE account = a.id) l ON true"
        " LEFT JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS held FROM ledger_hold WHERE account = a.id"
        " AND closed_as IS NULL) h ON true"
        " WHERE a.owner IS NOT NULL AND (a.balance <> t.moved OR (a.role = 'main' AND (a.balance <> l.kept"
        " OR a.held <> l.held OR a.held <> h.held)))"
    )
    assert wrong == []
    uses = run(
        "SELECT l.id FROM ledger_lot l LEFT JOIN ledger_lot_use u ON u.lot = l.id GROUP BY l.id"
        " HAVING l.amount <> l.remaining + l.held + coalesce(sum(u.amount), 0)"
    )
    assert uses == []


def _refuse() -> None:
    raise Refused
