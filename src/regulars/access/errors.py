"""What this room refuses."""

from typing import ClassVar

from regulars.basics.errors import RegularsError


class NotAllowed(RegularsError):
    """The right is missing at that place; unknown places and those of others are answered alike."""

    code = "not-allowed"
    status: ClassVar[int] = 403


class NeedsSecondApprover(RegularsError):
    """A deed of this size needs somebody else's approval."""

    code = "needs-second-approver"
    status: ClassVar[int] = 422


class WrongLogIn(RegularsError):
    """Mail address and password do not belong together; unknown and closed accounts are answered alike."""

    code = "wrong-log-in"
    status: ClassVar[int] = 403


class TooManyTries(RegularsError):
    """Too many failed log-ins from one address or to one account, or too many wrong codes."""

    code = "too-many-tries"
    status: ClassVar[int] = 429


class WrongCode(RegularsError):
    """The code of the second factor is wrong, was used before, or its time is over."""

    code = "wrong-code"
    status: ClassVar[int] = 403


class NoSecondFactor(RegularsError):
    """This person has no second factor."""

    code = "no-second-factor"
    status: ClassVar[int] = 404


class SecondFactorRequired(RegularsError):
    """Who may manage access keeps a second factor; it can be exchanged for another, not taken away."""

    code = "second-factor-required"
    status: ClassVar[int] = 409


class UnknownPlace(RegularsError):
    """No organisation, merchant or store has this id."""

    code = "unknown-place"
    status: ClassVar[int] = 404


class PlaceClosed(RegularsError):
    """The merchant or store is closed: nothing new is booked there."""

    code = "place-closed"
    status: ClassVar[int] = 409


class UnknownRole(RegularsError):
    """The organisation has no role of this code."""

    code = "unknown-role"
    status: ClassVar[int] = 404


class UnknownStaff(RegularsError):
    """No staff has this id or mail address."""

    code = "unknown-staff"
    status: ClassVar[int] = 404


class UnknownKey(RegularsError):
    """No API key has this id, or it has been revoked."""

    code = "unknown-key"
    status: ClassVar[int] = 404


class WrongSetting(RegularsError):
    """A name, zone, currency, right or threshold that cannot serve."""

    code = "wrong-setting"
    status: ClassVar[int] = 422


class StaffClash(RegularsError):
    """Somebody with this mail address is staff already."""

    code = "staff-clash"
    status: ClassVar[int] = 409


class LastAdministrator(RegularsError):
    """Nobody would be left who may manage the organisation."""

    code = "last-administrator"
    status: ClassVar[int] = 409


class WeakPassword(RegularsError):
    """A password that is too short, too common or too near to the name."""

    code = "weak-password"
    status: ClassVar[int] = 422
