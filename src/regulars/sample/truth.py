"""What was planted in a sample chain, so that what an analysis finds can be held against it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

_TABLES: Final = (
    "customers", "visits", "habits", "cycles", "pairs", "category_pairs", "campaigns", "survey", "complaints", "files",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth of one chain. Days are dates, money is in minor units, customers are card numbers."""

    first_on: date
    last_on: date
    # customer, kind, loyal, mean_gap_days, shape, arrived_on, left_on (null: stayed), steady, visits, spend_minor
    customers: pa.Table
    visits: pa.Table  # customer, visited_at: what really happened, by customer and time
    habits: pa.Table  # customer, category, habit (national, store, switcher)
    cycles: pa.Table  # customer, product, product_name, cycle_days
    pairs: pa.Table  # left, right (codes), left_name, right_name, left_chinese, right_chinese, lift
    category_pairs: pa.Table  # left, right, lift
    # campaign, customer, treated, persuadable, answered (came once more because of it), sent_on, contact_minor,
    # reward_minor
    campaigns: pa.Table
    survey: pa.Table  # customer, answered_on, then the answers by the words of the question
    complaints: pa.Table  # customer, complained_on, about, content (with the answer), told (how many)
    # name, copy_of (null: none), rows, then rows by what is wrong or odd with them; see docs/sample.md
    files: pa.Table
    not_sales: Mapping[str, str]  # file → why it is none
    odd_accounts: Mapping[str, int]  # customer → rows in distinct receipts: bulk and test accounts
    seed: int

    @property
    def rows_written(self) -> int:
        """Rows in all files, copies and overlaps included, headings not."""
        return self.total("rows", copies=True)

    def total(self, column: str, *, copies: bool = False) -> int:
        """The sum of a column of `files`; files that are copies of another only on request."""
        rows: list[dict[str, Any]] = self.files.to_pylist()
        return sum(int(row[column]) for row in rows if copies or row["copy_of"] is None)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """A table as plain rows."""
        rows: list[dict[str, Any]] = getattr(self, table).to_pylist()
        return rows

    def names(self, mask: str) -> set[str]:
        """Customers for whom a column of `customers` is true (`loyal`, `steady`) or known (`left_on`)."""
        rows: list[dict[str, Any]] = self.customers.select(["customer", mask]).to_pylist()
        return {str(row["customer"]) for row in rows if row[mask]}

    def save(self, folder: Path) -> None:
        """Writes the truth as Parquet tables and truth.json."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in _TABLES:
            pq.write_table(getattr(self, name), folder / f"{name}.parquet")
        plain = {entry.name: getattr(self, entry.name) for entry in fields(self) if entry.name not in _TABLES}
        body = json.dumps(plain, default=date.isoformat, ensure_ascii=False, indent=1)
        (folder / "truth.json").write_text(body + "\n", encoding="utf-8")


def read_truth(folder: Path) -> Truth:
    """A truth that was saved."""
    plain: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    for name in ("first_on", "last_on"):
        plain[name] = date.fromisoformat(plain[name])
    tables: dict[str, Any] = {name: pq.read_table(folder / f"{name}.parquet") for name in _TABLES}
    return Truth(**tables, **plain)
