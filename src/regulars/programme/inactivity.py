"""Inactivity among the terms, and what is looked at beside its form."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from regulars.ledger.models import Unit
from regulars.programme.book import book
from regulars.programme.terms import Problem, of_kind
from regulars.rules.inactivity import Inactivity

KIND: Final = "inactivity"


def check(rule: Inactivity, organisation: UUID) -> Iterator[Problem]:
    """Two queries."""
    unit = Unit.objects.filter(code=rule.unit).first()
    if unit is None:
        yield Problem("/unit", "There is no unit of this code.", "unknown")
    elif not unit.may_expire:
        yield Problem("/unit", "This unit may not expire.", "may-not-expire")
    for one in book(organisation).versions("earn"):
        if one.terms.unit == rule.unit and (one.terms.validity or one.terms.expires_on) and one.ends_at is None:
            yield Problem("/unit", f"The rule {one.code} says itself how long these units last.", "two-expiries")


of_kind(KIND, Inactivity, check=check)
