"""What a member said to each channel and topic, and the words that a yes is given to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from regulars.members.models import Wording
from regulars.members.selectors.consents import permissions_of

CHANNELS: Final = ("email", "sms", "phone", "post")


@dataclass(frozen=True, slots=True)
class Choice:
    """One channel of a topic: yes, or no; where nothing was said, it is a no."""

    channel: str
    given: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """A purpose, in the newest words. Without words (`wording` None) a yes can only be taken back."""

    purpose: str
    wording: UUID | None
    text: str
    choices: tuple[Choice, ...]


def topics(root: UUID, *, organisation: UUID, language: str) -> list[Topic]:
    """Two queries."""
    said = permissions_of(root)
    words = wordings(organisation, language)
    purposes = sorted(words.keys() | {purpose for (_, purpose), given in said.items() if given})
    return [_topic(purpose, words.get(purpose), said) for purpose in purposes]


def _topic(purpose: str, words: Wording | None, said: Mapping[tuple[str, str], bool]) -> Topic:
    others = sorted({channel for (channel, of), given in said.items() if of == purpose and given} - {*CHANNELS})
    listed = (*CHANNELS, *others) if words else sorted(c for (c, of), given in said.items() if of == purpose and given)
    choices = tuple(Choice(channel, said.get((channel, purpose), False)) for channel in listed)
    return Topic(purpose, words.id if words else None, words.text if words else "", choices)


def wordings(organisation: UUID, language: str) -> dict[str, Wording]:
    """The newest words of each purpose, in the reader's language where there are some. One query."""
    found: dict[str, Wording] = {}
    for row in Wording.objects.filter(organisation=organisation).order_by("published_at", "id"):
        best = found.get(row.purpose)
        if best is None or _speaks(row, language) or not _speaks(best, language):
            found[row.purpose] = row
    return found


def _speaks(row: Wording, language: str) -> bool:
    return row.language.split("-")[0] == language.split("-")[0]
