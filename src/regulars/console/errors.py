"""What the console itself refuses; refusals of the rooms below carry their own code and status."""

from typing import ClassVar

from regulars.basics.errors import RegularsError


class FormUnfit(RegularsError):
    """The form carries no key, or one that was used for another form: it was put together by hand, or is too old."""

    code = "form-unfit"
    status: ClassVar[int] = 400
