"""What terms with prizes name must be there."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from regulars.ledger.models import Unit
from regulars.ledger.words import UnitKind
from regulars.programme.book import Book, book
from regulars.programme.coupons.terms import SERIES
from regulars.programme.terms import Problem
from regulars.rules.prizes import Prize


def of_prize(prize: Prize, pointer: str, organisation: UUID) -> Iterator[Problem]:
    """Two queries at most."""
    if prize.coupon:
        if prize.coupon not in {one.code for one in book(organisation).versions(SERIES) if not one.terms.per_item}:
            yield Problem(f"{pointer}/coupon", "There is no series of this code.", "unknown")
        return
    unit = Unit.objects.filter(code=prize.unit).first()
    if unit is None:
        yield Problem(f"{pointer}/unit", "There is no unit of this code.", "unknown")
    elif unit.kind == UnitKind.PAID:
        yield Problem(f"{pointer}/unit", "Paid value comes from a sale; it is not given.", "paid")
    elif prize.validity and not unit.may_expire:
        yield Problem(f"{pointer}/validity", "This unit may not expire.", "may-not-expire")


def may_be_given(prize: Prize, terms: Book, at: datetime) -> bool:
    """Whether it can be given now: coupons of a series that is over are not, and hold up nobody's purchase."""
    series = terms.one(SERIES, prize.coupon, at) if prize.coupon else None
    return not prize.coupon or (series is not None and not series.terms.per_item)
