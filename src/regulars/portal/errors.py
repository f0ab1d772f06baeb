"""What the portal itself refuses; refusals of the rooms below carry their own code and status."""

from typing import ClassVar

from regulars.basics.errors import RegularsError


class WrongLogInCode(RegularsError):
    """The code or link is wrong, was used before, or its time is over."""

    code = "wrong-log-in-code"
    status: ClassVar[int] = 403


class TooManyAsked(RegularsError):
    """Too many codes were asked for one address, or too many tries came from one network."""

    code = "too-many-asked"
    status: ClassVar[int] = 429


class MayNotLogIn(RegularsError):
    """Whoever left or is frozen has no pages."""

    code = "may-not-log-in"
    status: ClassVar[int] = 403


class InvitationOver(RegularsError):
    """This invitation to a family is no invitation, or its time is over."""

    code = "invitation-over"
    status: ClassVar[int] = 404
