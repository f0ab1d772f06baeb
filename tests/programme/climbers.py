"""An organisation with a ladder and members who climb it, for tests of tiers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.programme.conftest import ANN, HOME

from regulars.basics.ids import new_id
from regulars.ledger.services import define_unit
from regulars.members.models import Member
from regulars.programme.book import book
from regulars.programme.models import Standing
from regulars.programme.moves_tiers import Counts, TakenBack, TierChange
from regulars.programme.selectors.tiers import levels_of
from regulars.programme.services.qualifying import qualify, take_back
from regulars.programme.services.reviewing import begin_due, review_due
from regulars.programme.services.terms import publish
from regulars.rules.tiers.standing import Held

BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
LEVELS: list[dict[str, Any]] = [
    {"code": "blue"},
    {"code": "silver", "reach": [{"miles": 100}, {"segments": 5}]},
    {"code": "gold", "reach": [{"miles": 200}], "keep": [{"miles": 150}]},
    {"code": "platinum", "reach": [{"miles": 400}], "lifetime": [{"miles": 3000}]},
]


def day(year: int, month: int, number: int = 1, hour: int = 0) -> datetime:
    return datetime(year, month, number, hour, tzinfo=UTC)


def ladder(code: str = "miles", *, begins_at: datetime = BEGAN, levels: Any = None, **more: Any) -> None:
    document = {"levels": levels or LEVELS, **more}
    units_of(document, begins_at)
    publish("ladder", code, document, organisation=HOME, begins_at=begins_at, actor=ANN, at=begins_at)


def units_of(ladder: Mapping[str, Any], at: datetime) -> None:
    """A ladder counts units that are there."""
    asked = (level.get(what, []) for level in ladder["levels"] for what in ("reach", "keep", "lifetime"))
    for code in {name for alternatives in asked for one in alternatives for name in one} - {"spend", "purchases"}:
        define_unit(code, code, actor=ANN, at=at)


def member(joined_at: datetime = BEGAN) -> UUID:
    number = new_id(joined_at)
    Member.objects.create(
        id=number, root_id=number, organisation=HOME, state="active", source="test", enrolled_at=joined_at,
        created_at=joined_at,
    )  # fmt: skip
    return number


def flew(who: UUID, at: datetime, miles: int = 0, *, late: datetime | None = None, **amounts: int) -> UUID:
    """The occasion."""
    occasion = new_id(at)
    earned(who, at, {**({"miles": miles} if miles else {}), **amounts}, occasion=occasion, recorded_at=late or at)
    return occasion


def earned(
    who: UUID, at: datetime, amounts: Mapping[str, int], *, occasion: UUID, recorded_at: datetime
) -> list[TierChange]:
    return qualify([Counts(who, occasion, amounts, at)], organisation=HOME, actor=ANN, at=recorded_at)


def returned(occasion: UUID, at: datetime, amounts: Mapping[str, int] | None = None) -> list[TierChange]:
    return take_back([TakenBack(occasion, amounts)], organisation=HOME, actor=ANN, at=at)


def night(at: datetime) -> int:
    """What the job does; how many steps it took."""
    begin_due(actor=ANN, at=at)
    steps = 0
    while review_due(actor=ANN, at=at):
        steps += 1
        assert steps < 200
    return steps


def shown(who: UUID, at: datetime, code: str = "miles") -> Held:
    return levels_of([who], terms=book(HOME), at=at)[who][code]


def kept(who: UUID, code: str = "miles") -> Standing:
    return Standing.objects.get(member=who, ladder=code)
