"""Lots that go on to another holder keep their dates: after a merge, and what comes back to the old one later."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from regulars.ledger.drafts import AccountRow, Draft, LotRow, Taken, Words
from regulars.ledger.words import Kind

MOMENT: Final = timedelta(seconds=1)  # the least a lot lives


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
    """One transfer of these parts of lots; the taker gets a lot for each, with the same start and expiry.

    Where expiry rests, by a freeze, the date is moved so that it leaves the same time to live when it goes on.
    """
    effective_at = effective_at or draft.at
    number = draft.transfer(kind, giver, taker, sum(part for _, part in parts), effective_at, words, id=id)
    draft.use(parts, number, effective_at)
    for lot, part in parts:
        draft.new_lot(
            taker, number, part, earned_at=lot.earned_at, starts_at=lot.starts_at,
            expires_at=_expiry(draft, lot, giver, taker), usable_from=max(effective_at, lot.starts_at), parent=lot.id,
        )  # fmt: skip
    return number


def _expiry(draft: Draft, lot: LotRow, giver: AccountRow, taker: AccountRow) -> datetime | None:
    if lot.expires_at is None or giver.paused_at == taker.paused_at:
        return lot.expires_at
    rested = (taker.paused_at or draft.at) - (giver.paused_at or draft.at)
    return max(lot.expires_at + rested, lot.starts_at + MOMENT)


def sweep(draft: Draft, old: AccountRow, now: AccountRow, given: Taken, card: UUID) -> None:
    """What came back to a holder goes on to whom it belongs since a merge or un-merge; the lots are of that card."""
    parts = [(lot, min(part, lot.remaining)) for lot, part in given if lot.remaining > 0]
    if parts:
        kind = Kind.MERGE if old.merged_into else Kind.UNMERGE
        carry(draft, parts, old, now, kind, Words(shown=card, reason="after-merge"))
