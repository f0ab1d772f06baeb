"""Sessions of members: begun, found again, ended. A member is no user of Django's."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import MEMBER, Actor, Deed
from regulars.journal.services import record
from regulars.ledger.selectors import kept_from_logging_in
from regulars.members.models import Member
from regulars.portal import marks
from regulars.portal.errors import MayNotLogIn
from regulars.portal.models import Session

IDLE: Final = timedelta(days=14)  # of a device that nobody used
LONGEST: Final = timedelta(days=90)
_SEEN: Final = timedelta(hours=1)  # so seldom it is written down that a session is used
_STAND: Final = ("active", "anonymous")


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that has just begun. `text` goes into the device's cookie and is kept nowhere."""

    id: UUID
    text: str
    member: UUID


@dataclass(frozen=True, slots=True)
class Standing:
    """A session that holds, and whose it is now."""

    row: Session
    member: Member  # the root

    @property
    def root(self) -> UUID:
        return self.member.id


@transaction.atomic
def begin(member: UUID, *, how: str, device: str, actor: Actor, at: datetime) -> Begun:
    """Raises MayNotLogIn. The line of the trail is the member's own."""
    root = _root(member)
    if root is None or root.state not in _STAND or kept_from_logging_in([root.id], at=at):
        raise MayNotLogIn("This member has no pages here.")
    text = marks.new_text()
    row = Session(
        id=new_id(at),
        digest=marks.session_of(text),
        member=member,
        organisation=root.organisation,
        how=how,
        device=device,
        begun_at=at,
        seen_at=at,
    )
    row.save(force_insert=True)
    own = Actor(MEMBER, typed("mbr", root.id), "", actor.request_id, actor.address)
    record([Deed("portal.log_in", own.id, after={"by": how})], actor=own, at=at)
    return Begun(row.id, text, root.id)


def find(text: str, *, at: datetime) -> Standing | None:
    """The session of a cookie, if it still holds. Three queries at most; once an hour a fourth."""
    row = Session.objects.filter(
        digest=marks.session_of(text), seen_at__gt=at - IDLE, begun_at__gt=at - LONGEST
    ).first()
    if row is None:
        return None
    root = _root(row.member)
    if root is None or root.state not in _STAND or root.organisation != row.organisation:
        return None
    if kept_from_logging_in([root.id], at=at):
        return None
    if row.seen_at < at - _SEEN:
        Session.objects.filter(id=row.id).update(seen_at=at)
    return Standing(row, root)


@transaction.atomic
def end(session: UUID, *, actor: Actor, at: datetime) -> None:
    """This device is logged out."""
    if Session.objects.filter(id=session).delete()[0]:
        record([Deed("portal.log_out", actor.id)], actor=actor, at=at)


@transaction.atomic
def end_all(root: UUID, *, actor: Actor, at: datetime) -> int:
    """Every device is logged out; how many there were."""
    gone, _ = Session.objects.filter(member__in=_group(root)).delete()
    record([Deed("portal.log_out_everywhere", typed("mbr", root), after={"sessions": gone})], actor=actor, at=at)
    return gone


def of_member(root: UUID, *, at: datetime) -> list[Session]:
    """Where a member is logged in, the last used first. Two queries."""
    rows = Session.objects.filter(member__in=_group(root), seen_at__gt=at - IDLE, begun_at__gt=at - LONGEST)
    return list(rows.order_by("-seen_at", "-id"))


def sweep(*, at: datetime) -> int:
    """Forgets sessions that hold no more; says how many. One query."""
    return (
        Session.objects.filter(seen_at__lte=at - IDLE).delete()[0]
        + (Session.objects.filter(begun_at__lte=at - LONGEST).delete()[0])
    )


def _root(member: UUID) -> Member | None:
    """Who that is now; nobody, where the import that made them was taken back since. One query."""
    row = Member.objects.select_related("root").filter(id=member).first()
    return row.root if row is not None else None


def _group(root: UUID) -> list[UUID]:
    return list(Member.objects.filter(root=root).values_list("id", flat=True))
