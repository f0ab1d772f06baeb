"""What units are worth in money: value that was sold or given is what it says, points are what they pay at the till."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from regulars.ledger.models import Unit
from regulars.ledger.words import UnitKind
from regulars.programme.checkout.paying import POINTS
from regulars.programme.moves import Version

Worths = Mapping[tuple[str, str], Fraction]  # unit, currency → minor units of one


def worths(payments: Iterable[Version]) -> Worths:
    """By the terms that say what points pay. One query."""
    found = {(unit.code, unit.currency): Fraction(1) for unit in Unit.objects.all() if unit.kind != UnitKind.POINTS}
    for one in payments:
        assert one.kind == POINTS
        found.setdefault((one.terms.unit, one.terms.currency), Fraction(one.terms.worth, one.terms.points))
    return found
