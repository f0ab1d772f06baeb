"""What this room refuses. 409: something is in the way now; 422: a rule says no; 404: unknown."""

from typing import ClassVar

from regulars.basics.errors import RegularsError


class SalesError(RegularsError):
    """A refusal of this room."""

    code = "sales-refused"
    status: ClassVar[int] = 422


class WrongSale(SalesError):
    """A sale that cannot be: amounts, lines or moments that contradict each other."""

    code = "wrong-sale"


class SaleUnknown(SalesError):
    """No sale has this id."""

    code = "sale-unknown"
    status = 404


class SaleState(SalesError):
    """The sale is complete, cancelled or has lapsed: what was asked needs another state."""

    code = "sale-state"
    status = 409


class WrongReturn(SalesError):
    """More is brought back than was bought or is left, or a line that the sale has not."""

    code = "wrong-return"
