"""What has been found out about a file so far, handed from one question to the next."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from regulars.history.evidence import ColumnFacts, heading_of
from regulars.history.moves import FileMapping, RawTable
from regulars.history.reasons import coded


class Finding:
    """What has been found so far: fields, their columns, and why."""

    def __init__(self, raw: RawTable, facts: list[ColumnFacts], given: FileMapping) -> None:
        self.raw = raw
        self.facts = facts
        self.given = given
        self.columns: dict[str, int] = dict(given.columns)
        self.reasons: dict[str, str] = {name: coded("given") for name in given.columns}
        self.changes: dict[str, Any] = {}  # FileMapping fields decided so far
        self.options: dict[str, object] = dict(given.options)
        self.without = frozenset(listed(given.options.get("without")))
        self.said = frozenset(listed(self.options.pop("said", None)))

    def free(self) -> list[ColumnFacts]:
        """Columns that no field has claimed yet."""
        taken = set(self.columns.values())
        return [facts for facts in self.facts if facts.position not in taken]

    def open(self, field: str) -> bool:
        return field not in self.columns and field not in self.without

    def set(self, field: str, facts: ColumnFacts, why: str) -> None:
        self.columns[field] = facts.position
        self.reasons[field] = why

    def mapping(self) -> FileMapping:
        headings = tuple(heading_of(self.raw, position) for position in range(self.raw.width))
        return replace(
            self.given,
            columns=dict(self.columns),
            headings=headings,
            reasons=dict(self.reasons),
            options=self.options,
            **self.changes,
        )


def listed(option: object) -> Sequence[str]:
    """An option that holds a list of texts; empty when it is absent."""
    return [str(entry) for entry in option] if isinstance(option, list | tuple) else []
