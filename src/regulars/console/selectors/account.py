"""A member's account: what they are kept from, with whom they live, their cards, ways, coupons."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from regulars.access.rights import Right
from regulars.basics.ids import typed
from regulars.console.desk import Desk
from regulars.console.selectors.member import CouponShown
from regulars.console.selectors.names import names_of
from regulars.ledger.models import Freeze
from regulars.ledger.selectors import freezes
from regulars.members.errors import UnknownIdentifier, UnknownMember
from regulars.members.models import Card, CardRange, Household, Member
from regulars.members.moves import KnownIdentifier
from regulars.members.selectors import profiles
from regulars.programme.book import book
from regulars.programme.coupons.wallet import wallet


@dataclass(frozen=True, slots=True)
class Account:
    """As the page shows it."""

    row: Member
    name: str
    frozen: Sequence[Freeze]
    household: Sequence[tuple[UUID, str]]  # the others
    head: UUID | None
    cards: Sequence[tuple[Card, str]]
    ways: Sequence[KnownIdentifier]
    coupons: Sequence[CouponShown]
    waiting: frozenset[UUID]  # ways that open none of the member's own pages yet

    @property
    def open(self) -> bool:
        return self.row.state in ("active", "anonymous")


def account(root: UUID, desk: Desk) -> Account:
    """Ten queries. Raises UnknownMember for who was erased."""
    row = Member.objects.get(id=root)
    if row.state == "erased":
        raise UnknownMember("There is no such member.", missing=1)
    known = profiles.identifiers_of([root])[root]
    numbers = {one.card: one.value for one in known if one.card}
    others = _others(row)
    named = names_of([root, *others])
    home = Household.objects.filter(id=row.household_id).first() if row.household_id else None
    cards = Card.objects.filter(member__root=root, organisation=desk.home).order_by("-issued_at", "id")
    terms = book(desk.home)
    reads = desk.may(Right.PROGRAMME_READ)
    return Account(
        row,
        named[root],
        freezes(root, at=desk.at) if desk.may(Right.LEDGER_READ) else [],
        [(one, named[one]) for one in others],
        home.head_id if home else None,
        [(one, numbers.get(one.id, "")) for one in cards],
        [one for one in known if one.card is None and one.state == "active"],
        [
            CouponShown(one, terms.version(one.terms).terms.name or one.series)
            for one in (wallet(root, organisation=desk.home, at=desk.at, limit=50) if reads else [])
        ],
        frozenset(one.id for one in known if one.waits(desk.at)),
    )


def _others(row: Member) -> list[UUID]:
    """Who lives with them, twenty at most."""
    if row.household_id is None:
        return []
    others = Member.objects.filter(household=row.household_id).exclude(id=row.id).order_by("id")
    return list(others.values_list("id", flat=True)[:20])


def ranges(desk: Desk) -> list[tuple[str, str]]:
    """Cards that can be given. One query."""
    rows = CardRange.objects.filter(organisation=desk.home).order_by("-created_at")
    return [(typed("rng", row.id), f"{row.programme} · {row.name}") for row in rows]


def series(desk: Desk) -> list[tuple[str, str]]:
    """Coupons that can be given now. One query at most."""
    return [(one.code, one.terms.name or one.code) for one in book(desk.home).at("coupon-series", desk.at)]


def own_card(root: UUID, card: UUID, desk: Desk) -> Card:
    """Raises UnknownIdentifier for another's."""
    found = Card.objects.filter(id=card, member__root=root, organisation=desk.home).first()
    if found is None:
        raise UnknownIdentifier("There is no such card here.")
    return found


def own_way(root: UUID, number: UUID | None) -> KnownIdentifier:
    """Raises UnknownIdentifier for another's, and for cards."""
    found = next((one for one in profiles.identifiers_of([root])[root] if one.id == number and one.card is None), None)
    if found is None:
        raise UnknownIdentifier("There is no such identifier here.")
    return found
