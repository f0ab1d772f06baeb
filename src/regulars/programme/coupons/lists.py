"""Personal lists at the till and on pages: which stand open, what of them is on a bill, whose a code is.

A list has a code of its own, signed like a coupon's and of the same numbers. The member's card or the list's code:
either takes off whatever stands on the list. Of lists that one person has by a merge, the newest counts for a product.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from babel.numbers import format_currency

from regulars.basics.money import minor_digits
from regulars.basics.periods import day_of
from regulars.journal.statements import column, columns, run, unnested
from regulars.programme.book import Book, book
from regulars.programme.coupons import codes, finding
from regulars.programme.coupons.moves import Basket, CouponRow
from regulars.programme.coupons.terms import SERIES
from regulars.programme.moves import Version
from regulars.rules.pricing import AmountOff, CheapestFree, FixedPrice, NForM, Offer, Percent
from regulars.rules.reasons import Reason, Why

_BILLED: Final = {"basket": "uuid", "member": "uuid", "at": "timestamptz", "item": "text"}
_ON_BILLS: Final = f"""
SELECT DISTINCT ON (new.basket, c.item) new.basket, c.id FROM {unnested(_BILLED)}
JOIN members_member m ON m.root_id = new.member
JOIN programme_offer_list l ON l.member = m.id AND l.begins_at <= new.at AND (l.ends_at IS NULL OR l.ends_at > new.at)
JOIN programme_coupon c ON c.list = l.id AND c.item = new.item AND c.state <> 'redeemed' AND c.state <> 'revoked'
WHERE l.organisation = %s::uuid ORDER BY new.basket, c.item, l.begins_at DESC, l.id DESC
"""
_BY_NUMBER: Final = """
SELECT l.number, l.id, l.member, m.root_id, r.state, l.begins_at, l.ends_at FROM programme_offer_list l
JOIN members_member m ON m.id = l.member JOIN members_member r ON r.id = m.root_id
WHERE l.organisation = %s::uuid AND l.number = ANY(%s::bigint[])
"""
_OPEN: Final = """
SELECT DISTINCT ON (m.root_id) m.root_id, l.id, l.number, l.begins_at, l.ends_at FROM members_member m
JOIN programme_offer_list l ON l.member = m.id AND l.organisation = %(organisation)s::uuid
    AND l.begins_at <= %(at)s::timestamptz AND (l.ends_at IS NULL OR l.ends_at > %(at)s::timestamptz)
WHERE m.root_id = ANY(%(members)s::uuid[]) ORDER BY m.root_id, l.begins_at DESC, l.id DESC
"""
_LINES: Final = """
SELECT n.list, n.item, n.name, n.why, n.next_on, c.terms, c.state, c.expires_at FROM programme_offer_list_line n
LEFT JOIN programme_coupon c ON c.list = n.list AND c.item = n.item
WHERE n.list = ANY(%s::uuid[]) ORDER BY n.list, n.rank
"""
_LIVING: Final = ("active", "anonymous")


@dataclass(frozen=True, slots=True)
class Named:
    """A list that a code names, and whose it is now."""

    id: UUID
    member: UUID
    root: UUID
    living: bool
    begins_at: datetime
    ends_at: datetime | None

    def open(self, at: datetime) -> bool:
        return self.begins_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class Listed:
    """What of open lists is on these bills, and what the codes name that are no coupons."""

    by_basket: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict)
    named: Mapping[str, Named] = field(default_factory=dict)

    @property
    def coupons(self) -> list[UUID]:
        return [one for several in self.by_basket.values() for one in several]

    def of(self, basket: UUID, rows: Mapping[UUID, CouponRow]) -> list[CouponRow]:
        """The coupons of a bill's lists."""
        return [rows[one] for one in self.by_basket.get(basket, ()) if one in rows]

    def why_not(self, text: str, basket: Basket) -> Reason | None:
        """Why a code that is no coupon's does nothing here; None: it is that of the list at hand."""
        one, at = self.named.get(text), basket.occasion.at
        if one is None:
            return Reason(Why.UNKNOWN_CODE)
        if basket.member is None:
            return Reason(Why.NO_MEMBER)
        if basket.member != one.root:
            return Reason(Why.OTHER_PERSON)
        if at < one.begins_at:
            return Reason(Why.TOO_EARLY, {"begins_at": one.begins_at.isoformat()})
        if one.ends_at is not None and one.ends_at <= at:
            return Reason(Why.TOO_LATE, {"ended_at": one.ends_at.isoformat()})
        return None


