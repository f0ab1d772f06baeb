"""What to expect, how that was checked, and a plain word where no number may be given."""

from collections.abc import Mapping

from regulars.insight.findings import Findings, Future, ModelResult
from regulars.insight.report.pictures.curves import calibration, gains
from regulars.insight.report.sentences.chapter import Chapter, empty, why_unsaid
from regulars.insight.report.sentences.first import best_first
from regulars.insight.report.sentences.names import CLASSES, MODELS
from regulars.insight.report.words import Sentence, Words, mark

CHECKS: Mapping[str, str] = {
    "bias": mark("Total expected against came"),
    "correlation": mark("Correlation"),
    "mae": mark("Mean error"),
    "rmse": mark("Root mean square error"),
    "coverage_90": mark("90% intervals that held"),
    "captured_spend_top_decile": mark("Later sales in its best tenth"),
    "baseline_captured_spend_top_decile": mark("The same, by past spend"),
}
_MEANINGLESS = frozenset({"degenerate", "did-not-converge"})  # fits whose parameters say nothing
_SHARES = frozenset({"coverage_90", "captured_spend_top_decile", "baseline_captured_spend_top_decile"})


def chapter(findings: Findings, words: Words) -> Chapter:
    """Expected sales with their interval, or why none is stated; then the check on a later period."""
    title, found = words.t("What to expect"), findings.future
    if found is None:
        return empty("future", title, findings.unsaid.get("future", ""), words)
    return Chapter(
        "future",
        title,
        [_lead(found, findings.unsaid.get("future", ""), words), *_short(found, words), *_captured(found, words)],
        shown={
            "usable": found.chosen is not None,
            "by_class": _by_class(found, words) if found.chosen else [],
            "horizon": words.numbers.count(found.horizon_days),
            "period": words.n(
                "The models learned from everything until {until}, then had to foretell the {count} day after it.",
                "The models learned from everything until {until}, then had to foretell the {count} days after it.",
                found.holdout_days,
                until=words.numbers.day(found.calibration_until),
            ),
            "calibration": _calibration(found, words),
            "gains": gains(found.gains, words, _gains_label(found, words)) if found.gains.num_rows else None,
            "models": [_model(model, used(found, name), words) for name, model in found.models.items()],
            "checks": [(code, words.t(CHECKS[code])) for code in _checks(found)],
        },
    )


def _lead(found: Future, code: str, words: Words) -> Sentence:
    numbers = words.numbers
    if found.chosen is None:
        refused = [model.why_not for model in found.models.values() if not model.usable and model.why_not]
        return why_unsaid(code or (refused[0] if refused else "model-does-not-suit"), words)
    low, high = found.interval_minor
    return words.n(
        "In the next {count} day your known customers are expected to bring {expected}, "
        "with 90% certainty between {low} and {high}.",
        "In the next {count} days your known customers are expected to bring {expected}, "
        "with 90% certainty between {low} and {high}.",
        found.horizon_days,
        expected=numbers.money_short(found.expected_spend_minor),
        low=numbers.money_short(low),
        high=numbers.money_short(high),
    )


def _short(found: Future, words: Words) -> list[Sentence]:
    """Why the horizon is no longer."""
    if found.chosen is None or found.horizon_days >= 365 or found.horizon_days != 2 * found.holdout_days:
        return []
    return [
        words.n(
            "Nothing is said beyond that: it is twice the {count} day on which the models could be put to the test.",
            "Nothing is said beyond that: it is twice the {count} days on which the models could be put to the test.",
            found.holdout_days,
        )
    ]


def _captured(found: Future, words: Words) -> list[Sentence]:
    """What the model's best tenth brought later, beside those who had spent the most."""
    check = found.models[found.chosen].holdout if found.chosen is not None and found.chosen in found.models else {}
    ours = check.get("captured_spend_top_decile")
    past = next((value for key, value in check.items() if key.startswith("baseline_captured")), None)
    if ours is None or past is None:
        return []
    return [
        words.t(
            "Put to the test, the tenth of customers that the model put first brought {ours} of later sales; "
            "the tenth who had spent the most until then brought {past}.",
            ours=words.numbers.share(ours, 1),
            past=words.numbers.share(past, 1),
        )
    ]


