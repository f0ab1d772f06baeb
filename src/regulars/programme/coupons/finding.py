"""Which coupons codes are. Genuine ones lead to their row by number, other texts by a digest; nothing else is tried."""

import hmac
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.journal.statements import column, run
from regulars.members.keyring import derived
from regulars.members.keys import card_secret
from regulars.programme import locks
from regulars.programme.coupons import codes
from regulars.programme.coupons.moves import CouponRow

_MARK: Final = 16  # bytes
_FIND: Final = (
    f"SELECT {locks.COUPON} FROM programme_coupon WHERE organisation = %s AND number = ANY(%s::bigint[])"
    f" UNION ALL SELECT {locks.COUPON} FROM programme_coupon WHERE organisation = %s AND mark = ANY(%s::bytea[])"
)
_ALSO: Final = f" UNION ALL SELECT {locks.COUPON} FROM programme_coupon WHERE id = ANY(%s::uuid[])"

LAPSED: Final = (
    "SELECT u.coupon, count(*)::int FROM programme_coupon_use u JOIN programme_reservation r USING (occasion)"
    " WHERE u.coupon = ANY(%s::uuid[]) AND u.state = 'reserved' AND r.closed_as IS NULL AND r.lapses_at <= %s"
    " GROUP BY u.coupon"
)


def secret(organisation: UUID) -> bytes:
    """The key of an organisation's codes; made of the one that signs cards, which never changes."""
    return derived(card_secret(), f"coupon code {organisation}")


def mark(text: str, key: bytes) -> bytes:
    """The digest by which a text is found that is no signed number."""
    return hmac.digest(key, b"text" + codes.normal(text).encode(), "sha256")[:_MARK]


def find(texts: Collection[str], *, organisation: UUID, locked: bool, at: datetime) -> dict[str, CouponRow]:
    """As `find_all`, of texts alone."""
    return find_all(texts, (), organisation=organisation, locked=locked, at=at)[0]


def find_all(
    texts: Collection[str], also: Collection[UUID], *, organisation: UUID, locked: bool, at: datetime
) -> tuple[dict[str, CouponRow], dict[UUID, CouponRow]]:
    """The coupons of these texts, by text, and all by id, `also` among them; the unknown and those of others are not in
    it. One query; one more to lock, and one where any is held: what lapsed reservations hold is free, whether the job
    came by or not.

    Coupons that many share are not locked: nothing of theirs is counted on the row.
    """
    if not texts and not also:
        return {}, {}
    key = secret(organisation)
    numbers = {text: codes.read(text, key) for text in texts}
    marks = {text: mark(text, key) for text in texts}  # of all, so that a made-up code takes as long as a shared one
    wanted = [number for number in numbers.values() if number is not None]
    asked = [organisation, column(wanted), organisation, column(marks.values())]
    found_rows = rows_of(run(_FIND + _ALSO, [*asked, column(sorted(also))]) if also else run(_FIND, asked))
    rows = list({row.id: row for row in found_rows}.values())
    if locked:
        rows = [*locks.coupons([row.id for row in rows if row.uses is not None]), *(r for r in rows if r.uses is None)]
    rows = _without_lapsed(rows, at)
    by_number = {row.number: row for row in rows if row.number is not None}
    by_mark = {row.mark: row for row in rows if row.mark is not None}
    found = {
        text: by_mark.get(marks[text]) if number is None else by_number.get(number) for text, number in numbers.items()
    }
    return {text: row for text, row in found.items() if row is not None}, {row.id: row for row in rows}


def _without_lapsed(rows: list[CouponRow], at: datetime) -> list[CouponRow]:
    """As they stand when what has lapsed is taken off; whoever takes such a place gives the old one up first."""
    held = [row.id for row in rows if row.taken > row.kept]
    lapsed = dict(run(LAPSED, [column(held), at])) if held else {}
    return [replace(row, taken=row.taken - lapsed.get(row.id, 0)) for row in rows]


def rows_of(rows: Sequence[tuple[Any, ...]]) -> list[CouponRow]:
    return [CouponRow(*row) for row in rows]
