"""What the installation refuses."""

from typing import ClassVar

from regulars.basics.errors import RegularsError


class WrongOption(RegularsError):
    """Options of a command that do not fit together, or a file they name that cannot serve."""

    code = "wrong-option"


class AlreadyRunning(RegularsError):
    """Another Regulars works on this data folder."""

    code = "already-running"


class AddressTaken(RegularsError):
    """Another program listens at this address already, or it is not one of this machine."""

    code = "address-taken"


class DatabaseUnfit(RegularsError):
    """The database cannot be reached, or is not as Regulars needs it."""

    code = "database-unfit"


class OtherSecrets(RegularsError):
    """The secrets of this data folder are not those that the database works with."""

    code = "other-secrets"


class ServerWontStart(RegularsError):
    """A part of the server ended again and again while it was being started."""

    code = "server-wont-start"


class LinkNotValid(RegularsError):
    """The link to make the first administrator is unknown, used or expired, or there is an administrator by now."""

    code = "link-not-valid"
    status: ClassVar[int] = 404
