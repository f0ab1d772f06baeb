"""What was paid: amount, or quantity and price; and whether a price is of one piece or of the line."""

from typing import Any

from regulars.history import numbers
from regulars.history.currencies import currency_of
from regulars.history.engine import Engine
from regulars.history.evidence import ColumnFacts, text_of
from regulars.history.finding import Finding
from regulars.history.probe import column_types
from regulars.history.reasons import also, coded

_MIN_LINES = 30  # fewer lines with several pieces prove nothing
_SURE_BY_NAME = 0.9  # "line total", "net amount": no test needed


def find(finding: Finding, engine: Engine, table: str) -> None:
    """Finds quantity, amount and price by name, then, where no heading helps, by content."""
    amounts = _named(finding, "amount")
    prices = _named(finding, "price")
    quantities = _named(finding, "quantity")
    if finding.open("quantity"):
        if quantities:
            finding.set("quantity", quantities[0], coded("heading", "quantity"))
        else:
            counts = [f for f in amounts if _small_counts(f)]
            others = [f for f in [*prices, *amounts] if f not in counts]
            if counts and others:
                finding.set("quantity", counts[0], coded("pieces-beside-price"))
    amounts = [f for f in amounts if f.position not in finding.columns.values()]
    prices = [f for f in prices if f.position not in finding.columns.values()]
    if finding.open("amount") and amounts and not _rivals(amounts, "amount"):
        finding.set("amount", amounts[0], coded("heading-numbers", "amount"))
    if finding.open("price") and prices and not (amounts and "amount" not in finding.columns):
        finding.set("price", prices[0], coded("heading-numbers", "price"))
    if "amount" not in finding.columns and "price" not in finding.columns and not amounts:
        _by_content(finding)


def candidates(finding: Finding) -> list[ColumnFacts]:
    """The columns that may be what was paid, when none was found."""
    if "amount" in finding.columns or "price" in finding.columns:
        return []
    named = _named(finding, "amount")
    if named:
        return [f for f in named if f.mean("amount") > named[0].mean("amount") - 0.05]
    unnamed = [f for f in finding.free() if not f.means]
    return [f for f in unnamed if f.is_decimal] or [f for f in unnamed if _could_be_money(f)]


def _could_be_money(facts: ColumnFacts) -> bool:
    """Whole numbers that vary in size and are no codes."""
    numeric = facts.numbers >= 0.9 and facts.dates < 0.9 and facts.high > facts.low
    return numeric and facts.distinct > 2 and not facts.same_length and not facts.unique


def _named(finding: Finding, field: str) -> list[ColumnFacts]:
    fits = [f for f in finding.free() if f.mean(field) > 0 and f.is_number and f.dates < 0.9]
    return sorted(fits, key=lambda f: (-f.mean(field), f.position))


def _rivals(found: list[ColumnFacts], field: str) -> bool:
    return len(found) > 1 and found[1].mean(field) > found[0].mean(field) - 0.05


def _small_counts(facts: ColumnFacts) -> bool:
    return facts.whole > 0.98 and facts.ones > 0.2 and facts.middle <= 12 and facts.numbers > 0.9


def _by_content(finding: Finding) -> None:
    free = [f for f in finding.free() if not f.means and f.numbers >= 0.9 and f.dates < 0.9]
    decimals = [f for f in free if f.is_decimal]
    if len(decimals) == 1 and finding.open("amount"):
        finding.set("amount", decimals[0], coded("only-decimals"))
    counts = [f for f in free if _small_counts(f)]
    if "amount" in finding.columns and len(counts) == 1 and finding.open("quantity"):
        finding.set("quantity", counts[0], coded("pieces-beside-amount"))


def settle(finding: Finding, engine: Engine, table: str) -> None:
    """Decides the line's value once its columns are known: of a piece or the line, decimal sign, currency, cost."""
    columns = finding.columns
    value = columns["amount"] if "amount" in columns else columns["price"]
    facts = finding.facts[value]
    if "decimal" not in finding.said:
        finding.changes["decimal_comma"] = facts.decimal_comma
    if "currency" not in finding.said:
        finding.changes["currency"] = currency_of(facts, finding)
    if "amount_is" in finding.said:
        return
    field = "amount" if "amount" in columns else "price"
    if field == "amount" and "price" in columns:
        _drop_a_receipts_total(finding, engine, table)
        field = "amount" if "amount" in columns else "price"
    if field == "amount" and _repeats_a_receipts_total(finding, engine, table):
        finding.changes["amount_is"] = "receipt"
        finding.reasons["amount"] = also(finding.reasons["amount"], coded("receipt-total"))
    elif "quantity" not in columns:
        _price_alone(finding, field)
    elif field == "price" or finding.facts[value].mean("amount") < _SURE_BY_NAME:
        _unit_or_line(finding, engine, table, field)
    if "cost" in columns and "quantity" in columns and "cost_is" not in finding.options:
        verdict = _steadier(finding, engine, table, columns["cost"])
        finding.options["cost_is"] = verdict or "unit"


