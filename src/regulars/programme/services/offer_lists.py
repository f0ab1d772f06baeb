"""Personal lists are made: many at once, each once for its period; a new one ends the one before, with its offers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_ids, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, columns, run, unnested
from regulars.programme.coupons.moves import Binding, Gift
from regulars.programme.services.coupons_issuing import issue, numbers

AT_ONCE: Final = 5_000
_LISTS: Final = {
    "id": "uuid", "organisation": "uuid", "number": "bigint", "member": "uuid", "made_for": "text",
    "begins_at": "timestamptz", "ends_at": "timestamptz",
}  # fmt: skip
_MAKE: Final = (
    f"INSERT INTO programme_offer_list ({', '.join(_LISTS)}) SELECT {', '.join(_LISTS)} FROM {unnested(_LISTS)}"
    " ON CONFLICT (made_for, member) DO NOTHING RETURNING id"
)
_LINES: Final = {
    "list": "uuid", "rank": "smallint", "item": "text", "name": "text", "why": "text", "next_on": "date",
}  # fmt: skip
_WRITE: Final = (
    f"INSERT INTO programme_offer_list_line ({', '.join(_LINES)}) SELECT {', '.join(_LINES)} FROM {unnested(_LINES)}"
)
# Of a person as they are now: lists of who merged into them are theirs. A late bill is judged by its own time, so that
# coupons are not revoked but end, the ones that a till holds just now with them.
_END: Final = """
WITH over AS (
    UPDATE programme_offer_list l SET ends_at = %(at)s::timestamptz
    WHERE l.id IN (SELECT o.id FROM programme_offer_list o {which}
        AND (o.ends_at IS NULL OR o.ends_at > %(at)s::timestamptz) ORDER BY o.id LIMIT %(most)s FOR UPDATE OF o)
    RETURNING l.id
), coupons AS (
    UPDATE programme_coupon c SET expires_at = %(at)s::timestamptz FROM over
    WHERE c.list = over.id AND c.state IN ('issued', 'reserved')
        AND (c.expires_at IS NULL OR c.expires_at > %(at)s::timestamptz)
)
SELECT count(*) FROM over
"""
_OF_MEMBERS: Final = (
    "JOIN members_member m ON m.id = o.member JOIN members_member n ON n.root_id = m.root_id"
    " WHERE n.id = ANY(%(members)s::uuid[]) AND o.organisation = %(organisation)s::uuid"
    " AND o.id <> ALL(%(new)s::uuid[])"
)
_OF_PERIODS: Final = "WHERE o.organisation = %(organisation)s::uuid AND o.made_for = ANY(%(periods)s::text[])"


@dataclass(frozen=True, slots=True)
class NewLine:
    """A product, why it stands there, and the series whose coupon it gets; None: it stands there as it is."""

    item: str
    name: str
    why: str
    next_on: date | None = None
    series: str | None = None


@dataclass(frozen=True, slots=True)
class NewList:
    """What stands on somebody's list, the best first; each product once."""

    member: UUID
    lines: tuple[NewLine, ...]


@transaction.atomic
def make(
    wanted: Sequence[NewList],
    *,
    organisation: UUID,
    made_for: str,
    until: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> int:
    """So many new lists, and their coupons, which nobody else may use; who has one of that period keeps that one. Five
    queries, and six for each series. Raises UnknownTerms."""
    if not wanted:
        return 0
    first = numbers(organisation, len(wanted))
    rows = [
        (id, organisation, number, one.member, made_for, at, until)
        for number, (id, one) in enumerate(zip(new_ids(at, len(wanted)), wanted, strict=True), first)
    ]
    made = {id for (id,) in run(_MAKE, columns(rows, len(_LISTS)))}
    new = [(row[0], one) for row, one in zip(rows, wanted, strict=True) if row[0] in made]
    lines = [
        (id, rank, line.item, line.name, line.why, line.next_on.isoformat() if line.next_on else None)
        for id, one in new
        for rank, line in enumerate(one.lines, 1)
    ]
    if lines:
        run(_WRITE, columns(lines, len(_LINES)))
    for series in sorted({line.series for _, one in new for line in one.lines if line.series}):
        gifts = [
            Gift(one.member, f"list {id}/{line.item}", line.item, id)
            for id, one in new
            for line in one.lines
            if line.series == series
        ]
        issue(series, organisation=organisation, to=gifts, binding=Binding.HARD, until=until, actor=actor, at=at)
    asked = {"members": column([one.member for _, one in new]), "new": column(sorted(made))}
    run(_END.format(which=_OF_MEMBERS), {**asked, "organisation": organisation, "at": at, "most": None})
    if new:
        told = {"lists": len(new), "lines": len(lines), "made_for": made_for}
        record([Deed("coupons.make_lists", typed("org", organisation), after=told)], actor=actor, at=at)
    return len(new)


@transaction.atomic
def end(periods: Collection[str], *, organisation: UUID, actor: Actor, at: datetime) -> int:
    """Some lists made for these periods that still stand open are over, and their offers; how many. One query."""
    asked = {"organisation": organisation, "at": at, "periods": column(sorted(periods)), "most": AT_ONCE}
    ((count,),) = run(_END.format(which=_OF_PERIODS), asked)
    if count:
        record([Deed("coupons.end_lists", typed("org", organisation), after={"lists": count})], actor=actor, at=at)
    return int(count)
