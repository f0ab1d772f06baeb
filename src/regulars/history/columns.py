"""Which column is what: by name and by content, with a reason for each; asks when the file cannot tell."""

from collections.abc import Mapping
from dataclasses import replace

from regulars.history import looks, money_columns
from regulars.history.cancelled import find_cancelled
from regulars.history.dateorder import decide_order
from regulars.history.engine import Engine
from regulars.history.evidence import ColumnFacts, heading_of, look_at
from regulars.history.finding import Finding
from regulars.history.given import resolve
from regulars.history.headings import tokens
from regulars.history.identity import customer_candidates
from regulars.history.moves import FileMapping, RawTable, Shape
from regulars.history.probe import drop_sample, take_sample
from regulars.history.questions import ask, examples
from regulars.history.reasons import coded
from regulars.history.refusals import NotSales

_OPTIONAL = (
    # (field, least weight of its heading)
    ("receipt", 0.5),
    ("product", 0.5),
    ("product_name", 0.5),
    ("category", 0.5),
    ("brand_kind", 0.5),
    ("brand", 0.5),
    ("store", 0.5),
    ("channel", 0.5),
    ("discount", 0.5),
    ("cost", 0.5),
    ("receipt_line", 0.5),
    ("status", 0.5),
)
_NUMERIC = frozenset({"discount", "cost"})


def understand(raw: RawTable, *, engine: Engine, given: FileMapping | None = None) -> tuple[Shape, FileMapping]:
    """What the file holds and which column is what.

    Raises Unclear (with a question that `Unclear.answer` turns into a new `given`), NotSales, and UnknownColumn when
    `given` names a column the file does not have.
    """
    known = resolve(raw, given)
    if raw.ragged and not known.columns:
        return Shape.BASKETS, _ragged(raw, known)
    try:
        finding = Finding(raw, look_at(raw, engine), known)
        return _understood(finding, engine)
    finally:
        drop_sample(raw, engine, even_if_dear=False)


def _ragged(raw: RawTable, known: FileMapping) -> FileMapping:
    headings = tuple(heading_of(raw, position) for position in range(raw.width))
    return replace(
        known,
        columns={"product": 0},
        headings=headings,
        reasons={"product": coded("basket-a-line")},
        options={**known.options, "shape": Shape.BASKETS.value, "basket_a_line": True},
    )


def _understood(finding: Finding, engine: Engine) -> tuple[Shape, FileMapping]:
    raw = finding.raw
    table = take_sample(raw, engine)
    _find_date(finding)
    money_columns.find(finding, engine, table)
    _find_optional(finding)
    candidates = customer_candidates(finding, engine, table)
    wanted = finding.options.get("shape") == Shape.BASKETS.value
    if wanted and not {"receipt", "product"} <= set(finding.columns):
        raise NotSales(raw.name, None, ["a receipt and a product, which baskets are made of"])
    if wanted or _is_baskets(finding, candidates):
        finding.options["shape"] = Shape.BASKETS.value
        return Shape.BASKETS, finding.mapping()
    some_id = any("id" in tokens(facts.heading) for facts in finding.facts)
    _refuse_other_tables(finding, bool(candidates) or some_id, engine, table)
    ask(finding, "customer", candidates, engine, table)
    ask(finding, "sold_at", _date_candidates(finding), engine, table)
    ask(finding, "amount", money_columns.candidates(finding), engine, table)
    decide_order(finding, engine)
    money_columns.settle(finding, engine, table)
    find_cancelled(finding, engine, table)
    finding.options["shape"] = Shape.SALES.value
    return Shape.SALES, finding.mapping()


def _find_date(finding: Finding) -> None:
    if finding.open("sold_at"):
        named = [f for f in finding.free() if f.mean("sold_at") > 0 and f.dates >= 0.5]
        named.sort(key=lambda f: (-f.mean("sold_at"), -f.dates, f.position))
        by_content = [
            f for f in finding.free() if f.dates >= 0.9 and not f.means and f.readings[0].spelled not in _NEEDS_A_NAME
        ]
        named = _fullest(named)
        if named and (len(named) == 1 or named[0].mean("sold_at") > named[1].mean("sold_at")):
            finding.set("sold_at", named[0], coded("heading-dates", f"{100 * named[0].dates:.0f}"))
        elif not named and len(by_content) == 1 and not looks.dates_of_people(by_content[0]):
            finding.set("sold_at", by_content[0], coded("dates", f"{100 * by_content[0].dates:.0f}"))
    day = finding.columns.get("sold_at")
    if day is not None and finding.open("time"):
        clocks = [f for f in finding.free() if f.clock and (f.day_length or f.mean("time") >= 0.9)]
        if len(clocks) == 1 or (clocks and clocks[0].mean("time") > 0):
            finding.set("time", clocks[0], coded("clock"))
    if "time" in finding.columns and "time_format" not in finding.options:
        finding.options["time_format"] = list(finding.facts[finding.columns["time"]].clock)


