"""What customers say, and what they then do."""

from collections.abc import Mapping
from typing import Any

from regulars.insight.findings import Findings
from regulars.insight.report.numbers import known
from regulars.insight.report.pictures.survey import quadrants
from regulars.insight.report.sentences.chapter import Chapter, empty
from regulars.insight.report.sentences.first import short
from regulars.insight.report.words import Sentence, Words, mark
from regulars.insight.survey.found import Behaviour, Estimate, SurveyFound

QUADRANTS: Mapping[str, str] = {
    "act": mark("work on this"),
    "keep": mark("keep it up"),
    "ease": mark("more than is needed"),
    "later": mark("not urgent"),
}
BASES: Mapping[str, str] = {
    "stated": mark("weights as stated"),
    "asked": mark("weights as respondents state them"),
    "derived": mark("weights derived from the answers"),
    "equal": mark("no weights known, all alike"),
}
FACTORS: Mapping[str, str] = {
    "satisfaction": mark("Satisfaction"),
    "deepen": mark("Will to buy more"),
    "repeat": mark("Will to come again"),
    "recommend": mark("Recommendation"),
    "resist": mark("Resistance to switching"),
}
DISAGREEMENTS: Mapping[str, str] = {
    "says_more": mark("said to matter more than it does"),
    "works_more": mark("matters more than is said"),
}
# Outcome, and whether it is more than chance.
DIFFER: Mapping[tuple[str, bool], str] = {
    ("rebuy", True): mark(
        "{best} of those who answered {top} bought again, {second} of those who answered {next}: more than chance. "
        "Given what they bought before, the difference is between {low} and {high} points."
    ),
    ("rebuy", False): mark(
        "{best} of those who answered {top} bought again, {second} of those who answered {next}: that may be chance. "
        "Given what they bought before, the difference is between {low} and {high} points."
    ),
    ("visits", True): mark(
        "Who answered {top} came {best} times, who answered {next} came {second} times: more than chance. Given what "
        "they bought before, the difference is between {low} and {high} visits."
    ),
    ("visits", False): mark(
        "Who answered {top} came {best} times, who answered {next} came {second} times: that may be chance. Given what "
        "they bought before, the difference is between {low} and {high} visits."
    ),
}
_SURE = 0.05
_AGREE = 0.7  # alpha and omega from here on do well enough (Nunnally 1978)
_ITEMS = 40


def chapter(findings: Findings, words: Words) -> Chapter:
    """`findings.survey` is the SurveyFound; None with its reason in `unsaid["survey"]`."""
    found: SurveyFound | None = getattr(findings, "survey", None)
    if found is None:
        return empty("survey", words.t("What customers say"), findings.unsaid.get("survey", ""), words)
    return told(found, words)


def told(found: SurveyFound, words: Words) -> Chapter:
    """The chapter of one survey, which also stands on a page of its own."""
    says = [
        _lead(found, words),
        *_first(found, words),
        *_behaved(found.behaviour, found.unsaid.get("behaviour", ""), words),
        *_asked(found, words),
        *_agreed(found, words),
    ]
    picture = None
    if found.importance is not None:
        corners = {code: words.t(message).plain for code, message in QUADRANTS.items()}
        picture = quadrants(found.importance, words, words.t("Importance by satisfaction").plain, corners)
    return Chapter(
        "survey",
        words.t("What customers say"),
        says,
        shown={
            "picture": picture,
            "items": _items(found, words),
            "curve": _curve(found.behaviour, words),
            "gap": _gap(found.behaviour, words),
            "factors": _factors(found, words),
            "waves": _waves(found, words),
            "segments": _segments(found, words),
            "stated": found.importance is not None and found.importance.table["stated"].null_count == 0,
            "left_out": found.left_out.get("off-scale", 0),
            "repeated": found.left_out.get("repeated", 0),
        },
    )


def _lead(found: SurveyFound, words: Words) -> Sentence:
    answered = words.numbers.count(found.respondents)
    if found.weighted is None or found.simple is None:
        return words.t("{answered} people answered.", answered=answered)
    if known(found.weighted.low) is None:
        return words.n(
            "{count} person answered: too few to say how sure their {simple} of {top} is.",
            "{count} people answered: too few to say how sure their {simple} of {top} is.",
            found.respondents,
            simple=words.numbers.decimal(found.simple.value),
            top=found.scale[1],
        )
    return words.t(
        "{answered} people answered. Satisfaction is {weighted} of {top} (95%: {range}) where questions count by their "
        "weight ({basis}), and {simple} where all count alike.",
        answered=answered,
        weighted=words.numbers.decimal(found.weighted.value),
        top=found.scale[1],
        range=_range(found.weighted, words),
        simple=words.numbers.decimal(found.simple.value),
        basis=words.of(dict(BASES), found.weights_basis),
    )


