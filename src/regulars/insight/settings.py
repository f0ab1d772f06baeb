"""What a person may decide about an analysis, checked when it is stated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from regulars.basics.errors import RegularsError


class WrongSetting(RegularsError):
    """A setting that cannot be: the message says which and what would be right."""

    code = "wrong-setting"


@dataclass(frozen=True, slots=True)
class Settings:
    """How to analyse. Of `shares` (best shares of customers) and `amounts_major` (spend in the window) one is set."""

    name: str = ""
    cut_off: date | None = None  # None: the last day in the lake
    horizon_days: int | None = None  # None: a year, but at most twice the period that was checked
    discount_rate: float = 0.10  # a year
    shares: tuple[float, float] | None = (0.20, 0.025)  # important and better; VIP
    amounts_major: tuple[float, float] | None = None
    seed: int = 7
    alpha: float = 0.05  # chance of calling a customer who has not left "in decline"

    @classmethod
    def of(
        cls,
        *,
        name: str = "",
        cut_off: date | None = None,
        horizon_days: int | None = None,
        discount_rate: float = 0.10,
        classes: str = "20%,2.5%",
        seed: int = 7,
    ) -> "Settings":
        """Settings as written on a command line; raises WrongSetting for classes that are not two rising steps."""
        shares, amounts = _classes(classes)
        return cls(name, cut_off, horizon_days, discount_rate, shares, amounts, seed)


Pair = tuple[float, float]


def _classes(text: str) -> tuple[Pair | None, Pair | None]:
    """'20%,2.5%' → shares; '500,2000' → amounts.

    >>> _classes("20%,2.5%"), _classes("500, 2000")
    (((0.2, 0.025), None), (None, (500.0, 2000.0)))
    """
    parts = [part.strip() for part in text.split(",")]
    as_shares = [part.endswith("%") for part in parts]
    try:
        numbers: Sequence[float] = [float(part.rstrip("%")) for part in parts]
    except ValueError:
        numbers = ()
    wrong = WrongSetting(f"Classes must be two shares like '20%,2.5%' or two amounts like '500,2000', not {text!r}.")
    if len(numbers) != 2 or len(set(as_shares)) != 1:
        raise wrong
    important, vip = numbers
    if as_shares[0]:
        if not 0 < vip < important < 100:
            raise wrong
        return (important / 100, vip / 100), None
    if not 0 < important < vip:
        raise wrong
    return None, (important, vip)
