"""What this room refuses. 409: something is in the way now; 422: a rule says no; 404: unknown."""

from typing import ClassVar

from regulars.basics.errors import RegularsError


class CareError(RegularsError):
    """A refusal of this room."""

    code = "care-refused"
    status: ClassVar[int] = 422


class CaseUnknown(CareError):
    """There is no such case, or none that may be seen here."""

    code = "case-unknown"
    status = 404


class FollowUpUnknown(CareError):
    """There is no such follow-up, or none that may be seen here."""

    code = "follow-up-unknown"
    status = 404


class KindUnknown(CareError):
    """The organisation keeps no such kind of case."""

    code = "case-kind-unknown"


class OwnerUnfit(CareError):
    """Nobody of that name works on cases there."""

    code = "case-owner-unfit"


class CaseClosed(CareError):
    """The case is done; reopen it first."""

    code = "case-done"
    status = 409


class CaseOpen(CareError):
    """Only a case that is done is reopened."""

    code = "case-open"
    status = 409


class FollowUpEnded(CareError):
    """The follow-up was done or dropped before."""

    code = "follow-up-ended"
    status = 409


class WrongDue(CareError):
    """A moment by which something is due lies ahead."""

    code = "wrong-due"


class WrongWorkingHours(CareError):
    """Working hours that cannot be."""

    code = "wrong-working-hours"
