"""Writes a draft: one statement for transfers, lots, links and balances together, however many there are."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from regulars.journal.statements import run, table
from regulars.ledger.drafts import TRANSFER, AccountRow, Draft, LotRow

_UUIDS: Final = {"id", "giver", "taker", "owner", "other", "deed", "reverses", "shown"}
_SPECIAL: Final = {"amount": "bigint", "effective_at": "timestamptz", "recorded_at": "timestamptz", "details": "jsonb"}
_TRANSFERS: Final = {name: "uuid" if name in _UUIDS else _SPECIAL.get(name, "text") for name in TRANSFER}
_LOTS: Final = {
    "id": "uuid", "account": "uuid", "unit": "text", "transfer": "uuid", "parent": "uuid", "amount": "bigint",
    "remaining": "bigint", "held": "bigint", "earned_at": "timestamptz", "starts_at": "timestamptz",
    "expires_at": "timestamptz", "usable_from": "timestamptz", "is_open": "boolean",
}  # fmt: skip
_USES: Final = {"transfer": "uuid", "lot": "uuid", "account": "uuid", "amount": "bigint", "effective_at": "timestamptz"}
_LOT_CHANGES: Final = {
    "id": "uuid", "remaining": "bigint", "held": "bigint", "usable_from": "timestamptz", "expires_at": "timestamptz",
}  # fmt: skip
_ACCOUNT_CHANGES: Final = {"id": "uuid", "moved": "bigint", "set_aside": "bigint", "indebted": "bigint"}


def _insert(into: str, types: Mapping[str, str]) -> str:
    return f"INSERT INTO {into} ({', '.join(types)}) SELECT {', '.join(types)} FROM "


# What is written, around the table of new values.
_PARTS: Final = (
    (_insert("ledger_transfer", _TRANSFERS), " RETURNING 1", _TRANSFERS),
    (_insert("ledger_lot", _LOTS), " RETURNING 1", _LOTS),
    (_insert("ledger_lot_use", _USES), " RETURNING 1", _USES),
    (
        "UPDATE ledger_lot l SET remaining = l.remaining + new.remaining, held = l.held + new.held,"
        " usable_from = new.usable_from, expires_at = new.expires_at,"
        " is_open = l.remaining + new.remaining + l.held + new.held > 0 FROM ",
        " WHERE l.id = new.id RETURNING 1",
        _LOT_CHANGES,
    ),
    # Each balance changes by what moves, in the statement that writes the move; the row's constraints look once more.
    (
        "UPDATE ledger_account a SET balance = a.balance + new.moved, held = a.held + new.set_aside,"
        " owed = a.owed + new.indebted FROM ",
        " WHERE a.id = new.id RETURNING 1",
        _ACCOUNT_CHANGES,
    ),
)


def write(draft: Draft, lines: tuple[str, list[object]] | None = None) -> None:
    """One query; `lines` of the journal go with it. The accounts of holders in the draft are under lock."""
    fresh = [_lot(lot) for lot in draft.fresh]
    lots = [_lot_change(lot) for lot in draft.changed.values()]
    accounts = [_account_change(row) for row in draft.accounts.values() if row.moved or row.set_aside or row.indebted]
    every: tuple[Sequence[Sequence[object]], ...] = (draft.transfers, fresh, draft.uses, lots, accounts)
    needed = [(part, rows) for part, rows in zip(_PARTS, every, strict=True) if rows]
    if not needed and not lines:
        return
    steps: list[str] = []
    values: list[object] = []
    for (before, after, types), rows in needed:
        new, given = table(types, rows)
        steps.append(f"{before}{new}{after}")
        values += given
    if lines:
        steps.append(lines[0])
        values += lines[1]
    (written,) = run(_together(tuple(steps)), values)
    assert written[: len(needed)] == tuple(len(rows) for _, rows in needed), "a row under lock was not there"


@lru_cache(256)
def _together(steps: tuple[str, ...]) -> str:
    parts = ", ".join(f"s{number} AS ({sql})" for number, sql in enumerate(steps))
    counts = ", ".join(f"(SELECT count(*) FROM s{number})" for number in range(len(steps)))
    return f"WITH {parts} SELECT {counts}"


def _lot(lot: LotRow) -> tuple[object, ...]:
    return (
        lot.id, lot.account, lot.unit, lot.transfer, lot.parent, lot.amount, lot.remaining, lot.held, lot.earned_at,
        lot.starts_at, lot.expires_at, lot.usable_from, lot.remaining + lot.held > 0,
    )  # fmt: skip


def _lot_change(lot: LotRow) -> tuple[object, ...]:
    return lot.id, lot.remaining - lot.was_remaining, lot.held - lot.was_held, lot.usable_from, lot.expires_at


def _account_change(row: AccountRow) -> tuple[object, ...]:
    return row.id, row.moved if row.balance is not None else None, row.set_aside, row.indebted
