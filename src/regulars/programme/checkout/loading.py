"""Stored value that is sold on a bill: only paid value, for money of its own currency (SEMANTICS 41, 42)."""

from collections.abc import Iterable

from regulars.ledger.errors import WrongCurrency
from regulars.ledger.services.accounts import units
from regulars.ledger.words import UnitKind
from regulars.programme.checkout.moves import NewPurchase
from regulars.programme.errors import WrongLoad


def check_loads(wanted: Iterable[NewPurchase]) -> None:
    """One query; none where nothing is sold. Raises UnitUnknown, WrongLoad, WrongCurrency."""
    sold = [(one.currency, load) for one in wanted for load in one.loads]
    known = units(sorted({load.unit for _, load in sold})) if sold else {}
    for currency, load in sold:
        unit = known[load.unit]
        if unit.kind != UnitKind.PAID:
            raise WrongLoad("Only paid value is sold.", line=load.number, unit=unit.code)
        if unit.currency != currency:
            raise WrongCurrency(f"{unit.code} is no stored value in {currency}.", unit=unit.code, currency=currency)
