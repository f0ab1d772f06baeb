"""The card a member shows, and its changing code."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from regulars.members import codes
from regulars.members.keys import card_secret
from regulars.members.models import Card, CardRange
from regulars.members.selectors.profiles import identifiers_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A card with its number, and the code that is good for this half minute as a picture."""

    card: UUID
    number: str
    picture: str


def shown(root: UUID, *, organisation: UUID, at: datetime) -> Shown | None:
    """The newest card in use. Two queries."""
    card = newest(root, organisation=organisation)
    if card is None:
        return None
    numbers = {one.card: one.value for one in identifiers_of([root])[root] if one.card}
    return Shown(card, _grouped(numbers.get(card, "")), picture(card, at=at))


def newest(root: UUID, *, organisation: UUID) -> UUID | None:
    """One query."""
    rows = Card.objects.filter(member__root=root, organisation=organisation, state="active")
    return rows.order_by("-issued_at", "-id").values_list("id", flat=True).first()


def picture(card: UUID, *, at: datetime) -> str:
    """The changing code as a picture that stands in a page. No query."""
    return codes.svg(codes.code(card, at=at, secret=card_secret()))


def range_for(organisation: UUID) -> UUID | None:
    """Numbers for a card on the phone: the newest range that has some. One query."""
    rows = CardRange.objects.filter(organisation=organisation).order_by("-created_at", "-id")
    return next((one.id for one in rows if one.next_serial < 10**one.serial_digits), None)


def _grouped(number: str) -> str:
    """
    >>> _grouped("6021440000011234")
    '6021 4400 0001 1234'
    """
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
