"""Lots that go on to another holder keep their dates: after a merge, and what comes back to the old one later."""

from datetime import datetime
from uuid import UUID

from regulars.ledger.drafts import AccountRow, Draft, Taken, Words
from regulars.ledger.words import Kind


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


def sweep(draft: Draft, old: AccountRow, now: AccountRow, given: Taken, card: UUID) -> None:
    """What came back to a holder goes on to whom it belongs since a merge or un-merge; the lots are of that card."""
    parts = [(lot, min(part, lot.remaining)) for lot, part in given if lot.remaining > 0]
    if parts:
        kind = Kind.MERGE if old.merged_into else Kind.UNMERGE
        carry(draft, parts, old, now, kind, Words(shown=card, reason="after-merge"))
