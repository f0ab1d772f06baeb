"""How a list is laid out: the columns that the address asks for. The first one is always there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict

SHOW: Final = "show"
SORT: Final = "sort"


@dataclass(frozen=True, slots=True)
class Column:
    """One that may be left out."""

    name: str
    label: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a list, and the classes of its table that hide the others."""

    columns: tuple[Column, ...]
    rest: tuple[tuple[str, str], ...]  # what else the address asks

    @property
    def hidden(self) -> str:
        """
        >>> Shape((Column("town", "Town", False), Column("tags", "Tags", True)), ()).hidden
        'no-2'
        """
        return " ".join(f"no-{place}" for place, one in enumerate(self.columns, 2) if not one.shown)

    @property
    def cut(self) -> bool:
        return any(not one.shown for one in self.columns)


def shape_of(asked: QueryDict, told: Sequence[tuple[str, Any]]) -> Shape:
    """By names and labels. Without a word in the address all are shown."""
    wanted = set(asked.getlist(SHOW))
    rest = tuple(
        (name, value) for name, values in asked.lists() for value in values if name not in (SHOW, "before", "after")
    )
    return Shape(tuple(Column(name, str(label), not wanted or name in wanted) for name, label in told), rest)
