"""Families among the terms, and what is looked at beside their form."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.ledger.models import Unit
from regulars.ledger.words import UnitKind
from regulars.programme.book import Book
from regulars.programme.moves import Version
from regulars.programme.terms import Problem, of_kind
from regulars.rules.family import FamilyTerms

KIND: Final = "family"


def _check(family: FamilyTerms, organisation: UUID) -> Iterator[Problem]:
    """One query."""
    unit = Unit.objects.filter(code=family.unit).first()
    if unit is None:
        yield Problem("/unit", "There is no unit of this code.", "unknown")
    elif unit.kind == UnitKind.PAID:
        yield Problem("/unit", "Paid value is its holder's alone.", "paid")


of_kind(KIND, FamilyTerms, check=_check)


def family_of(terms: Book, unit: str, moment: datetime) -> Version | None:
    """The terms for a unit at a moment; of several the first by code."""
    return next((one for one in terms.at(KIND, moment) if one.terms.unit == unit), None)
