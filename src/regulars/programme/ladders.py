"""Ladders and benefits among the terms."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.ledger.models import Unit
from regulars.programme.book import Book, book
from regulars.programme.checkout.counting import PURCHASES, SPEND
from regulars.programme.moves import Version
from regulars.programme.terms import Problem, of_kind, pointer
from regulars.rules.benefits import Benefit
from regulars.rules.tiers.ladder import Ladder
from regulars.rules.tiers.replaying import Versions

LADDER: Final = "ladder"
BENEFIT: Final = "benefit"


def versions(terms: Book, code: str = "") -> dict[str, Versions]:
    """Of each ladder its versions with the moments they begin; what was withdrawn before it began never was."""
    found: dict[str, list[tuple[datetime, Ladder]]] = {}
    for one in terms.versions(LADDER, code):
        if one.ends_at is None or one.ends_at > one.begins_at:
            found.setdefault(one.code, []).append((one.begins_at, one.terms))
    return {name: tuple(listed) for name, listed in found.items()}


def holding(terms: Book, at: datetime) -> dict[str, Ladder]:
    """The ladders there are at a moment."""
    return {one.code: one.terms for one in terms.at(LADDER, at)}


def benefits(terms: Book, at: datetime) -> dict[str, Version]:
    return {one.code: one for one in terms.at(BENEFIT, at)}


def measures(terms: Book) -> frozenset[str]:
    """All that any version counts or will count; what nobody counts is not kept."""
    return frozenset(name for one in terms.versions(LADDER) for name in one.terms.measures)


def _levels_are_there(benefit: Benefit, organisation: UUID) -> Iterable[Problem]:
    known = book(organisation).versions(LADDER, benefit.ladder)
    if not known:
        yield Problem("/ladder", "There is no such ladder.", "unknown")
        return
    codes = {level.code for level in known[-1].terms.levels}
    for code in benefit.levels:
        if code not in codes:
            yield Problem(f"/levels/{code.replace('~', '~0').replace('/', '~1')}", "There is no such level.", "unknown")


def _measures_are_there(ladder: Ladder, organisation: UUID) -> Iterable[Problem]:
    units = ladder.measures - {SPEND, PURCHASES}
    known = set(Unit.objects.filter(code__in=units).values_list("code", flat=True))
    for place, level in enumerate(ladder.levels):
        for what in ("reach", "keep", "lifetime"):
            for number, alternative in enumerate(getattr(level, what)):
                for name in alternative.keys() & (units - known):
                    where = pointer(("levels", str(place), what, str(number), name))
                    yield Problem(where, f"This is neither {SPEND}, {PURCHASES} nor the code of a unit.", "unknown")


of_kind(LADDER, Ladder, check=_measures_are_there)
of_kind(BENEFIT, Benefit, check=_levels_are_there)
