"""Levels that moved in are taken back as if they had never been, with the coupons they brought; where something of them
was used, they stay."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, run
from regulars.programme import locks
from regulars.programme.book import book
from regulars.programme.ladders import holding
from regulars.programme.services.coupons import revoke
from regulars.programme.services.deciding import again
from regulars.programme.services.qualifying import noted

_WHOSE: Final = "SELECT DISTINCT member FROM programme_given WHERE id = ANY(%s::uuid[]) AND void_at IS NULL"
_BROUGHT: Final = (
    "programme_level_coupon l LEFT JOIN LATERAL generate_series(0, l.count - 1) AS n ON true"
    " LEFT JOIN programme_coupon c ON c.organisation = l.organisation AND c.series = l.series"
    " AND c.given_for = 'level ' || l.id || '/' || n"
)
_OF: Final = "l.member = g.member AND l.ladder = g.ladder AND l.level = g.level AND l.issued_at >= g.made_at"
# Benefits used at the level, coupons of it used, or two who became one since, on the strength of it.
_FREE: Final = (
    "SELECT g.id, g.member, g.ladder, g.level FROM programme_given g WHERE g.id = ANY(%s::uuid[]) AND g.void_at IS NULL"
    " AND NOT EXISTS (SELECT FROM programme_benefit_use u WHERE u.member = g.member AND u.ladder = g.ladder"
    "  AND u.level = g.level AND u.used_at >= g.made_at AND u.given_back < u.count)"
    f" AND NOT EXISTS (SELECT FROM {_BROUGHT} WHERE {_OF} AND c.taken > 0)"
    " AND NOT EXISTS (SELECT FROM programme_given o WHERE o.member = g.member AND o.ladder = g.ladder"
    "  AND o.standing IS NOT NULL AND o.void_at IS NULL AND o.made_at >= g.made_at)"
)
_COUPONS: Final = (
    f"SELECT DISTINCT c.id FROM programme_given g JOIN ({_BROUGHT}) ON {_OF}"
    " WHERE g.id = ANY(%s::uuid[]) AND c.id IS NOT NULL"
)
_NOTES: Final = f"DELETE FROM programme_level_coupon l USING programme_given g WHERE g.id = ANY(%s::uuid[]) AND {_OF}"
_VOID: Final = "UPDATE programme_given SET void_at = %s WHERE id = ANY(%s::uuid[])"


def void_levels(given: Collection[UUID], *, organisation: UUID, actor: Actor, at: datetime) -> set[UUID]:
    """Which of them were taken back. Within the caller's transaction. Some 20 queries however many."""
    members = [member for (member,) in run(_WHOSE, [column(sorted(given))])]
    rows = locks.standings(members)
    free = run(_FREE, [column(sorted(given))])
    ids = column(sorted(number for number, _, _, _ in free))
    coupons = [number for (number,) in run(_COUPONS, [ids])]
    if coupons:
        revoke(coupons, organisation=organisation, reason="moved out", actor=actor, at=at)
    run(_NOTES, [ids])
    run(_VOID, [at, ids])
    deeds = [
        Deed(
            "tiers.void", typed("mbr", member), before={"ladder": ladder, "level": level, "given": typed("gvn", number)}
        )
        for number, member, ladder, level in free
    ]
    record(deeds, actor=actor, at=at)
    terms = book(organisation)
    concerned = {(member, ladder) for _, member, ladder, _ in free}
    there = holding(terms, at)
    told = [row for row in rows if (row.member, row.ladder) in concerned and row.ladder in there]
    noted(again(told, terms=terms, at=at), actor=actor, at=at)
    return {number for number, _, _, _ in free}
