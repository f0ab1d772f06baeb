"""Goodwill given out of a case, within the limit of the role; the case and what was given name each other."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import typed
from regulars.care import locks
from regulars.care.errors import CareError, CaseClosed
from regulars.care.history import Done, keep
from regulars.care.models import State
from regulars.journal.moves import Actor
from regulars.members.locks import lock_members
from regulars.programme.goodwill.giving import give
from regulars.programme.goodwill.moves import Given, NewGoodwill


@transaction.atomic
def give_out_of(number: UUID, wanted: NewGoodwill, roles: Sequence[str], *, actor: Actor, at: datetime) -> Given:
    """Raises CaseClosed, CareError where `wanted` is another's, and what `give` refuses."""
    lock_members([wanted.member], organisation=wanted.organisation)
    row = locks.case(number)
    if row.state == State.DONE:
        raise CaseClosed("This case is done; reopen it first.", outcome=row.outcome)
    if row.member is None:
        raise CareError("This case is about nobody yet.", why="no-member")
    done = give(replace(wanted, cause=typed("cas", number)), roles, actor=actor, at=at)
    if not done.replayed:
        facts = {"goodwill": typed("gdw", done.id), "amount": done.amount, "state": done.state}
        facts["what"] = done.unit or done.series
        keep([Done("cases.goodwill", row, after=facts)], actor=actor, at=at)
    return done
