"""Significant pairs of products, turned so that each product has its own ranked others."""

from typing import Any

import numpy as np
import pyarrow as pa

from regulars.insight.findings import Pairs


def by_product(found: Pairs, n: int | None, *, counted: str) -> pa.Table:
    """product, rank, other, `counted` (how many hold both), lift, times_expected, p_value; both ways round.

    The best `n` of each product (None: all) by strength; ties by the other's name. Only significant pairs.
    """
    rows = [row for row in found.table.to_pylist() if row["level"] == "product" and row["significant"]]
    left, right = ([row[side] for row in rows] for side in ("left", "right"))
    product, other = np.array(left + right, object), np.array(right + left, object)
    number = {name: np.array([row[name] for row in rows] * 2) for name in _columns()}
    if not rows:
        return _schema(counted).empty_table()
    order = np.lexsort((other.astype(str), -number["strength"], product.astype(str)))
    new = np.ones(len(order), bool)
    new[1:] = product[order][1:] != product[order][:-1]
    rank = np.arange(len(order)) - np.maximum.accumulate(np.where(new, np.arange(len(order)), 0)) + 1
    columns: dict[str, Any] = {
        "product": product[order],
        "rank": rank,
        "other": other[order],
        counted: number["baskets_both"][order],
        "lift": number["lift"][order],
        "times_expected": number["times_expected"][order],
        "p_value": number["p_adjusted"][order],
    }
    table = pa.table(columns, schema=_schema(counted))
    return table if n is None else table.filter(pa.array(rank <= n))


def _columns() -> tuple[str, ...]:
    return ("baskets_both", "lift", "times_expected", "p_adjusted", "strength")


def _schema(counted: str) -> pa.Schema:
    texts: list[pa.Field[Any]] = [
        pa.field("product", pa.string()),
        pa.field("rank", pa.int32()),
        pa.field("other", pa.string()),
    ]
    numbers: list[pa.Field[Any]] = [pa.field(name, pa.float64()) for name in ("lift", "times_expected", "p_value")]
    return pa.schema([*texts, pa.field(counted, pa.int64()), *numbers])
