"""Ladders and benefits among the terms."""

from datetime import datetime
from typing import Final

from regulars.programme.book import Book
from regulars.programme.moves import Version
from regulars.programme.terms import of_kind
from regulars.rules.benefits import Benefit
from regulars.rules.tiers.ladder import Ladder
from regulars.rules.tiers.replaying import Versions

LADDER: Final = "ladder"
BENEFIT: Final = "benefit"

of_kind(LADDER, Ladder)
of_kind(BENEFIT, Benefit)


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
