"""What is needed again, and when: dates, how they did, and who is due."""

from collections.abc import Mapping

from regulars.insight.findings import Findings
from regulars.insight.replenishment.check import RULES
from regulars.insight.replenishment.moves import Due
from regulars.insight.report.sentences.chapter import Chapter, empty, why_unsaid
from regulars.insight.report.sentences.first import short
from regulars.insight.report.words import Sentence, Words, mark

STATUS: dict[str, str] = {"due": mark("due"), "overdue": mark("overdue"), "later": mark("later")}
RULE_NAMES: Mapping[str, str] = {
    "own_rhythm": mark("own rhythm, shrunk to the product’s"),
    "item_median": mark("the product’s usual gap"),
    "mean_gap": mark("mean of the own gaps"),
    "last_gap": mark("the last own gap again"),
    "any_day": mark("everyone’s usual wait, whenever they bought last"),
}


def chapter(findings: Findings, words: Words) -> Chapter:
    """Who is due, for what, and how such dates did on a later period."""
    title, found = words.t("What is needed again, and when"), findings.due
    if found is None:
        return empty("due", title, findings.unsaid.get("due", ""), words)
    shown = {
        "usable": found.usable,
        "rules": _rules(found, words),
        "items": _items(found, words) if found.usable else [],
        "examples": _examples(found, words) if found.usable else [],
        "late": _late(found, words) if found.usable else None,
        "checked": _checked(found, words),
        "product": found.level == "product",
    }
    says = [_lead(found, words), *_seasons(found, words), *drawn(found.sampled, words)]
    return Chapter("due", title, says, shown=shown)


def drawn(share: float, words: Words) -> list[Sentence]:
    """Where not everybody was looked at."""
    if share >= 1:
        return []
    return [words.t("This is of an even draw of {share} of the customers.", share=words.numbers.share(share))]


def _lead(found: Due, words: Words) -> Sentence:
    if not found.usable:
        return why_unsaid(found.why_not, words)
    return words.n(
        "{count} purchase is due within the next fortnight: a customer will soon have used up what they buy again "
        "and again. {customers} customers have such a rhythm for at least one of {items} products.",
        "{count} purchases are due within the next fortnight: customers will soon have used up what they buy again "
        "and again. {customers} customers have such a rhythm for at least one of {items} products.",
        found.due,
        customers=words.numbers.count(found.customers),
        items=words.numbers.count(found.items),
    )


def _late(found: Due, words: Words) -> Sentence:
    return words.n(
        "{count} purchase is overdue: it has taken longer than nine in ten of such gaps, and is not given up for lost. "
        "A word may be enough.",
        "{count} purchases are overdue: they have taken longer than nine in ten of such gaps, and are not given up for "
        "lost. A word may be enough.",
        found.overdue,
    )


def _seasons(found: Due, words: Words) -> list[Sentence]:
    if not (found.usable and found.seasonal):
        return []
    return [words.t("In busy weeks things are used up sooner here; the dates allow for that.")]


def _checked(found: Due, words: Words) -> list[Sentence]:
    check, numbers = found.checked, words.numbers
    first = words.n(
        "Dates were foretold as of {until} and compared with the {count} day that followed: of {dated} dates, {again} "
        "were bought again in that time.",
        "Dates were foretold as of {until} and compared with the {count} days that followed: of {dated} dates, {again} "
        "were bought again in that time.",
        check.days,
        until=numbers.day(check.until),
        dated=numbers.count(check.foretold),
        again=numbers.count(check.bought_again),
    )
    second = words.t(
        "{held} of these fell within the window given, which promises 90%. Of what was called due in the first "
        "fortnight {right} was bought in it; by the mean of the own gaps {plain}.",
        held=numbers.share(check.coverage_90),
        right=numbers.share(check.due_right),
        plain=numbers.share(check.rule_right),
    )
    return [first, second]


def _rules(found: Due, words: Words) -> list[dict[str, object]]:
    check, numbers = found.checked, words.numbers
    rows: list[dict[str, object]] = []
    for name in ("own_rhythm", *RULES):
        low, high = check.gain[name][1:] if name in check.gain else (0.0, 0.0)
        rows.append(
            {
                "name": words.of(dict(RULE_NAMES), name),
                "ours": name == "own_rhythm",
                "loss": numbers.decimal(check.pinball[name], 1),
                "hits": numbers.share(check.hit_rate[name]),
                "gain": f"{numbers.decimal(low, 1)} … {numbers.decimal(high, 1)}" if name in check.gain else "",
            }
        )
    return rows


def _items(found: Due, words: Words) -> list[dict[str, object]]:
    return [
        {
            "item": _name(row["item"], found),
            "buyers": words.numbers.count(row["buyers"]),
            "days": words.numbers.count(round(row["typical_days"])),
            "due": words.numbers.count(row["due"]),
            "overdue": words.numbers.count(row["overdue"]),
        }
        for row in found.by_item.to_pylist()
    ]


def _examples(found: Due, words: Words) -> list[dict[str, object]]:
    day = words.numbers.day
    return [
        {
            "customer": row["customer"],
            "item": _name(row["item"], found),
            "last": day(row["last_on"]),
            "usual": words.numbers.count(round(row["typical_days"])),
            "next": day(row["next_on"]),
            "between": f"{day(row['from_on'])} – {day(row['until_on'])}",
            "chance": words.numbers.share(row["chance"]),
        }
        for row in found.examples.to_pylist()
    ]


def _name(item: str, found: Due) -> str:
    return short(found.names.get(item, item))
