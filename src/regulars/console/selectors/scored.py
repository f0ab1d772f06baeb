"""Members by their scores, as lists show them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from regulars.console.desk import Desk
from regulars.console.selectors.complaints import complained
from regulars.console.selectors.names import names_of
from regulars.console.selectors.reasons import why
from regulars.members.models import Member
from regulars.scorebook import listing
from regulars.scorebook.models import Run, Score
from regulars.scorebook.moves import Cut

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A member with what a list about scores says of them."""

    id: UUID
    name: str
    value_class: str
    stage: str
    last_on: date | None
    spend: int
    at_risk: int | None
    leave: float | None
    buys: float | None
    because: str
    score: Score


def page(desk: Desk, run: Run, cut: Cut, *, offset: int, limit: int = PAGE) -> list[Row]:
    """Those a cut leaves, and one more where there are more. Three queries; of who complained three more."""
    if cut.reason == "complaint":
        among = complained(run, at=desk.at)
        return rows(desk, run, listing.listed(run, Cut(stage="decline"), limit=limit + 1, offset=offset, among=among))
    return rows(desk, run, listing.listed(run, cut, limit=limit + 1, offset=offset))


def number(desk: Desk, run: Run, cut: Cut) -> int:
    """How many it leaves. One query; of who complained three."""
    if cut.reason == "complaint":
        return len(complained(run, at=desk.at))
    return run.members if cut == Cut() else listing.count(run, cut)


def rows(desk: Desk, run: Run, scores: Sequence[Score]) -> list[Row]:
    """Two queries; none for nobody. Who was merged or taken out since the run is left out."""
    here = members_still(one.member for one in scores)
    listed = [one for one in scores if one.member in here]
    names = names_of([one.member for one in listed])
    return [
        Row(
            one.member, names.get(one.member, ""), one.value_class, one.stage, one.last_on, one.spend_365_minor,
            one.at_risk_minor, one.leave_chance, one.buy_chance, why(one, run, desk), one,
        )
        for one in listed
    ]  # fmt: skip


def members_still(ids: Any) -> set[UUID]:
    """Those who are members by themselves now. One query; none for nobody."""
    asked: Collection[UUID] = list(ids)
    if not asked:
        return set()
    known = Member.objects.filter(id__in=asked, state__in=("active", "anonymous"))
    return {one for one, root in known.values_list("id", "root_id") if one == root}
