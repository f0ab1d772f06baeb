"""Earning rules in parts that know nothing of each other: what is the same on both sides is decided once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from regulars.programme.moves import Version
from regulars.rules.earning.earn import counts


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """Versions that share a group or a budget, or one alone. `counts`: whether anything is counted for them."""

    versions: tuple[Version, ...]
    counts: bool

    @classmethod
    def of(cls, versions: Iterable[Version]) -> "Rules":
        listed = tuple(versions)
        return cls(listed, any(counts(one.terms) for one in listed))

    def same(self, other: "Rules") -> bool:
        return [one.id for one in self.versions] == [one.id for one in other.versions]


def parts_of(rules: Sequence[Version]) -> tuple[Rules, ...]:
    """In the order of their first rule."""
    listed: list[tuple[set[str], list[Version]]] = []
    for one in rules:
        names = set(_shared(one))
        mine: tuple[set[str], list[Version]] = (names, [one])
        for other in [each for each in listed if each[0] & names]:
            listed.remove(other)
            mine = (mine[0] | other[0], [*other[1], *mine[1]])
        listed.append(mine)
    return tuple(Rules.of(versions) for _, versions in listed)


def _shared(one: Version) -> Iterable[str]:
    if one.terms.group:
        yield f"group {one.terms.group}"
    yield from (f"budget {limit.shared}" for limit in one.terms.every_limit if limit.shared)
