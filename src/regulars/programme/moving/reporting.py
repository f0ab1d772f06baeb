"""What the files say against what is here now, to the unit: by unit and month of expiry, level, series, card numbers.

What is here is summed from the rooms' own tables, not from what the move-in noted of them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from regulars.journal.statements import column, run
from regulars.programme.models import MoveIn, MoveInRow
from regulars.programme.moving.known import known
from regulars.programme.moving.moves import Refused, Report, Tie

_OF: Final = "FROM programme_move_in_row r"
_KEPT: Final = "WHERE r.of_id = %s AND r.state = 'kept'"
_SAID: Final = (
    f"SELECT r.kind, r.label, r.month, count(*), sum(r.amount)::bigint {_OF}"
    " WHERE r.of_id = %s AND r.state IN ('kept', 'refused') GROUP BY 1, 2, 3"
)
_LAST: Final = "- interval '1 microsecond'"
_TAKEN_BACK: Final = (
    "(SELECT coalesce(sum(b.amount), 0) FROM ledger_transfer b WHERE b.reverses = t.id AND b.reason = 'moved-out')"
)


def _month(moment: str, zone: str) -> str:
    return f"coalesce(to_char(({moment}) AT TIME ZONE {zone}, 'YYYY-MM'), '')"


def _counted(kind: str, label: str, month: str, amount: str, joined: str) -> str:
    return (
        f"SELECT '{kind}', {label}, {month}, count(*), coalesce(sum({amount}), 0)::bigint {_OF} {joined}"
        f" {_KEPT} AND r.kind = '{kind}' GROUP BY 2, 3 HAVING coalesce(sum({amount}), 0) > 0"
    )


_LOTS: Final = _counted(
    "lot", "t.unit", _month(f"l.expires_at {_LAST}", "u.zone"), f"l.amount - {_TAKEN_BACK}",
    "JOIN ledger_transfer t ON t.id = r.made JOIN ledger_lot l ON l.account = t.taker AND l.transfer = t.id"
    " JOIN ledger_unit u ON u.code = t.unit",
)  # fmt: skip
_PENDING: Final = _counted(
    "pending", "p.unit", _month("p.activates_at", "u.zone"), f"p.amount - {_TAKEN_BACK}",
    "JOIN ledger_pending p ON p.id = r.made JOIN ledger_transfer t ON t.id = p.id"
    " JOIN ledger_unit u ON u.code = p.unit",
)  # fmt: skip
_TIERS: Final = _counted(
    "tier", "g.ladder || '/' || g.level", _month(f"g.ends_at {_LAST}", "coalesce(z.zone, 'UTC')"), "1",
    "JOIN programme_given g ON g.id = r.made AND g.void_at IS NULL"
    " LEFT JOIN unnest(%s::text[], %s::text[]) AS z(ladder, zone) ON z.ladder = g.ladder",
)  # fmt: skip
_CARDS: Final = _counted(
    "card", "i.source", "''", "1", "JOIN members_identifier i ON i.id = r.made AND i.state = 'active'"
)
# Where the row says no end, its series does.
_COUPON_ENDS: Final = f"CASE WHEN r.month = '' THEN '' ELSE {_month(f'c.expires_at {_LAST}', '%s::text')} END"
_COUPONS: Final = _counted(
    "coupon", "c.series", _COUPON_ENDS, "c.uses",
    "JOIN programme_coupon c ON c.id = r.made AND c.state <> 'revoked'",
)  # fmt: skip
_REASONS: Final = (
    f"SELECT r.reason, count(*) {_OF} WHERE r.of_id = %s AND r.state = 'refused' GROUP BY 1 ORDER BY 2 DESC, 1"
)
_COUNTS: Final = (
    "SELECT count(*) FILTER (WHERE r.state = 'kept'), count(*) FILTER (WHERE r.state = 'refused')"
    f" {_OF} WHERE r.of_id = %s"
)
_BACK: Final = (
    "SELECT r.kind, count(*) FILTER (WHERE r.back = r.amount), coalesce(sum(r.back), 0)::bigint,"
    " count(*) FILTER (WHERE r.back < r.amount), coalesce(sum(r.amount - r.back), 0)::bigint,"
    f" count(*) FILTER (WHERE r.back IS NULL) {_OF} {_KEPT} AND r.ours GROUP BY 1 ORDER BY 1"
)


def report(row: MoveIn, *, at: datetime) -> Report:
    """Ten queries. Rows that could not be read count where they stand, with the amounts that could be."""
    terms = known(row.organisation, at)
    zones = [column(list(terms.ladders)), column([one.zone for one in terms.ladders.values()])]
    here: dict[tuple[str, str, str], tuple[int, int]] = {}
    for statement, more in ((_LOTS, []), (_PENDING, []), (_TIERS, zones), (_CARDS, []), (_COUPONS, [terms.zone])):
        # A statement's own values come before or after the move-in, as they stand in it.
        values = [*more, row.id] if more else [row.id]
        here |= {(kind, label, month): (rows, amount) for kind, label, month, rows, amount in run(statement, values)}
    said = {(kind, label, month): (rows, amount) for kind, label, month, rows, amount in run(_SAID, [row.id])}
    lines = [Tie(*key, *said.get(key, (0, 0)), *here.get(key, (0, 0))) for key in sorted({*said, *here})]
    ((kept, refused),) = run(_COUNTS, [row.id])
    reasons = dict(run(_REASONS, [row.id]))
    told = _taken_back(run(_BACK, [row.id])) if row.undone_at is not None else {}
    return Report(row.id, row.name, kept + refused, kept, refused, reasons, tuple(lines), row.undone_at, told)


def _taken_back(rows: Sequence[tuple[Any, ...]]) -> dict[str, int]:
    """By kind: rows and amounts that went, and those that could not, and rows that are still to be looked at."""
    names = ("rows", "amount", "rows_kept", "amount_kept", "rows_waiting")
    return {f"{kind}_{name}": count for kind, *counts in rows for name, count in zip(names, counts, strict=True)}


def missing(row: MoveIn, *, after: int = 0, limit: int | None = None) -> list[tuple[int, Refused]]:
    """Refused rows with their numbers, in the order in which they were. One query."""
    rows = MoveInRow.objects.filter(of=row, state="refused", id__gt=after).order_by("id")[:limit]
    return [(one.id, Refused(one.file, one.line, one.column, one.reason)) for one in rows]
