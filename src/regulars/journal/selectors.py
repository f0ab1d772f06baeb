"""Reading the trail: by person, actor, deed, place and time, page by page."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from regulars.journal.chain import SEALED, facts
from regulars.journal.moves import Line, Page, Seen, Sought

MOST: Final = 200
_COLUMNS: Final = ", ".join((*SEALED, "number"))


def search(sought: Sought, *, seen: Seen, after: tuple[datetime, int] | None = None, limit: int = 50) -> Page:
    """Lines, newest first. One query by an index of whatever is asked, as long as anything but the place seen is."""
    limit = min(max(limit, 1), MOST)
    conditions, values = _asked(sought)
    if after is not None:
        conditions.append("(at, id) < (%s, %s)")
        values += after
    if not seen.everything:
        conditions.append("(merchant = any(%s) or store = any(%s))")
        values += [sorted(seen.merchants), sorted(seen.stores)]
    where = " and ".join(conditions) or "true"
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from journal_entry where {where} order by at desc, id desc limit %s",
            [*values, limit + 1],
        )
        rows = cursor.fetchall()
    lines = tuple(_line(row) for row in rows[:limit])
    return Page(lines, (lines[-1].at, lines[-1].id) if len(rows) > limit else None)


def sealed(
    after: int, until: int, *, rooms: Sequence[str] | None = None, words: Sequence[str] = (), limit: int
) -> list[Line]:
    """Sealed lines with a number past `after`, up to `until`, in the order of the chain; those whose deed is of a room
    ("ledger" of "ledger.post") or one of the words, or all. One query by the numbers.

    Whoever goes on after the last number it saw misses nothing: a line that is committed late gets a later number.
    """
    chosen = "" if rooms is None else "and (split_part(what, '.', 1) = any(%s) or what = any(%s))"
    values: list[Any] = [after, until, *([] if rooms is None else [list(rooms), list(words)]), limit]
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from journal_entry where number > %s and number <= %s {chosen}"
            " order by number limit %s",
            values,
        )
        return [_line(row) for row in cursor.fetchall()]


def numbered(numbers: Sequence[int]) -> list[Line]:
    """Sealed lines by their numbers. One query."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {_COLUMNS} from journal_entry where number = any(%s)", [list(numbers)])
        return [_line(row) for row in cursor.fetchall()]


def number_before(at: datetime) -> int:
    """A number that every line written at a moment or later is past; the head's where there is none. Two queries.

    Numbers follow the order of commits: a line may have a later number than one written after it, by as much as
    transactions last. An hour is allowed for that.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce((select number - 1 from journal_entry where at >= %s and number is not null"
            " order by at, id limit 1), (select number from journal_chain), 0)",
            [at - timedelta(hours=1)],
        )
        (found,) = cursor.fetchone()
        return int(found)


def search_all(sought: Sought, *, seen: Seen) -> Iterator[Line]:
    """Every line, newest first; one query per page."""
    after = None
    while True:
        page = search(sought, seen=seen, after=after, limit=MOST)
        yield from page.lines
        if (after := page.next) is None:
            return


def _asked(sought: Sought) -> tuple[list[str], list[Any]]:
    asked = {
        "subject = %s and subject <> ''": sought.subject,
        "actor_id = %s": sought.actor,
        "what = %s": sought.what,
        "merchant = %s and merchant <> ''": sought.merchant,
        "store = %s and store <> ''": sought.store,
        "at >= %s": sought.since,
        "at < %s": sought.until,
    }
    named = {text: value for text, value in asked.items() if value is not None}
    return list(named), list(named.values())


def _line(row: Sequence[object]) -> Line:
    told = dict(zip((*SEALED, "number"), row, strict=True))
    told |= {name: facts(str(told[name])) for name in ("before", "after")}
    return Line(**told)  # type: ignore[arg-type]
