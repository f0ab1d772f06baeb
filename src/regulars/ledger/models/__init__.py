"""Tables of the ledger; verbs are in `services`. Triggers (migration) refuse what must not change.

Hot tables (account, transfer, lot, lot use, hold, hold lot) carry the holder's or the account's key and no foreign
keys: one would lock the rows of house accounts on every transfer. `ledger verify` looks for what they would refuse.
"""

from regulars.ledger.models.books import Account, Key, Lot, LotUse, Transfer, Unit
from regulars.ledger.models.closing import (
    ClosedDay,
    DayTotal,
    OpenSum,
    OpenTotal,
    Period,
    Seal,
    StatementLine,
    Verification,
)
from regulars.ledger.models.terms import Adjustment, Freeze, Rate
from regulars.ledger.models.waiting import Hold, HoldLot, Pending

__all__ = [
    "Account",
    "Adjustment",
    "ClosedDay",
    "DayTotal",
    "Freeze",
    "Hold",
    "HoldLot",
    "Key",
    "Lot",
    "LotUse",
    "OpenSum",
    "OpenTotal",
    "Pending",
    "Period",
    "Rate",
    "Seal",
    "StatementLine",
    "Transfer",
    "Unit",
    "Verification",
]