def _price_alone(finding: Finding, field: str) -> None:
    if field == "price":
        finding.columns["amount"] = finding.columns.pop("price")
        finding.reasons["amount"] = also(finding.reasons.pop("price"), coded("no-quantity"))
    finding.changes["amount_is"] = "line"


def _unit_or_line(finding: Finding, engine: Engine, table: str, field: str) -> None:
    verdict = _steadier(finding, engine, table, finding.columns[field])
    if verdict == "line" and field == "price":
        finding.columns["amount"] = finding.columns.pop("price")
        finding.reasons["amount"] = also(finding.reasons.pop("price"), coded("grows"))
        finding.changes["amount_is"] = "line"
    elif verdict == "unit" and field == "amount" and "price" not in finding.columns:
        finding.columns["price"] = finding.columns.pop("amount")
        finding.reasons["price"] = also(finding.reasons.pop("amount"), coded("stays"))
        finding.changes["amount_is"] = "unit"
    elif field == "price":
        finding.changes["amount_is"] = "unit"


def _row(engine: Engine, query: str) -> tuple[Any, ...]:
    row = engine.connection.execute(query).fetchone()
    assert row is not None
    return row


def _numbers_of(finding: Finding, table: str, engine: Engine, **positions: int) -> str:
    types = column_types(table, engine)
    cells = []
    for name, position in positions.items():
        text = text_of(position, types)
        comma = finding.facts[position].decimal_comma
        cells.append(f"CAST({numbers.number(text, decimal_comma=comma, kind=numbers.WIDE)} AS DOUBLE) AS {name}")
    for name in ("product", "receipt"):
        known = finding.columns.get(name)
        cells.append(f"{text_of(known, types)} AS {name}" if known is not None else f"'' AS {name}")
    return f"(SELECT {', '.join(cells)} FROM {table})"


def _steadier(finding: Finding, engine: Engine, table: str, position: int) -> str | None:
    """Within a product over lines of different quantities: is the number itself steadier ('unit'), or the number by
    piece ('line')? None where too few lines can tell."""
    rows = _numbers_of(finding, table, engine, v=position, q=finding.columns["quantity"])
    usable = f"(SELECT ln(abs(v)) AS v, ln(abs(q)) AS q, product FROM {rows} WHERE v != 0 AND q != 0)"
    if "product" in finding.columns:
        lines, as_unit, as_line = _row(
            engine,
            "SELECT coalesce(sum(n), 0), coalesce(sum(n * a), 0), coalesce(sum(n * b), 0) FROM"
            f" (SELECT count(*) AS n, var_pop(v) AS a, var_pop(v - q) AS b FROM {usable} GROUP BY product"
            " HAVING count(DISTINCT q) > 1)",
        )
        if lines >= _MIN_LINES and as_unit != as_line:
            return "unit" if as_unit < as_line else "line"
        return None
    lines, slope = _row(engine, f"SELECT count(*) FILTER (q != 0), regr_slope(v, q) FROM {usable}")
    # Without products the typical price of a piece cannot be held fixed: only a clear slope counts as a total.
    if lines >= _MIN_LINES and slope is not None:
        return "line" if slope > 0.5 else None
    return None


def _drop_a_receipts_total(finding: Finding, engine: Engine, table: str) -> None:
    """An amount that is the same on every line of a receipt, or stands on one of them only, while price (× quantity)
    differs, is the receipt's total."""
    columns = finding.columns
    if "receipt" not in columns:
        return
    wanted = {"v": columns["amount"], "p": columns["price"]}
    line = "p"
    if "quantity" in columns:
        wanted["q"], line = columns["quantity"], "q * p"
    receipts, constant = _row(
        engine,
        "SELECT count(*), count(*) FILTER (vs = 1) FROM (SELECT count(DISTINCT v) AS vs FROM"
        f" {_numbers_of(finding, table, engine, **wanted)}"
        f" GROUP BY receipt HAVING count(*) > 1 AND count(DISTINCT {line}) > 1)",
    )
    if constant == receipts >= 3 or (receipts >= 10 and constant >= 0.95 * receipts):
        del columns["amount"]
        finding.reasons.pop("amount")
        finding.reasons["price"] = also(finding.reasons["price"], coded("receipt-total"))


def _repeats_a_receipts_total(finding: Finding, engine: Engine, table: str) -> bool:
    """Whether the amount is the same on all lines of a receipt, although they are different products, and differs
    between receipts: an order's total, with nothing beside it to say what a line cost."""
    columns = finding.columns
    if "price" in columns or not {"receipt", "product"} <= set(columns):
        return False
    rows = _numbers_of(finding, table, engine, v=columns["amount"])
    receipts, constant, totals = _row(
        engine,
        "SELECT count(*), count(*) FILTER (vs = 1), count(DISTINCT v) FROM"
        f" (SELECT count(DISTINCT v) AS vs, any_value(v) AS v FROM {rows} WHERE v IS NOT NULL"
        " GROUP BY receipt HAVING count(DISTINCT product) > 1)",
    )
    return bool(receipts >= 10 and constant >= 0.98 * receipts and totals >= 0.5 * receipts)
