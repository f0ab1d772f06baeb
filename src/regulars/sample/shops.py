"""Three towns and their shops: who exports from which till."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Till(StrEnum):
    """A till system, and so a dialect of export."""

    RIVERSIDE = "riverside"  # comma CSV by month, UTF-8, ISO dates
    STONEBRIDGE = "stonebridge"  # semicolon CSV by quarter, decimal comma, day first, gz
    NORTHGATE = "northgate"  # tab separated by month, GB18030, Chinese headings, in a zip
    CORNER = "corner"  # one Excel workbook
    WEB = "web"  # one Parquet file


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop as its own till writes it. `weight` is its pull among the shops of its town."""

    code: str
    name: str
    town: int  # 0 Riverside, 1 Stonebridge, 2 Northgate
    till: Till
    weight: float


SHOPS_MIN: Final = 5  # one for each till
TOWN_SHARES: Final = (0.40, 0.32, 0.28)
_TILLS: Final = (Till.RIVERSIDE, Till.STONEBRIDGE, Till.NORTHGATE)
_STREETS: Final = (
    ("Riverside Market Street", "Stonebridge Old Town", "北门中心店"),
    ("Riverside Station", "Stonebridge Café Corner", "北门车站店"),
    ("Riverside Harbour", "Stonebridge Parc", "北门大学店"),
    ("Riverside, North Side", "Stonebridge Hospital", "北门花园店"),
)


def make_shops(count: int) -> tuple[Shop, ...]:
    """`count` shops over three towns; the last but one is the corner shop of Riverside, the last sells by web.

    >>> [shop.till.value for shop in make_shops(5)]
    ['riverside', 'stonebridge', 'northgate', 'corner', 'web']
    """
    assert count >= SHOPS_MIN, count
    streets = [
        Shop(f"S{number + 1:02d}", _street(number), number % 3, _TILLS[number % 3], 1.0 / (1 + number // 3))
        for number in range(count - 2)
    ]
    corner = Shop(f"S{count - 1:02d}", "Riverside Corner Shop", 0, Till.CORNER, 0.12)
    web = Shop(f"S{count:02d}", "Web shop 网店", 0, Till.WEB, 0.0)
    return (*streets, corner, web)


def _street(number: int) -> str:
    names = _STREETS[number // 3 % len(_STREETS)]
    round_of_names = number // (3 * len(_STREETS))
    return names[number % 3] + (f" {round_of_names + 1}" if round_of_names else "")
