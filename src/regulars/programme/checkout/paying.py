"""What points and stored value pay of a bill: decided on what was read, booked under the ledger's own locks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.ledger.errors import NotEnough, WrongCurrency
from regulars.ledger.models import Unit
from regulars.ledger.words import UnitKind
from regulars.programme.book import Book
from regulars.programme.checkout.known import Known
from regulars.programme.checkout.moves import NewPurchase, PointsWanted, ValueWanted
from regulars.programme.errors import PointsRefused
from regulars.programme.families.drawing import Drawing
from regulars.programme.families.moves import Holding
from regulars.programme.terms import DEFAULT, of_kind, only_one
from regulars.rules.family import laid
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Occasion, Tender
from regulars.rules.paying import Part, PointsPayment, most_points, pay_points, pay_value
from regulars.rules.returns import ReturnPolicy
from regulars.rules.rounding import shared

POINTS: Final = "points-payment"  # kinds of terms
RETURNS: Final = "return-policy"
of_kind(POINTS, PointsPayment)
of_kind(RETURNS, ReturnPolicy, check_code=only_one)


def return_policy(terms: Book, at: datetime) -> ReturnPolicy:
    """What holds for goods brought back then."""
    found = terms.one(RETURNS, DEFAULT, at)
    return found.terms if found else ReturnPolicy()


@dataclass(frozen=True, slots=True)
class Paying:
    """A part of the bill, and out of whose account."""

    part: Part
    owner: UUID
    shown: UUID
    family: bool = False  # with others of a household


@dataclass(slots=True)
class Wallet:
    """Pays part after part of one bill, each on what those before it left."""

    occasion: Occasion  # after discounts
    payable: Occasion  # the same without lines that sell value: no value buys value
    available: dict[Holding, int]
    paid: dict[int, int]  # by line
    parts: list[Paying]

    @classmethod
    def of(cls, wanted: NewPurchase, occasion: Occasion, available: Mapping[Holding, int]) -> "Wallet":
        if not (wanted.points or wanted.value):  # nothing is looked up
            return cls(occasion, occasion, {}, {}, [])
        without = occasion.without(frozenset(one.number for one in wanted.loads))
        return cls(occasion, without, dict(available), {}, [])

    @property
    def due(self) -> int:
        """What is left of lines that may be paid so."""
        return self.payable.paid - sum(self.paid.values())

    def rest(self) -> Occasion:
        """The lines that may be paid so, as far as nothing has paid them."""
        left = [
            replace(one, amount=one.paid - self.paid.get(one.number, 0), discount=0, tax=0)
            for one in self.payable.lines
        ]
        return replace(self.payable, lines=tuple(one for one in left if one.amount))

    def add(self, part: Part, owner: UUID, shown: UUID, *, family: bool = False) -> None:
        self.parts.append(Paying(part, owner, shown, family))
        self.available[owner, part.unit] -= part.units
        for number, money in part.lines.items():
            self.paid[number] = self.paid.get(number, 0) + money

    def tendered(self) -> Occasion:
        """The bill with what these parts paid among its tenders."""
        if not self.parts:
            return self.occasion
        paid: dict[str, int] = {}
        for one in self.parts:
            kind = f"{one.part.kind}:{one.part.unit}"
            paid[kind] = paid.get(kind, 0) + one.part.money
        told = tuple(Tender(kind, money) for kind, money in paid.items())
        return replace(self.occasion, tenders=(*self.occasion.tenders, *told))


def pay(
    wanted: NewPurchase, occasion: Occasion, facts: MemberFacts | None, known: Known, available: Mapping[Holding, int]
) -> Wallet:
    """Points first, then stored value, each in the order asked. Raises PointsRefused, FamilyRefused, NotEnough,
    WrongCurrency."""
    wallet = Wallet.of(wanted, occasion, available)
    for one in wanted.points:
        terms = _terms(known.book, one, wanted)
        (_family if one.family else _own)(wallet, one, wanted, facts, terms, known)
    if wanted.value:
        _check_currency(wanted)
    for value in wanted.value:
        _value(wallet, value)
    return wallet


def _terms(terms: Book, asked: PointsWanted, wanted: NewPurchase) -> PointsPayment:
    for version in terms.at(POINTS, wanted.effective_at):
        found: PointsPayment = version.terms
        if (found.unit, found.currency) == (asked.unit, wanted.currency):
            return found
    raise PointsRefused(f"{asked.unit} pay nothing of a bill in {wanted.currency}.", unit=asked.unit, most=0)


def _own(
    wallet: Wallet,
    asked: PointsWanted,
    wanted: NewPurchase,
    facts: MemberFacts | None,
    terms: PointsPayment,
    known: Known,
) -> None:
    """Out of the account of who buys."""
    owner = wanted.member
    assert owner is not None
    has = wallet.available.get((owner, asked.unit), 0)
    if asked.points is not None and asked.points > has:
        missing = asked.points - has
        raise NotEnough(f"{has} are available.", required=asked.points, available=has, missing=missing)
    part = _part(wallet, asked, facts, terms, has)
    if part is not None:
        wallet.available.setdefault((owner, asked.unit), 0)
        wallet.add(part, owner, wanted.shown or owner)


def _family(
    wallet: Wallet,
    asked: PointsWanted,
    wanted: NewPurchase,
    facts: MemberFacts | None,
    terms: PointsPayment,
    known: Known,
) -> None:
    """Out of the accounts of a household, a part for each: they are taken and given back apart."""
    owner = wanted.member
    assert owner is not None
    spent = {holding: known.available.get(holding, left) - left for holding, left in wallet.available.items()}
    drawing = Drawing(
        known.book, owner, asked.unit, known.families,
        spent=spent, at=wanted.effective_at, zone=known.zone(wanted.place),
    )  # fmt: skip
    drawing.check(asked.points or 0)
    part = _part(wallet, asked, facts, terms, drawing.available)
    if part is None:
        return
    draws = drawing.of(part.units)
    shares = _shares(part, [units for _, units in draws])
    for (giver, _), share in zip(draws, shares, strict=True):
        wallet.add(share, giver, wanted.shown or owner if giver == owner else giver, family=True)


def _shares(part: Part, draws: Sequence[int]) -> list[Part]:
    """A part that several pay, in as many parts: line by line they add up to it."""
    taken = laid(draws, list(part.taken.values()))
    money = laid(shared(part.money, draws), list(part.lines.values()))
    return [
        Part(part.kind, part.unit, units, sum(paid), _some(part.lines, paid), _some(part.taken, row))
        for units, paid, row in zip(draws, money, taken, strict=True)
    ]


def _some(lines: Iterable[int], amounts: Sequence[int]) -> dict[int, int]:
    return {number: amount for number, amount in zip(lines, amounts, strict=True) if amount}


def _part(
    wallet: Wallet, asked: PointsWanted, facts: MemberFacts | None, terms: PointsPayment, has: int
) -> Part | None:
    """What points pay of the bill; None where as many as may be are none. Raises PointsRefused."""
    rest = wallet.rest()
    most, why = most_points(terms, rest, facts, has)
    if asked.points is None and not most:
        return None
    points = most if asked.points is None else asked.points
    if why is not None or points > most or points < terms.least or points % terms.step:
        more = dict(why.facts) | {"why": why.why.value} if why else {}
        raise PointsRefused(
            f"At most {most} can be paid with here, {terms.least} at least, in steps of {terms.step}.",
            unit=asked.unit, most=most, least=terms.least, step=terms.step, **more,
        )  # fmt: skip
    return pay_points(terms, rest, points)


def _value(wallet: Wallet, asked: ValueWanted) -> None:
    """Out of each unit in turn; a stated amount is paid whole or refused."""
    left = wallet.due if asked.amount is None else asked.amount
    if asked.amount is not None and left > wallet.due:
        raise PointsRefused(
            f"{wallet.due} are due of what value may pay.", unit=asked.units[0], most=wallet.due, required=left
        )
    for unit in asked.units:
        money = min(left, wallet.available.get((asked.owner, unit), 0))
        if money > 0:
            wallet.add(pay_value(unit, money, wallet.rest()), asked.owner, asked.shown)
            left -= money
    if left and asked.amount is not None:
        free = asked.amount - left
        raise NotEnough(f"{free} can be paid.", required=asked.amount, available=free, missing=left)


def _check_currency(wanted: NewPurchase) -> None:
    """One query. Raises WrongCurrency."""
    asked: Sequence[str] = sorted({unit for one in wanted.value for unit in one.units})
    known = {unit.code: unit for unit in Unit.objects.filter(code__in=asked)}
    for code in asked:
        unit = known.get(code)
        if unit is None or unit.kind not in (UnitKind.PAID, UnitKind.BONUS) or unit.currency != wanted.currency:
            raise WrongCurrency(f"{code} is no stored value in {wanted.currency}.", unit=code, currency=wanted.currency)
