"""Which column says who left, what its values mean, and the kinds of leaving."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from regulars.history.headings import tokens
from regulars.insight.tables.errors import NoSuchColumn, UnclearLevels, UnclearTarget
from regulars.insight.tables.moves import CustomerTable, Target

_PLAIN: Final = frozenset(
    [
        "churn",
        "churned",
        "churner",
        "attrition",
        "attrited",
        "exited",
        "exit",
        "left",
        "leaver",
        "leave",
        "leaving",
        "cancelled",
        "canceled",
        "lost",
        "流失",
        "是否流失",
        "离网",
        "是否离网",
        "退网",
        "销户",
        "退会",
        "流失标志",
        "离网标志",
        "流失状态",
    ]
)
_PERHAPS: Final = frozenset(
    [
        "status",
        "state",
        "active",
        "target",
        "label",
        "outcome",
        "closed",
        "terminated",
        "retained",
        "状态",
        "用户状态",
        "客户状态",
    ]
)
_LEFT: Final = frozenset(
    [
        "yes",
        "y",
        "true",
        "t",
        "1",
        "churn",
        "churned",
        "churner",
        "left",
        "leaver",
        "exited",
        "cancelled",
        "canceled",
        "lost",
        "gone",
        "attrited",
        "terminated",
        "closed",
        "deactivated",
        "是",
        "有",
        "已流失",
        "流失",
        "离网",
        "已离网",
        "退网",
        "销户",
        "已销户",
        "退会",
        "真",
    ]
) | {"attrited customer", "has left"}
_STAYED: Final = frozenset(
    [
        "no",
        "n",
        "false",
        "f",
        "0",
        "stayed",
        "stay",
        "active",
        "retained",
        "existing",
        "current",
        "normal",
        "loyal",
        "open",
        "否",
        "无",
        "未流失",
        "在网",
        "正常",
        "留存",
        "未离网",
        "假",
    ]
) | {"existing customer", "not churned", "no churn"}
_REVERSED: Final = frozenset(["active", "retained", "stayed", "stay", "loyal", "在网", "留存"])
LEVELS_SHOWN: Final = 12

KINDS: Final = ("external", "internal-up", "internal-down", "internal", "involuntary")
DEFAULT_KIND: Final = "external"  # voluntary, and to somebody else
# Words within a reason, in the order they are tried.
_KIND_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "involuntary": (
        "involuntar", "bad debt", "debt", "credit", "non-pay", "nonpay", "unpaid", "arrears", "default", "fraud",
        "death", "deceased", "died", "欠费", "坏账", "信用", "死亡", "去世", "身故", "欺诈", "被动",
    ),
    "internal-up": ("upgrade", "upsell", "moved up", "升级", "升档"),
    "internal-down": ("downgrade", "moved down", "降级", "降档"),
    "internal": (
        "internal", "migrat", "our other", "own product", "other product", "product change", "plan change", "内部",
        "转网内", "转套餐", "换套餐",
    ),
    "external": (
        "external", "voluntar", "competitor", "price", "expensive", "moved", "mov", "dissatisf", "attitude", "service",
        "quality", "network", "coverage", "device", "support", "product", "offer", "speed", "charges", "poor", "lack",
        "limited", "better", "竞争", "竞品", "价格", "资费", "服务", "质量", "网络", "不满", "主动", "外部", "搬家",
    ),
}  # fmt: skip


def find_target(table: CustomerTable) -> str:
    """The column that says who left, where there is just one plain one. Raises UnclearTarget, naming candidates."""
    named = [meaning.column for meaning in table.meanings if _says(meaning.column, _PLAIN)]
    plain = [column for column in named if _understood(_levels(table.texts[column]), column) is not None]
    if len(plain) == 1:
        return plain[0]
    perhaps = [
        meaning.column
        for meaning in table.meanings
        if meaning.column not in named
        and _says(meaning.column, _PERHAPS)
        and 2 <= len(_levels(table.texts[meaning.column])) <= LEVELS_SHOWN
    ]
    candidates = [*named, *perhaps]
    have = ", ".join(table.texts.column_names)
    said = (
        f"Which column says who left? It may be {_or(candidates)}; say --target COLUMN."
        if candidates
        else f"No column is named as one that says who left; say --target COLUMN, one of: {have}."
    )
    raise UnclearTarget(f"{table.name}: {said}", candidates=candidates, columns=table.texts.column_names)


def names_leaving(column: str) -> bool:
    """Whether a heading speaks of leaving: its day, its reason, a score made of it."""
    return _says(column, _PLAIN | _DAYS_OF_LEAVING)


_DAYS_OF_LEAVING: Final = frozenset(
    ["cancellation", "cancel", "termination", "churndate", "disconnect", "disconnected", "离网", "销户", "退网"]
)


def target_of(table: CustomerTable, column: str, leavers: Sequence[str] = ()) -> Target:
    """The levels of a target sorted into left and stayed; blank is unknown. Raises NoSuchColumn, UnclearLevels."""
    levels = _levels(there(table, column, "--target"))
    shown = ", ".join(repr(level) for level in levels[:LEVELS_SHOWN]) + (" …" if len(levels) > LEVELS_SHOWN else "")
    if leavers:
        unknown = [level for level in leavers if _plain(level) not in {_plain(have) for have in levels}]
        if unknown:
            raise UnclearLevels(
                f"{column} has no value {_or(unknown)}; it has {shown}.", column=column, levels=levels[:LEVELS_SHOWN]
            )
        wanted = {_plain(level) for level in leavers}
        left = tuple(level for level in levels if _plain(level) in wanted)
        return Target(column, left, tuple(level for level in levels if level not in left))
    found = _understood(levels, column)
    if found is None:
        raise UnclearLevels(
            f"Which values of {column} mean that a customer left? It has {shown}. Say --leavers VALUE "
            "(more than once for several).",
            column=column,
            levels=levels[:LEVELS_SHOWN],
        )
    return Target(column, *found)


def statuses_of_leaving(table: CustomerTable, column: str, leavers: Sequence[str] = ()) -> tuple[str, ...]:
    """The statuses that mean a customer is gone; all others mean here. Raises UnclearLevels where none plainly does."""
    if leavers:
        return target_of(table, column, leavers).leavers
    levels = _levels(table.texts[column])
    left = tuple(level for level in levels if _plain(level) in _LEFT)
    if not left or len(left) == len(levels):
        shown = ", ".join(repr(level) for level in levels[:LEVELS_SHOWN])
        raise UnclearLevels(
            f"Which statuses of {column} mean that a customer is gone? It has {shown}. Say --leavers STATUS.",
            column=column,
            levels=levels[:LEVELS_SHOWN],
        )
    return left


def there(table: CustomerTable, column: str, option: str) -> "pa.ChunkedArray[pa.StringScalar]":
    """The column's texts. Raises NoSuchColumn."""
    if column not in table.texts.column_names:
        have = table.texts.column_names
        raise NoSuchColumn(
            f"{table.name} has no column {column!r} ({option}); it has {', '.join(have)}.", column=column, columns=have
        )
    return table.texts[column]


