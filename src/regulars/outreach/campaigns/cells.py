"""A table as data: which offer whoever is in which cell gets. Pure.

Thousands of rows are looked up, not gone through: each row stands under every combination of what it names, and
somebody is asked for under each combination of what they are, named or left open. Of the rows that fit, the first
counts.

>>> wine = Cell(series=("wine",), classes=("vip",), needs=("drinks/wine",))
>>> table = Table([wine, Cell(series=("big",), points_from=500), Cell(series=("small",))])
>>> table.of(Somebody("vip", "", frozenset({"drinks", "drinks/wine"}))).series
('wine',)
>>> table.of(Somebody("vip", "", frozenset(), points=600)).series, table.of(Somebody()).series
(('big',), ('small',))
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

_Key = tuple[str | None, str | None, str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Cell:
    """A row. What it does not name holds for all."""

    series: tuple[str, ...]
    classes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()  # products, or categories with all below them
    levels: tuple[str, ...] = ()  # "ladder/level"
    why: tuple[str, ...] = ()  # of a line: why it stands on the list
    points_from: int = 0

    def combinations(self) -> Iterator[_Key]:
        one, two, three, four, five = (named or (None,) for named in self._named)
        return product(one, two, three, four, five)

    @property
    def _named(self) -> tuple[tuple[str, ...], ...]:
        return (self.classes, self.stages, self.needs, self.levels, self.why)

    @property
    def width(self) -> int:
        """How many combinations it stands under."""
        found = 1
        for named in self._named:
            found *= max(1, len(named))
        return found


@dataclass(frozen=True, slots=True)
class Somebody:
    """A member, or a product for a member, as the table sees them."""

    value_class: str = ""
    stage: str = ""
    needs: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    why: str = ""
    points: int = 0

    def named(self) -> tuple[frozenset[str], ...]:
        """What they are, in the order of a key."""
        return (
            frozenset({self.value_class}), frozenset({self.stage}), self.needs, self.levels, frozenset({self.why}),
        )  # fmt: skip


class Table:
    """Rows, ready to be asked."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self._cells = cells
        self._by_key: dict[_Key, list[int]] = {}
        for place, cell in enumerate(cells):
            for key in cell.combinations():
                self._by_key.setdefault(key, []).append(place)
        turned = zip(*self._by_key, strict=True) if cells else ((),) * 5
        self._known = [frozenset(name for name in names if name is not None) for names in turned]

    def of(self, one: Somebody) -> Cell | None:
        """The first row that fits."""
        found = (
            place
            for key in self._combinations(one)
            for place in self._by_key.get(key, ())
            if self._cells[place].points_from <= one.points
        )
        place = min(found, default=None)
        return None if place is None else self._cells[place]

    def _combinations(self, one: Somebody) -> Iterator[_Key]:
        """Under which they may stand, the open ones among them; what no row names is left out."""
        a, b, c, d, e = ((None, *(names & known)) for names, known in zip(one.named(), self._known, strict=True))
        return product(a, b, c, d, e)


def with_above(item: str, category: str) -> set[str]:
    """What a product is asked for by: itself, its category and those above.

    >>> sorted(with_above("merlot", "drinks/wine"))
    ['drinks', 'drinks/wine', 'merlot']
    """
    steps = [step for step in category.split("/") if step]
    return {item, *("/".join(steps[: end + 1]) for end in range(len(steps)))}
