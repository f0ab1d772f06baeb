"""Until when lots are good, where that moves with what their holder does. The ledger is told; it does not know why."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import columns, run, unnested
from regulars.ledger import locks
from regulars.ledger.drafts import Draft
from regulars.ledger.words import Role

_TYPES: Final = {"id": "uuid", "expires_at": "timestamptz"}
Ends = Callable[[UUID, datetime], datetime]  # of a holder's lot that was earned then


@transaction.atomic
def set_lives(owners: Collection[UUID], unit: str, ends: Ends, *, actor: Actor, at: datetime) -> int:
    """Sets the expiry of every open lot of these holders that is not over yet; how many changed. What is over stays
    over: that is posted, or about to be. Four queries."""
    draft = Draft(at, actor.id, actor.request_id)
    draft.know(locks.holders([(owner, unit) for owner in owners]))
    mains = [row for row in draft.accounts.values() if row.role == Role.MAIN]
    draft.know((), locks.open_lots([row.id for row in mains]))
    changed = []
    for row in mains:
        assert row.owner is not None
        for lot in draft.in_order(row):
            until = ends(row.owner, lot.earned_at)
            if draft.alive(row, lot) and lot.expires_at != until:
                changed.append((lot.id, until))
    if changed:
        run(
            f"UPDATE ledger_lot l SET expires_at = new.expires_at FROM {unnested(_TYPES)} WHERE l.id = new.id",
            columns(changed, len(_TYPES)),
        )
        record([Deed("ledger.set_lives", after={"unit": unit, "lots": len(changed)})], actor=actor, at=at)
    return len(changed)
