"""Headings → the fields they may mean, each with a weight between 0 and 1."""

import re
import unicodedata
from functools import cache

from regulars.history.words import (
    FILLERS,
    HEADINGS,
    NOT_PAID,
    NOT_PAID_CHINESE,
    NOT_SALE_DATE,
    NOT_SALE_DATE_CHINESE,
    TRADITIONAL,
)

_TRADITIONAL = str.maketrans(TRADITIONAL)
_IN_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[a-z]+|[0-9]+|[一-鿿]+")
_CHINESE = re.compile(r"[一-鿿]")


def tokens(heading: str) -> tuple[str, ...]:
    """The words of a heading: case, width, punctuation, brackets and traditional characters folded.

    >>> tokens("CustomerID"), tokens("會員　卡號（必填）"), tokens("number_of_cds")
    (('customer', 'id'), ('会员', '卡号'), ('number', 'of', 'cds'))
    """
    folded = unicodedata.normalize("NFKC", heading).translate(_TRADITIONAL)
    outside = _IN_BRACKETS.sub(" ", folded)
    folded = outside if _WORD.search(outside.casefold()) else folded
    return tuple(_WORD.findall(_CAMEL.sub(" ", folded).casefold()))


def folded(heading: str) -> str:
    """A heading without what writers vary: the same text means the same heading.

    >>> folded("Customer ID") == folded("customer_id") == folded("CUSTOMER-ID")
    True
    """
    return "".join(tokens(heading))


@cache
def _known() -> dict[str, dict[str, float]]:
    known: dict[str, dict[str, float]] = {}
    for field, lines in HEADINGS.items():
        for rank, line in enumerate(lines):
            for name in line.split(","):
                known.setdefault(folded(name), {}).setdefault(field, round(1.0 - 0.1 * rank, 2))
    return known


def meanings(heading: str) -> dict[str, float]:
    """Field → weight for one heading; empty when the heading says nothing we know.

    >>> meanings("InvoiceDate"), meanings("會員編號")
    ({'sold_at': 1.0}, {'customer': 1.0})
    """
    words = tokens(heading)
    joined = "".join(words)
    if joined in _known():
        return dict(_known()[joined])
    if not words:
        return {}
    bare = "".join(word for word in words if word not in FILLERS)
    found = {field: round(weight - 0.15, 2) for field, weight in _known().get(bare, {}).items()} if bare else {}
    if not found:
        found = _chinese(joined) if _CHINESE.search(joined) else _english(words)
    return _sober(found, words, joined)


def _sober(found: dict[str, float], words: tuple[str, ...], joined: str) -> dict[str, float]:
    """Takes out what the other words of the heading rule out."""
    if NOT_SALE_DATE.intersection(words) or any(word in joined for word in NOT_SALE_DATE_CHINESE):
        found.pop("sold_at", None)
    if NOT_PAID.intersection(words) or any(word in joined for word in NOT_PAID_CHINESE):
        found.pop("amount", None)
    return found


_ID_ENDS = frozenset({"id", "no", "number", "code", "key", "num", "nr", "sk"})
_NAME_ENDS = frozenset({"name", "desc", "description", "title"})
_RATES = frozenset({"percent", "pct", "rate"})
_ENGLISH_RULES: tuple[tuple[set[str], frozenset[str], frozenset[str], str, float], ...] = (
    # (one of these words, and one of these unless empty, none of these, field, weight)
    (
        {"customer", "member", "client", "shopper", "household", "loyalty", "cust"},
        _ID_ENDS,
        frozenset(),
        "customer",
        0.7,
    ),
    ({"date", "datetime", "timestamp"}, frozenset(), frozenset(), "sold_at", 0.6),
    ({"number"}, frozenset({"of"}), frozenset(), "quantity", 0.7),
    ({"qty", "quantity"}, frozenset(), frozenset(), "quantity", 0.7),
    ({"discount"}, frozenset(), _RATES, "discount", 0.6),
    ({"price"}, frozenset(), frozenset(), "price", 0.6),
    ({"amount", "revenue", "sales", "spend", "paid", "total", "amt"}, frozenset(), frozenset(), "amount", 0.6),
    ({"invoice", "receipt", "order", "transaction", "basket"}, _ID_ENDS, frozenset(), "receipt", 0.7),
    ({"store", "shop", "branch"}, _ID_ENDS | {"name"}, frozenset(), "store", 0.6),
    ({"channel"}, _ID_ENDS | {"name"}, frozenset(), "channel", 0.6),
    ({"product", "item", "sku", "article"}, _ID_ENDS, frozenset(), "product", 0.7),
    ({"product", "item", "sku", "article"}, _NAME_ENDS, frozenset(), "product_name", 0.7),
    ({"category", "department"}, frozenset(), frozenset(), "category", 0.6),
)


def _english(words: tuple[str, ...]) -> dict[str, float]:
    have = set(words)
    for some, also, never, field, weight in _ENGLISH_RULES:
        if some & have and (not also or also & have) and not never & have:
            return {field: weight}
    return {}


_CHINESE_RULES = (
    # (one of these anywhere, one of these at the end, field)
    (("会员", "客户", "顾客", "用户", "买家", "卡"), ("号", "号码", "编号", "编码", "代码", "id", "码"), "customer"),
    (("商品", "产品", "货品", "单品", "sku"), ("号", "编号", "编码", "代码", "id", "条码"), "product"),
    (("商品", "产品", "货品", "单品", "菜品"), ("名", "名称", "标题", "描述"), "product_name"),
    (("小票", "订单", "单据", "交易", "流水", "销售单", "账单", "收银"), ("号", "编号", "id", "号码"), "receipt"),
    (("门店", "店铺", "分店", "商店"), ("号", "编号", "编码", "代码", "id", "名", "名称"), "store"),
    (("",), ("日期", "时间", "日"), "sold_at"),
    (("",), ("数量", "件数"), "quantity"),
    (("优惠", "折扣", "减免", "让利"), ("金额", "额"), "discount"),
    (("成本",), ("金额", "价", "额"), "cost"),
    (("",), ("金额", "额"), "amount"),
    (("",), ("单价", "售价"), "price"),
    (("",), ("品类", "分类", "类别", "类目", "大类", "中类", "小类"), "category"),
    (("品牌",), ("名", "名称", "编码"), "brand"),
    (("渠道",), ("名称", "类型", "渠道"), "channel"),
)


def _chinese(joined: str) -> dict[str, float]:
    for anywhere, at_end, field in _CHINESE_RULES:
        if joined.endswith(at_end) and any(word in joined for word in anywhere):
            return {field: 0.6}
    return {}
