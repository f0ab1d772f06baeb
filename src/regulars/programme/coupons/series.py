"""One series of coupons: what became of them, and the coupons and uses behind each figure. Each says its cost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.journal.statements import run

GIVEN: Final = "given"
# By figure what it is of: coupons as they stand now, or what was done with them at purchases.
COUPONS: Final = {
    GIVEN: "true",
    "left": "c.state = 'issued' AND (c.expires_at IS NULL OR c.expires_at > %(at)s)",
    "expired": "(c.state = 'expired' OR c.state = 'issued' AND c.expires_at <= %(at)s)",
    "revoked": "c.state = 'revoked'",
}
USES: Final = ("reserved", "redeemed", "restored")
FIGURES: Final = (GIVEN, "left", *USES, "expired", "revoked")
_OF: Final = "c.organisation = %(organisation)s AND c.series = %(series)s"
_USED: Final = (
    "SELECT u.state, count(*), coalesce(sum(u.discount), 0)::bigint FROM programme_coupon c"
    f" JOIN programme_coupon_use u ON u.coupon = c.id WHERE {_OF} GROUP BY u.state"
)
_COUPON_ROWS: Final = (
    "SELECT c.id, c.member, NULL::uuid, 0::bigint, '', c.issued_at, CASE WHEN c.state = 'issued'"
    " AND c.expires_at <= %(at)s THEN 'expired' ELSE c.state END, c.expires_at, 0::bigint"
    f" FROM programme_coupon c WHERE {_OF} AND c.id < %(before)s AND "
)
_USE_ROWS: Final = (
    "SELECT c.id, coalesce(u.member, c.member), u.occasion, u.discount, u.currency, u.at, u.state, c.expires_at, u.id"
    f" FROM programme_coupon_use u JOIN programme_coupon c ON c.id = u.coupon WHERE {_OF} AND u.state = %(state)s"
    " AND u.id < %(before)s ORDER BY u.id DESC LIMIT %(limit)s"
)
_LAST: Final = UUID(int=(1 << 128) - 1)


@dataclass(frozen=True, slots=True)
class Row:
    """A coupon as it stands, or a use of one with its purchase."""

    coupon: UUID
    member: UUID | None  # to whom it was given, or who used it, as the person stood then
    sale: UUID | None
    discount: int
    currency: str
    at: datetime
    state: str
    expires_at: datetime | None
    use: int = 0

    @property
    def place(self) -> str:
        """Where the list goes on."""
        return str(self.use or self.coupon)


def uses(organisation: UUID, series: str) -> dict[str, list[int]]:
    """By state how many uses, and what they took off. 1 query over all of them."""
    rows = run(_USED, {"organisation": organisation, "series": series})
    return {state: [count, discount] for state, count, discount in rows}


def behind(
    figure: str, *, organisation: UUID, series: str, at: datetime, before: str = "", limit: int = 50
) -> list[Row]:
    """What a figure counts, the newest first, from `before` on. 1 query."""
    asked: dict[str, Any] = {"organisation": organisation, "series": series, "limit": limit}
    if figure in USES:
        asked |= {"state": figure, "before": int(before) if before.isdecimal() and len(before) < 19 else 2**62}
        return [Row(*row) for row in run(_USE_ROWS, asked)]
    sql = f"{_COUPON_ROWS}{COUPONS[figure]} ORDER BY c.id DESC LIMIT %(limit)s"
    return [Row(*row) for row in run(sql, {**asked, "at": at, "before": _uuid(before)})]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return _LAST
