"""What people are called."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from regulars.access.models import Staff
from regulars.console.places import number_of
from regulars.members.fields import NAMES
from regulars.members.naming import called as called
from regulars.members.selectors import profiles

_WITH_TITLE: Final = (*NAMES, "title")


def names_of(members: Sequence[UUID]) -> dict[UUID, str]:
    """Empty for who has not said it. One query; none for nobody."""
    if not members:
        return {}
    return {one: called(facts) for one, facts in profiles.facts_of(members, names=_WITH_TITLE).items()}


def authors(told: Iterable[str]) -> dict[str, str]:
    """Who wrote something, by `staff:stf_…` as rooms keep it; what no person wrote is told by its kind. One query."""
    ids = {text: number_of("stf", text.partition(":")[2]) for text in told}
    known = dict(Staff.objects.filter(pk__in=[one for one in ids.values() if one]).values_list("id", "name"))
    return {text: known.get(number, "") if number else text.partition(":")[0] for text, number in ids.items()}
