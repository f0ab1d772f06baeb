"""What reading a customer table refuses."""

from regulars.basics.errors import RegularsError


class NotACustomerTable(RegularsError):
    """The file holds no table, or several, or none with customers to learn from."""

    code = "not-a-customer-table"


class NoSuchColumn(RegularsError):
    """A column that was named is not in the table."""

    code = "no-such-column"


class UnclearTarget(RegularsError):
    """Which column says who left is not plain."""

    code = "unclear-target"


class UnclearLevels(RegularsError):
    """Which values of a column mean that a customer left, or why, is not plain."""

    code = "unclear-levels"


class NoStatusEvents(RegularsError):
    """The files do not say since when a customer had which status, or over too few months."""

    code = "no-status-events"
