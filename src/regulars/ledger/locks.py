"""Who may write an account: whoever holds its row. Always keys first, then accounts, both in one order.

House accounts are never locked: they keep no balance, and would queue every till.
"""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from regulars.journal.statements import column, run
from regulars.ledger.drafts import AccountRow, LotRow
from regulars.ledger.words import Role

_ROLES: Final = {role.value: role for role in Role}
LOCK = "FOR NO KEY UPDATE OF a"  # a test takes it away, to show what happens without
_ACCOUNT = (
    "a.id, a.unit, a.owner, a.role, a.floor, a.balance, a.held, a.owed, a.no_spend_until, a.no_earn_until,"
    " a.paused_at, a.closed_at, a.merged_into"
)
_LOT = "id, account, unit, transfer, parent, amount, remaining, held, earned_at, starts_at, expires_at, usable_from"


def holders(wanted: Collection[tuple[UUID, str]]) -> list[AccountRow]:
    """All accounts of these holders in these units, locked in the order of their ids. One query."""
    pairs = sorted(wanted, key=lambda pair: (pair[0].int, pair[1]))  # as UUIDs sort, without asking them
    if len(pairs) == 1:  # said so that the server keeps its plan
        return [
            _account(row)
            for row in run(
                f"SELECT {_ACCOUNT} FROM ledger_account a WHERE a.owner = %s AND a.unit = %s ORDER BY a.id {LOCK}",
                pairs[0],
            )
        ]
    rows = run(
        f"SELECT {_ACCOUNT} FROM ledger_account a JOIN unnest(%s::uuid[], %s::text[]) AS w(owner, unit)"
        f" ON a.owner = w.owner AND a.unit = w.unit ORDER BY a.id {LOCK}",
        [column(owner for owner, _ in pairs), column(unit for _, unit in pairs)],
    )
    return [_account(row) for row in rows]


def owners(wanted: Collection[UUID]) -> list[AccountRow]:
    """All accounts of these holders in every unit, locked in the order of their ids. One query."""
    rows = run(
        f"SELECT {_ACCOUNT} FROM ledger_account a WHERE a.owner = ANY(%s::uuid[]) ORDER BY a.id {LOCK}",
        [column(sorted(wanted))],
    )
    return [_account(row) for row in rows]


def accounts(ids: Collection[UUID]) -> list[AccountRow]:
    """These accounts, locked in the order of their ids. One query."""
    rows = run(
        f"SELECT {_ACCOUNT} FROM ledger_account a WHERE a.id = ANY(%s::uuid[]) ORDER BY a.id {LOCK}", [column(ids)]
    )
    return [_account(row) for row in rows]


def open_lots(accounts: Collection[UUID]) -> list[LotRow]:
    """Open lots of accounts under lock, in spend order. One query."""
    rows = run(
        f"SELECT {_LOT} FROM ledger_lot WHERE account = ANY(%s::uuid[]) AND is_open"
        " ORDER BY account, expires_at NULLS LAST, earned_at, id",
        [column(accounts)],
    )
    return [LotRow(*row) for row in rows]


def lots(ids: Collection[UUID]) -> list[LotRow]:
    """These lots, open or not, of accounts under lock. One query."""
    rows = run(f"SELECT {_LOT} FROM ledger_lot WHERE id = ANY(%s::uuid[])", [column(ids)])
    return [LotRow(*row) for row in rows]


def _account(row: tuple[object, ...]) -> AccountRow:
    account = AccountRow(*row)  # type: ignore[arg-type]
    account.role = _ROLES[account.role]
    return account
