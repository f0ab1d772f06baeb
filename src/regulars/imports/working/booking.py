"""Books an import step by step; what a done step did is not done again, and a step goes on where it was stopped."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db import transaction

from regulars.imports import locks
from regulars.imports.models import State, Table
from regulars.imports.moves import STEPS
from regulars.imports.services.asking import forget_when
from regulars.imports.working import bills, joining, persons, places, returns, scoring
from regulars.imports.working.desk import Desk, Overtaken
from regulars.journal.moves import Deed
from regulars.journal.services import record

Tables = list[Table]
DOING: Final[Mapping[str, Callable[[Desk, Tables], dict[str, Any]]]] = {
    "people": persons.take_in,
    "stores": places.settle,
    "bills": bills.book,
    "returns": returns.book,
    "duplicates": joining.join,
    "scores": scoring.ask,
}
SAID: Final = {
    "people": "making members", "stores": "finding stores", "bills": "booking purchases",
    "returns": "booking what came back", "duplicates": "looking for duplicates", "scores": "asking for scores",
}  # fmt: skip


def book(desk: Desk) -> None:
    tables = list(Table.objects.filter(of=desk.id).order_by("number"))
    for step in STEPS:
        if step in desk.row.steps:
            continue
        desk.look_up(SAID[step])
        told = DOING[step](desk, tables)
        desk.row.steps = [*desk.row.steps, step]
        desk.keep("steps")
        desk.tell(**told)
    _done(desk)


@transaction.atomic
def _done(desk: Desk) -> None:
    if not locks.held(desk.id, desk.claim):
        raise Overtaken
    row = desk.row
    row.state, row.doing, row.ended_at, row.forget_at = State.BOOKED, "", desk.at, forget_when(desk.at)
    desk.keep("state", "doing", "ended_at", "forget_at")
    after = {name: row.told.get(name, 0) for name in ("created", "booked", "came_back", "joined")}
    record([Deed("imports.booked", desk.text, after=after)], actor=desk.actor, at=desk.at)


assert tuple(DOING) == STEPS
