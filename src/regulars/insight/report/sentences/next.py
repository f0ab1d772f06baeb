"""What each customer buys next: how the lists did on later baskets, and what three of them looked like."""

from collections.abc import Mapping
from typing import Any

from regulars.insight.findings import Findings
from regulars.insight.nextbasket.found import NextBasketFound
from regulars.insight.report.sentences.chapter import Chapter, empty
from regulars.insight.report.sentences.due import drawn
from regulars.insight.report.sentences.first import short
from regulars.insight.report.words import Sentence, Words, mark

METHODS: Mapping[str, str] = {
    "model": mark("Personal lists"),
    "personal_then_global": mark("What each bought most, then what sells most"),
    "personal_top": mark("What each bought most"),
    "global_top": mark("What sells most, for everybody the same"),
}
REASONS: Mapping[str, str] = {
    "habit": mark("own habit"),
    "due": mark("due now"),
    "alike": mark("people like them buy it"),
    "popular": mark("popular"),
}
_PAIRS = 10


def chapter(findings: Findings, words: Words) -> Chapter:
    """Recall and hits beside plain lists, products bought before and new ones apart, examples, and what others bought.

    `findings.next_basket` is the NextBasketFound; None with its reason in `unsaid["next_basket"]`.
    """
    title = words.t("What next")
    found: NextBasketFound | None = getattr(findings, "next_basket", None)
    if found is None:
        return empty("next", title, findings.unsaid.get("next_basket", ""), words)
    return Chapter(
        "next",
        title,
        [*_lead(found, words), *drawn(found.listed, words), _checked(found, words), _repeats(found, words)],
        shown={
            "methods": [_method(row, found, words) for row in found.scores.to_pylist()],
            "examples": _examples(found, words),
            "also": _also(found, words),
        },
    )


def _lead(found: NextBasketFound, words: Words) -> list[Sentence]:
    share = words.numbers.share
    hits, recall = found.score(found.used, "hit_10"), found.score(found.used, "recall_10")
    caught = words.t(
        "A list of ten products for each customer would have held at least one product of the next basket for {hits} "
        "of those who came, and {recall} of what was in it.",
        hits=share(hits),
        recall=share(recall),
    )
    if found.usable:
        return [caught, _gained(found, words)]
    return [caught, _refused(found, words)]


def _gained(found: NextBasketFound, words: Words) -> Sentence:
    """Above the plain list that came nearest."""
    nearest = min(found.gains.to_pylist(), key=lambda row: row["gain"])
    return words.t(
        "The best plain list (“{plain}”) would have held {theirs}; the difference is {gain} points, with 95% certainty "
        "between {low} and {high}.",
        plain=words.of(dict(METHODS), nearest["baseline"]),
        theirs=words.numbers.share(found.score(nearest["baseline"], "recall_10")),
        **_points(nearest, words),
    )


def _refused(found: NextBasketFound, words: Words) -> Sentence:
    failed = min(found.gains.to_pylist(), key=lambda row: row["low"])
    return words.t(
        "The model was not better than the plain list “{plain}” (by {gain} points, with 95% certainty between {low} "
        "and {high}), so it is not used: the lists are made by “{used}”.",
        plain=words.of(dict(METHODS), failed["baseline"]),
        used=words.of(dict(METHODS), found.used),
        **_points(failed, words),
    )


def _points(row: Mapping[str, Any], words: Words) -> dict[str, str]:
    return {name: words.numbers.decimal(100 * row[name], 1) for name in ("gain", "low", "high")}


def _checked(found: NextBasketFound, words: Words) -> Sentence:
    return words.n(
        "Settings were chosen on earlier baskets; then lists as of {until} were held against the first basket of each "
        "of {customers} customers in the {count} day after it.",
        "Settings were chosen on earlier baskets; then lists as of {until} were held against the first basket of each "
        "of {customers} customers in the {count} days after it.",
        found.later_days,
        until=words.numbers.day(found.calibration_until),
        customers=words.numbers.count(found.customers),
    )


def _repeats(found: NextBasketFound, words: Words) -> Sentence:
    share = words.numbers.share
    return words.t(
        "Of what was bought then, {repeat} had been bought by the same customer before; the lists held {known} of such "
        "products, and {new} of the new ones.",
        repeat=share(found.repeat_share),
        known=share(found.score(found.used, "repeat_recall_10")),
        new=share(found.score(found.used, "new_recall_10")),
    )


def _method(row: Mapping[str, Any], found: NextBasketFound, words: Words) -> dict[str, object]:
    share = words.numbers.share
    measures = ("recall_10", "hit_10", "repeat_recall_10", "new_recall_10", "recall_20")
    return {
        "name": words.of(dict(METHODS), row["method"]),
        "used": row["method"] == found.used,
        "ndcg": words.numbers.decimal(row["ndcg_10"], 3),
        **{name: share(row[name]) for name in measures},
    }


def _examples(found: NextBasketFound, words: Words) -> list[dict[str, object]]:
    rows = [] if found.examples is None or not found.usable else found.examples.to_pylist()
    return [
        {
            "title": words.t("Customer {letter}", letter="ABCDEFGHI"[number - 1]),
            "rows": [
                {
                    "product": _name(row["product"], found),
                    "reason": _reason(row, found, words),
                    "came": row["came"],
                }
                for row in rows
                if row["example"] == number
            ],
        }
        for number in sorted({row["example"] for row in rows})
    ]


def _reason(row: Mapping[str, Any], found: NextBasketFound, words: Words) -> Sentence:
    if row["reason"] == "with":
        return words.t("often bought with {product}", product=_name(row["reason_product"], found))
    return words.of(dict(REASONS), row["reason"])


def _also(found: NextBasketFound, words: Words) -> list[dict[str, str]]:
    """The strongest pairs, each once."""
    rows = [] if found.also is None else found.also.to_pylist()
    seen: set[frozenset[str]] = set()
    shown = []
    for row in sorted(rows, key=lambda r: (-r["times_expected"], r["product"], r["other"])):
        pair = frozenset((row["product"], row["other"]))
        if pair not in seen and len(seen) < _PAIRS:
            seen.add(pair)
            shown.append(
                {
                    "product": _name(row["product"], found),
                    "other": _name(row["other"], found),
                    "customers": words.numbers.count(row["customers_both"]),
                    "times": words.t("{times} ×", times=words.numbers.decimal(row["times_expected"], 1)).plain,
                }
            )
    return shown


def _name(code: object, found: NextBasketFound) -> str:
    return short(found.names.get(str(code)) or code)
