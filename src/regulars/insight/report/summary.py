"""summary.json: the findings for programs. Its keys are stable and told in docs/report.md."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from regulars import __version__
from regulars.insight.findings import Boxes, Classes, Cohorts, Findings, Future, Pairs, Stages
from regulars.insight.report.summary_ahead import ahead

_PAIRS: Final = 50


def write_summary(findings: Findings, out: Path) -> Path:
    """Writes `out`/summary.json."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "summary.json"
    text = json.dumps(summary_of(findings), ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", errors="replace", newline="\n")
    return path


def summary_of(findings: Findings) -> dict[str, Any]:
    """Everything worth comparing between two runs, as JSON values: no NaN or infinity, days as ISO text.

    A chapter that could not be written is null and has its code in `unsaid`.
    """
    intake, shop, first, top = findings.intake, findings.shop, findings.headline, findings.concentration
    whole = {
        "run": {"id": findings.run_id, "cut_off": shop.cut_off if shop else None, "version": __version__},
        "rows": {"read": intake.rows_read, "kept": intake.rows_kept, "refused": intake.rows_refused},
        "refused_by_reason": intake.refused_by_reason,
        "notes": intake.notes,
        "returns": {"lines": intake.returns, "matched": intake.returns_matched},
        "files": intake.files,
        "left_out": intake.not_sales,
        "set_aside": intake.set_aside.num_rows if intake.set_aside is not None else 0,
        "customers": shop.customers if shop else 0,
        "shop": _fields(shop),
        "headline": _fields(first),
        "concentration": {
            "top_2_5_percent_share": top.top_2_5_percent_share,
            "top_20_percent_share": top.top_20_percent_share,
            "gini": top.gini,
            "deciles": top.deciles.to_pylist(),
        }
        if top
        else None,
        "classes": _classes(findings.classes),
        "stages": _stages(findings.stages),
        "models": _models(findings.future),
        "future": _future(findings.future),
        "pairs": _pairs(findings.pairs),
        "boxes": _boxes(findings.boxes),
        "cohorts": _cohorts(findings.cohorts),
        "lists": {
            name: {"customers": chosen.customers, "at_stake_minor": chosen.at_stake_minor}
            for name, chosen in findings.lists.items()
        },
        **ahead(findings),
        "unsaid": findings.unsaid,
    }
    plain: dict[str, Any] = _plain(whole)
    return plain


def _fields(value: Any) -> dict[str, Any] | None:
    return None if value is None else {name: getattr(value, name) for name in value.__dataclass_fields__}


def _keyed(table: pa.Table, key: str) -> dict[str, Any]:
    """Rows of a small table by the value of one column."""
    return {str(row.pop(key)): row for row in table.to_pylist()}


def _classes(found: Classes | None) -> dict[str, Any] | None:
    if found is None:
        return None
    rule = {"basis": found.basis, "cut_offs_minor": found.cut_offs_minor, "window_days": found.window_days}
    return _keyed(found.table, "value_class") | {"rule": rule}


def _stages(found: Stages | None) -> dict[str, Any] | None:
    if found is None:
        return None
    rule = {"alpha": found.alpha, "rhythm": found.rhythm, "checked": found.checked}
    return _keyed(found.table, "stage") | {"rule": rule}


def _models(found: Future | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {
        name: {
            "parameters": model.parameters,
            "standard_errors": model.standard_errors,
            "log_likelihood": model.log_likelihood,
            "customers": model.customers,
            "holdout": model.holdout,
            "usable": model.usable,
            "why_not": model.why_not or None,
        }
        for name, model in found.models.items()
    }


def _future(found: Future | None) -> dict[str, Any] | None:
    if found is None:
        return None
    said = found.chosen is not None
    return {
        "chosen": found.chosen,
        "horizon_days": found.horizon_days,
        "discount_rate": found.discount_rate,
        "calibration_until": found.calibration_until,
        "holdout_days": found.holdout_days,
        "expected_spend_minor": found.expected_spend_minor if said else None,
        "interval_minor": found.interval_minor if said else None,
        "by_class": _keyed(found.by_class, "value_class") if said else None,
        "calibration": found.calibration.to_pylist(),
        "gains": found.gains.to_pylist(),
    }


def _pairs(found: Pairs | None) -> dict[str, Any] | None:
    if found is None:
        return None
    strong = [row for row in found.table.slice(0, 100 * _PAIRS).to_pylist() if row["significant"]]
    counts = {"baskets": found.baskets, "items": found.items, "tested": found.tested, "sampled": found.sampled}
    return counts | {"top": strong[:_PAIRS]}


def _boxes(found: Boxes | None) -> dict[str, Any] | None:
    return None if found is None else {"customers": found.customers, "categories": found.category_customers}


def _cohorts(found: Cohorts | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "repeat_rate": found.repeat_rate,
        "median_days_to_second": found.median_days_to_second,
        "sizes": found.sizes.to_pylist(),
    }


def _plain(value: Any) -> Any:
    """The value as JSON has it: what is no number is null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bool | int | str) or value is None:
        return value
    number = float(value)
    return number if isfinite(number) else None
