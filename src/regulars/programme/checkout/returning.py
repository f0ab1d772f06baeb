"""Lines brought back: what they earned goes, by the rules of then; what paid for them goes back to where it came from.

All is reckoned from what came back so far in all, never return by return (SEMANTICS 12).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor
from regulars.ledger import services as ledger
from regulars.ledger.errors import NotReversible
from regulars.ledger.moves import Reversal, Reversed
from regulars.ledger.selectors import balances, reversed_so_far
from regulars.ledger.services.accounts import locked
from regulars.ledger.words import Role, Short
from regulars.programme import counters
from regulars.programme.book import Book, book
from regulars.programme.checkout import rows, telling
from regulars.programme.checkout.counting import taken_back
from regulars.programme.checkout.ending import occasion_of
from regulars.programme.checkout.holders import Holders, holders_of
from regulars.programme.checkout.intake import asked_back
from regulars.programme.checkout.moves import LineBack, NewReturn, Outcome
from regulars.programme.checkout.paying import POINTS, return_policy
from regulars.programme.checkout.restoring import offers_back
from regulars.programme.checkout.selectors import backs
from regulars.programme.coupons.offering import PREFIX
from regulars.programme.following import booking as following
from regulars.programme.following.moves import CameBack
from regulars.programme.models import Back, Checkout, Followed
from regulars.programme.services.coupons_using import restore
from regulars.programme.services.inactivity import keep_alive
from regulars.programme.services.qualifying import take_back as count_back
from regulars.rules.earning.effects import Freed, of_plain
from regulars.rules.earning.returning import held_after, sums_to_return
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Line, Occasion
from regulars.rules.paying import PointsPayment
from regulars.rules.returns import ReturnPolicy, Spent, kept_together, remaining, value_left
from regulars.rules.returns import kept as part_kept
from regulars.sales import locks
from regulars.sales import services as sales
from regulars.sales.errors import SaleState, SaleUnknown, WrongReturn
from regulars.sales.intake import fingerprint
from regulars.sales.moves import BackLine, KnownSale
from regulars.sales.moves import NewReturn as Record
from regulars.sales.selectors import sales as known_sales

Plain = dict[str, Any]


@transaction.atomic
def take_back(wanted: NewReturn, *, actor: Actor, at: datetime) -> Outcome:
    """What came of it; a return that came before is answered as it was then.

    Raises SaleUnknown, SaleState, WrongReturn, KeyReused and what the ledger refuses.
    """
    number = new_id(at)
    key = (wanted.place.source, wanted.place.external_id)
    first = sales.claim([(*key, fingerprint("return", asked_back(wanted)), number)]).get(key, number)
    if first != number:
        return backs([first])[first]
    if not locks.sales([wanted.sale]):
        raise SaleUnknown("No purchase has this id.", sale=typed("sal", wanted.sale))
    back = Returning.read(wanted, at)
    told = back.book(number, actor, at)
    Back.objects.create(id=number, sale=wanted.sale, told=told)
    return Outcome(number, told)


@dataclass(slots=True)
class Returning:
    """One return being decided and booked. `before` and `now`: thousandths of each line that came back, so far and
    with this."""

    wanted: NewReturn
    sale: KnownSale
    kept: Checkout
    bought: Occasion
    before: Mapping[int, int]
    now: Mapping[int, int]
    terms: Book
    facts: MemberFacts | None
    who: Holders

    @classmethod
    def read(cls, wanted: NewReturn, at: datetime) -> "Returning":
        """Seven queries. Raises SaleState, WrongReturn."""
        sale = known_sales([wanted.sale])[wanted.sale]
        if sale.state != "complete":
            raise SaleState(f"This purchase is {sale.state}.", state=sale.state)
        if not sale.effective_at <= wanted.effective_at <= at:
            bought_at = sale.effective_at.isoformat()
            raise WrongReturn(
                "Nothing comes back before it was bought, or before it has happened.", bought_at=bought_at
            )
        kept = Checkout.objects.get(sale=wanted.sale)
        before = {one.sold.line.number: one.returned_quantity for one in sale.lines}
        now = _quantities(wanted.lines, sale)
        facts = rows.facts_kept(kept.facts["member"])
        terms = book(kept.organisation)
        return cls(wanted, sale, kept, occasion_of(sale, kept), before, now, terms, facts, holders_of(kept))

    @property
    def member(self) -> UUID | None:
        """Whose it is now; nobody's where they were erased."""
        return None if self.who.gone(self.who.shown) else self.who.member

    @property
    def policy(self) -> ReturnPolicy:
        return return_policy(self.terms, self.wanted.effective_at)

    @property
    def lines(self) -> dict[int, Line]:
        return {line.number: line for line in self.bought.lines}

    def left(self, back: Mapping[int, int]) -> Occasion:
        """The purchase as if only what stays had been bought, what points paid of it included."""
        paid: dict[str, dict[int, int]] = {}
        for part in self.kept.parts:
            by_line = paid.setdefault(f"{part['kind']}:{part['unit']}", {})
            for number, money in part["lines"].items():
                by_line[int(number)] = by_line.get(int(number), 0) + money
        return remaining(self.bought, back, paid)

    def book(self, number: UUID, actor: Actor, at: datetime) -> Plain:
        """Coupons first, then counters, accounts, levels: in the order of the checkout. The answer."""
        before, now = self.left(self.before), self.left(self.now)
        back = CameBack(self.sale.id, self.sale.effective_at, self.wanted.effective_at, now, self.facts)
        if self.member is not None:
            following.lock_prizes(self.sale.id, terms=self.terms)
        restored = self._offers(actor, at)
        followed = []
        if self.member is not None:  # of who was erased nothing is asked
            followed = following.undo(back, terms=self.terms, organisation=self.kept.organisation, actor=actor, at=at)
        stay = self._stay(before, now)
        self._lock(followed, at)
        effects, units, missing = self._gains(stay, actor, at)
        effects += self._followed(followed, back, actor, at)
        paid, money = self._parts(now, actor, at)
        lines = self._lines()
        refund = before.paid - now.paid - money - missing
        record = Record(
            number, self.wanted.sale, self.wanted.place, lines, self.wanted.effective_at, self.wanted.reason
        )
        sales.record_returns([record], actor=actor, at=at)
        self.kept.save(update_fields=["given", "paid"])
        if self.member is not None:
            counted = taken_back(self.wanted.sale, before, now, units)
            keep_alive([self.member], organisation=self.kept.organisation, actor=actor, at=at, terms=self.terms)
            count_back([counted], organisation=self.kept.organisation, actor=actor, at=at, terms=self.terms)
        return {**self._told(number, lines, [*effects, *paid], refund, at), "restored": restored}

    def _followed(self, undone: Sequence[Followed], back: CameBack, actor: Actor, at: datetime) -> list[Plain]:
        """What had followed from the purchase and would not from what remains; of that the member's own is told."""
        told = following.take_back(undone, back, terms=self.terms, actor=actor, at=at)
        return [one for member, one in told if member in (self.kept.member, self.member)]

    def _lock(self, undone: Sequence[Followed], at: datetime) -> None:
        """All accounts from and to which units go, in the order of everybody else."""
        moved = [one for one in (*self.kept.gains, *self.kept.parts) if "transfer" in one]
        there = [(one, UUID(one["shown"])) for one in moved if not self.who.gone(UUID(one["shown"]))]
        wanted = {(row.member, row.unit, Role.MAIN) for row in undone if row.unit}
        wanted |= {(UUID(one["owner"]), one["unit"], Role.MAIN) for one, _ in there}
        locked(wanted | {(self.who.roots[shown], one["unit"], Role.MAIN) for one, shown in there}, at)

    def _offers(self, actor: Actor, at: datetime) -> list[str]:
        """Coupons whose lines have all come back with this return are good again where their series says so; what
        promotions took of budgets is given back. The coupons that are good again."""
        coupons, freed = offers_back(
            self.wanted.sale, self.kept.told["effects"], self.lines, self.before, self.now, self.terms
        )
        found = []
        if coupons:
            sale = [self.wanted.sale]
            found = restore(sale, organisation=self.kept.organisation, coupons=coupons, actor=actor, at=at)
        counters.give_back(freed)
        return [typed(PREFIX, coupon) for one in found for coupon in one.coupons]

    def _stay(self, before: Occasion, now: Occasion) -> list[int]:
        """How much of each gain is still given after this return; limits and budgets get back what is not."""
        effects = [of_plain(one["effect"]) for one in self.kept.gains if one["kind"] == "earn"]
        used = counters.lock(sums_to_return(effects), organisation=self.kept.organisation)
        pairs = zip(self.kept.gains, self.kept.given, strict=True)
        found = [self._stays(one, given, before, now, used) for one, given in pairs]
        counters.give_back(
            [counters.Back(self.sale.id, each.code, each.of, each.amount) for _, freed in found for each in freed]
        )
        return [stays for stays, _ in found]

    def _gains(self, stay: Sequence[int], actor: Actor, at: datetime) -> tuple[list[Plain], dict[str, int], int]:
        """Takes back what is no longer earned; how much of each unit counts no more; and how much of stored value that
        was sold is spent already, which nobody is paid for (SEMANTICS 17)."""
        told: list[Plain] = []
        units: dict[str, int] = {}
        missing = 0  # money
        for place, (one, stays) in enumerate(zip(self.kept.gains, stay, strict=True)):
            given = self.kept.given[place]
            if stays < given:
                one_back = self._reverse(one, given - stays, actor, at)
                told.append(_undone(one, one_back))
                self.kept.given[place] = stays
                if one["kind"] == "load":
                    missing += given - stays - one_back.amount
                else:
                    missing += self._charged(one, given, stays, one_back.amount)
                    units[one["unit"]] = units.get(one["unit"], 0) + given - stays
        return told, units, missing

    def _stays(
        self, one: Mapping[str, Any], given: int, before: Occasion, now: Occasion, used: Mapping[Any, int]
    ) -> tuple[int, Sequence[Freed]]:
        """How much of a gain is still given after this return."""
        if one["kind"] == "earn":
            held = held_after(
                of_plain(one["effect"]), self.terms.version, self.facts, before=before, now=now, held=given, used=used
            )
            return held.amount, held.freed
        if one["kind"] == "load":
            line = self.lines[one["line"]]
            return min(given, part_kept(one["amount"], line, self.now[line.number])), ()
        stays = sum(part_kept(part, self.lines[int(n)], self.now[int(n)]) for n, part in one["lines"].items())
        return min(given, stays), ()

    def _parts(self, now: Occasion, actor: Actor, at: datetime) -> tuple[list[Plain], int]:
        """Gives points back in proportion to the lines, and value in the order that the policy says, each to the lots
        it came from; how much money that was."""
        told, money = [], 0
        value_stays = self._value_left(now)
        stay = self._points_left()
        for place, part in enumerate(self.kept.parts):
            units, paid = self.kept.paid[place]
            if part["kind"] == "value":
                left = min(paid, value_stays)  # the first part stays longest
                value_stays -= left
                stays = left, left
            else:
                stays = stay[place]
            if stays[0] < units:
                back = self._reverse(part, units - stays[0], actor, at)
                told.append(
                    {
                        "kind": f"pay-{part['kind']}", "unit": part["unit"], "amount": back.amount,
                        "money": paid - stays[1], "forgone": back.forgone,
                        **telling.giver("family" in part, self.who.roots[UUID(part["shown"])]),
                    }
                )  # fmt: skip
            money += paid - stays[1]
            self.kept.paid[place] = list(stays)
        return told, money

    def _points_left(self) -> dict[int, tuple[int, int]]:
        """Units and money by the place of each part paid with points; of one unit together, whoever's they were."""
        places = [place for place, part in enumerate(self.kept.parts) if part["kind"] == "points"]
        found: dict[int, tuple[int, int]] = {}
        for unit in {self.kept.parts[place]["unit"] for place in places}:
            of = [place for place in places if self.kept.parts[place]["unit"] == unit]
            units, money = (
                kept_together([_by_number(self.kept.parts[place][name]) for place in of], self.lines, self.now)
                for name in ("taken", "lines")
            )
            found |= {place: (left, paid) for place, left, paid in zip(of, units, money, strict=True)}
        return found

    def _value_left(self, now: Occasion) -> int:
        """What value still pays of what stays."""
        value = [part for part in self.kept.parts if part["kind"] == "value"]
        paid = sum(part["money"] for part in value)
        points = [part for part in self.kept.parts if part["kind"] == "points"]
        by_points = sum(part["money"] for part in points) - sum(money for _, money in self._points_left().values())
        back = self.bought.paid - now.paid - by_points
        due = self.bought.paid - paid - sum(part["money"] for part in points)
        return value_left(self.policy, paid, due, back, sum(self._kept(part["lines"]) for part in value))

    def _kept(self, parts: Mapping[str, int]) -> int:
        return sum(part_kept(part, self.lines[int(n)], self.now[int(n)]) for n, part in parts.items())

    def _reverse(self, one: Mapping[str, Any], amount: int, actor: Actor, at: datetime) -> Reversed:
        """What an earn cannot give back is owed, or as the policy says; of stored value that was sold only what is left
        comes back; to and from who was erased nothing moves."""
        if self.who.gone(UUID(one["shown"])):
            return Reversed(UUID(one["transfer"]), 0)
        place = self.wanted.place
        wanted = Reversal(
            UUID(one["transfer"]),
            amount,
            self._short(one),
            self.wanted.effective_at,
            reason="return",
            merchant=typed("mrc", place.merchant) if place.merchant else "",
            store=typed("str", place.store) if place.store else "",
        )
        try:
            with transaction.atomic():
                return ledger.reverse(wanted, actor=actor, at=at)
        except NotReversible as refusal:  # spent, or taken back by hand before: the goods come back all the same
            left = refusal.facts.get("reversible")
            if isinstance(left, int) and 0 < left < amount:
                return self._reverse(one, left, actor, at)
            return Reversed(wanted.transfer, 0)

    def _short(self, one: Mapping[str, Any]) -> Short:
        """Value that was sold comes back as far as it is there; what points paid always comes back."""
        charged = self.policy.spent == Spent.CHARGED and self._worth(one["unit"]) is not None
        gone = one["kind"] == "load" or self.policy.spent == Spent.FORGIVEN or charged
        return Short.DROP if gone else Short.OWE

    def _charged(self, one: Mapping[str, Any], given: int, stays: int, back: int) -> int:
        """What spent units cost who brings the goods back, in minor units, reckoned from all that could not be taken so
        far; those of who was erased cost nobody. One query where something could not be taken."""
        worth = self._worth(one["unit"])
        charged = self.policy.spent == Spent.CHARGED and not self.who.gone(UUID(one["shown"]))
        if not charged or not worth or given - stays == back:
            return 0
        taken = reversed_so_far(UUID(one["transfer"]))
        before, now = max(0, one["amount"] - given - taken + back), max(0, one["amount"] - stays - taken)
        return worth.money(max(before, now)) - worth.money(before)

    def _worth(self, unit: str) -> PointsPayment | None:
        """What units paid at the till when the goods were bought."""
        for version in self.terms.at(POINTS, self.sale.effective_at):
            found: PointsPayment = version.terms
            if (found.unit, found.currency) == (unit, self.sale.currency):
                return found
        return None

    def _lines(self) -> tuple[BackLine, ...]:
        found = []
        for number, line in self.lines.items():
            quantity = self.now[number] - self.before[number]
            if quantity:
                parts = (
                    part_kept(whole, line, self.before[number]) - part_kept(whole, line, self.now[number])
                    for whole in (line.paid, line.tax)
                )
                found.append(BackLine(number, quantity, *parts))
        return tuple(found)

    def _told(
        self, number: UUID, lines: Sequence[BackLine], effects: Sequence[Plain], refund: int, at: datetime
    ) -> Plain:
        units = {effect["unit"] for effect in effects}
        member = self.member
        return {
            "id": typed("ret", number),
            "sale": typed("sal", self.wanted.sale),
            "member": typed("mbr", self.kept.member) if self.kept.member else None,
            "currency": self.sale.currency,
            "amount": sum(line.amount for line in lines),
            "tax": sum(line.tax for line in lines),
            "refund": refund,
            "lines": [{"number": line.number, "amount": line.amount} for line in lines],
            "effects": list(effects),
            "balances": telling.balances(balances(member, at=at), units) if member and units else [],
        }


