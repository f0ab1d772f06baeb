"""Values handed in and out of activities. What came of one is an Outcome, as of a purchase."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.sales.moves import Place


@dataclass(frozen=True, slots=True)
class NewActivity:
    """Something a member did. `shown`: whose card it was; `told_at` False: no moment was told, it is now."""

    place: Place
    member: UUID
    shown: UUID
    name: str
    effective_at: datetime
    told_at: bool = True
    currency: str = ""
    amount: int = 0
    said: Mapping[str, str | int | bool] = field(default_factory=dict)


def asked(one: NewActivity) -> dict[str, Any]:
    """What was asked, as plain values: the same request has the same, in every release."""
    return {
        "name": one.name,
        "at": one.effective_at.isoformat() if one.told_at else None,
        "shown": str(one.shown),
        "currency": one.currency,
        "amount": one.amount,
        "said": dict(one.said),
    }
