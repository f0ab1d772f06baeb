"""What people are called."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from regulars.access.models import Staff
from regulars.console.places import number_of
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
    if given and family and is_han(family[0]) and is_han(given[0]):
        return family + given
    return f"{given} {family}".strip()


def authors(told: Iterable[str]) -> dict[str, str]:
    """Who wrote something, by `staff:stf_…` as rooms keep it; what no person wrote is told by its kind. One query."""
    ids = {text: number_of("stf", text.partition(":")[2]) for text in told}
    known = dict(Staff.objects.filter(pk__in=[one for one in ids.values() if one]).values_list("id", "name"))
    return {text: known.get(number, "") if number else text.partition(":")[0] for text, number in ids.items()}
