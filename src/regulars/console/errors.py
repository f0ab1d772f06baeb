"""What the console itself refuses; refusals of the rooms below carry their own code and status."""

from typing import ClassVar

from regulars.basics.errors import RegularsError


class ViewUnknown(RegularsError):
    """No view of this id is kept here, or it is somebody else's."""

    code = "view-unknown"
    status: ClassVar[int] = 404


class ViewRefused(RegularsError):
    """A view cannot be kept as it stands: its name is taken, it has none, or there are too many."""

    code = "view-refused"
    status: ClassVar[int] = 422


class FormUnfit(RegularsError):
    """The form carries no key, or one that was used for another form: it was put together by hand, or is too old."""

    code = "form-unfit"
    status: ClassVar[int] = 400
