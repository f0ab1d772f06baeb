"""What people are called."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from regulars.members.fields import NAMES
from regulars.members.moves import KnownFact
from regulars.members.naming import is_han
from regulars.members.selectors import profiles

_WITH_TITLE: Final = (*NAMES, "title")


def names_of(members: Sequence[UUID]) -> dict[UUID, str]:
    """Empty for who has not said it. One query; none for nobody."""
    if not members:
        return {}
    return {one: called(facts) for one, facts in profiles.facts_of(members, names=_WITH_TITLE).items()}


def called(facts: Mapping[str, KnownFact]) -> str:
    """A name as it is said: of a Chinese one the family first.

    >>> from datetime import datetime; from uuid import UUID
    >>> def told(**n): return {k: KnownFact(UUID(int=0), k, v, "", datetime.min, datetime.min) for k, v in n.items()}
    >>> called(told(given_name="小明", family_name="王")), called(told(given_name="Ada", family_name="Wong"))
    ('王小明', 'Ada Wong')
    """
    full, given, family = (
        str(facts[name].value) if name in facts else "" for name in ("full_name", "given_name", "family_name")
    )
    if full:
        return full
    if given and family and is_han(family[0]):
        return family + given
    return f"{given} {family}".strip()


def initial(name: str) -> str:
    """For the face beside a name.

    >>> initial("ada"), initial("周明丽"), initial("")
    ('A', '周', '·')
    """
    return name[:1].upper() or "·"
