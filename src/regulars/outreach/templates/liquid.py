"""Liquid within limits: no files, no tags that load others, few filters, and an end to loops, memory and output."""

import re
from collections.abc import Callable, Sized
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, ClassVar, Final

from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError, ResourceLimitError
from markupsafe import Markup

from regulars.insight.bars import as_cells
from regulars.outreach.templates.facts import is_fact

LENGTH: Final = 60_000  # characters of one part
BARCODE: Final = "barcode"  # the filter
BARS: Final = "\ue000{}\ue001"
# fmt: off
_TAGS: Final = frozenset((
    "#", "assign", "break", "capture", "case", "comment", "content", "continue", "cycle", "echo", "for", "if",
    "illegal", "output", "unless",
))
_FILTERS: Final = frozenset((
    "abs", "append", "at_least", "at_most", "capitalize", "ceil", "compact", "date", "default", "divided_by",
    "downcase", "escape", "first", "floor", "join", "last", "lstrip", "map", "minus", "modulo",
    "newline_to_br", "plus", "prepend", "remove", "remove_first", "replace", "replace_first", "reverse",
    "round", "rstrip", "size", "slice", "sort", "split", "strip", "strip_html", "strip_newlines", "times",
    "truncate", "truncatewords", "uniq", "upcase", "url_encode", "where",
))
# fmt: on


_TAG: Final = re.compile(r"\{%-?\s*(?P<name>\w*).*?%\}|\{\{.*?\}\}", re.DOTALL)
_BLOCKS: Final = frozenset({"if", "unless", "for", "case", "capture", "comment"})
_WITHIN: Final = frozenset({"else", "elsif", "when", "break", "continue"})


_LOOPS: Final = 1_000
_MADE: Final = 5_000_000  # characters
_MULTIPLY: Final = frozenset({"join", "remove", "replace", "replace_first"})  # filters that put one text into another
# What a filter raises of a value that it cannot read.
_UNREADABLE: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class _Within(Environment):
    """What a template may cost: these end it, whoever wrote it."""

    loop_iteration_limit: ClassVar[int | None] = _LOOPS
    local_namespace_limit: ClassVar[int | None] = 50_000
    output_stream_limit: ClassVar[int | None] = 200_000
    block_nesting_limit: ClassVar[int] = 10
    context_depth_limit: ClassVar[int] = 10

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=False)
        self.tags = {name: tag for name, tag in self.tags.items() if name in _TAGS}
        self.filters = {name: _within(doing) for name, doing in self.filters.items() if name in _FILTERS}
        self.filters[BARCODE] = drawn if self.autoescape else bars_asked


def _within(doing: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that makes no more of what it gets than a template may cost: what it would make is reckoned before."""

    @wraps(doing)
    def within(value: Any, *more: Any, **named: Any) -> Any:
        if any(isinstance(one, range) and len(one) > _LOOPS for one in (value, *more)):
            raise ResourceLimitError("too many numbers for a filter", token=None)
        longest = max((len(one) for one in more if isinstance(one, Sized)), default=0)
        if doing.__name__ in _MULTIPLY and isinstance(value, Sized) and len(value) * longest > _MADE:
            raise ResourceLimitError("a filter makes too much", token=None)
        return doing(value, *more, **named)

    return within


def bars_asked(value: Any) -> str:
    """A text by itself between marks that no value has (they are cleaned): who prints a letter draws bars there."""
    return BARS.format(value) if value else ""


def drawn(value: Any) -> Markup:
    """A page's bars as a table of cells: mail programs show no pictures until they are asked to, and no drawings."""
    return Markup(as_cells(str(value))) if value else Markup("")


_PLAIN: Final = _Within()
_ESCAPED: Final = _Within(autoescape=True)  # every value, before it is in the page


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a text, and where: both counted from 1."""

    line: int
    column: int
    detail: str
    code: str


@lru_cache(512)
def read(source: str, *, escaped: bool) -> BoundTemplate:
    """A text, ready to be filled. Raises LiquidError."""
    return (_ESCAPED if escaped else _PLAIN).from_string(source)


def fill(source: str, facts: dict[str, Any], *, escaped: bool = False) -> str:
    """The text with its facts. Raises LiquidError where it costs too much, or a filter cannot read what it gets.

    >>> fill("Dear {{ member.first_name | default: 'guest' }}", {"member": {"first_name": "Ann"}})
    'Dear Ann'
    >>> fill("{{ values.a }}", {"values": {"a": "<b>"}}, escaped=True)
    '&lt;b&gt;'
    """
    try:
        return str(read(source, escaped=escaped).render(facts))
    except LiquidError:
        raise
    except _UNREADABLE as wrong:
        raise LiquidError("a filter cannot read a value", token=None) from wrong


def faults(source: str) -> list[Fault]:
    """What is wrong with a text: how it is written, and what it asks that is no fact."""
    if len(source) > LENGTH:
        return [Fault(1, 1, f"At most {LENGTH} characters.", "too-long")]
    try:
        asked, filters = _asked(source)
    except LiquidError as wrong:
        return [_fault(source, wrong)]
    unknown = [(index, f"There is no fact {'.'.join(map(str, p))}.", "no-fact") for p, index in asked if not is_fact(p)]
    unknown += [
        (index, f"There is no filter {name}.", "no-filter")
        for name, index in filters
        if name not in _FILTERS | {BARCODE}
    ]
    return [Fault(*_place(source, index), detail, code) for index, detail, code in sorted(unknown)]


def roots(source: str) -> frozenset[str]:
    """The kinds of facts a text asks for: member, tier, coupons …"""
    return frozenset(str(path[0]) for path, _ in _asked(source)[0])


@lru_cache(512)
def _asked(source: str) -> tuple[list[tuple[tuple[object, ...], int]], list[tuple[str, int]]]:
    """Every path that is asked for, every filter, and where. Raises LiquidError."""
    found = read(source, escaped=False).analyze()
    paths = [(tuple(map(_step, one.segments)), one.span.index) for several in found.globals.values() for one in several]
    filters = [(name, span.index) for name, several in found.filters.items() for span in several]
    return sorted(paths, key=lambda one: one[1]), filters


def _step(segment: object) -> object:
    return segment if isinstance(segment, str | int) else "?"  # a path within a path: what it says is not known now


def _fault(source: str, wrong: LiquidError) -> Fault:
    index = wrong.token.start_index if wrong.token is not None else -1
    detail = str(wrong.args[0]) if wrong.args else "cannot be read"
    return Fault(*_place(source, index if index >= 0 else _found(source)), detail, "liquid")


def _found(source: str) -> int:
    """Where a fault is that was told without its place: the first tag that cannot stand even alone, else the last one
    that is never ended.

    >>> _found("{% if a %}{% for x in %}{% endfor %}{% endif %}"), _found("ab{% if a %}{{ b }}")
    (10, 2)
    """
    begun: list[int] = []
    for one in _TAG.finditer(source):
        name = one["name"] or ""
        if name.startswith("end"):
            begun = begun[:-1]
        elif name in _BLOCKS:
            begun.append(one.start())
        if not name.startswith("end") and name not in _WITHIN and not _stands(one[0], name):
            return one.start()
    return begun[-1] if begun else len(source)


def _stands(tag: str, name: str) -> bool:
    try:
        _PLAIN.from_string(f"{tag}{{% end{name} %}}" if name in _BLOCKS else tag)
    except LiquidError:
        return False
    return True


def _place(source: str, index: int) -> tuple[int, int]:
    """
    >>> _place("ab\\ncd", 4)
    (2, 2)
    """
    before = source[: max(index, 0)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")