def kinds_of(levels: Iterable[str], given: Mapping[str, str], column: str) -> dict[str, str]:
    """Reason → kind of leaving: as given, else by its words. Raises UnclearLevels, naming reasons not understood."""
    known = {_plain(level): kind for level, kind in given.items()}
    wrong = sorted(set(known.values()) - set(KINDS))
    if wrong:
        raise UnclearLevels(f"No such kind of leaving: {_or(wrong)}; there are {', '.join(KINDS)}.", kinds=KINDS)
    found = {level: known.get(_plain(level)) or _kind(level) for level in levels}
    unclear = [level for level, kind in found.items() if not kind]
    if unclear:
        raise UnclearLevels(
            f"What kind of leaving are these reasons of {column}: {_or(unclear)}? Say so in a file for --kinds, a line "
            f'each: "{unclear[0]}" = "external" (or {", ".join(KINDS[1:])}).',
            column=column,
            levels=unclear,
        )
    return found


def matches(texts: "pa.ChunkedArray[pa.StringScalar]", levels: Sequence[str]) -> Any:
    """Whether each text is one of the levels; blank is not."""
    found: Any = pc.is_in(texts, value_set=pa.array(list(levels), pa.string()))
    return pa.concat_arrays(found.chunks) if found.num_chunks else pa.array([], pa.bool_())


def _kind(level: str) -> str:
    text = level.casefold()
    return next((kind for kind, words in _KIND_WORDS.items() if any(word in text for word in words)), "")


def _says(heading: str, words: frozenset[str]) -> bool:
    parts = tokens(heading)
    return bool(words & {*parts, "".join(parts)})


def _levels(texts: "pa.ChunkedArray[pa.StringScalar]") -> list[str]:
    return sorted(str(level) for level in pc.unique(texts).to_pylist() if level is not None)


def _understood(levels: Sequence[str], column: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Left and stayed; None where a level is neither, or all are one, or the heading turns yes and no round."""
    if len(levels) < 2 or _says(column, _REVERSED):
        return None
    left = tuple(level for level in levels if _plain(level) in _LEFT)
    stayed = tuple(level for level in levels if _plain(level) in _STAYED)
    return (left, stayed) if left and stayed and len(left) + len(stayed) == len(levels) else None


def _plain(level: str) -> str:
    return level.strip().casefold().removesuffix(".0")


def _or(words: Sequence[str]) -> str:
    shown = [f"{word!r}" for word in words[:LEVELS_SHOWN]]
    return " or ".join(filter(None, [", ".join(shown[:-1]), shown[-1]])) if shown else "none"
