"""What a member says of an address or phone that somebody gave them (see new_ways)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members.errors import UnknownIdentifier
from regulars.members.models import Identifier, NewWay
from regulars.members.services import identifiers


@transaction.atomic
def agree(identifier: UUID, *, root: UUID, actor: Actor, at: datetime) -> None:
    """The member knows it, and said so where they had logged in already: it opens at once. Raises UnknownIdentifier."""
    row = _own(identifier, root)
    NewWay.objects.filter(identifier=identifier, refused_at=None).update(told_at=row.told_at or at, opens_at=at)
    record([Deed("members.agree_way", typed("mbr", root), after=_said(identifier))], actor=actor, at=at)


@transaction.atomic
def object_to(identifier: UUID, *, root: UUID, actor: Actor, at: datetime) -> bool:
    """The member knows nothing of it: it recognises nobody from now on, and opens nothing. Whether that is new. Raises
    UnknownIdentifier."""
    row = _own(identifier, root)
    if NewWay.objects.filter(identifier=identifier, refused_at=None).update(refused_at=at) != 1:
        return False
    if Identifier.objects.filter(id=identifier, state="active").exists():
        identifiers.end(identifier, organisation=row.organisation, reason="objected to", actor=actor, at=at)
    record([Deed("members.refuse_way", typed("mbr", root), after=_said(identifier))], actor=actor, at=at)
    return True


def _own(identifier: UUID, root: UUID) -> NewWay:
    mine = Identifier.objects.filter(id=identifier, member__root=root).exists()
    row = NewWay.objects.filter(identifier=identifier).first() if mine else None
    if row is None:
        raise UnknownIdentifier("Nobody here is recognised by that.")
    return row


def _said(identifier: UUID) -> dict[str, str]:
    return {"identifier": typed("idn", identifier)}
