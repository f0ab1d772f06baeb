"""The closed lists of the ledger. Stored texts are never renamed."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

FOREVER: Final = datetime(9999, 1, 1, tzinfo=UTC)  # the end of a freeze that has none


class UnitKind(StrEnum):
    """What a unit is, as the law sees it."""

    POINTS = "points"  # also miles, stamps, segments: given, never bought
    PAID = "paid"  # stored value that the member paid for
    BONUS = "bonus"  # stored value given on top


class Role(StrEnum):
    """What an account is for. The first three belong to a holder, the others to the house."""

    __hash__ = str.__hash__  # as quick as texts are, where accounts are looked up by it

    MAIN = "main"  # what the holder can spend; the only role with lots
    PENDING = "pending"  # earned, but not yet to be spent
    DEBT = "debt"  # zero or less: what the holder owes
    ISSUED = "issued"  # where given units come from; scope: who funds them
    REDEEMED = "redeemed"  # where spent units go; scope: the merchant who took them
    EXPIRED = "expired"
    SOLD = "sold"  # where paid stored value comes from, and goes back to when it is refunded; scope: the merchant
    EXCHANGE = "exchange"  # between two units
    FEES = "fees"
    ADJUSTED = "adjusted"  # manual corrections; scope: the reason's code
    WRITTEN_OFF = "written-off"  # erased holders, forgiven debts


HOLDER_ROLES: Final = frozenset({Role.MAIN, Role.PENDING, Role.DEBT})


class Kind(StrEnum):
    """What a transfer does."""

    EARN = "earn"
    SPEND = "spend"
    CAPTURE = "capture"  # a spend that was held before
    EXPIRE = "expire"
    REVERSE = "reverse"  # takes all or part of another transfer back
    ACTIVATE = "activate"  # pending to main
    CANCEL = "cancel"  # pending back to where it came from
    OWE = "owe"  # what could not be taken back becomes a debt
    REPAY = "repay"  # an earn eats a debt
    FORGIVE = "forgive"
    MOVE = "move"  # holder to holder
    FEE = "fee"
    CONVERT = "convert"
    LOAD = "load"
    REFUND = "refund"
    ADJUST = "adjust"
    MERGE = "merge"
    UNMERGE = "unmerge"
    ERASE = "erase"


class Short(StrEnum):
    """What happens where an earn is taken back that is no longer there."""

    OWE = "owe"  # the rest is a debt, eaten by future earns
    REFUSE = "refuse"
    DROP = "drop"  # the rest is let go here: charged in money, by whoever asks


class Level(StrEnum):
    """What a freeze forbids."""

    SPEND = "no-spend"
    EARN = "no-earn"
    LOGIN = "no-login"  # kept here with the others; the doors of members ask for it


class Tender(StrEnum):
    """What somebody pays with for stored value. Stored value and points are no tender for it."""

    CASH = "cash"
    CARD = "card"
    BANK = "bank"
    VALUE = "value"
    POINTS = "points"
