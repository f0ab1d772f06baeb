"""What a member said to each channel and purpose, and the words that a yes would be given to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from regulars.members.models import Consent, Wording
from regulars.members.selectors.consents import permissions_of

CHANNELS: Final = ("email", "sms", "phone", "post")


@dataclass(frozen=True, slots=True)
class Cell:
    """One channel of a purpose: yes, no, or nothing said (None)."""

    channel: str
    given: bool | None


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose with what was said to each channel; `worded`: there are words to say yes to."""

    purpose: str
    worded: bool
    cells: tuple[Cell, ...]


def purposes(organisation: UUID, said: Sequence[tuple[str, str, bool]]) -> list[Purpose]:
    """One query."""
    worded = set(Wording.objects.filter(organisation=organisation).values_list("purpose", flat=True).distinct())
    known = {(channel, purpose): given for channel, purpose, given in said}
    channels = [*CHANNELS, *sorted({channel for channel, _, _ in said} - set(CHANNELS))]
    return [
        Purpose(one, one in worded, tuple(Cell(channel, known.get((channel, one))) for channel in channels))
        for one in sorted(worded | {purpose for _, purpose, _ in said})
    ]


def wording_for(organisation: UUID, purpose: str, language: str) -> UUID | None:
    """The newest words of a purpose, in the member's language where there are some. One query."""
    rows = Wording.objects.filter(organisation=organisation, purpose=purpose).order_by("-published_at", "-id")
    found = list(rows.values_list("id", "language"))
    own = next((number for number, spoken in found if spoken.split("-")[0] == language.split("-")[0]), None)
    return own or (found[0][0] if found else None)


def worded(root: UUID, channel: str, purpose: str) -> list[UUID]:
    """The words that a member said yes to, the latest last. One query."""
    rows = Consent.objects.filter(member__root=root, channel=channel, purpose=purpose, given=True)
    found = rows.order_by("effective_at", "id").values_list("wording_id", flat=True)
    return [one for one in found if one is not None]


def said_yes_to(root: UUID, channel: str, purpose: str) -> UUID | None:
    """The words of the yes that holds now; None where there is none. Two queries."""
    if permissions_of(root).get((channel, purpose)) is not True:
        return None
    return next(reversed(worded(root, channel, purpose)), None)
