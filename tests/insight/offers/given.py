"""A small shop for offers: five customers, seven products, every value and box that matters."""

from typing import Any

import pyarrow as pa

from regulars.insight.offers import OfferRules, Offers, make_offers

PRODUCTS = [
    # product, category, brand, brand_kind, usual_minor, margin_share, full_price_share, base_chance, sold
    ("cola", "drinks", "Acme", "national", 300, 0.3, 0.9, 0.10, 500),
    ("lemonade", "drinks", "Bolt", "national", 250, 0.3, 0.9, 0.06, 300),
    ("own cola", "drinks", "Ours", "store", 200, 0.45, 0.9, 0.05, 200),
    ("coffee", "coffee", "Acme", "national", 800, 0.35, 0.8, 0.08, 400),
    ("own coffee", "coffee", "Ours", "store", 600, 0.5, 0.8, 0.04, 150),
    ("tobacco", "tobacco", "Puff", "national", 900, 0.1, 1.0, 0.05, 100),
    ("bread", "bakery", None, None, 400, None, 1.0, 0.20, 900),
]
CUSTOMERS = ("amy", "bob", "cat", "dan", "eve")
CLASSES = dict(zip(CUSTOMERS, ("vip", "important", "ordinary", "ordinary", "vip"), strict=True))
WEEKLY = dict(zip(CUSTOMERS, (12_000, 8_000, 4_000, 1_000, 20_000), strict=True))


def products() -> pa.Table:
    names = ("product", "category", "brand", "brand_kind", "usual_minor", "margin_share", "full_price_share")
    rows = [dict(zip((*names, "base_chance", "sold"), row, strict=True)) for row in PRODUCTS]
    return pa.Table.from_pylist(
        [row | {"product_name": str(row["product"]).title(), "by_weight": False} for row in rows]
    )


def lists(customers: tuple[str, ...] = CUSTOMERS) -> pa.Table:
    rows = [
        {"customer": name, "rank": rank, "product": product, "score": 1.0 / rank, "reason": "habit"}
        for name in customers
        for rank, product in enumerate(("cola", "coffee", "bread", "tobacco"), 1)
    ]
    return pa.Table.from_pylist([row | {"reason_product": None} for row in rows])


def value(classes: dict[str, str] = CLASSES) -> pa.Table:
    rows = [
        {"customer": name, "value_class": kind, "spend_365_minor": WEEKLY.get(name, 9_000) * 365 // 7}
        for name, kind in classes.items()
    ]
    return pa.Table.from_pylist([row | {"tenure_days": 700} for row in rows])


def boxes(habit: str = "national", usage: str = "high", customers: tuple[str, ...] = CUSTOMERS) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {"customer": name, "category": category, "habit": habit, "usage": usage}
            for name in customers
            for category in ("drinks", "coffee")
        ]
    )


def due(rows: tuple[tuple[str, str, str, float], ...] = (("amy", "cola", "due", 0.9),)) -> pa.Table:
    names = ("customer", "item", "status", "chance")
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])


def made(rules: OfferRules, **other: Any) -> Offers:
    tables: dict[str, Any] = {
        "lists": lists(),
        "due": due(),
        "boxes": boxes(),
        "value": value(),
        "products": products(),
    }
    return make_offers(**(tables | other), rules=rules)


def rows(offers: Offers) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = offers.table.to_pylist()
    return found


def offered(offers: Offers) -> list[dict[str, Any]]:
    return [row for row in rows(offers) if row["why_not"] is None]
