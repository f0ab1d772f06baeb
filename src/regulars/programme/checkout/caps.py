"""Caps on balances among the terms, and how much room members have left under them."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.ledger.models import Unit
from regulars.ledger.selectors import balances
from regulars.ledger.services.accounts import locked
from regulars.ledger.words import Role
from regulars.programme.book import Book
from regulars.programme.families.moves import Holding
from regulars.programme.terms import Problem, of_kind
from regulars.rules.caps import BalanceCap

CAP: Final = "balance-cap"


def _check(cap: BalanceCap, organisation: UUID) -> Iterator[Problem]:
    if not Unit.objects.filter(code=cap.unit).exists():
        yield Problem("/unit", "There is no unit of this code.", "unknown")


of_kind(CAP, BalanceCap, check=_check)


def room(
    members: Collection[UUID], terms: Book, at: datetime, *, paying: Collection[Holding] = ()
) -> dict[UUID, dict[str, int]]:
    """By member and unit, their accounts locked, with them those out of which others pay. No query where nothing is
    capped; else one, and one or two for each member. What a debt will eat is room too."""
    caps = {one.terms.unit: one.terms.most for one in terms.at(CAP, at)}
    if not caps or not members:
        return {}
    capped = {(member, unit) for member in members for unit in caps}
    locked(((owner, unit, Role.MAIN) for owner, unit in capped.union(paying)), at)
    found = {}
    for member in sorted(members):
        held = {one.unit: one.balance - one.expired + one.pending - one.owed for one in balances(member, at=at)}
        found[member] = {unit: most - held.get(unit, 0) for unit, most in caps.items()}
    return found
