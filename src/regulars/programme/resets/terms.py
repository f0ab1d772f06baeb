"""What sets balances to zero, among the terms."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from regulars.ledger.models import Unit
from regulars.ledger.words import UnitKind
from regulars.programme.terms import Problem, of_kind
from regulars.rules.resets import ResetTerms

RESET: Final = "reset"


def _check(terms: ResetTerms, organisation: UUID) -> Iterator[Problem]:
    unit = Unit.objects.filter(code=terms.unit).first()
    if unit is None:
        yield Problem("/unit", "There is no unit of this code.", "unknown")
    elif unit.kind == UnitKind.PAID:
        yield Problem("/unit", "What a member paid for is not taken.", "paid")


of_kind(RESET, ResetTerms, check=_check)