def _by_number(parts: Mapping[str, int]) -> dict[int, int]:
    return {int(number): part for number, part in parts.items()}


def _undone(one: Mapping[str, Any], back: Reversed) -> Plain:
    code, version = one.get("code", ""), one.get("version", 0)
    if one["kind"] == "earn":
        code, version = one["effect"]["code"], one["effect"]["version"]
    return {
        "kind": one["kind"], "code": code, "version": version, "unit": one["unit"], "amount": back.amount,
        "owed": back.owed, "forgone": back.forgone,
    }  # fmt: skip


def _quantities(asked: Sequence[LineBack], sale: KnownSale) -> dict[int, int]:
    """What will have come back of each line in all. Raises WrongReturn."""
    lines = {one.sold.line.number: one for one in sale.lines}
    now = {number: one.returned_quantity for number, one in lines.items()}
    if not asked:
        asked = [LineBack(number) for number, one in lines.items() if one.returned_quantity < one.sold.line.quantity]
    if not asked:
        raise WrongReturn("All of this purchase has come back already.", left=0)
    if len({one.number for one in asked}) != len(asked):
        raise WrongReturn("Each line is named once.")
    for one in asked:
        found = lines.get(one.number)
        if found is None:
            raise WrongReturn(f"The purchase has no line {one.number}.", line=one.number)
        left = found.sold.line.quantity - found.returned_quantity
        quantity = left if one.quantity is None else one.quantity
        if not 0 < quantity <= left:
            raise WrongReturn(
                f"Of line {one.number} {left / 1000:g} can still come back.", line=one.number, left=left / 1000
            )
        now[one.number] += quantity
    return now
