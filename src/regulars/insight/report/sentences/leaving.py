"""The page of `regulars churn`: who leaves, how well it is foretold, whom to keep."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from regulars.insight.report.own_page import Page, Section, Tabled
from regulars.insight.report.sentences.card import columns, sections_on_quality, verdict
from regulars.insight.report.words import Sentence, Words, mark

KINDS: Final[Mapping[str, str]] = {
    "external": mark("of their own will, to somebody else"),
    "internal": mark("to another of our products"),
    "internal-up": mark("to a better product of ours"),
    "internal-down": mark("to a lesser product of ours"),
    "involuntary": mark("not of their own will"),
}
_SHOWN: Final = 10


def purpose(words: Words) -> Sentence:
    """What the model is for."""
    return words.t(
        "Foretells for each customer the chance of leaving, so that those worth it can be looked after in time."
    )


def months(count: int, words: Words) -> str:
    """The length of a window."""
    return words.n("{count} month", "{count} months", count).plain


def target(told: Mapping[str, Any], words: Words) -> Sentence:
    """Who is a yes. `told`: column, leavers, kinds, windows of a study."""
    levels = words.t(" or ").plain.join(told["leavers"])
    if told["windows"]:
        return words.t(
            "A customer leaves whose status becomes {levels} within {outcome} months after the cut-off.",
            levels=levels,
            outcome=told["windows"]["outcome"],
        )
    if told["kinds"]:
        kinds = words.t(" or ").plain.join(words.of(dict(KINDS), kind).plain for kind in told["kinds"])
        return words.t(
            "A customer leaves where {column} is {levels}, and left {kinds}.",
            column=told["column"],
            levels=levels,
            kinds=kinds,
        )
    return words.t("A customer leaves where {column} is {levels}.", column=told["column"], levels=levels)


def leaving_page(told: Mapping[str, Any], card: Mapping[str, Any], words: Words) -> Page:
    """`told` is what summary.json holds; `card` the plain model card."""
    percent = words.numbers.share
    says = [_lead(told, card, words), verdict(card, words)]
    sections = [_lists(told, words)] if card["model"]["usable"] else []
    return Page(
        title=words.t("{rate} leave", rate=percent(card["data"]["base_rate"])),
        subtitle=", ".join(source["name"] for source in card["data"]["sources"]),
        says=says,
        sections=[*sections, *reversed(sections_on_quality(card, words)), columns(card, words), _card(told, words)],
        foot=words.t("Run {run}, made with Regulars {version}", run=told["run"], version=card["regulars"]).plain,
    )


def _lead(told: Mapping[str, Any], card: Mapping[str, Any], words: Words) -> Sentence:
    found = card["measured"][card["model"]["family"]][card["model"]["checked"]]
    return words.t(
        "{customers} customers looked at. Of those who left, the {share} most likely hold {caught}; the chance that "
        "one who left ranks before one who stayed is {auc}.",
        customers=words.numbers.count(told["customers"]),
        share=words.numbers.share(0.3),
        caught=words.numbers.share(found["capture_30"]),
        auc=words.numbers.decimal(found["auc"], 3),
    )


def _lists(told: Mapping[str, Any], words: Words) -> Section:
    kept = told["retention"]
    top = words.numbers.share(kept["top"])
    says = [
        words.t(
            "scores.csv has every customer with a probability and three reasons; retention.csv the {count} to look "
            "after first: the first {top} of those still here.",
            count=words.numbers.count(kept["customers"]),
            top=top,
        )
    ]
    if kept["by"] == "expected-loss":
        says.append(
            words.t(
                "In order of expected loss: probability × {column}. Such a list, made without knowing the answer, "
                "caught {caught} of those who left and {value} of what left with them.",
                column=kept["value_column"], caught=words.numbers.share(kept["caught"]),
                value=words.numbers.share(kept["caught_value"]),
            )
        )  # fmt: skip
    else:
        says.append(
            words.t(
                "In order of probability, since no column says what a customer is worth (say --value COLUMN). Such a "
                "list, made without knowing the answer, caught {caught} of those who left.",
                caught=words.numbers.share(kept["caught"]),
            )
        )
    return Section("lists", words.t("Whom to look after"), says, tables=_first(kept["first"], words))


def _first(rows: Sequence[Mapping[str, Any]], words: Words) -> list[Tabled]:
    shown = [
        (
            str(row["customer"]),
            words.numbers.share(row["probability"]),
            *(str(row[f"reason_{n}"] or "") for n in (1, 2, 3)),
        )
        for row in rows[:_SHOWN]
    ]
    headings = [
        words.t("Customer"),
        words.t("Probability"),
        words.t("First reason"),
        words.t("Second"),
        words.t("Third"),
    ]
    return [Tabled(words.t("The first of the list"), headings, shown, numbers=False)] if shown else []


def _card(told: Mapping[str, Any], words: Words) -> Section:
    where = f"model/{told['run']}/card.html"
    says = words.t("The model is kept with its card: whom it serves badly, how it treats people, how it changed.")
    return Section("model", words.t("The model"), [says], links=[(where, words.t("Model card"))])
