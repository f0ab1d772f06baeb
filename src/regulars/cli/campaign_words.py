"""What designs, results and decisions say, in plain sentences for a terminal."""

from typing import TYPE_CHECKING

from regulars.basics.money import minor_digits

if TYPE_CHECKING:
    from regulars.insight.uplift.moves import Decision, Design, Effect, Interval, Result

_NAMES = {"buyers": "share of customers who buy", "purchases": "purchases", "revenue_minor": "revenue"}
_CONCLUSIONS = {
    "works": "It worked: {what} is higher because of the campaign.",
    "harms": "It did harm: {what} is lower because of the campaign.",
    "not-shown": "No effect on {what} is shown. That is not the same as none: see the interval.",
    "too-few": "Too few have bought in one of the groups to say anything yet.",
    "sample-ratio-mismatch": "The groups do not have the planned sizes (p < .001): customers were lost or added after "
    "the draw, so no conclusion is drawn. Find out where they went.",
    "arms-not-alike": "The groups were unlike before anything was sent (p < .001), so no conclusion is drawn.",
}


def design_in_words(found: "Design") -> list[str]:
    """How large, how long, how many left out."""
    what = _NAMES[found.outcome]
    said = [
        f"{found.customers:,} customers could take part. In {found.days} days "
        f"{found.measures['buyers'].mean:.1%} of them buy.",
    ]
    for row in found.detectable.to_pylist():
        if row["outcome"] == found.outcome:
            said.append(
                f"  With {row['control_share']:.0%} left out, a change of {row['detectable']:.1%} in {what} would be "
                f"seen (without the help of the {found.pre_days} days before: {row['raw']:.1%})."
            )
    chance = f"with a chance of {found.power:.0%}, and false alarms in {found.level:.0%}"
    if found.control_share is not None:
        said.append(f"To see {found.wanted:.0%}, {chance}, leave out {found.control_share:.0%}.")
    elif found.days_needed is not None:
        said.append(
            f"{found.days} days are too few to see {found.wanted:.0%}: wait {found.days_needed} days, half left out."
        )
    else:
        said.append(
            f"A change of {found.wanted:.0%} is too small for so few customers, even with half of them left out."
        )
    for row in found.durations.to_pylist():
        said.append(
            f"  In {row['days']} days {row['reached']:,} of them come; seen would be {row['buyers_detectable']:.1%} in "
            f"buyers and {row['revenue_detectable']:.1%} in revenue."
        )
    return said


def result_in_words(found: "Result", currency: str) -> list[str]:
    """The conclusion first, then every outcome with its interval, then what there is to doubt."""
    scale = 10 ** minor_digits(currency)
    what = {"margin_minor": "margin", "revenue_minor": "revenue"}[found.outcome]
    said = [
        _CONCLUSIONS[found.conclusion].format(what=what),
        f"{found.treated:,} customers were assigned to the offer and {found.control:,} to nothing; all of them count.",
    ]
    if not any(one.treated or one.control for one in found.effects.values()):
        said.append(
            "Nobody assigned bought anything in these days. Do the sales reach that far, and are the customer numbers "
            "written as there?"
        )
    said += [_effect(one, scale) for one in found.effects.values()]
    if found.progress < 1:
        said.append(f"{found.progress:.0%} of the planned time has passed; the conclusion uses bounds for early looks.")
    if "margin_minor" in found.unknown:
        said.append("Margin is not known: the sales have no cost. Give --margin to reckon with a share of revenue.")
    if not found.mismatch.tested:
        said.append("The planned share is not known, so lost customers could not be looked for.")
    if found.control_reached:
        said.append(f"{found.control_reached:,} customers of the control group were sent something all the same.")
    if found.aside["repeated"] or found.aside["anonymous"]:
        aside = found.aside
        said.append(f"Left aside: {aside['repeated']:,} repeated rows and {aside['anonymous']:,} without a customer.")
    said += _differing(found)
    return said


def decision_in_words(found: "Decision") -> list[str]:
    """The verdict first, then the money behind it."""
    profit, everyone = found.targeted.scaled, found.everyone.scaled
    how = "on the second file" if found.checked == "later_file" else "on people each plan had not seen"
    verdict = {
        "target": f"Target {found.share:.0%} of the people.",
        "everyone": "Treat everyone: choosing by uplift earns no more.",
        "nobody": "Do not target by uplift here: no profit from it is shown.",
    }[found.verdict]
    return [
        verdict,
        f"Checked {how}: treating those {found.targeted.people:,} earned {_amounts(profit)}; everyone, "
        f"{_amounts(everyone)}; the difference is {_amounts(found.above_everyone)}.",
        f"By the published formula, without scaling the groups to one size: {_amounts(found.targeted.published)}.",
        f"Learner {found.learner}; Qini {_bounds(found.ranking.qini, 5)} per treated person, AUUC "
        f"{_bounds(found.ranking.auuc, 5)} ({found.ranking.auuc_by_chance:.5f} by chance). Intervals are 95 %.",
    ]


def _effect(one: "Effect", scale: int) -> str:
    name = one.name.removesuffix("_minor")
    divisor, digits = (scale, 2) if one.name.endswith("_minor") else (1, 4)

    def number(value: float) -> str:
        return f"{value / divisor:,.{digits}f}"

    difference = one.difference
    total = f"{one.total.value / divisor:,.0f} ({one.total.low / divisor:,.0f} to {one.total.high / divisor:,.0f})"
    return (
        f"  {name}: {number(one.treated)} against {number(one.control)} per customer; difference "
        f"{number(difference.value)} ({number(difference.low)} to {number(difference.high)}), in all {total}; "
        f"plain {number(one.raw.value)} ({number(one.raw.low)} to {number(one.raw.high)})."
    )


def _differing(found: "Result") -> list[str]:
    shown = [row for row in found.interactions.to_pylist() if row["p_value"] < 0.05]
    return [
        f"It may work differently by {row['grouped_by']} (p = {row['p_value']:.3f}, {row['levels']} groups)."
        for row in shown
    ]


def _amounts(interval: "Interval") -> str:
    return f"{interval.value:,.2f} ({interval.low:,.2f} to {interval.high:,.2f})"


def _bounds(interval: "Interval", digits: int) -> str:
    return f"{interval.value:.{digits}f} ({interval.low:.{digits}f} to {interval.high:.{digits}f})"
