"""Every deed leaves a line with the case or follow-up itself, and one in the trail: codes, numbers and ids only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.care.models import CareChange, Case, FollowUp
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record

PREFIXES: Final = {Case: "cas", FollowUp: "fup"}


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to a case or a follow-up."""

    what: str  # "cases.opened"
    row: Case | FollowUp
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def keep(done: Sequence[Done], *, actor: Actor, at: datetime) -> None:
    """Two queries, however many."""
    CareChange.objects.bulk_create(
        CareChange(
            about=one.row.id,
            what=one.what.partition(".")[2],
            before=dict(one.before),
            after=dict(one.after),
            actor=actor.id,
            at=at,
        )
        for one in done
    )
    record([_deed(one) for one in done], actor=actor, at=at)


def _deed(one: Done) -> Deed:
    row = one.row
    whom = {"member": typed("mbr", row.member)} if row.member else {}
    return Deed(
        one.what,
        typed(PREFIXES[type(row)], row.id),
        typed("mrc", row.merchant) if row.merchant else "",
        typed("str", row.store) if row.store else "",
        before=one.before,
        after={**one.after, **whom, "place": place_of(row)},
    )


def place_of(row: Case | FollowUp) -> str:
    """The narrowest place it belongs to, as a typed id: alerts are told by it."""
    if row.store:
        return typed("str", row.store)
    return typed("mrc", row.merchant) if row.merchant else typed("org", row.organisation)


def told_owner(owner: UUID | None, queue: str) -> dict[str, str]:
    """Who has it, for a line.

    >>> told_owner(None, "support")
    {'owner': '', 'queue': 'support'}
    """
    return {"owner": typed("stf", owner) if owner else "", "queue": queue}
