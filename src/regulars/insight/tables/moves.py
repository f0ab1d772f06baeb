"""Values of customer tables: what a column holds, what was decided, who left."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from regulars.insight.scoring.moves import Flags, Floats, Learned


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one column holds, and how its cells are written."""

    column: str
    kind: str  # "number", "levels", "days" (a day, read as days before the newest), "empty"
    decimal_comma: bool = False
    date_format: str = ""
    low: float | None = None  # numbers outside are taken for unknown
    high: float | None = None

    def to_plain(self) -> dict[str, Any]:
        """As JSON."""
        named = {"column": self.column, "kind": self.kind, "decimal_comma": self.decimal_comma}
        return named | {"date_format": self.date_format, "low": self.low, "high": self.high}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Meaning":
        """From JSON. Raises KeyError or TypeError where something is missing."""
        low, high = plain["low"], plain["high"]
        return cls(
            str(plain["column"]),
            str(plain["kind"]),
            bool(plain["decimal_comma"]),
            str(plain["date_format"]),
            None if low is None else float(low),
            None if high is None else float(high),
        )


@dataclass(frozen=True, slots=True)
class CustomerTable:
    """A table as it stands in its file: every cell a text, null where blank."""

    name: str
    sha256: str
    texts: pa.Table  # one string column per heading
    meanings: Sequence[Meaning]
    customer_like: Sequence[str] = ()  # columns named as one names customers, best first
    refused_rows: int = 0  # rows that would not split into columns
    repeated_rows: int = 0  # rows that said the same of the same customer again, and went

    def meaning(self, column: str) -> Meaning:
        """The meaning of a column that is there."""
        return next(meaning for meaning in self.meanings if meaning.column == column)


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing decided about the table: a column left out, values taken for unknown, customers not looked at."""

    code: str
    subject: str  # a column, or a level
    count: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom the model looks for."""

    column: str
    leavers: tuple[str, ...]  # levels that mean: left
    stayers: tuple[str, ...]
    kinds: tuple[str, ...] = ()  # kinds of leaving looked for, where leaving is typed


@dataclass(frozen=True, slots=True)
class Study:
    """What was learned of a customer table, and every customer scored. Arrays and table rows go together."""

    subject: str  # "table" (one row per customer, no time) or "events" (status events by month)
    sources: Sequence[tuple[str, str]]  # file, sha256
    target: Target
    rows: int
    learned_from: int  # examples
    left: int
    decisions: Sequence[Decision]
    learned: Learned
    customers: "pa.Array[Any]"  # all that are scored
    features: pa.Table
    probability: Floats
    value: "pa.Array[Any] | None"  # decimal, in the unit of `value_column`
    value_column: str
    contact: pa.Table  # columns carried to the lists beside the id; may be empty
    judged: pa.Table  # features of those the model was judged on
    judged_outcome: Flags
    judged_probability: Floats  # by models that had not seen them
    judged_value: "pa.Array[Any] | None"
    gone: "pa.Array[Any]"  # whether the scored customer has left already
    meanings: Sequence[Meaning]
    as_of: date | None  # newest day of the table; None where it holds no days
    id_column: str | None = None
    cut_offs: Sequence[str] = ()  # rising; the last is that of the later period
    windows: dict[str, int] = field(default_factory=dict)  # observation, outcome: months