def _first(found: SurveyFound, words: Words) -> list[Sentence]:
    """What to work on first, where it is sure; or that nothing is."""
    if found.importance is None:
        return []
    rows = [row for row in found.importance.table.to_pylist() if row["sure"] and row["quadrant"] == "act"]
    if not rows:
        return [
            words.t("No question surely weighs more and pleases less than the others, so none is to be mended first.")
        ]
    names = words.t(", ").plain.join(short(row["item"]) for row in rows)
    return [words.t("To work on first: {questions}. It weighs more than others and pleases less.", questions=names)]


UNLINKED: Mapping[str, str] = {
    "no-customer-column": mark("No column says who answered."),
    "no-purchases": mark("There are no sales to hold them against."),
    "no-answer-date": mark("Nothing says on which day they answered, or all days are later than the last sale known."),
    "too-short-after": mark("Their answers are too late: the sales do not reach far enough beyond them."),
    "too-few-linked": mark("Too few who answered are in the sales: are the customer numbers written as there?"),
}


def _behaved(found: Behaviour | None, why: str, words: Words) -> list[Sentence]:
    """Attitude is never told as loyalty: what the same people did stands beside it."""
    if found is None:
        plain = words.t(
            "The answers could not be linked to purchases. What people say is not yet loyalty: what they do is."
        )
        return [plain, *([words.of(dict(UNLINKED), why)] if why in UNLINKED else [])]
    rows = {(row["satisfied"], row["bought"]): row["customers"] for row in found.gap.to_pylist()}
    content, away = rows[True, True] + rows[True, False], rows[True, False]
    said = words.t(
        "Being content is not yet being loyal: of {content} content customers {away} bought nothing in the {days} days "
        "after their answer.",
        content=words.numbers.count(content),
        away=words.numbers.count(away),
        days=found.after_days,
    )
    return [said, *(_test(row, found, words) for row in found.tests.to_pylist())]


def _test(row: Mapping[str, Any], found: Behaviour, words: Words) -> Sentence:
    percent = row["outcome"] == "rebuy"
    show = words.numbers.share if percent else words.numbers.decimal
    values = {
        "top": found.top_answer,
        "next": found.next_answer,
        "best": show(row["top"]),
        "second": show(row["next"]),
        "low": _signed(row["low"], words, percent=percent),
        "high": _signed(row["high"], words, percent=percent),
    }
    return words.t(DIFFER[row["outcome"], row["p_adjusted"] < _SURE], **values)


def _signed(value: float, words: Words, *, percent: bool) -> str:
    """A difference: points of a hundred, or visits."""
    return words.numbers.decimal(round(100 * value, 1) + 0.0, 1) if percent else words.numbers.decimal(value)


def _asked(found: SurveyFound, words: Words) -> list[Sentence]:
    said = []
    if found.nps is not None:
        nps, points = found.nps, words.numbers
        said.append(
            words.t(
                "Of 100 people {up} would recommend ({promoters} or more) and {down} rather warn ({detractors} or "
                "less): promoters less detractors (NPS) are {score} (95%: {low} to {high}).",
                up=points.decimal(100 * nps.promoters, 0),
                down=points.decimal(100 * nps.detractors, 0),
                score=points.decimal(100 * nps.score.value, 0),
                low=points.decimal(100 * nps.score.low, 0),
                high=points.decimal(100 * nps.score.high, 0),
                promoters=nps.promoters_from,
                detractors=nps.detractors_to,
            )
        )
        if not nps.standard:
            said.append(words.t("It was not asked on a scale to ten, so it is not to be held against others’ NPS."))
    if found.index is not None:
        said.append(
            words.t(
                "The loyalty index, the mean of {factors} questions, stands at {score} of 100 (95%: {range}).",
                factors=found.index.table.num_rows,
                score=words.numbers.decimal(found.index.score.value, 0),
                range=_range(found.index.score, words, 0),
            )
        )
        if found.behaviour is not None and found.behaviour.index_bought and found.behaviour.index_stayed_away:
            said.append(
                words.t(
                    "It stood at {bought} (95%: {bought_range}) with those who bought again, at {away} (95%: "
                    "{away_range}) with those who stayed away.",
                    bought=words.numbers.decimal(found.behaviour.index_bought.value, 0),
                    bought_range=_range(found.behaviour.index_bought, words, 0),
                    away=words.numbers.decimal(found.behaviour.index_stayed_away.value, 0),
                    away_range=_range(found.behaviour.index_stayed_away, words, 0),
                )
            )
    return said


