"""What a control group is worth: what would be believed without one, and what keeping some out costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from regulars.console.selectors.proof import DECIDED, Span, total_of
from regulars.outreach.models import CampaignResult

ONE_IN: Final = 20  # intervals of 95 of 100 that miss what is true


@dataclass(frozen=True, slots=True)
class Knowing:
    """Of all campaigns that were measured in one currency. Amounts are minor units."""

    currency: str
    campaigns: int
    credited: int  # what everybody who was to get them spent in their days
    brought: Span  # more than nothing would have
    forgone: int  # what those who were kept without would have brought
    unproved: int  # of them, whose interval has nothing in it
    unproved_cost: int

    @property
    def times(self) -> float | None:
        """How many times what they brought they would have been credited with; None where that is no more than they
        brought, or nothing was."""
        if self.brought.value <= 0 or self.credited <= self.brought.value:
            return None
        return round(self.credited / self.brought.value, 1)


def knowing(results: Sequence[CampaignResult]) -> list[Knowing]:
    """By currency, the one with most campaigns first. Each was drawn by itself: the widths of their intervals add up as
    independent ones do. No query."""
    measured = [one for one in results if one.conclusion in DECIDED and total_of(one, "revenue_minor") is not None]
    found = [
        _of([one for one in measured if one.currency == currency], currency)
        for currency in sorted({one.currency for one in measured})
    ]
    return sorted(found, key=lambda one: -one.campaigns)


def _of(rows: Sequence[CampaignResult], currency: str) -> Knowing:
    spans = {row.id: span for row in rows if (span := total_of(row, "revenue_minor")) is not None}
    value = sum(one.value for one in spans.values())
    below = sqrt(sum((one.value - one.low) ** 2 for one in spans.values()))
    above = sqrt(sum((one.high - one.value) ** 2 for one in spans.values()))
    unproved = [row for row in rows if row.conclusion != "works"]
    return Knowing(
        currency,
        len(rows),
        round(sum((row.told.get("means") or {}).get("treated", {}).get("revenue_minor", 0) for row in rows)),
        Span(value, value - below, value + above),
        round(sum(spans[row.id].value / row.treated * row.holdout for row in rows if row.treated)),
        len(unproved),
        sum(cost_of(row) or 0 for row in unproved),
    )


def cost_of(row: CampaignResult) -> int | None:
    """Contacts, and what coupons and promotions took off; None where none of it is known."""
    off = [(row.told.get(name) or {}).get("discount_minor") for name in ("coupons", "offers")]
    known = [one for one in (row.told.get("cost_minor"), *off) if one is not None]
    return sum(known) if known else None


def cost_within(period: CampaignResult, campaigns: Sequence[CampaignResult]) -> int | None:
    """What the campaigns cost that began in a period; None where that is known of none."""
    costs = [
        cost_of(one)
        for one in campaigns
        if one.currency == period.currency and period.from_on <= one.from_on <= period.until_on
    ]
    known = [one for one in costs if one is not None]
    return sum(known) if known else None
