"""What a purchase counts towards levels: money spent, the visit, units earned. Never a balance (SEMANTICS 19)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from regulars.programme.moves_tiers import Counts, TakenBack
from regulars.rules.occasion import Occasion

SPEND: Final = "spend"  # minor units paid, but for the part paid with points
PURCHASES: Final = "purchases"


def counts_of(sale: UUID, occasion: Occasion, holder: tuple[UUID, UUID], gains: Iterable[Mapping[str, Any]]) -> Counts:
    """Of a whole purchase."""
    owner, shown = holder
    amounts = {SPEND: spend(occasion), PURCHASES: 1}
    for one in gains:
        if one["kind"] != "load":
            amounts[one["unit"]] = amounts.get(one["unit"], 0) + one["amount"]
    return Counts(owner, sale, amounts, occasion.at, None if shown == owner else shown)


def taken_back(sale: UUID, before: Occasion, now: Occasion, units: Mapping[str, int]) -> TakenBack:
    """What no longer counts: the visit only when nothing of it is left."""
    amounts = {SPEND: spend(before) - spend(now), PURCHASES: 0 if now.lines else 1, **units}
    return TakenBack(sale, {name: amount for name, amount in amounts.items() if amount > 0})


def spend(occasion: Occasion) -> int:
    return occasion.paid - occasion.paid_by("points")
