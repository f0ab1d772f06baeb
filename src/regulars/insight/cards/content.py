"""What a model card is made from: the same for customer tables, status events and sales lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from regulars.insight.scoring.moves import Flags, Floats, Learned


@dataclass(frozen=True, slots=True)
class CardContent:
    """A model with all that must be said about it. Arrays and table rows go together, set by set."""

    kind: str  # "table", "events", "lines": what the model reads, so that a run meets the right data again
    purpose: str  # in words
    target: str  # in words: who is a yes
    sources: Sequence[tuple[str, str]]  # name, checksum
    rows: int  # examples learned from
    learned: Learned
    scored: pa.Table  # features of those scored now: their profile is what a later run is compared with
    probability: Floats  # of those
    judged: pa.Table  # features of rows the model had not seen
    judged_outcome: Flags
    judged_probability: Floats
    cut_offs: Sequence[str] = ()  # ISO days or months; the last is that of the later period, where there is one
    windows: Mapping[str, str] = field(default_factory=dict)  # "observation" → "3 months" …
    decisions: Sequence[Mapping[str, object]] = ()  # code, subject, count, detail
    settings: Mapping[str, object] = field(default_factory=dict)  # JSON: what was asked for; part of the run's id
    reading: Mapping[str, Any] = field(default_factory=dict)  # JSON: how to read new data the same way
    people: pa.Table | None = None  # columns about the judged people that the model did not see (age, sex, town)
    again: str = ""  # the command that scores new data
    question: str = ""  # code of what is asked, the same in every language; "": the target says it
    judged_at: Sequence[Mapping[str, object]] = ()  # per cut-off: cut_off, customers judged, rate of yes among them
    shift: Mapping[str, float] | None = None  # scores moved to the latest known rate: as `churn.found.Shift`
    currency: str = "XXX"  # of columns that hold minor units