@dataclass(frozen=True, slots=True)
class ListLine:
    """A product on somebody's list. `version`: the terms of what is off; None: nothing. `used`: it was taken."""

    item: str
    name: str
    why: str
    next_on: date | None
    version: Version | None
    used: bool
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenList:
    """Somebody's list as it stands."""

    id: UUID
    code: str
    begins_at: datetime
    ends_at: datetime | None
    lines: tuple[ListLine, ...]

    @property
    def until(self) -> datetime | None:
        """When the first of its offers ends; the list's own end where there is none."""
        return min((one.expires_at for one in self.lines if one.expires_at), default=self.ends_at)

    def ahead(self, line: ListLine, zone: str) -> date | None:
        """When a product is needed again; not what was due before the list began, by the clock there."""
        return line.next_on if line.next_on is not None and line.next_on >= day_of(self.begins_at, zone) else None


def any_series(terms: Book) -> bool:
    """Whether coupons here are ever for one product: where not, there are no lists to ask for."""
    return any(one.terms.per_item for one in terms.versions(SERIES))


def on_bills(baskets: Sequence[Basket], terms: Book, *, organisation: UUID) -> Listed:
    """No query where no series is for one product; else one for members, and one for codes."""
    if not any_series(terms):
        return Listed()
    rows = [
        (one.id, one.member, one.occasion.at, item)
        for one in baskets
        if one.member is not None
        for item in sorted({line.item for line in one.occasion.lines})
    ]
    found: dict[UUID, list[UUID]] = {}
    if rows:
        for basket, coupon in run(_ON_BILLS, [*columns(rows, len(_BILLED)), organisation]):
            found.setdefault(basket, []).append(coupon)
    return Listed(found, named({text for one in baskets for text in one.codes}, organisation=organisation))


def named(texts: Collection[str], *, organisation: UUID) -> dict[str, Named]:
    """The lists of these codes; coupons' and made-up ones are not in it. One query; none where none is signed."""
    if not texts:
        return {}
    key = finding.secret(organisation)
    numbers = {text: number for text in texts if (number := codes.read(text, key)) is not None}
    if not numbers:
        return {}
    rows = {
        number: Named(id, member, root, state in _LIVING, begins_at, ends_at)
        for number, id, member, root, state, begins_at, ends_at in run(
            _BY_NUMBER, [organisation, column(sorted(set(numbers.values())))]
        )
    }
    return {text: rows[number] for text, number in numbers.items() if number in rows}


def open_lists(
    members: Collection[UUID], *, organisation: UUID, terms: Book | None = None, at: datetime
) -> dict[UUID, OpenList]:
    """The newest list of each of these members (roots) that stands open. Three queries; one where there are no lists,
    none of them for terms that are read already."""
    terms = terms or book(organisation)
    if not members or not any_series(terms):
        return {}
    asked = {"organisation": organisation, "at": at, "members": column(sorted(members))}
    heads = run(_OPEN, asked)
    if not heads:
        return {}
    lines: dict[UUID, list[ListLine]] = {}
    for list_, item, name, why, next_on, version, state, ends_at in run(_LINES, [column([one[1] for one in heads])]):
        told = terms.version(version) if version is not None and state != "revoked" else None
        lines.setdefault(list_, []).append(
            ListLine(item, name or item, why, next_on, told, state == "redeemed", ends_at)
        )
    key = finding.secret(organisation)
    return {
        root: OpenList(id, codes.write(number, key), begins_at, ends_at, tuple(lines.get(id, ())))
        for root, id, number, begins_at, ends_at in heads
    }


def off(offer: Offer) -> str:
    """What an offer takes off one product, as briefly as a list says it; as it is written in any language.

    >>> off(Offer(Percent(125))), off(Offer(AmountOff(150), currency="GBP")), off(Offer(NForM(3, 2)))
    ('−12.5 %', '−£1.50', '3 = 2')
    """
    match offer.benefit:
        case Percent(permille=permille):
            return f"\u2212{permille / 10:g} %"
        case AmountOff(amount=amount):
            return f"\u2212{_money(amount, offer.currency)}"
        case FixedPrice(each=int(each)):
            return _money(each, offer.currency)
        case NForM(take=take, pay=pay, permille=1000):
            return f"{take} = {pay}"
        case NForM(take=take, permille=permille):
            return f"{take}: \u2212{permille / 10:g} %"
        case CheapestFree(of=of, free=free):
            return f"{of} = {of - free}"
    return ""


def _money(amount: int, currency: str) -> str:
    return str(format_currency(Decimal(amount).scaleb(-minor_digits(currency)), currency, locale="en"))
