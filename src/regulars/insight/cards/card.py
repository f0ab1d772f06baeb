"""The card of a model as plain JSON: what it is for, from what, how good, whom it serves badly, how it changed."""

from collections.abc import Mapping
from dataclasses import asdict
from math import isfinite
from typing import Any, Final

import pyarrow as pa

from regulars import __version__
from regulars.insight.cards.content import CardContent
from regulars.insight.cards.drift import drift
from regulars.insight.cards.groups import bad_for, fairness
from regulars.insight.scoring.moves import Measured, Rule

VERSION: Final = 1


def card_of(content: CardContent, former: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The card; `former` is the plain run of the same target before this one, for the drift since then."""
    learned = content.learned
    people = _people(content)
    card = {
        "kind": "model-card",
        "version": VERSION,
        "regulars": __version__,
        "purpose": content.purpose,
        "target": content.target,
        "question": content.question,
        "data": {
            "reads": content.kind,
            "sources": [{"name": name, "sha256": sha256} for name, sha256 in content.sources],
            "examples": content.rows,
            "base_rate": learned.base_rate,
            "cut_offs": list(content.cut_offs),
            "judged_at": [dict(judged) for judged in content.judged_at],
            "currency": content.currency,
            "windows": dict(content.windows),
            "decisions": [dict(decision) for decision in content.decisions],
        },
        "model": {
            "family": learned.chosen,
            "columns": list(learned.model.columns),
            "usable": learned.usable,
            "why_not": learned.why_not,
            "checked": learned.checked,
            "baseline": learned.baseline,
            "gain": {name: list(values) for name, values in learned.gain.items()},
            "shift": dict(content.shift) if content.shift is not None else None,
        },
        "measured": _measured(learned.measured),
        "calibration": _calibration(content),
        "screening": [asdict(screened) for screened in learned.screening],
        "rules": [_rule(rule) for rule in learned.rules],
        "bad_for": bad_for(people, content.judged_outcome, content.judged_probability),
        "fairness": fairness(people, content.judged_outcome, content.judged_probability),
        "drift": _drift(content, former),
        "days": list(content.reading.get("days", ())),  # columns that hold days before the newest
        "again": content.again,
    }
    plain: dict[str, Any] = _finite(card)
    return plain


def _people(content: CardContent) -> pa.Table:
    """All columns about the judged: those the model saw, and those it did not."""
    table = content.judged
    if content.people is not None:
        for name in content.people.column_names:
            if name not in table.column_names:
                table = table.append_column(name, content.people[name])
    return table


def _measured(measured: Mapping[str, Mapping[str, Measured]]) -> dict[str, Any]:
    def one(found: Measured) -> dict[str, Any]:
        plain: dict[str, Any] = {"auc": found.auc, "log_loss": found.log_loss, "brier": found.brier}
        plain |= {f"lift_{round(100 * share)}": value for share, value in found.lift.items()}
        plain |= {f"capture_{round(100 * share)}": value for share, value in found.capture.items()}
        return plain | {"intervals": {name: list(ends) for name, ends in found.intervals.items()}}

    return {name: {way: one(found) for way, found in ways.items()} for name, ways in measured.items()}


def _calibration(content: CardContent) -> list[dict[str, Any]]:
    """The curve of the chosen model, on what it is judged by."""
    rows: list[dict[str, Any]] = content.learned.calibration.to_pylist()
    chosen, way = content.learned.chosen, content.learned.checked
    return [
        {name: row[name] for name in ("bin", "customers", "predicted", "actual")}
        for row in rows
        if row["model"] == chosen and row["way"] == way
    ]


def _rule(rule: Rule) -> dict[str, Any]:
    return asdict(rule) | {"conditions": [asdict(condition) for condition in rule.conditions]}


def _drift(content: CardContent, former: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if former is None:
        return None
    then, learned = former["card"], content.learned
    shift_then = then["model"].get("shift")
    windows_then = former["reading"].get("windows")
    changed = windows_then is not None and windows_then != content.reading.get("windows")
    both = content.shift is not None and shift_then is not None
    return {
        "since": former["id"],
        "base_rate_then": then["data"]["base_rate"],
        "base_rate_now": learned.base_rate,
        "later_rate_then": shift_then["later_rate"] if both else None,
        "later_rate_now": content.shift["later_rate"] if both and content.shift else None,
        "auc_then": then["measured"][then["model"]["family"]][then["model"]["checked"]]["auc"],
        "auc_now": learned.measured[learned.chosen][learned.checked].auc,
        "windows_then": windows_then if changed else None,  # other windows: rates are not the same thing
        "columns": drift(former["profile"], content.scored, content.probability),
    }


def _finite(value: Any) -> Any:
    """JSON knows no NaN: what is not a number is null; tuples are lists."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value