def _fullest(named: list[ColumnFacts]) -> list[ColumnFacts]:
    """Of equally good names, only those filled in every row, if there are any: some are written once an order."""
    rivals = [f for f in named if f.mean("sold_at") == named[0].mean("sold_at")]
    full = [f for f in rivals if f.filled == f.rows]
    return full + [f for f in named if f not in rivals] if full else named


# Digits that are a date only when the heading says so.
_NEEDS_A_NAME = frozenset({"excel", "epoch-seconds", "epoch-milliseconds", "%Y%m%d%H%M"})


def _date_candidates(finding: Finding) -> list[ColumnFacts]:
    return [f for f in finding.free() if f.dates >= 0.5 and (f.letters == 0 or f.dates >= 0.9)]


def _find_optional(finding: Finding) -> None:
    for field, least in _OPTIONAL:
        if not finding.open(field):
            continue
        fits = [f for f in finding.free() if f.mean(field) >= least and _fits(field, f)]
        if fits:
            best = max(fits, key=lambda f: (f.mean(field), -f.position))
            finding.set(field, best, coded("heading", field))
    if "product" not in finding.columns and "product_name" in finding.columns:
        finding.columns["product"] = finding.columns.pop("product_name")
        finding.reasons["product"] = finding.reasons.pop("product_name")


def _fits(field: str, facts: ColumnFacts) -> bool:
    if facts.filled == 0:
        return False
    if field == "discount" and facts.is_decimal and facts.low >= 0 and facts.high <= 1:
        return False  # a share of the price, not money
    if field in _NUMERIC:
        return facts.numbers >= 0.5
    if "product_name" in facts.means and field in ("receipt", "product_name"):
        # Some web shops head the number of the order "Name": #1001, #1002 …
        return (facts.letters == 0) == (field == "receipt")
    if field in ("receipt", "product"):
        # 20240701030001 is a fine number for a receipt, though it reads as a moment too.
        by_name = facts.mean(field) >= 0.8 and not facts.typed.startswith(("TIMESTAMP", "DATE"))
        return by_name or facts.letters > 0 or (not facts.is_decimal and facts.dates < 0.9)
    if field == "status":
        return facts.distinct <= 40 and facts.letters > 0.5
    return facts.mean(field) >= 0.9 or not facts.is_decimal


def _is_baskets(finding: Finding, candidates: list[ColumnFacts]) -> bool:
    """Receipts and products, and nobody's name on them."""
    has = {"receipt", "product"} <= set(finding.columns)
    if not has or "customer" in finding.columns:
        return False
    return not any(facts.mean("customer") > 0 for facts in candidates) and looks.kind_of_table(finding.facts) is None


def _refuse_other_tables(finding: Finding, some_customer: bool, engine: Engine, table: str) -> None:
    missing = []
    if not some_customer and "customer" not in finding.columns:
        missing.append("who bought (a customer, member or card number)")
    if "sold_at" not in finding.columns and not _date_candidates(finding):
        missing.append("when (a date of the sale)")
    if "amount" not in finding.columns and "price" not in finding.columns and not money_columns.candidates(finding):
        missing.append("what was paid (an amount, or quantity and price)")
    other = looks.kind_of_table(finding.facts)
    has_sale = "sold_at" in finding.columns and ("amount" in finding.columns or "price" in finding.columns)
    never = other is not None and other.kind in looks.NEVER_SALES and "amount" not in finding.given.columns
    if other and (never or not (has_sale and not missing)):
        raise NotSales(finding.raw.name, other, missing or _not_named(finding))
    if missing:
        raise NotSales(finding.raw.name, None, missing, _no_dates(finding, engine, table))


def _no_dates(finding: Finding, engine: Engine, table: str) -> str:
    """A word on columns that are headed like the date and hold none, such as days that are only numbered."""
    headed = [f for f in finding.free() if f.mean("sold_at") > 0 and f.filled and "sold_at" not in finding.columns]
    if not headed:
        return ""
    rows = examples(finding.raw.width, engine, table)
    seen = ", ".join(f'"{f.heading}" holds "{rows[0][f.position]}"' for f in headed[:3])
    return (
        f" ({seen}, which is no date that is known; if it is one, name the column and its date_format in a mapping,"
        ' "days since 2024-01-01" where days are only numbered.)'
    )


def _not_named(finding: Finding) -> list[str]:
    lacking: Mapping[str, str] = {"sold_at": "when (a date of the sale)", "amount": "what was paid (an amount)"}
    return [words for field, words in lacking.items() if field not in finding.columns]
