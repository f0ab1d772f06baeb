"""The chain, recomputed from zero: whether it holds, and where it breaks first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from regulars.journal.chain import BEGINNING, SEALED, canonical, line_of, seal
from regulars.journal.models import Chain, Entry
from regulars.journal.moves import Anchor

_LINES: Final = f"select number, seal, {', '.join(SEALED)} from journal_entry where number is not null order by number"
AT_ONCE: Final = 2_000

CHANGED: Final = "changed"  # the line is not the one that was sealed, or its seal is not
MISSING: Final = "missing"  # no line has this number
CUT_SHORT: Final = "cut short"  # the chain ends before a head that was kept
REWRITTEN: Final = "rewritten"  # it holds in itself, and is not the one that was anchored
HEADLESS: Final = "headless"  # there are sealed lines, and no head


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold: at this number, for this reason."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: the head as recomputed, how many lines wait for their seal, and the first break."""

    head: Anchor
    unsealed: int
    broken: Break | None


def head() -> Anchor:
    """The head that is kept. One query."""
    kept = Chain.objects.first()
    return Anchor(kept.number, bytes(kept.seal)) if kept else Anchor(0, BEGINNING)


def verify(anchors: Sequence[Anchor] = ()) -> Verdict:
    """Recomputes every seal and compares with the head that is kept and with anchors. Three queries.

    Lines that are sealed while it runs are looked at or not; either is fine.
    """
    kept = head()
    unsealed = Entry.objects.filter(number=None).count()
    end, broken = recomputed(_lines(), [*anchors, kept])
    if broken is None and kept.number == 0 and end.number and not Chain.objects.exists():
        broken = Break(1, HEADLESS)
    return Verdict(end, unsealed, broken)


def recomputed(lines: Iterable[tuple[int, bytes, bytes]], anchors: Sequence[Anchor]) -> tuple[Anchor, Break | None]:
    """The head, and the first break, of lines given as number, seal and content. Pure."""
    due = {anchor.number: anchor.seal for anchor in sorted(anchors, key=lambda a: a.number) if anchor.number}
    if any(due[anchor.number] != anchor.seal for anchor in anchors if anchor.number):
        return Anchor(0, BEGINNING), Break(min(a.number for a in anchors if due.get(a.number) != a.seal), REWRITTEN)
    last = Anchor(0, BEGINNING)
    for number, kept, content in lines:
        if number != last.number + 1:
            return last, Break(last.number + 1, MISSING)
        last = Anchor(number, seal(last.seal, content))
        if last.seal != kept:
            return last, Break(number, CHANGED)
        if due.pop(number, last.seal) != last.seal:
            return last, Break(number, REWRITTEN)
    return last, Break(last.number + 1, CUT_SHORT) if due else None


def _lines() -> Iterator[tuple[int, bytes, bytes]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_LINES)
        while rows := cursor.fetchmany(AT_ONCE):
            for number, kept, *row in rows:
                yield number, bytes(kept), canonical(line_of(row), number)