def _gains_label(found: Future, words: Words) -> Sentence:
    rows = found.gains.to_pylist()
    fifth = min(rows, key=lambda row: abs(row["share"] - 0.2))
    return words.t(
        "The {share} of customers the model puts first brought {model} of later sales; "
        "the same number by past spend brought {past}.",
        share=words.numbers.share(fifth["share"]),
        model=words.numbers.share(fifth["by_model"]),
        past=words.numbers.share(fifth["by_past_spend"]),
    )


def _calibration(found: Future, words: Words) -> dict[str, object] | None:
    rows = found.calibration.to_pylist()
    if len(rows) < 2:
        return None
    others = [name for name in found.calibration.column_names if name not in {"frequency", "customers", "actual"}]
    columns = {"actual": words.t("what came").plain}
    columns |= {
        name: MODELS.get(name) or (words.t("simple rule").plain if "baseline" in name else name) for name in others
    }
    label = _calibration_label(rows, found.chosen, words)
    return {
        "says": label,
        "picture": calibration(rows, columns, found.chosen, words, label),
        "headings": list(columns.values()),
        # On a phone only what came, the model in use and the simple rule.
        "few": [name in MODELS and name != found.chosen for name in columns],
        "rows": [
            {
                "frequency": row["frequency"],
                "customers": words.numbers.count(row["customers"]),
                "values": [words.numbers.decimal(row[name]) for name in columns],
            }
            for row in rows
        ],
    }


def _calibration_label(rows: list[dict[str, float]], chosen: str | None, words: Words) -> Sentence:
    people = sum(row["customers"] for row in rows) or 1
    came = sum(row["actual"] * row["customers"] for row in rows) / people
    if chosen is None or chosen not in rows[0]:
        return words.t(
            "Customers bought {came} times on average in the later period.", came=words.numbers.decimal(came)
        )
    expected = sum(row[chosen] * row["customers"] for row in rows) / people
    return words.t(
        "In the later period customers bought {came} times on average; {model} had expected {expected}.",
        came=words.numbers.decimal(came),
        model=MODELS.get(chosen, chosen),
        expected=words.numbers.decimal(expected),
    )


def _by_class(found: Future, words: Words) -> list[dict[str, str]]:
    money = words.numbers.money_short
    return [
        {
            "name": words.of(CLASSES, str(row["value_class"])),
            "customers": words.numbers.count(row["customers"]),  # type: ignore[arg-type]
            "worth": money(row["clv_minor"]),  # type: ignore[arg-type]
            "between": words.t("{low} to {high}", low=money(row["low_minor"]), high=money(row["high_minor"])),  # type: ignore[arg-type]
        }
        for row in best_first(found.by_class.to_pylist())
    ]


def used(found: Future, name: str) -> bool:
    """Whether the scores come from this model: the one chosen for purchases, and that for what a purchase is worth."""
    return found.chosen is not None and (name == found.chosen or (name == "GammaGamma" and found.models[name].usable))


def _checks(found: Future) -> list[str]:
    """Checks that any model has, known ones first in their order."""
    had = {key for model in found.models.values() for key in model.holdout}
    return [code for code in CHECKS if code in had]


def _model(model: ModelResult, chosen: bool, words: Words) -> dict[str, object]:
    numbers = words.numbers
    return {
        "name": MODELS.get(model.name, model.name),
        "chosen": chosen,
        "usable": model.usable,
        "why_not": "" if model.usable else why_unsaid(model.why_not or "model-does-not-suit", words),
        "parameters": [] if model.why_not in _MEANINGLESS else _parameters(model, words),
        "log_likelihood": numbers.decimal(model.log_likelihood, 1),
        "customers": numbers.count(model.customers),
        "holdout": model.holdout,
    }


def _parameters(model: ModelResult, words: Words) -> list[tuple[str, str, str]]:
    """Name, value, standard error or ""."""
    write, errors = words.numbers.decimal, model.standard_errors
    return [
        (name, write(value, 3), write(errors[name], 3) if name in errors else "")
        for name, value in model.parameters.items()
    ]


def check_value(code: str, value: float | None, words: Words) -> str:
    """One figure of the check as people read it."""
    if value is None:
        return words.numbers.decimal(None)
    if code in _SHARES:
        return words.numbers.share(value, 1)
    if code == "bias":
        return ("+" if value > 0 else "") + words.numbers.share(value, 1)
    return words.numbers.decimal(value, 2)
