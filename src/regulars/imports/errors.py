"""What this room refuses. 409: something is in the way now; 422: it cannot be; 404: unknown."""

from typing import ClassVar

from regulars.basics.errors import RegularsError


class ImportsError(RegularsError):
    """A refusal of this room."""

    code = "import-refused"
    status: ClassVar[int] = 422


class UnknownImport(ImportsError):
    """No import of this organisation has that id."""

    code = "unknown-import"
    status = 404


class ImportState(ImportsError):
    """What was asked needs the import in another state: it is at work, done, or taken back already."""

    code = "import-state"
    status = 409


class NothingToImport(ImportsError):
    """No file was given, or none of them holds sales or people."""

    code = "nothing-to-import"


class UploadTooLarge(ImportsError):
    """The files are larger than an installation takes over its pages."""

    code = "upload-too-large"
    status = 413


class WrongMapping(ImportsError):
    """A column, a currency or a way of writing dates that the file cannot have."""

    code = "wrong-import-mapping"


class FilesGone(ImportsError):
    """The files of the import are no longer kept: bring them again."""

    code = "import-files-gone"
    status = 409


class ImportGivenUp(ImportsError):
    """An import was begun again and again, and its worker died each time."""

    code = "import-given-up"


class ImportBroken(ImportsError):
    """A fault of our own ended an import; the log of the worker tells where."""

    code = "import-broken"
    status = 500
