"""What roles may give, among the terms: one document for each role, under the role's code."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from regulars.access.models import Role
from regulars.ledger.models import Unit
from regulars.ledger.words import UnitKind
from regulars.programme.book import book
from regulars.programme.coupons.terms import SERIES
from regulars.programme.terms import Problem, of_kind
from regulars.rules.goodwill import GoodwillTerms

GOODWILL: Final = "goodwill"


def _check(terms: GoodwillTerms, organisation: UUID) -> Iterator[Problem]:
    known = {unit.code: unit for unit in Unit.objects.filter(code__in=terms.units)}
    for code in terms.units:
        if code not in known:
            yield Problem(f"/units/{code}", "There is no unit of this code.", "unknown")
        elif known[code].kind == UnitKind.PAID:
            yield Problem(f"/units/{code}", "Paid value comes from a sale; it is not given.", "paid")
        elif code in terms.validity and not known[code].may_expire:
            yield Problem(f"/validity/{code}", "This unit may not expire.", "may-not-expire")
    series = {one.code for one in book(organisation).versions(SERIES) if not one.terms.per_item}
    for code in terms.coupons:
        if code not in series:
            yield Problem(f"/coupons/{code}", "There is no series of this code.", "unknown")


def _role(code: str, organisation: UUID) -> Iterator[Problem]:
    if not Role.objects.filter(organisation=organisation, code=code).exists():
        yield Problem("/code", "There is no role of this code.", "unknown")


of_kind(GOODWILL, GoodwillTerms, check=_check, check_code=_role)
