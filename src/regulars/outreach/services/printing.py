"""Letters: what is due is put into files together, a print run; after a crash the same run is written again."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members.selectors import roots
from regulars.members.selectors.profiles import facts_of
from regulars.outreach import locks
from regulars.outreach.channels.base import Parcel
from regulars.outreach.channels.letters import Letter, Sender, folder, write
from regulars.outreach.models import Happened, Message, MessageState, Outgoing, PrintRun
from regulars.outreach.services.outgoing import happened
from regulars.outreach.services.sending import LEASE, TAKEN_BACK, give_up, parcels_of
from regulars.outreach.templates.channels import POST
from regulars.outreach.templates.reading_facts import clean

PREFIX: Final = "run"
_FACTS: Final = ("given_name", "family_name", "full_name", "street", "address_more", "postcode", "town", "country")


def print_due(*, actor: Actor, at: datetime, most: int = 500) -> int:
    """One run; says how many letters were looked at. Exactly once: a letter is noted when its run is on the disk, and a
    run that was cut short is made again with the letters it had."""
    taken = _taken(at, most)
    if not taken:
        return 0
    run = next(iter(taken.values())).run
    assert run is not None
    parcels = parcels_of(taken, actor=actor, at=at)
    letters = _letters(parcels, actor, at)
    if letters:
        sender = _sender(parcels[0].setting)
        form = write(typed(PREFIX, run), [letter for _, letter in letters], sender, within=folder())
        _printed(run, [number for number, _ in letters], form, actor, at)
    return len(taken)


@transaction.atomic
def _taken(at: datetime, most: int) -> dict[UUID, Outgoing]:
    """A run that was cut short, else a new one of one campaign."""
    due = locks.outgoing(POST, at, most)
    begun = next((row for row in due if row.run), None)
    if begun is not None:
        rows = [row for row in due if row.run == begun.run]
        run = begun.run
    elif due:
        campaigns = dict(Message.objects.filter(id__in=[row.id for row in due]).values_list("id", "campaign"))
        first = due[0]
        rows = [
            row for row in due if (row.organisation, campaigns[row.id]) == (first.organisation, campaigns[first.id])
        ]
        run = new_id(at)
        campaign = campaigns[first.id]
        PrintRun.objects.create(id=run, organisation=first.organisation, campaign=campaign, made_at=at)
    else:
        return {}
    own = Outgoing.objects.filter(id__in=[row.id for row in rows])
    own.update(tries=F("tries") + 1, next_at=at + LEASE, run=run)
    for row in rows:
        row.run = run
    return {row.id: row for row in rows}


def _letters(parcels: Sequence[Parcel], actor: Actor, at: datetime) -> list[tuple[UUID, Letter]]:
    """Those that have somewhere to go to; the others are given up."""
    if not parcels:
        return []
    members = dict(Message.objects.filter(id__in=[one.id for one in parcels]).values_list("id", "member"))
    root_of = roots(list(members.values()), organisation=parcels[0].organisation)
    known = facts_of(list(root_of.values()), names=_FACTS)
    made = []
    for parcel in parcels:
        facts = {name: clean(str(fact.value)) for name, fact in known[root_of[members[parcel.id]]].items()}
        if not (facts.get("street") and facts.get("town")):
            give_up([parcel.id], "no postal address", actor, at)
            continue
        made.append((parcel.id, _letter(parcel, facts)))
    return made


def _letter(parcel: Parcel, facts: Mapping[str, str]) -> Letter:
    first, last = facts.get("given_name", ""), facts.get("family_name", "")
    name = facts.get("full_name") or (f"{last}{first}" if parcel.said.language == "zh" else f"{first} {last}".strip())
    said = parcel.said
    return Letter(
        typed("msg", parcel.id),
        name,
        facts.get("street", ""),
        facts.get("address_more", ""),
        facts.get("postcode", ""),
        facts.get("town", ""),
        facts.get("country", ""),
        said.language,
        said.subject,
        said.text,
    )


def _sender(setting: Mapping[str, Any]) -> Sender:
    return Sender(tuple(clean(line) for line in setting.get("from_lines", ())), clean(setting.get("closing", "")))


@transaction.atomic
def _printed(run: UUID, messages: Sequence[UUID], form: str, actor: Actor, at: datetime) -> None:
    Outgoing.objects.filter(id__in=messages).delete()
    taken_back = Message.objects.filter(id__in=messages, state=MessageState.HELD, why__in=TAKEN_BACK)
    taken_back.update(state=MessageState.RELEASED, why="")
    happened([(number, "", 1) for number in messages], Happened.SENT, at=at)
    PrintRun.objects.filter(id=run).update(form=form, letters=len(messages))
    after = {"letters": len(messages), "form": form}
    record([Deed("messages.print", typed(PREFIX, run), after=after)], actor=actor, at=at)


def kept() -> timedelta:
    """How long files of what went out stay on the disk."""
    return timedelta(days=settings.OUTBOX_DAYS)


def sweep(*, at: datetime) -> int:
    """Takes files of old runs from the disk; says how many runs. The rows stay."""
    old = PrintRun.objects.filter(made_at__lt=at - kept(), removed_at=None)
    count = 0
    for row in old[:1000]:
        for path in folder().glob(f"{typed(PREFIX, row.id)}.*"):
            path.unlink(missing_ok=True)
        count += PrintRun.objects.filter(id=row.id, removed_at=None).update(removed_at=at)
    return count
