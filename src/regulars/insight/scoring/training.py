"""What a family learns from: rows whose columns were screened, the outcome, and which customer each row is of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa

from regulars.insight.scoring.columns import Column
from regulars.insight.scoring.moves import Flags, Floats, Ints, Screened
from regulars.insight.scoring.resampling import folds, some_customers
from regulars.insight.scoring.screening import Limits, screen
from regulars.insight.scoring.terms import Term

INNER_FOLDS: Final = 5


@dataclass(frozen=True, slots=True)
class Uncalibrated:
    """A sum of terms not yet turned into a probability, and the score of each row by models that had not seen it."""

    base: float
    terms: Sequence[Term]
    unseen: Floats


@dataclass(frozen=True, slots=True)
class Training:
    """Rows to learn from; `columns` are those that passed the screening of these very rows."""

    table: pa.Table
    outcome: Flags
    customers: Ints
    columns: Sequence[Column]
    screening: Sequence[Screened]
    found: dict[int, Uncalibrated] = field(default_factory=dict, repr=False)  # by seed: lines that two families use

    def __len__(self) -> int:
        return len(self.outcome)

    @classmethod
    def of(cls, table: pa.Table, outcome: Flags, customers: Ints, *, limits: Limits | None = None) -> "Training":
        """Screens the rows. Raises WrongColumns."""
        _, again = np.unique(customers, return_inverse=True)  # numbers without gaps
        people = int(again.max()) + 1
        screening, columns = screen(table, outcome, customers=people, limits=limits)
        kept = table.select([column.name for column in columns])
        return cls(kept, outcome, again.astype(np.int64), columns, screening)

    def folds(self, seed: int, count: int = INNER_FOLDS) -> Ints:
        """Inner folds of whole customers."""
        return folds(self.customers, self.outcome, count=count, seed=seed)

    def losses(self, score: Floats) -> Floats:
        """Log-loss of a log-odds, per row."""
        found: Floats = np.logaddexp(0.0, np.where(self.outcome, -score, score))
        return found

    def some_rows(self, rows_most: int, seed: int) -> Ints:
        """Rows of customers drawn by chance, about so many."""
        return some_customers(self.customers, rows_most, seed=seed)
