"""The cast: findings of a made-up tea chain, and of shops at the edge of what can happen."""

import math
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
from tests.insight.report.chapters import (
    action_list,
    boxes,
    classes,
    cohorts,
    concentration,
    future,
    intake,
    lists,
    pairs,
    stages,
)

from regulars.insight import findings as f

HOSTILE = "<script>alert('x')</script>"
ARABIC = "متجر الشاي \u202eمقلوب"
LONG = "Extraordinarily long product name without a single sensible end " * 8
UNBROKEN = "W" * 300
EMOJI = "👩‍👩‍👧‍👦 Café 🫖 =SUM(A1)"
CHINESE = "周明丽茶叶专卖店"


def tea_chain() -> f.Findings:
    """A chain like many: everything can be said."""
    cut_off, customers, spend = date(2024, 12, 31), 20_200, 1_234_567_800
    return f.Findings(
        run_id="20241231-4f2a9c",
        intake=intake(),
        shop=f.Shop(
            name="Riverside Tea",
            currency="CNY",
            minor_digits=2,
            first_on=date(2023, 1, 1),
            cut_off=cut_off,
            has_time=True,
            customers=customers,
            lines=1_002_005,
            receipts=412_000,
            spend_minor=spend,
            anonymous_lines=120_340,
            anonymous_spend_minor=98_765_400,
            stores=12,
            products=340,
        ),
        headline=f.Headline(
            regulars=8_282,
            regulars_share_of_customers=0.41,
            regulars_spend_share=0.71,
            slipping=2_222,
            at_risk_minor=81_234_500,
            at_risk_days=90,
            new_last_90_days=1_204,
            one_time=3_100,
        ),
        concentration=concentration(spend, customers),
        classes=classes(cut_off, customers, spend),
        stages=stages(customers, spend),
        future=future(cut_off, spend),
        pairs=pairs(),
        boxes=boxes(customers),
        cohorts=cohorts(cut_off, customers),
        lists=lists(),
    )


def baskets_only() -> f.Findings:
    """A file of baskets: what sells together, and not to whom."""
    whole = tea_chain()
    return replace(
        whole,
        shop=None,
        headline=None,
        concentration=None,
        classes=None,
        stages=None,
        future=None,
        boxes=None,
        cohorts=None,
        lists={},
        intake=replace(intake(9_835), set_aside=None, not_sales=(), returns=0, returns_matched=0),
        unsaid=dict.fromkeys(("concentration", "classes", "stages", "future", "boxes", "cohorts"), "no-customers"),
    )


def nearly_nothing() -> f.Findings:
    """One customer, one purchase: every chapter that can be missing is."""
    whole = tea_chain()
    assert whole.shop is not None
    return replace(
        whole,
        intake=f.Intake(1, 1, 0, {}, {}, []),
        shop=replace(
            whole.shop,
            name="",
            currency="XXX",
            customers=1,
            lines=1,
            receipts=1,
            spend_minor=0,
            stores=0,
            products=0,
            anonymous_lines=0,
            anonymous_spend_minor=0,
            first_on=whole.shop.cut_off,
        ),
        headline=f.Headline(0, 0.0, 0.0, 0, 0, 90, 1, 1),
        concentration=None,
        classes=None,
        stages=None,
        future=None,
        pairs=None,
        boxes=None,
        cohorts=None,
        lists={"one_time": action_list("one_time", [["once:1:1"]], 1), "best": action_list("best", [["seen:0"]], 0)},
        unsaid={
            "concentration": "too-few-customers",
            "classes": "too-few-customers",
            "stages": "no-repeat-buyers",
            "future": "too-short",
            "pairs": "no-products",
            "boxes": "a-code-from-the-future",
        },
    )


def hostile() -> f.Findings:
    """Names that attack the page, break its lines or read from the right; and very much money."""
    whole = tea_chain()
    assert whole.shop is not None
    names = [HOSTILE, ARABIC, LONG, UNBROKEN, EMOJI, CHINESE, "=1+1", "{0.__class__}"]
    spend = 123_456_789_012_34
    return replace(
        whole,
        run_id=HOSTILE,
        shop=replace(whole.shop, name=HOSTILE + ARABIC + UNBROKEN, spend_minor=spend),
        intake=replace(
            intake(),
            files=[{"name": name, "rows_read": 1, "rows_kept": 1, "rows_refused": 0} for name in names],
            not_sales=[{"name": name, "looks_like": HOSTILE} for name in names],
            refused_by_reason={HOSTILE: 1, "no-date": 2},
            notes={HOSTILE: 2},
            columns=[{"file": n, "field": "customer", "heading": n, "reason": n} for n in names],
        ),
        concentration=concentration(spend, 4_000_000),
        classes=classes(whole.shop.cut_off, 4_000_000, spend),
        pairs=pairs(dict(zip(("P1", "P2", "P3", "P4", "P5", "P6"), names, strict=False))),
        boxes=replace(boxes(4_000_000)),
        headline=replace(whole.headline or f.Headline(0, 0, 0, 0, 0, 0, 0, 0), at_risk_minor=spend),
        lists=lists(names),
        future=replace(future(whole.shop.cut_off, spend), chosen=None),
    )


def hollow() -> f.Findings:
    """Every chapter is there and every table is empty; what can fail to be a number is none."""
    whole = tea_chain()
    parts = (whole.concentration, whole.classes, whole.stages, whole.future, whole.pairs, whole.boxes, whole.cohorts)
    emptied = [_emptied(part) for part in parts]
    names = ("concentration", "classes", "stages", "future", "pairs", "boxes", "cohorts")
    return replace(whole, **dict(zip(names, emptied, strict=True)), lists={})


def _emptied(part: Any) -> Any:
    fields = {name: getattr(part, name) for name in part.__dataclass_fields__}
    tables = {name: value.slice(0, 0) for name, value in fields.items() if isinstance(value, pa.Table)}
    numbers = {name: math.nan for name, value in fields.items() if isinstance(value, float)}
    return replace(part, **tables, **numbers)
