"""Cohorts by month of first purchase, and the road to a second purchase."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

from regulars.insight.findings import Cohorts, Findings
from regulars.insight.report.numbers import known
from regulars.insight.report.pictures.curves import second_purchase
from regulars.insight.report.pictures.months import monthly
from regulars.insight.report.sentences.chapter import Chapter, empty
from regulars.insight.report.words import Sentence, Words

_COHORTS = 13
_MONTHS = 12


def chapter(findings: Findings, words: Words) -> Chapter:
    """Sales by new and returning customers, the retention triangle, and the time to a second purchase."""
    title, found = words.t("New customers, and whether they come back"), findings.cohorts
    if found is None:
        return empty("cohorts", title, findings.unsaid.get("cohorts", ""), words)
    second = _second(found, words)
    months = by_month(found)
    said = _monthly(months, findings.shop.cut_off if findings.shop else None, words)
    days = found.days_to_second
    return Chapter(
        "cohorts",
        title,
        [_lead(found, words)],
        shown={
            "months_say": said,
            "at_first": _at_first(found, words),
            "months": monthly(months, words, said) if said else None,
            "second_says": second,
            "second": second_purchase(days, known(found.median_days_to_second), words, second)
            if days.num_rows > 1
            else None,
            "triangle_says": _later(found, words),
            "triangle": triangle(found, words),
        },
    )


def _at_first(found: Cohorts, words: Words) -> Sentence | None:
    """Nobody is new in the first weeks of a file."""
    old = [row["cohort"] for row in found.sizes.to_pylist() if row["may_be_old"]]
    if not old:
        return None
    return words.t(
        "The file does not reach further back: until {month} many who look new were customers before.",
        month=words.numbers.month(max(old)),
    )


def _lead(found: Cohorts, words: Words) -> Sentence:
    return words.t(
        "Of new customers, {share} came back on a second day within {days} days.",
        share=words.numbers.share(found.repeat_rate),
        days=words.numbers.count(90),
    )


def _second(found: Cohorts, words: Words) -> Sentence:
    median = known(found.median_days_to_second)
    if median is None:
        return words.t("Fewer than half of all new customers have come back so far.")
    return words.n(
        "Half of all new customers are back within {count} day.",
        "Half of all new customers are back within {count} days.",
        round(median),
    )


def by_month(found: Cohorts) -> dict[date, tuple[int, int]]:
    """Spend by calendar month: of customers new in it, of those who came again; months from the first to the last."""
    new: dict[date, int] = defaultdict(int)
    again: dict[date, int] = defaultdict(int)
    for row in found.revenue.to_pylist():
        first, number = row["cohort"], row["month_number"]
        at = first.year * 12 + first.month - 1 + number
        (again if number else new)[date(at // 12, at % 12 + 1, 1)] += row["spend_minor"] or 0
    return {month: (max(0, new[month]), max(0, again[month])) for month in sorted({*new, *again})}


def _monthly(months: Mapping[date, tuple[int, int]], cut_off: date | None, words: Words) -> Sentence | None:
    if len(months) < 2 or not any(sum(pair) for pair in months.values()):
        return None
    month = sorted(months)[-1]
    if cut_off is None or (cut_off + timedelta(days=1)).day != 1 or cut_off.replace(day=1) != month:
        month = sorted(months)[-2]  # the last may have been cut short
    new, again = months[month]
    if new + again == 0:
        month, (new, again) = max(months.items(), key=lambda item: sum(item[1]))
    return words.t(
        "In {month} customers who had come before brought {again} ({share}); new ones brought {new}.",
        month=words.numbers.month(month),
        again=words.numbers.money_short(again),
        share=words.numbers.share(again / (new + again)),
        new=words.numbers.money_short(new),
    )


def _later(found: Cohorts, words: Words) -> Sentence | None:
    """Of all cohorts old enough, the share still buying in a later month; of surely new customers, if there are any."""
    known = {}
    rows, new = found.retention.to_pylist(), surely_new(found)
    sizes = {row["cohort"]: row["customers"] for row in found.sizes.to_pylist() if row["cohort"] in new or not new}
    for number in (1, 3, 6, 12):
        old = [row for row in rows if row["month_number"] == number and sizes.get(row["cohort"])]
        total = sum(sizes[row["cohort"]] for row in old)
        if total:
            known[number] = sum(int(str(row["customers"])) for row in old) / total
    if not known:
        return None
    last = max(known)
    return words.n(
        "{share} of a month’s new customers buy again {count} month later.",
        "{share} of a month’s new customers buy again {count} months later.",
        last,
        share=words.numbers.share(known[last]),
    )


def surely_new(found: Cohorts) -> set[date]:
    """Cohorts whose month was over at the end of the file, and that are not old customers seen for the first time."""
    return {row["cohort"] for row in found.sizes.to_pylist() if row["complete"] and not row["may_be_old"]}


def triangle(found: Cohorts, words: Words) -> dict[str, object] | None:
    """The latest cohorts and their first months: share of each cohort that bought, with its warmth."""
    sizes = {row["cohort"]: row["customers"] for row in found.sizes.to_pylist()}
    old = {row["cohort"] for row in found.sizes.to_pylist() if row["may_be_old"]}
    cells = {(row["cohort"], row["month_number"]): row["share"] for row in found.retention.to_pylist()}
    latest = sorted(sizes)[-_COHORTS:]
    width = min(_MONTHS, max((number for cohort, number in cells if cohort in latest), default=0))
    if not latest or width == 0:
        return None
    later = [share for (cohort, number), share in cells.items() if number and cohort in latest and share is not None]
    highest = max(later, default=0) or 1
    return {
        "months": list(range(1, width + 1)),
        "some_old": bool(old.intersection(latest)),
        "rows": [
            {
                "cohort": words.numbers.month(cohort),
                "old": cohort in old,
                "customers": words.numbers.count(sizes[cohort]),
                "cells": [
                    {"share": words.numbers.share(share, 0), "heat": f"{share / highest:.3f}"}
                    if share is not None
                    else None
                    for share in (cells.get((cohort, number)) for number in range(1, width + 1))
                ],
            }
            for cohort in latest
        ],
    }
