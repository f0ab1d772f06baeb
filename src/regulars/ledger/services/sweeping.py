"""Lots that go on to another holder keep their dates: after a merge, and what comes back to the old one later."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from regulars.ledger.drafts import AccountRow, Draft, LotRow, Taken, Words
from regulars.ledger.words import Kind, Role


def carry(
    draft: Draft,
    parts: Taken,
    giver: AccountRow,
    taker: AccountRow,
    kind: Kind,
    words: Words,
    *,
    id: UUID | None = None,
    effective_at: datetime | None = None,
) -> UUID:
    """One transfer of these parts of lots; the taker gets a lot for each, with the same start and expiry."""
    effective_at = effective_at or draft.at
    number = draft.transfer(kind, giver, taker, sum(part for _, part in parts), effective_at, words, id=id)
    draft.use(parts, number, effective_at)
    for lot, part in parts:
        draft.new_lot(
            taker, number, part, earned_at=lot.earned_at, starts_at=lot.starts_at, expires_at=lot.expires_at,
            usable_from=max(effective_at, lot.starts_at), parent=lot.id,
        )  # fmt: skip
    return number


def sweep(draft: Draft, old: AccountRow, lots: Sequence[LotRow]) -> None:
    """What came back to a holder who was merged goes on to whoever took over."""
    mains = {row.owner: row for row in draft.accounts.values() if row.role == Role.MAIN and row.unit == old.unit}
    owner = old.merged_into
    while owner is not None and mains[owner].merged_into is not None:
        owner = mains[owner].merged_into
    parts = [(lot, lot.remaining) for lot in lots if lot.remaining > 0]
    if parts:
        carry(draft, parts, old, mains[owner], Kind.MERGE, Words(reason="after-merge"))
