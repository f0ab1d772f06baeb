"""Nine boxes: brand habit × use, per category."""

from collections.abc import Mapping, Sequence

from regulars.insight.findings import Boxes, Findings
from regulars.insight.report.sentences.chapter import Chapter, empty
from regulars.insight.report.sentences.first import short
from regulars.insight.report.sentences.names import HABITS, USAGES
from regulars.insight.report.words import Words

_MOST = 6  # categories shown; the largest by customers


def chapter(findings: Findings, words: Words) -> Chapter:
    """A grid of nine for each of the largest categories."""
    title, found = words.t("Brand habits: nine boxes"), findings.boxes
    if found is None:
        return empty("boxes", title, findings.unsaid.get("boxes", ""), words)
    largest = sorted(found.category_customers, key=lambda name: (-found.category_customers[name], name))[:_MOST]
    if not largest:
        return empty("boxes", title, "too-few-customers", words)
    rows = found.table.to_pylist()
    grids = [_grid(name, [row for row in rows if row["category"] == name], found, words) for name in largest]
    people: dict[str, int] = dict.fromkeys(HABITS, 0)
    for row in rows:
        people[row["habit"]] = people.get(row["habit"], 0) + row["customers"]
    total = sum(people.values()) or 1
    lead = words.t(
        "Over all categories {national} of buyers keep to national brands, "
        "{own} to your own brand, and {switch} switch.",
        national=words.numbers.share(people["national"] / total),
        own=words.numbers.share(people["store"] / total),
        switch=words.numbers.share(people["switcher"] / total),
    )
    heavy = sum(row["customers"] for row in rows if row["habit"] == "switcher" and row["usage"] == "high")
    target = words.n(
        "In {count} case a heavy user of a category switches between brands: an offer can win them for your own brand.",
        "In {count} cases a heavy user of a category switches between brands: "
        "an offer can win them for your own brand.",
        heavy,
    )
    left_out = max(0, len(found.category_customers) - len(largest))
    return Chapter("boxes", title, (lead, target), shown={"grids": grids, "left_out": left_out})


def _grid(name: str, rows: Sequence[Mapping[str, object]], found: Boxes, words: Words) -> dict[str, object]:
    people = {(row["habit"], row["usage"]): int(str(row["customers"])) for row in rows}
    highest = max(people.values(), default=0) or 1
    return {
        "category": short(name),
        "customers": found.category_customers[name],
        "usages": [words.of(USAGES, usage) for usage in USAGES],
        "rows": [
            {
                "habit": words.of(HABITS, habit),
                "cells": [
                    {
                        "customers": words.numbers.count(people.get((habit, usage), 0)),
                        "heat": f"{people.get((habit, usage), 0) / highest:.3f}",
                    }
                    for usage in USAGES
                ],
            }
            for habit in HABITS
        ],
    }
