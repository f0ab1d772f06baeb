"""What backup, restore and upgrade refuse."""

from regulars.basics.errors import RegularsError


class BackupRefused(RegularsError):
    """A copy cannot be written there, or not of this installation."""

    code = "backup-refused"


class BackupDamaged(RegularsError):
    """A file of the copy is missing, or is not as it was written."""

    code = "backup-damaged"


class RestoreRefused(RegularsError):
    """There is something where the copy should go, or the keys are others than those it was made with."""

    code = "restore-refused"


class RestoreDiffers(RegularsError):
    """What was brought back does not add up to what was copied."""

    code = "restore-differs"
