"""What is given for something reached: units, or coupons of a series."""

from dataclasses import dataclass

from regulars.basics.periods import Period


@dataclass(frozen=True, slots=True)
class Prize:
    """So much of a unit, or so many coupons of a series. `wait`: units are pending for so long first."""

    amount: int = 1
    unit: str = ""
    coupon: str = ""
    validity: str = ""  # of units, from when they are active: "12M@month"
    wait: str = ""  # "14D"
    funder: str = ""

    def __post_init__(self) -> None:
        if bool(self.unit) == bool(self.coupon):
            raise ValueError("A prize is units or coupons.")
        if self.amount < 1:
            raise ValueError("A prize is above nothing.")
        if self.coupon and (self.validity or self.wait or self.funder):
            raise ValueError("Coupons have the terms of their series.")
        for text in filter(None, (self.validity, self.wait)):
            Period.parse(text)
