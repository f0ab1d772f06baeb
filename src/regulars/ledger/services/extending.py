"""A later end: of lots that are still alive, and for what has expired. Never for all in silence: each lot is named with
the date it had (SEMANTICS 6)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, run
from regulars.ledger import locks
from regulars.ledger.drafts import Draft
from regulars.ledger.errors import WrongPosting
from regulars.ledger.moves import Extended, Reversal, Reversed
from regulars.ledger.services.accounts import locked, units
from regulars.ledger.services.reversals import reverse
from regulars.ledger.words import Kind, Role
from regulars.ledger.writing import write

_EXPIRED = (
    "SELECT t.id FROM ledger_transfer t WHERE t.owner = ANY(%s::uuid[]) AND t.unit = %s AND t.kind = %s"
    " AND t.effective_at >= %s AND t.amount > coalesce("
    "(SELECT sum(r.amount) FROM ledger_transfer r WHERE r.reverses = t.id), 0) ORDER BY t.effective_at, t.id"
)


@transaction.atomic
def extend(
    owner: UUID, unit: str, expires_at: datetime, *, ending_before: datetime, reason: str, actor: Actor, at: datetime
) -> list[Extended]:
    """What is alive and ends before a moment ends later. What ends as late or never is left as it is.

    Six queries. Raises WrongPosting, UnitUnknown.
    """
    units([unit])
    if expires_at <= at:
        raise WrongPosting("A new end is still to come.", expires_at=expires_at.isoformat())
    draft = Draft(at, actor.id, actor.request_id)
    draft.know(locked([(owner, unit, Role.MAIN)], at))
    mains = [row for row in draft.accounts.values() if row.role == Role.MAIN]
    draft.know((), locks.open_lots([row.id for row in mains]))
    found = []
    for row in mains:
        for lot in draft.in_order(row):
            ends = lot.expires_at
            if ends is None or not draft.alive(row, lot) or ends >= min(ending_before, expires_at):
                continue
            found.append(Extended(lot.id, lot.remaining + lot.held, ends))
            draft.end_later(lot, expires_at)
    write(draft)
    facts = {
        "unit": unit,
        "expires_at": expires_at.isoformat(),
        "amount": sum(one.amount for one in found),
        "lots": {typed("lot", one.lot): one.before.isoformat() for one in found},
    }
    record([Deed("ledger.extend", typed("mbr", owner), after=facts, reason=reason)], actor=actor, at=at)
    return found


@transaction.atomic
def reinstate(
    owners: Collection[UUID],
    unit: str,
    expires_at: datetime,
    *,
    expired_since: datetime,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Sequence[Reversed]:
    """What a holder (all ids that lead to them) lost by expiry since a moment comes back to its lots, with a new end.
    Said again it finds nothing. One query, and those of a reversal for each expiry. Raises NotReversible."""
    units([unit])
    rows = run(_EXPIRED, [column(sorted(owners)), unit, Kind.EXPIRE.value, expired_since])
    wanted = [Reversal(number, expires_at=expires_at, reason=reason) for (number,) in rows]
    return [reverse(one, actor=actor, at=at) for one in wanted]