def _agreed(found: SurveyFound, words: Words) -> list[Sentence]:
    index = found.index
    if index is None or index.alpha is None:
        return []
    values = {
        "alpha": words.numbers.decimal(index.alpha.value),
        "alpha_range": _range(index.alpha, words),
        "omega": words.numbers.decimal(index.omega.value if index.omega else None),
        "omega_range": _range(index.omega, words),
    }
    if min(one.value for one in (index.alpha, index.omega) if one is not None) < _AGREE:
        return [
            words.t(
                "Its questions hardly measure one thing, so look at each of them rather than at the index: Cronbach’s "
                "alpha {alpha} (95%: {alpha_range}), McDonald’s omega {omega} (95%: {omega_range}); 1 would be "
                "perfect, 0.7 is enough.",
                **values,
            )
        ]
    return [
        words.t(
            "Its questions measure one thing well enough to be one number: Cronbach’s alpha {alpha} (95%: "
            "{alpha_range}), McDonald’s omega {omega} (95%: {omega_range}); 1 would be perfect, 0.7 is enough.",
            **values,
        )
    ]


def _range(found: Estimate | None, words: Words, places: int = 2) -> str:
    if found is None:
        return words.numbers.decimal(None)
    return f"{words.numbers.decimal(found.low, places)} – {words.numbers.decimal(found.high, places)}"


def _items(found: SurveyFound, words: Words) -> list[dict[str, object]]:
    derived = {row["item"]: row for row in found.importance.table.to_pylist()} if found.importance else {}
    share = words.numbers.share
    rows: list[dict[str, object]] = []
    for row in found.items.to_pylist()[:_ITEMS]:
        known = derived.get(row["item"])
        rows.append(
            {
                "item": short(row["item"]),
                "mean": words.numbers.decimal(row["mean"]),
                "range": f"{words.numbers.decimal(row['low'])} – {words.numbers.decimal(row['high'])}",
                "top_box": share(row["top_box"]),
                "top_two": share(row["top_two"]),
                "importance": f"{share(known['derived_low'])} – {share(known['derived_high'])}" if known else "",
                "stated": share(known["stated"]) if known else "",
                "quadrant": words.of(dict(QUADRANTS), known["quadrant"]) if known and known["sure"] else "",
                "disagreement": words.of(dict(DISAGREEMENTS), known["disagreement"])
                if known and known["disagreement"]
                else "",
            }
        )
    return rows


def _curve(found: Behaviour | None, words: Words) -> list[dict[str, object]]:
    share = words.numbers.share
    return [
        {
            "answer": row["answer"],
            "customers": words.numbers.count(row["customers"]),
            "rebuy": share(row["rebuy"]),
            "range": f"{share(row['rebuy_low'])} – {share(row['rebuy_high'])}",
            "part": f"{100 * row['rebuy']:.1f}",
            "adjusted": share(row["rebuy_adjusted"]),
            "visits": words.numbers.decimal(row["visits"], 1),
            "visits_adjusted": words.numbers.decimal(row["visits_adjusted"], 1),
            "spend": words.numbers.money(row["spend_minor"]),
        }
        for row in (found.curve.to_pylist() if found else [])
    ]


def _gap(found: Behaviour | None, words: Words) -> list[dict[str, Sentence | str]]:
    names = {
        (True, True): words.t("content, and bought again"),
        (True, False): words.t("content, and stayed away"),
        (False, True): words.t("not content, and bought all the same"),
        (False, False): words.t("not content, and stayed away"),
    }
    return [
        {
            "name": names[row["satisfied"], row["bought"]],
            "customers": words.numbers.count(row["customers"]),
            "share": words.numbers.share(row["share"]),
        }
        for row in (found.gap.to_pylist() if found else [])
    ]


def _factors(found: SurveyFound, words: Words) -> list[dict[str, object]]:
    return [
        {
            "factor": words.of(dict(FACTORS), row["factor"]),
            "heading": short(row["heading"]),
            "mean": words.numbers.decimal(row["mean"], 0),
            "part": f"{row['mean']:.1f}",
        }
        for row in (found.index.table.to_pylist() if found.index else [])
    ]


def _waves(found: SurveyFound, words: Words) -> list[dict[str, object]]:
    return [
        {
            "wave": row["wave"],
            "answers": words.numbers.count(row["answers"]),
            "mean": words.numbers.decimal(row["mean"]),
            "change": words.numbers.decimal(row["change"]),
            "sure": row["p_adjusted"] is not None and row["p_adjusted"] < 0.05,
        }
        for row in (found.waves.to_pylist() if found.waves else [])
    ]


def _segments(found: SurveyFound, words: Words) -> list[dict[str, object]]:
    return [
        {
            "level": f"{short(row['column'])}: {short(row['level'])}",
            "answers": words.numbers.count(row["answers"]),
            "mean": words.numbers.decimal(row["mean"]),
            "difference": words.numbers.decimal(row["difference"]),
            "sure": row["p_adjusted"] is not None and row["p_adjusted"] < 0.05,
        }
        for row in (found.segments.to_pylist() if found.segments else [])
    ]
