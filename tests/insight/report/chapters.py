"""Chapters of findings for the cast: plausible numbers for a shop of any size."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa

from regulars.insight import findings as f

CLASSES = ("vip", "important", "ordinary")


def months(last: date, count: int) -> list[date]:
    """First days of the months up to `last`, oldest first."""
    ends = [(last.year * 12 + last.month - 1 - back) for back in range(count)][::-1]
    return [date(end // 12, end % 12 + 1, 1) for end in ends]


def intake(rows: int = 1_012_345) -> f.Intake:
    reasons = {"no-date": 812, "no-amount": 405, "duplicate": 9_120, "absurd-price": 3} if rows > 20_000 else {}
    refused = sum(reasons.values())
    return f.Intake(
        rows_read=rows,
        rows_kept=rows - refused,
        rows_refused=refused,
        refused_by_reason=reasons,
        notes={"anonymous": 120_340, "return": 8_112, "fee": 640, "zero-price": 77} if rows > 20_000 else {},
        files=[
            {
                "name": f"tills.zip/shop-{n:02}.csv",
                "rows_read": rows // 3,
                "rows_kept": rows // 3 - refused // 3,
                "rows_refused": refused // 3,
                "first_on": "2023-01-01",
                "last_on": "2024-12-31",
            }
            for n in (1, 2, 3)
        ],
        not_sales=[
            {"name": "tills.zip/.DS_Store", "code": "rubbish", "kind": "", "looks_like": "a hidden file"},
            {"name": "staff.xlsx", "code": "not-sales", "kind": "members", "looks_like": "a list of members (name)"},
        ],
        columns=[
            {"file": "tills.zip/shop-01.csv", "field": "customer", "heading": "会员号", "reason": "heading:customer"},
            {
                "file": "tills.zip/shop-01.csv",
                "field": "sold_at",
                "heading": "日期",
                "reason": "heading-dates:99;order-most:dmy",
            },
            {"file": "tills.zip/shop-02.csv", "field": "customer", "heading": "card", "reason": "heading:customer"},
        ],
        set_aside=pa.table(
            {
                "customer": ["TEST-1", "9999"],
                "reason": ["test-account", "bulk-account"],
                "lines": [40, 18_000],
                "spend_minor": [120_000, 990_000_000],
            }
        ),
        returns=8_112,
        returns_matched=7_640,
    )


def concentration(spend_minor: int, customers: int) -> f.Concentration:
    share = np.linspace(0, 1, 201)
    spent = share**0.35
    edges = np.interp(np.linspace(0, 1, 11), share, spent)
    shares = np.diff(edges)
    return f.Concentration(
        top_2_5_percent_share=float(np.interp(0.025, share, spent)),
        top_20_percent_share=float(np.interp(0.2, share, spent)),
        gini=0.5,
        lorenz=pa.table({"customers_share": share, "spend_share": spent}),
        deciles=pa.table(
            {
                "decile": np.arange(1, 11),
                "customers": np.full(10, customers // 10),
                "spend_minor": (shares * spend_minor).astype("int64"),
                "spend_share": shares,
                "mean_spend_minor": (shares * spend_minor / max(customers // 10, 1)).astype("int64"),
            }
        ),
    )


def classes(last: date, customers: int, spend_minor: int) -> f.Classes:
    sizes = {"vip": 0.025, "important": 0.175, "ordinary": 0.75, "prospect": 0.05}
    spent = {"vip": 0.29, "important": 0.41, "ordinary": 0.30, "prospect": 0.0}
    chance = np.random.default_rng(7)
    flow = []
    for month in months(last, 12):
        for source in CLASSES:
            for target in CLASSES:
                near = abs(CLASSES.index(source) - CLASSES.index(target))
                count = sizes[source] * customers * (1.0 if near == 0 else 0.06 / near**3) * chance.uniform(0.8, 1.2)
                if source == "ordinary" and near:
                    count *= 0.25
                flow.append({"month": month, "from_class": source, "to_class": target, "customers": int(count)})
    rfm = [
        {
            "recency_score": r,
            "frequency_score": q,
            "monetary_score": m,
            "customers": int(chance.integers(0, max(customers // 60, 1)) * (1.6 if r == q else 0.4)),
            "spend_minor": int(spend_minor * r * q * m / 3375),
        }
        for r in range(1, 6)
        for q in range(1, 6)
        for m in range(1, 6)
    ]
    return f.Classes(
        table=pa.Table.from_pylist(
            [
                {
                    "value_class": name,
                    "customers": int(size * customers),
                    "spend_minor": int(spent[name] * spend_minor),
                    "spend_share": spent[name],
                    "from_minor": {"vip": 412_000, "important": 98_000, "ordinary": 1, "prospect": 0}[name],
                }
                for name, size in sizes.items()
            ]
        ),
        basis="quantile",
        cut_offs_minor=(98_000, 412_000),
        window_days=365,
        flow=pa.Table.from_pylist(flow),
        rfm=pa.Table.from_pylist(rfm),
    )


def stages(customers: int, spend_minor: int) -> f.Stages:
    shares = {"acquaintance": 0.16, "development": 0.14, "stability": 0.27, "decline": 0.11, "lost": 0.32}
    return f.Stages(
        table=pa.Table.from_pylist(
            [
                {
                    "stage": name,
                    "customers": int(share * customers),
                    "spend_minor": int(share * spend_minor),
                    "spend_365_minor": int(share * spend_minor * (0.0 if name == "lost" else 0.6)),
                }
                for name, share in shares.items()
            ]
        ),
        rhythm={"k": 1.4, "a": 3.1, "b": 44.0, "typical_gap_days": 23.4, "log_likelihood": -812_345.6},
        alpha=0.05,
        checked={
            "later_days": 182.0,
            "called": 3_120.0,
            "called_stayed_away_share": 0.81,
            "not_called": 6_090.0,
            "not_called_stayed_away_share": 0.28,
            "came_back": 5_100.0,
            "came_back_called_share": 0.043,
            "window_customers": 4_210.0,
            "window_coverage": 0.895,
        },
    )


def model(name: str, parameters: Mapping[str, float], usable: bool = True, why_not: str = "") -> f.ModelResult:
    return f.ModelResult(
        name=name,
        parameters=parameters,
        standard_errors={key: value / 30 for key, value in parameters.items()},
        log_likelihood=-81_234.5,
        customers=18_200,
        holdout={
            "bias": 0.021,
            "correlation": 0.74,
            "mae": 0.81,
            "captured_spend_top_decile": 0.412,
            "baseline_captured_spend_top_decile": 0.388,
            "coverage_90": 0.902,
        },
        usable=usable,
        why_not=why_not,
    )


def future(cut_off: date, spend_minor: int) -> f.Future:
    frequency = np.arange(8)
    actual = np.array([0.32, 0.9, 1.5, 2.2, 2.9, 3.4, 4.2, 6.1])
    share = np.linspace(0.05, 1, 20)
    return f.Future(
        models={
            "BGNBD": model("BGNBD", {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}),
            "MBGNBD": model("MBGNBD", {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}),
            "ParetoNBD": model(
                "ParetoNBD", {"r": 0.553, "alpha": 10.58, "s": 0.606, "beta": 11.67}, False, "degenerate"
            ),
            "GammaGamma": model("GammaGamma", {"p": 6.25, "q": 3.74, "v": 15.4}),
        },
        chosen="BGNBD",
        horizon_days=365,
        discount_rate=0.1,
        calibration_until=cut_off - timedelta(days=182),
        holdout_days=182,
        calibration=pa.table(
            {
                "frequency": frequency,
                "customers": np.array([6200, 3900, 2500, 1700, 1200, 800, 600, 1300]),
                "actual": actual,
                "BGNBD": actual * 1.03,
                "MBGNBD": actual * 0.95 + 0.05,
                "ParetoNBD": actual * 1.25,
                "baseline": frequency * 0.62,
            }
        ),
        gains=pa.table({"share": share, "by_model": 1 - (1 - share) ** 2.6, "by_past_spend": 1 - (1 - share) ** 2.3}),
        expected_spend_minor=int(spend_minor * 0.48),
        interval_minor=(int(spend_minor * 0.44), int(spend_minor * 0.52)),
        by_class=pa.Table.from_pylist(
            [
                {
                    "value_class": name,
                    "customers": size,
                    "clv_minor": int(part * spend_minor),
                    "low_minor": int(part * spend_minor * 0.9),
                    "high_minor": int(part * spend_minor * 1.1),
                }
                for name, size, part in (("vip", 505, 0.16), ("important", 3_535, 0.2), ("ordinary", 15_150, 0.11))
            ]
        ),
    )


def pairs(names: Mapping[str, str] | None = None) -> f.Pairs:
    goods = ["P1", "P2", "P3", "P4", "P5", "P6"]
    labels = ["Whole-bean coffee 500 g", "Paper filters", "Oat milk 1 l", "Green tea", "Honey", "乌龙茶 礼盒"]
    chance = np.random.default_rng(3)
    table: list[dict[str, Any]] = []
    for level, items in (("product", goods), ("category", ["Coffee", "Tea", "Milk", "Sweet", "Equipment"])):
        for left, right in combinations(items, 2):
            times = float(chance.uniform(0.8, 6))
            if chance.random() < 0.35:
                continue
            both = int(chance.integers(40, 5_000))
            table.append(
                {
                    "level": level,
                    "left": left,
                    "right": right,
                    "baskets_both": both,
                    "baskets_expected": both / times,
                    "times_expected": times,
                    "support": both / 412_000,
                    "confidence": float(chance.uniform(0.05, 0.7)),
                    "lift": times * 1.2,
                    "leverage": 0.01,
                    "strength": both * times,
                    "p_value": 1e-9 if times > 1.2 else 0.4,
                    "significant": times > 1.2,
                }
            )
    table.sort(key=lambda row: (row["level"] != "product", not row["significant"], -row["strength"]))
    first = {"left": table[0]["left"], "right": table[0]["right"]}
    return f.Pairs(
        baskets=412_000,
        items=340,
        table=pa.Table.from_pylist(table),
        tested=20_120,
        by_store=pa.Table.from_pylist(
            [
                first | {"store": store, "baskets": 120, "support": support, "lift": 2.0, "differs": True}
                for store, support in (("Riverside", 0.042), ("Station", 0.021))
            ]
        ),
        by_weekday=pa.Table.from_pylist(
            [
                first | {"weekday": day, "baskets": 90, "support": day / 400, "lift": 2.0, "differs": False}
                for day in range(1, 8)
            ]
        ),
        names=dict(zip(goods, labels, strict=True)) if names is None else names,
    )


def boxes(customers: int) -> f.Boxes:
    table = [
        {
            "category": category,
            "habit": habit,
            "usage": usage,
            "customers": (i + 1) * (j + 1) * (k + 2) * customers // 600,
            "spend_minor": (i + 1) * (j + 2) * (k + 1) * 12_345,
        }
        for i, category in enumerate(("Coffee", "Tea", "Milk", "Sweet"))
        for j, habit in enumerate(("national", "store", "switcher"))
        for k, usage in enumerate(("low", "medium", "high"))
    ]
    by_category = dict.fromkeys(("Coffee", "Tea", "Milk", "Sweet"), customers)
    return f.Boxes(table=pa.Table.from_pylist(table), customers=customers, category_customers=by_category)


def cohorts(last: date, customers: int, count: int = 18) -> f.Cohorts:
    sizes, retention, revenue = [], [], []
    starts = months(last, count)
    for i, cohort in enumerate(starts):
        size = max(customers // count, 1)
        sizes.append(
            {
                "cohort": cohort,
                "customers": size,
                "spend_minor": size * 40_000,
                "complete": True,
                "may_be_old": i < 3,
            }
        )
        for number in range(count - i):
            share = 1.0 if number == 0 else 0.42 * 0.93**number * (1 + 0.1 * ((i + number) % 3))
            active = int(size * share)
            retention.append({"cohort": cohort, "month_number": number, "customers": active, "share": share})
            revenue.append(
                {
                    "cohort": cohort,
                    "month_number": number,
                    "spend_minor": active * 6_200,
                    "per_customer_minor": active * 6_200 // size,
                }
            )
    days = np.arange(7, 181, 7)
    return f.Cohorts(
        sizes=pa.Table.from_pylist(sizes),
        retention=pa.Table.from_pylist(retention),
        revenue=pa.Table.from_pylist(revenue),
        repeat_rate=0.47,
        days_to_second=pa.table({"days": days, "share": 0.62 * (1 - np.exp(-days / 40.0))}),
        median_days_to_second=66.0,
    )


def action_list(name: str, codes: list[list[str]], customers: int, names: list[str] | None = None) -> f.ActionList:
    called = names or [f"C{1000 + n}" for n in range(customers)]
    rows = [
        {
            "rank": n + 1,
            "customer": called[n % len(called)],
            "stage": "decline",
            "value_class": "vip" if n % 3 else "important",
            "spend_365_minor": 900_000 - n * 900,
            "last_on": datetime(2024, 12, 1, tzinfo=UTC).replace(tzinfo=None) - timedelta(days=n % 40),
            "gap_days_typical": 23.5,
            "at_stake_minor": 200_000 - n * 100,
        }
        | {f"reason_{at}": code for at, code in enumerate((*codes[n % len(codes)], None, None, None)[:3], 1)}
        for n in range(min(customers, 300))
    ]
    return f.ActionList(name, pa.Table.from_pylist(rows), customers, customers * 60_000)


def lists(names: list[str] | None = None) -> dict[str, f.ActionList]:
    return {
        "best": action_list("best", [["spent:365:912345", "often:31:12", "seen:1"], ["spent:365:4550"]], 505, names),
        "rising": action_list("rising", [["faster:9:4", "spent:365:120000", "seen:3"]], 402, names),
        "slipping": action_list(
            "slipping", [["silent:41:24", "rare:3", "spent:365:99"], ["slowing:1:9"]], 2_222, names
        ),
        "lost": action_list("lost", [["silent:210:24", "yearly:-5", "a-code:from:tomorrow"]], 6_464, names),
        "one_time": action_list("one_time", [["once:62:24", "first:0"]], 3_100, names),
    }
