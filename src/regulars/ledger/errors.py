"""What the ledger refuses. 409: something is in the way now; 422: a rule says no; 423: frozen; 404: unknown."""

from typing import ClassVar

from regulars.basics.errors import RegularsError


class LedgerError(RegularsError):
    """A refusal of the ledger."""

    code = "ledger-refused"
    status: ClassVar[int] = 422


class NotEnough(LedgerError):
    """Less is available than asked."""

    code = "not-enough"
    status = 409


class UnitUnknown(LedgerError):
    """No unit has this code."""

    code = "unit-unknown"
    status = 404


class UnitClash(LedgerError):
    """A unit of this code is there, with other properties."""

    code = "unit-clash"
    status = 409


class WrongPosting(LedgerError):
    """A posting contradicts itself."""

    code = "wrong-posting"


class HolderFrozen(LedgerError):
    """The holder's accounts are frozen for this."""

    code = "holder-frozen"
    status = 423


class AccountClosed(LedgerError):
    """The holder was erased; nothing more is posted."""

    code = "account-closed"
    status = 409


class HolderMerged(LedgerError):
    """The holder was merged into another."""

    code = "holder-merged"
    status = 409


class WrongCurrency(LedgerError):
    """Stored value of another currency."""

    code = "wrong-currency"


class TransferUnknown(LedgerError):
    """No transfer has this id."""

    code = "transfer-unknown"
    status = 404


class NotReversible(LedgerError):
    """This transfer cannot be taken back, or not that much of it."""

    code = "not-reversible"


class HoldUnknown(LedgerError):
    """No hold has this id."""

    code = "hold-unknown"
    status = 404


class HoldClosed(LedgerError):
    """The hold was captured, voided, or has lapsed."""

    code = "hold-closed"
    status = 409


class PendingSettled(LedgerError):
    """The pending earn became active or was cancelled before."""

    code = "pending-settled"
    status = 409


class MoveRefused(LedgerError):
    """The programme's rules for moves between holders say no."""

    code = "move-refused"


class ValueForValue(LedgerError):
    """Stored value would buy stored value."""

    code = "value-buys-value"


class RateUnknown(LedgerError):
    """There is no rate between the two units at that time."""

    code = "rate-unknown"


class NeedsAnother(LedgerError):
    """A second person must decide."""

    code = "needs-second-person"
    status: ClassVar[int] = 403


class AdjustmentSettled(LedgerError):
    """The adjustment was decided before."""

    code = "adjustment-settled"
    status = 409


class OpenHolds(LedgerError):
    """Open holds are in the way."""

    code = "open-holds"
    status = 409


class PeriodOpen(LedgerError):
    """The days of this period are not closed yet."""

    code = "period-open"
    status = 409


class PeriodClosed(LedgerError):
    """This period was closed before; what comes later is in the next."""

    code = "period-closed"
    status = 423
