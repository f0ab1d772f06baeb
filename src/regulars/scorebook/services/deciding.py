"""What people decide about scores, and what they did about a member's next step."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.scorebook import documents, locks
from regulars.scorebook.errors import ScoresDocumentChanged
from regulars.scorebook.models import Advice, Document


@transaction.atomic
def decide(
    kind: str, document: Mapping[str, Any], *, organisation: UUID, version: int, actor: Actor, at: datetime
) -> int:
    """The next version of a document; the same again makes none. Four queries. `version`: the one that was seen.

    Raises ScoresDocumentWrong, ScoresDocumentChanged.
    """
    whole = documents.checked(kind, document)
    locks.before_decision(organisation)
    now, was = documents.present(organisation, kind)
    if version != now:
        raise ScoresDocumentChanged(f"Version {now} was made meanwhile.", version=now)
    if whole == was:
        return now
    Document.objects.create(
        organisation=organisation, kind=kind, version=now + 1, document=whole, made_at=at, made_by=actor.id
    )
    deed = Deed("scores.decide", typed("org", organisation), before={kind: was},
                after={"kind": kind, "version": now + 1, kind: whole})  # fmt: skip
    record([deed], actor=actor, at=at)
    return now + 1


@transaction.atomic
def advise(member: UUID, *, offer: str, state: str, organisation: UUID, actor: Actor, at: datetime) -> None:
    """A next step was done, or is not to be done, or stands again. `member`: a root. Two queries."""
    Advice.objects.create(
        id=new_id(at), organisation=organisation, member=member, offer=offer, state=state, actor=actor.id, at=at
    )
    record([Deed("scores.advise", typed("mbr", member), after={"offer": offer, "state": state})], actor=actor, at=at)
