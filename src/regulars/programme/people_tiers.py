"""What deeds about people do to levels, benefits and redemptions: gathered at a merge, parted at an un-merge.

Every row keeps whose card was shown (`own`), so that it finds its way back. What counts is counted together; the level
that two members have who become one is the higher, or told again from the entries of both, as the ladder says. It is
written as a level given by the merge, so that nothing decided before is decided anew; un-merge makes that void.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor
from regulars.journal.statements import column, run
from regulars.members.deeds import Plain
from regulars.programme import locks
from regulars.programme.book import Book, book
from regulars.programme.ladders import holding
from regulars.programme.looking import tell
from regulars.programme.models import BenefitUse, Given, LevelCoupon, Qualifying, Redemption, Standing
from regulars.programme.selectors.tiers import history
from regulars.programme.services.deciding import again
from regulars.programme.standings import Row, plain, write
from regulars.rules.tiers.ladder import Ladder, OnMerge
from regulars.rules.tiers.standing import Because
from regulars.rules.tiers.standing import Standing as Earned

room: Final = "tiers"
_TABLES: Final = ("qualifying", "given", "benefit_use", "level_coupon", "redemption")


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """A fixed number of queries for each organisation's ladders."""
    rows = locks.standings([survivor, other])
    moved = {name: _move(name, other, survivor) for name in _TABLES}
    if not rows:
        return {"moved": moved}
    terms = book(rows[0].organisation)
    mine = {row.ladder: row for row in rows if row.member == survivor}
    theirs = {row.ladder: row for row in rows if row.member == other}
    mine |= {code: replace(row, member=survivor) for code, row in theirs.items() if code not in mine}
    Given.objects.bulk_create(_given(terms, mine, theirs, survivor, deed, actor, at))
    Standing.objects.filter(member=other).delete()
    write(mine.values())
    again([row for row in mine.values() if row.ladder in theirs], terms=terms, at=at)
    return {"moved": moved}


def unmerge(
    survivor: UUID, others: Sequence[UUID], *, plan: Mapping[str, Any], deed: UUID, actor: Actor, at: datetime
) -> Plain:
    """What was counted, used and given with a card of the other goes back with it, also what came since; the levels of
    both are told again."""
    locks.standings([survivor])
    Given.objects.filter(deed=deed, void_at=None).update(void_at=at)
    moved = {name: _move(name, survivor, others[0], others) for name in _TABLES}
    rows = locks.standings([survivor])
    if not rows:
        return {"moved": moved}
    terms = book(rows[0].organisation)
    joined = dict(
        run("SELECT id, enrolled_at FROM members_member WHERE id = ANY(%s::uuid[])", [column([survivor, others[0]])])
    )
    survivors = [replace(row, joined_at=joined.get(survivor, row.joined_at)) for row in rows]
    parted = [replace(row, member=others[0], joined_at=joined.get(others[0], row.joined_at)) for row in rows]
    write(parted)
    again([*survivors, *parted], terms=terms, at=at)
    return {"moved": moved}


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """What counted stays, under ids that name nobody; nobody stands anywhere any more. Three queries."""
    waiting = LevelCoupon.objects.filter(member__in=members, handed_at=None)
    return {
        "standings": Standing.objects.filter(member__in=members).delete()[0],
        "level_coupons": waiting.delete()[0],
    }


def export(members: Sequence[UUID]) -> Plain:
    """Six queries."""
    return {
        "counted": [
            {
                "measure": row.measure, "amount": row.amount, "effective_at": row.effective_at.isoformat(),
                "recorded_at": row.recorded_at.isoformat(),
            }
            for row in Qualifying.objects.filter(member__in=members).order_by("id")
        ],
        "tiers": [
            {"ladder": row.ladder, "level": row.shown_level, "since": row.shown_since.isoformat()}
            for row in Standing.objects.filter(member__in=members).order_by("ladder")
        ],
        "history": [
            {"ladder": one.ladder, "level": one.level, "at": one.at.isoformat(), "because": one.because}
            for one in history(members)
        ],
        "benefits_used": [
            {"benefit": row.benefit, "count": row.count - row.given_back, "used_at": row.used_at.isoformat()}
            for row in BenefitUse.objects.filter(member__in=members).order_by("id")
        ],
        "redemptions": [
            {
                "id": typed("rdm", row.id), "reward": row.reward, "count": row.count, "unit": row.unit,
                "amount": row.amount, "state": row.state, "asked_at": row.asked_at.isoformat(),
            }
            for row in Redemption.objects.filter(member__in=members).order_by("id")
        ],
    }  # fmt: skip


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Who counted, was given or redeemed something has a history here. Four queries."""
    stay: set[UUID] = set()
    for table in (Qualifying, Given, BenefitUse, Redemption):
        stay.update(table.objects.filter(own__in=members).values_list("own", flat=True).distinct())
    gone = [member for member in members if member not in stay]
    Standing.objects.filter(member__in=gone).delete()
    return [member for member in members if member in stay]


def _move(name: str, giver: UUID, taker: UUID, shown: Sequence[UUID] | None = None) -> int:
    """Rows that belong to another now; with `shown` only those of these cards."""
    sql = f"UPDATE programme_{name} SET member = %s WHERE member = %s"
    if shown is None:
        return len(run(f"{sql} RETURNING 1", [taker, giver]))
    return len(run(f"{sql} AND own = ANY(%s::uuid[]) RETURNING 1", [taker, giver, column(shown)]))


def _given(
    terms: Book,
    mine: Mapping[str, Row],
    theirs: Mapping[str, Row],
    survivor: UUID,
    deed: UUID,
    actor: Actor,
    at: datetime,
) -> list[Given]:
    """Where the one that both are stands from now on, on every ladder on which the other stood."""
    ladders = holding(terms, at)
    asked = [mine[code] for code in theirs if code in ladders and ladders[code].on_merge == OnMerge.RECOMPUTED]
    together = {one.after.ladder: one.after.earned for one in (tell(asked, terms=terms, at=at) if asked else ())}
    return [
        Given(
            id=new_id(at),
            organisation=row.organisation,
            member=survivor,
            own=survivor,
            ladder=code,
            level=(best := together.get(code) or _higher(ladders[code], mine[code].earned, row.earned)).level,
            because=Because.MERGED.value,
            begins_at=at,
            made_at=at,
            made_by=f"{actor.kind}:{actor.id}",
            deed=deed,
            standing=plain(best),
        )
        for code, row in theirs.items()
        if code in ladders
    ]


def _higher(ladder: Ladder, mine: Earned, other: Earned) -> Earned:
    """The higher level, of equal ones the longer; what either has for ever both have."""
    never = datetime.max.replace(tzinfo=UTC)

    def worth(one: Earned) -> tuple[int, datetime]:
        return ladder.rank(one.level), one.valid_until or never

    best = max(mine, other, key=worth)
    floor = max(mine.floor, other.floor, key=ladder.rank)
    years = {code: max(mine.held.get(code, 0), other.held.get(code, 0)) for code in {*mine.held, *other.held}}
    because = best.because if worth(mine) >= worth(other) else Because.MERGED
    return replace(best, floor=floor, held=years, because=because)
