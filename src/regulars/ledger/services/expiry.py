"""Expiry: what is left of a lot is posted as gone, dated at that instant. Lots are found by shape, never by label."""

from datetime import datetime
from typing import Final

from django.db import transaction

from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, run
from regulars.ledger import locks
from regulars.ledger.drafts import AccountRow, Draft, LotRow, Words
from regulars.ledger.moves import House
from regulars.ledger.services.accounts import houses
from regulars.ledger.words import Kind, Role
from regulars.ledger.writing import write

AT_ONCE: Final = 2_000  # lots a job looks at in one transaction


@transaction.atomic
def expire_due(*, actor: Actor, at: datetime) -> int:
    """One step of the job: posts what has expired by `at`. How many lots; call it until it answers 0.

    Idempotent: a lot is empty afterwards. What is held of a lot stays until the hold is closed. Eight queries.
    """
    due = run(
        "SELECT DISTINCT account FROM (SELECT l.account FROM ledger_lot l JOIN ledger_account a ON a.id = l.account"
        " WHERE l.is_open AND l.remaining > 0 AND l.expires_at <= %s AND (a.paused_at IS NULL"
        " OR l.expires_at <= a.paused_at) ORDER BY l.expires_at LIMIT %s) x",
        [at, AT_ONCE],
    )
    if not due:
        return 0
    draft = Draft(at, actor.id, actor.request_id)
    draft.know(locks.accounts([account for (account,) in due]))
    draft.know((), locks.open_lots(draft.accounts.keys()))
    gone = [(row, lot) for row in list(draft.accounts.values()) for lot in expired(draft, row)]
    expire(draft, gone)
    write(draft)
    record([Deed("ledger.expire", after={"lots": len(gone)})], actor=actor, at=at)
    return len(gone)


def expired(draft: Draft, account: AccountRow) -> list[LotRow]:
    """Lots past their date with something left that nobody holds."""
    return [lot for lot in draft.in_order(account) if lot.remaining > 0 and not draft.alive(account, lot)]


def expire(draft: Draft, gone: list[tuple[AccountRow, LotRow]]) -> None:
    """Adds it to a draft. Dated at the expiry, or a later giving back. Two queries, four the first time."""
    funders = dict(
        run(
            "SELECT id, funder FROM ledger_transfer WHERE id = ANY(%s::uuid[])",
            [column({lot.transfer for _, lot in gone})],
        )
    )
    found = houses({(row.unit, House(Role.EXPIRED)) for row, _ in gone}, draft.at)
    for row, lot in gone:
        assert lot.expires_at is not None
        effective_at = max(lot.expires_at, lot.usable_from)
        house = found[row.unit, House(Role.EXPIRED)]
        words = Words(funder=funders.get(lot.transfer, ""))
        amount = lot.remaining
        number = draft.transfer(Kind.EXPIRE, row, house, amount, effective_at, words)
        draft.use([(lot, amount)], number, effective_at)
