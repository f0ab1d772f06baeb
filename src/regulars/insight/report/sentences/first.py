"""The first screen: who the regulars are, what is at risk, and what to do this week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.insight.findings import ActionList, Findings
from regulars.insight.report.numbers import known
from regulars.insight.report.pictures.flow import rank
from regulars.insight.report.sentences.names import MONEY_MEANINGS
from regulars.insight.report.words import Sentence, Words


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of the first screen, what it is, and what it is measured against."""

    name: Sentence
    figure: str
    beside: Sentence
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do this week: for how many, for how much, with which file, and why."""

    deed: Sentence
    why: Sentence
    customers: int | None = None
    money: str = ""
    money_is: Sentence | None = None
    file: str = ""


def headline(findings: Findings, words: Words) -> Sentence:
    """The one sentence to remember."""
    first, share = findings.headline, words.numbers.share
    if first is None or findings.shop is None:
        baskets = findings.pairs.baskets if findings.pairs else 0
        return words.n("What sells together in {count} basket", "What sells together in {count} baskets", baskets)
    if first.regulars == 0:
        return words.t("Nobody is a regular yet")
    return words.n(
        "{count} regular brings {share} of your sales",
        "{count} regulars bring {share} of your sales",
        first.regulars,
        share=share(first.regulars_spend_share),
    )


def facts(findings: Findings, words: Words) -> Sequence[Fact]:
    """Four figures; none where the file names no customers."""
    first, shop, numbers = findings.headline, findings.shop, words.numbers
    if first is None or shop is None:
        return ()
    return (
        Fact(
            words.t("Regulars"),
            numbers.count(first.regulars),
            words.n(
                "{share} of {count} customer",
                "{share} of {count} customers",
                shop.customers,
                share=numbers.share(first.regulars_share_of_customers),
            ),
        ),
        Fact(
            words.t("What they bring"),
            numbers.share(first.regulars_spend_share),
            words.t(
                "{part} of {whole}",
                part=numbers.money_short(first.regulars_spend_share * shop.spend_minor),
                whole=numbers.money_short(shop.spend_minor),
            ),
        ),
        Fact(
            words.t("Slipping away"),
            numbers.count(first.slipping),
            words.t("of the regulars, by their own rhythm"),
            "warn" if first.slipping else "",
        ),
        Fact(
            words.t("At risk"),
            numbers.money_short(first.at_risk_minor),
            words.n("of the next {count} day’s sales", "of the next {count} days’ sales", first.at_risk_days),
            "warn" if first.at_risk_minor > 0 else "",
        ),
    )


def steps(findings: Findings, words: Words) -> Sequence[Step]:
    """Three to five steps, the most money at stake first; fewer where there is nobody to act on."""
    made = [step for step in (_of_list(findings, name, words) for name in _ORDER) if step is not None]
    side_by_side = _side_by_side(findings, words)
    return [*made[: 4 if side_by_side else 5], *([side_by_side] if side_by_side else [])]


_TELLING = 2.0
_BY_NAME = 200  # more than a shop can thank in a week
_ORDER = ("slipping", "best", "rising", "one_time", "lost")


def _of_list(findings: Findings, name: str, words: Words) -> Step | None:
    chosen = findings.lists.get(name)
    if chosen is None or chosen.customers == 0:
        return None
    deed = {
        "slipping": words.n(
            "Call or write to {count} customer who is slipping away",
            "Call or write to {count} customers who are slipping away",
            chosen.customers,
        ),
        "best": words.n(
            "Thank your best customer by name", "Thank your {count} best customers by name", chosen.customers
        )
        if chosen.customers <= _BY_NAME
        else words.t(
            "Thank your best customers by name, from the top of {count}",
            count=words.numbers.count(chosen.customers),
        ),
        "rising": words.n(
            "Look after {count} customer on the rise", "Look after {count} customers on the rise", chosen.customers
        ),
        "one_time": words.n(
            "Invite {count} one-time buyer for a second visit",
            "Invite {count} one-time buyers for a second visit",
            chosen.customers,
        ),
        "lost": words.n(
            "Try once to win back {count} lost customer",
            "Try once to win back {count} lost customers",
            chosen.customers,
        ),
    }[name]
    money = words.numbers.money_short(chosen.at_stake_minor) if chosen.at_stake_minor > 0 else ""
    money_is = words.of(MONEY_MEANINGS, name)
    return Step(deed, _why(chosen, findings, words), chosen.customers, money, money_is, f"lists/{name}.csv")


def _why(chosen: ActionList, findings: Findings, words: Words) -> Sentence:
    match chosen.name:
        case "slipping":
            return _why_slipping(chosen, findings, words)
        case "best" if findings.concentration is not None:
            share = words.numbers.share(findings.concentration.top_2_5_percent_share)
            best = words.numbers.share(0.025)
            return words.t(
                "The best {best} alone bring {share} of your sales; losing one of them costs most.",
                share=share,
                best=best,
            )
        case "best":
            return words.t("They bring the most; losing one of them costs most.")
        case "rising":
            return words.t("They come clearly more often than before: a good moment to show them more.")
        case "one_time":
            return _why_once(findings, words)
        case _:
            return words.t("One offer, then leave them in peace; the list begins with those who brought the most.")


def _why_slipping(chosen: ActionList, findings: Findings, words: Words) -> Sentence:
    regulars = findings.headline.slipping if findings.headline is not None else 0
    if regulars == chosen.customers:
        return words.t(
            "Regulars who are late by their own rhythm, or come clearly less often. "
            "The list begins with those most at risk."
        )
    return words.t(
        "Late by their own rhythm, or coming clearly less often; {regulars} of them are regulars. "
        "The list begins with those most at risk.",
        regulars=words.numbers.count(regulars),
    )


def _why_once(findings: Findings, words: Words) -> Sentence:
    median = known(findings.cohorts.median_days_to_second) if findings.cohorts is not None else None
    if median is not None:
        return words.n(
            "Half of all new customers come back within {count} day; after that it gets less likely every week.",
            "Half of all new customers come back within {count} days; after that it gets less likely every week.",
            round(median),
        )
    return words.t("A second visit is the step at which most shops lose people.")


def _side_by_side(findings: Findings, words: Words) -> Step | None:
    """The strongest pair of products, as something to do on the shelf."""
    pairs = findings.pairs
    if pairs is None:
        return None
    rows = [row for row in pairs.table.to_pylist() if row["level"] == "product" and row["significant"]]
    if not rows:
        return None
    best = telling(rows)
    times = best["times_expected"]
    return Step(
        words.t(
            "Put {left} beside {right}",
            left=short(pairs.names.get(best["left"], best["left"])),
            right=short(pairs.names.get(best["right"], best["right"])),
        ),
        words.n(
            "Bought together in {count} basket, {times} times what chance would bring.",
            "Bought together in {count} baskets, {times} times what chance would bring.",
            best["baskets_both"],
            times=words.numbers.decimal(times, 0 if times >= 100 else 1),
        ),
        file="#pairs",
    )


def telling(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Of pairs, the strongest first, one worth a sentence: together at least twice as often as by chance, if any is."""
    return next((row for row in rows if row["times_expected"] >= _TELLING), rows[0])


def short(name: object, most: int = 60) -> str:
    """A name that may be endless, cut for a sentence."""
    text = " ".join(str(name).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def best_first(rows: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """Rows of value classes, the best class first."""
    return sorted(rows, key=lambda row: rank(str(row["value_class"])))
