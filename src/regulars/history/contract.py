"""The one documented shape of a purchase line: what the lake holds and what insight reads.

Kinds: ``sale``; ``return`` (goods or a cancelled receipt coming back, amount negative or zero);
``fee`` (postage, bank charges, deposits, adjustments: money, but not goods, and no reason to call somebody a customer).
"""

from typing import Final, NamedTuple


class Column(NamedTuple):
    """A column of the contract, with its type in DuckDB's and in Ibis' words."""

    name: str
    duckdb: str
    ibis: str
    nullable: bool
    meaning: str


LINES: Final = (
    Column("file", "INTEGER", "int32", False, "number of the source file in the lake's manifest, never used again"),
    Column("line", "BIGINT", "int64", False, "line of that file where the row begins; the first line is 1"),
    Column(
        "sold_at",
        "TIMESTAMP",
        "timestamp(6)",
        False,
        "the shop's own clock; midnight where only days are known",
    ),
    Column("customer", "VARCHAR", "string", True, "who bought, as written; null for an anonymous sale"),
    Column("receipt", "VARCHAR", "string", True, "the receipt's number as written; null where the file has none"),
    Column("receipt_line", "VARCHAR", "string", True, "the line's number within its receipt, where given"),
    Column(
        "basket",
        "BIGINT",
        "int64",
        False,
        "bought together: hash of store, receipt, day, else customer, store, moment",
    ),
    Column("store", "VARCHAR", "string", True, "where"),
    Column("channel", "VARCHAR", "string", True, "through which channel"),
    Column("product", "VARCHAR", "string", True, "the product's code, else its name"),
    Column("product_name", "VARCHAR", "string", True, "the product's name, where the file has a code as well"),
    Column("category", "VARCHAR", "string", True, "the product's category"),
    Column("brand", "VARCHAR", "string", True, "the product's brand"),
    Column("brand_kind", "VARCHAR", "string", True, "'national' or 'store' (own brand), where known"),
    Column("quantity", "DECIMAL(18,3)", "decimal(18,3)", True, "pieces, kilograms …; negative when returned"),
    Column(
        "amount_minor",
        "BIGINT",
        "int64",
        False,
        "paid for the line, in the smallest unit; negative when returned",
    ),
    Column("discount_minor", "BIGINT", "int64", True, "discount within the line, as a positive amount, where known"),
    Column("cost_minor", "BIGINT", "int64", True, "what the line cost the shop, where known; negative when returned"),
    Column("kind", "VARCHAR", "string", False, "'sale', 'return' or 'fee'"),
)

# What a refused row keeps, so that its owner can find and mend it.
REFUSED: Final = (
    Column("file", "VARCHAR", "string", False, "the source as people know it, e.g. sales.zip/march.csv"),
    Column("line", "BIGINT", "int64", False, "line of that file where the row begins"),
    Column("column", "VARCHAR", "string", True, "heading of the column at fault; null when it is the whole row"),
    Column("reason", "VARCHAR", "string", False, "a stable word, explained in docs/reading.md"),
    Column("value", "VARCHAR", "string", True, "what stood there"),
    Column(
        "row",
        "VARCHAR",
        "string",
        True,
        "the whole row as written, at most 2,000 characters",
    ),
)


def duckdb_columns(contract: tuple[Column, ...]) -> str:
    """The contract as a DuckDB column list, for CREATE TABLE."""
    return ", ".join(f'"{c.name}" {c.duckdb}{"" if c.nullable else " NOT NULL"}' for c in contract)


def ibis_schema(contract: tuple[Column, ...]) -> dict[str, str]:
    """The contract as Ibis types by name."""
    return {c.name: c.ibis for c in contract}
