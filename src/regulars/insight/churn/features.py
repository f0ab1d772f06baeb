"""What is known of a customer at a cut-off, as one row of numbers and texts; nothing from after it is looked at.

The columns come from the fact table and from the days of two windows before the cut-off; `known.Known` adds what the
rhythm and the repeat-buying model of the same cut-off say.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from regulars.insight.facts import facts
from regulars.insight.lines import as_of, complete
from regulars.insight.native import whole_sum
from regulars.insight.visits import days

# Column → theme: what it is about. One theme is one reason, since its columns tell the same story.
THEMES: Final[Mapping[str, str]] = {
    "recency_days": "silent",
    "silence_ratio": "silent",
    "silence_chance": "silent",
    "p_alive": "silent",
    "usual_gap_days": "rhythm",
    "horizon_days": "rhythm",
    "gap_days_spread": "rhythm",
    "visits": "often",
    "visits_365": "often",
    "expected_visits": "often",
    "trend": "lately",
    "visits_window": "lately",
    "visits_before": "lately",
    "spend_365": "spent",
    "spend_window": "spent",
    "spend_before": "spent",
    "mean_visit": "spent",
    "tenure_days": "tenure",
    "products": "breadth",
    "categories": "breadth",
    "stores": "breadth",
    "channels": "breadth",
    "top_category": "favourite",
    "top_category_share": "favourite",
    "discount_share": "discounts",
    "return_share": "returns",
    "margin_share": "margin",
    "weekday_top": "habit",
    "weekend_share": "habit",
    "hour_top": "habit",
    "town": "person",
    "sex": "person",
    "age": "person",
}
FEATURES: Final = tuple(THEMES)
MODELLED: Final = ("silence_ratio", "silence_chance", "p_alive", "usual_gap_days", "horizon_days", "expected_visits")
TEXTS: Final = ("top_category", "weekday_top", "town", "sex")
# Beside the features, for the models, the lists and the words.
CARRIED: Final = ("customer", "gaps", "gap_days_sum", "gap_log_sum", "last_on", "spend_365_minor")
_PERSON: Final = ("town", "sex", "age")


def features_at(
    lines: ir.Table, *, cut_off: date, observation_days: int = 91, members: ir.Table | None = None
) -> ir.Table:
    """CARRIED and FEATURES but MODELLED, one row per customer with a visit up to the end of `cut_off`.

    `lines` may reach past the cut-off; that part is not looked at, nor what came back after it. `members` (customer,
    and of town, sex, birth_year what is known) adds what was said at enrolment. Raises WrongColumns.
    """
    seen = as_of(complete(lines), cut_off)
    own_days = days(seen)
    known = facts(seen, cut_off=cut_off, days=own_days)
    return features_of(known, own_days, cut_off=cut_off, observation_days=observation_days, members=members)


def features_of(
    known: ir.Table, days: ir.Table, *, cut_off: date, observation_days: int = 91, members: ir.Table | None = None
) -> ir.Table:
    """The same from kept tables: facts as of the cut-off, and days as they stood then; later days are let be."""
    lately = _windows(days, cut_off, observation_days)
    wide = known.filter(known.visits > 0).left_join(lately, "customer").drop("customer_right")
    if members is not None:
        wide = wide.left_join(_people(members, wide, cut_off), "customer").drop("customer_right")
    plain = {name: _number(wide, name) for name in FEATURES if name in wide.columns and name not in (*TEXTS, "trend")}
    texts = {name: wide[name].cast("string") for name in TEXTS if name in wide.columns}
    best = wide.top_categories
    return wide.select(
        *(wide[name] for name in CARRIED),
        **plain,
        **texts,
        spend_365=_float(wide.spend_365_minor),
        mean_visit=_float(wide.mean_visit_minor),
        # Of everyone, unlike the fact: what few visits say is for the model to weigh.
        trend=_float(((wide.trend_recent + 1) / (wide.trend_before + 1)).ln()),
        top_category=ibis.ifelse(best.length() > 0, best[0].cast("string"), ibis.null("string")),
        margin_share=_float(wide.margin_minor / wide.spend_minor.nullif(0)),
    )


def _windows(days: ir.Table, cut_off: date, observation_days: int) -> ir.Table:
    """Visits and spend of the observation window, of the one before it, and of the year."""
    visit = days.receipts > 0

    def back(nearer: int, farther: int) -> ir.BooleanValue:
        first, last = (ibis.literal(cut_off - timedelta(days=far)) for far in (farther, nearer))
        return (days.day > first) & (days.day <= last)

    window, before, year = back(0, observation_days), back(observation_days, 2 * observation_days), back(0, 365)
    return days.group_by("customer").agg(
        visits_window=days.count(where=visit & window),
        visits_before=days.count(where=visit & before),
        visits_365=days.count(where=visit & year),
        spend_window=whole_sum(days.spend_minor, where=window).fill_null(0),
        spend_before=whole_sum(days.spend_minor, where=before).fill_null(0),
    )


def _people(members: ir.Table, wide: ir.Table, cut_off: date) -> ir.Table:
    """One row per member; the age is that at the end of the cut-off's year."""
    have: dict[str, Any] = {
        name: members[name].cast("string").max() for name in ("town", "sex") if name in members.columns
    }
    if "birth_year" in members.columns:
        age = cut_off.year - members.birth_year.cast("int64").max()
        have["age"] = ibis.ifelse((age >= 0) & (age <= 120), age, ibis.null("int64"))
    named = members.mutate(customer=members.customer.cast(wide.customer.type()))
    return named.group_by("customer").agg(**have)


def _number(wide: ir.Table, name: str) -> ir.FloatingValue:
    return _float(wide[name])


def _float(value: Any) -> ir.FloatingValue:
    """Half the memory of a double, and exact for whole numbers up to 16 million."""
    return value.cast("float32")
