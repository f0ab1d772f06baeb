"""What the embedded database refuses."""

from regulars.basics.errors import RegularsError


class DatabaseWontStart(RegularsError):
    """The embedded PostgreSQL could not be made or started; the sentence holds what it said."""

    code = "database-wont-start"
