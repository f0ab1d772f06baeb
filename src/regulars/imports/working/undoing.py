"""Takes an import back: merges, purchases, members, in this order; and says what stays and why."""

from typing import Any, Final

from django.db import transaction

from regulars.basics.errors import RegularsError
from regulars.history.custody import LakeBusy
from regulars.imports import locks
from regulars.imports.models import Booked, Import, Joined, State
from regulars.imports.services.asking import forget_when
from regulars.imports.working import persons, scoring
from regulars.imports.working.desk import Desk, Overtaken
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.members import importing_undo, merging
from regulars.sales.sending import out_of_lake
from regulars.sales.services import withdraw

AT_ONCE: Final = 2_000  # bills of one transaction


def undo(desk: Desk) -> None:
    """Stopped anywhere, the next worker goes on: each part can be done again."""
    told: dict[str, Any] = {"parted": 0, "parted_refused": 0, "withdrawn": 0, "sales_stay": 0}
    told |= {"members_gone": 0, "members_stay": 0, "reverted": 0} | desk.row.told.get("undone", {})
    _part(desk, told)
    if desk.row.wish["points"]:
        told["sales_stay"] = Booked.objects.filter(of=desk.id).count()
    else:
        _out_of_history(desk)
        _withdraw(desk, told)
    _lists(desk, told)
    if told["withdrawn"]:
        told |= scoring.ask(desk, [])
    _done(desk, told)


def _part(desk: Desk, told: dict[str, Any]) -> None:
    """Merges done with it, the last first."""
    for row in Joined.objects.filter(of=desk.id).order_by("-merge"):
        desk.say("parting who was merged", told["parted"])
        with transaction.atomic():
            try:
                with transaction.atomic():
                    merging.unmerge(
                        row.other, organisation=desk.organisation, reason="import undone", actor=desk.actor, at=desk.at
                    )
                told["parted"] += 1
            except RegularsError:  # parted by hand, merged further, erased: it stays as people have made it
                told["parted_refused"] += 1
            row.delete()
            desk.tell(undone=told)


def _out_of_history(desk: Desk) -> None:
    """What it brought into the history lake. Raises LakeBusy: the next turn goes on."""
    for batch in list(desk.row.batches):
        desk.say("taking it out of the history")
        if not out_of_lake(batch, at=desk.at):
            raise LakeBusy("Somebody else changes the history just now.")
        desk.row.batches = [one for one in desk.row.batches if one != batch]
        Import.objects.filter(pk=desk.id).update(batches=desk.row.batches)


def _withdraw(desk: Desk, told: dict[str, Any]) -> None:
    while some := list(Booked.objects.filter(of=desk.id).order_by("sale").values_list("sale", flat=True)[:AT_ONCE]):
        desk.say("taking purchases back", told["withdrawn"])
        with transaction.atomic():
            if not locks.held(desk.id, desk.claim):
                raise Overtaken
            gone = withdraw(some, organisation=desk.organisation, actor=desk.actor, at=desk.at)
            Booked.objects.filter(sale__in=some).delete()
            told["withdrawn"] += len(gone)
            told["sales_stay"] += len(some) - len(gone)
            desk.tell(undone=told)


def _lists(desk: Desk, told: dict[str, Any]) -> None:
    """Members that it made and that have no other history, and what it changed of others."""
    for row in persons.lists_of(desk):
        if row.undone_at is not None:
            continue
        desk.say("taking members back")
        with transaction.atomic():
            done = importing_undo.undo(row.id, organisation=desk.organisation, actor=desk.actor, at=desk.at)
            told["members_gone"] += done["removed"]
            told["members_stay"] += done["kept"]
            told["reverted"] += done["reverted"]
            desk.tell(undone=told)


@transaction.atomic
def _done(desk: Desk, told: dict[str, Any]) -> None:
    if not locks.held(desk.id, desk.claim):
        raise Overtaken
    row = desk.row
    row.state, row.doing, row.ended_at, row.forget_at = State.UNDONE, "", desk.at, forget_when(desk.at)
    row.told = {**row.told, "undone": told}
    desk.keep("state", "doing", "ended_at", "forget_at", "told")
    record([Deed("imports.undone", desk.text, after=told)], actor=desk.actor, at=desk.at)
