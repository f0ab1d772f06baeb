"""A link by which a member logs in once, for whoever cannot get a code: made by somebody with the right to help."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members.selectors import roots
from regulars.members.services.people import said_by
from regulars.portal import marks
from regulars.portal.errors import WrongLogInCode
from regulars.portal.models import Link
from regulars.portal.services.sessions import Begun, begin

LIVES: Final = timedelta(hours=1)


@transaction.atomic
def make(member: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> str:
    """The secret part of the address. Raises UnknownMember."""
    root = roots([member], organisation=organisation)[member]
    text = marks.new_text()
    Link(
        id=new_id(at),
        digest=marks.link_of(text),
        member=root,
        organisation=organisation,
        actor=said_by(actor),
        made_at=at,
        expires_at=at + LIVES,
    ).save(force_insert=True)
    record([Deed("portal.link", typed("mbr", root))], actor=actor, at=at)
    return text


def holds(text: str, *, at: datetime) -> bool:
    """Whether it can still be used. One query."""
    return _open(text, at).exists()


@transaction.atomic
def use(text: str, *, device: str, actor: Actor, at: datetime) -> Begun:
    """Begins the member's session; the link is used up. Raises WrongLogInCode, MayNotLogIn."""
    row = _open(text, at).first()
    if row is None or Link.objects.filter(id=row.id, used_at=None).update(used_at=at) != 1:
        raise WrongLogInCode("This link was used before, or its time is over.")
    return begin(row.member, how="link", device=device, actor=actor, at=at)


def sweep(*, at: datetime) -> int:
    """Forgets links that are over; says how many. One query."""
    return Link.objects.filter(expires_at__lte=at - timedelta(days=1)).delete()[0]


def _open(text: str, at: datetime) -> QuerySet[Link]:
    return Link.objects.filter(digest=marks.link_of(text), used_at=None, expires_at__gt=at)
