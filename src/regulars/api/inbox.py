"""A text that came in and says something stands in the inbox: a case, where the organisation keeps that kind."""

from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.care.models import Case, CaseKind, State
from regulars.care.moves import NewCase
from regulars.care.services import cases
from regulars.journal.moves import Actor
from regulars.members.errors import MemberClosed, UnknownMember
from regulars.members.locks import lock_members
from regulars.members.selectors import group_of

KIND: Final = "text-message"
_SUBJECT: Final = 80  # letters of what was written


def put(text: str, member: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """With the case that stands open already, or as a new one. One query where no such kind is kept."""
    if not text.strip() or not CaseKind.objects.filter(organisation=organisation, code=KIND, retired_at=None).exists():
        return
    try:
        lock_members([member], organisation=organisation)
    except (MemberClosed, UnknownMember):  # who has left is kept with the member alone
        return
    rows = Case.objects.filter(organisation=organisation, member__in=group_of(member), kind=KIND, channel="sms")
    row = rows.exclude(state=State.DONE).order_by("-id").first()
    if row is not None:
        cases.write(row.id, "said", text, actor=actor, at=at)
        return
    line = " ".join(text.split())
    subject = line if len(line) <= _SUBJECT else f"{line[:_SUBJECT].rstrip()}…"
    cases.open_case(NewCase(organisation, KIND, subject, text, "sms", member=member), actor=actor, at=at)
