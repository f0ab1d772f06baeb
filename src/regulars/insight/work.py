"""What the chapters of an analysis share while they are written."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

import ibis.expr.types as ir
import pyarrow as pa

from regulars.basics.progress import Progress
from regulars.history.engine import Engine
from regulars.insight.settings import Settings
from regulars.insight.working import Working

CHAPTERS: Final = 9


@dataclass(slots=True)
class Work:
    """Tables, settings, and what has been said so far. Customers are numbers (`working`)."""

    engine: Engine
    settings: Settings
    cut_off: date
    currency: str
    progress: Progress
    working: Working
    lines: ir.Table  # of persons and anonymous, up to the cut-off
    days: ir.Table
    facts: ir.Table
    buyers: ir.Table  # of categories, where brands are known
    unsaid: dict[str, str] = field(default_factory=dict)
    tables: dict[str, pa.Table] = field(default_factory=dict)  # lists beside those of `lists`, by file name
    begun: int = 0

    def step(self, what: str) -> None:
        self.progress(f"analysing: {what}", self.begun, CHAPTERS)
        self.begun += 1

    def count(self, table: ir.Table) -> int:
        """Rows of a table."""
        return int(self.engine.row(table.agg(n=table.count()))["n"])

    def has_products(self) -> bool:
        """Whether any line says what was bought."""
        return self.count(self.lines.filter(self.lines["product"].notnull()).limit(1)) > 0

    def spelled(self, table: pa.Table) -> pa.Table:
        """A table of customers with their names instead of their numbers, in the same order."""
        place = pa.array(range(table.num_rows), pa.int64())
        given = self.engine.register("to_be_named", table.append_column("place_", place))
        named = self.engine.arrow(self.working.named(given).order_by("place_")).drop_columns(["place_"])
        self.engine.connection.unregister("to_be_named")
        return named
