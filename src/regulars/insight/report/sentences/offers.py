"""Offers on personal lists: for whom, how deep, who pays, and what was held back."""

from collections.abc import Mapping
from typing import Any

from regulars.insight.findings import Findings
from regulars.insight.offers.found import OffersFound
from regulars.insight.report.sentences.chapter import Chapter, empty
from regulars.insight.report.sentences.due import drawn
from regulars.insight.report.sentences.first import short
from regulars.insight.report.sentences.names import CLASSES, HABITS, USAGES
from regulars.insight.report.sentences.offer_sheets import SheetWords
from regulars.insight.report.words import Sentence, Words, mark

GOALS: Mapping[str, str] = {
    "store-brand": mark("win buyers of national brands for your own brand"),
    "margin": mark("earn the most"),
    "rescue": mark("bring back what customers stopped buying"),
}
WHY_NOT: Mapping[str, str] = {
    "anyway": mark("Would be bought anyway at full price"),
    "spends-too-little": mark("The customer spends too little to get a list"),
    "excluded": mark("Never discounted, by your rules"),
    "no-price": mark("No usual price is known"),
    "against-goal": mark("A national brand where your own should win"),
    "too-small": mark("The discount would be too small to print"),
    "no-margin": mark("The margin does not allow it"),
    "no-gain": mark("It would cost more than it is worth"),
    "list-cap": mark("The list has its share of discounts"),
    "enough": mark("The list has enough offers"),
    "budget": mark("The budget is used up"),
}


def chapter(findings: Findings, words: Words) -> Chapter:
    """Offers by box and class, the bill, what was held back, and one list as it is printed.

    `findings.offers` is the OffersFound; None with its reason in `unsaid["offers"]`.
    """
    title = words.t("Offers on the lists")
    found: OffersFound | None = getattr(findings, "offers", None)
    if found is None:
        return empty("offers", title, findings.unsaid.get("offers", ""), words)
    return Chapter(
        "offers",
        title,
        [
            _lead(found, words),
            *drawn(found.sampled, words),
            _held(found, words),
            _expected(found, words),
            _assumed(found, words),
        ],
        shown={
            "grid": _grid(found, words),
            "classes": [_class(row, words) for row in found.by_class.to_pylist()],
            "bill": [_billed(row, words) for row in found.bill.to_pylist()],
            "why_not": [_why_not(row, words) for row in found.why_not.to_pylist()],
            "example": _example(found, words),
        },
    )


def _lead(found: OffersFound, words: Words) -> Sentence:
    return words.n(
        "{listed} customers spend enough to get a list; on them stands {count} offer, chosen to {goal}.",
        "{listed} customers spend enough to get a list; on them stand {count} offers, chosen to {goal}.",
        found.offers,
        listed=words.numbers.count(found.listed),
        goal=words.of(dict(GOALS), found.goal),
    )


def _held(found: OffersFound, words: Words) -> Sentence:
    if not found.held_back:
        return words.t("No product on a list is so sure to be bought at full price that its discount was held back.")
    return words.n(
        "{count} product would be bought anyway at full price and has no discount, which saves {saved}.",
        "{count} products would be bought anyway at full price and have no discount, which saves {saved}.",
        found.held_back,
        saved=words.numbers.money(found.saved_minor),
    )


def _expected(found: OffersFound, words: Words) -> Sentence:
    return words.t(
        "Discounts will cost about {cost}, {worst} if every offer is used; set against the purchases they should "
        "bring, the margin changes by {margin}.",
        cost=words.numbers.money(found.discount_minor),
        worst=words.numbers.money(found.worst_minor),
        margin=words.numbers.money(found.expected_margin_minor),
    )


def _assumed(found: OffersFound, words: Words) -> Sentence:
    decimal = words.numbers.decimal
    return words.t(
        "These amounts rest on an assumption, not on what your customers did: ten percent off multiplies the odds of a "
        "purchase by {odds}, and a product tried for the first time is bought {later} more times at full price. Put "
        "your own figures into the file of rules, and measure them with a control group before you rely on them.",
        odds=decimal(found.assumed.get("odds_per_10_percent"), 2),
        later=decimal(found.assumed.get("later_purchases"), 1),
    )


def _grid(found: OffersFound, words: Words) -> dict[str, Any]:
    cells = {(row["habit"], row["usage"]): row for row in found.by_box.to_pylist()}
    inside = sum(row["offers"] for (habit, usage), row in cells.items() if habit in HABITS and usage in USAGES)
    deepest = max((row["mean_percent"] for row in cells.values()), default=0) or 1
    return {
        "others": _others(found.offers - inside, words),
        "usages": [words.of(dict(USAGES), usage) for usage in USAGES],
        "rows": [
            {
                "habit": words.of(dict(HABITS), habit),
                "cells": [_cell(cells.get((habit, usage)), deepest, words) for usage in USAGES],
            }
            for habit in HABITS
        ],
    }


def _others(offers: int, words: Words) -> Sentence | None:
    """What the boxes leave out."""
    if offers <= 0:
        return None
    return words.n(
        "{count} more offer is in categories where brands are not told apart, or to customers without a habit there.",
        "{count} more offers are in categories where brands are not told apart, or to customers without a habit there.",
        offers,
    )


def _cell(row: Mapping[str, Any] | None, deepest: float, words: Words) -> dict[str, str]:
    if row is None:
        return {"percent": "–", "offers": "", "heat": "0"}
    return {
        "percent": words.numbers.share(row["mean_percent"] / 100, 0),
        "offers": words.n("{count} offer", "{count} offers", row["offers"]).plain,
        "heat": f"{row['mean_percent'] / deepest:.3f}",
    }


def _class(row: Mapping[str, Any], words: Words) -> dict[str, object]:
    percent = row["mean_percent"]
    return {
        "name": words.of(CLASSES, row["value_class"]),
        "customers": words.numbers.count(row["customers"]),
        "offers": words.numbers.count(row["offers"]),
        "percent": words.numbers.share(None if percent is None else percent / 100, 0),
        "each": words.numbers.money(row["discount_minor"]),
    }


def _billed(row: Mapping[str, Any], words: Words) -> dict[str, object]:
    money = words.numbers.money
    return {
        "vendor": words.t("the shop") if row["vendor"] == "us" else short(row["vendor"]),
        "offers": words.numbers.count(row["offers"]),
        "budget": money(row["budget_minor"]),
        "reserved": money(row["reserved_minor"]),
        "worst": money(row["worst_minor"]),
    }


def _why_not(row: Mapping[str, Any], words: Words) -> dict[str, object]:
    return {"reason": words.of(dict(WHY_NOT), row["reason"]), "rows": words.numbers.count(row["rows"])}


def _example(found: OffersFound, words: Words) -> list[dict[str, object]]:
    texts = SheetWords(words)
    rows = found.example.to_pylist()
    names = {row["product"]: short(row["product_name"] or row["product"]) for row in rows}
    return [
        {
            "product": names[row["product"]],
            "why": texts.reason(row["reason"], names.get(row["reason_product"], row["reason_product"])),
            "off": texts.off(row["discount_percent"]) if row["discount_percent"] else "",
            "not": words.of(dict(WHY_NOT), row["why_not"]) if row["why_not"] else "",
        }
        for row in rows
    ]
