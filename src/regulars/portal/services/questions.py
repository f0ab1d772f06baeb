"""Questions of members: each is a case of a kind of its own, answered by staff and read on these pages again."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.care.models import Case, CaseKind, State
from regulars.care.moves import Kind, NewCase
from regulars.care.selectors import texts_of
from regulars.care.services import cases
from regulars.care.services.kinds import set_kind
from regulars.journal.moves import Actor
from regulars.members.locks import lock_members
from regulars.portal.selectors.questions import KIND, is_full, questions

_NAMES: Final = {"en": "Question", "zh": "咨询"}
_HOURS: Final = 8  # to answer, in working hours, until the organisation says otherwise
_SUBJECT: Final = 80  # letters of what was asked


@transaction.atomic
def ask(text: str, *, root: UUID, organisation: UUID, language: str, actor: Actor, at: datetime) -> bool:
    """Whether it is asked: not where too many wait. Asked twice in the same words it is one question."""
    lock_members([root], organisation=organisation)
    waiting = [one for one in questions(root) if one.state != State.DONE]
    if any(one.texts and one.texts[-1].text == text for one in waiting):
        return True
    if is_full(waiting):
        return False
    if not CaseKind.objects.filter(organisation=organisation, code=KIND).exists():
        set_kind(Kind(organisation, KIND, _NAMES[language], _HOURS, True, 3), actor=actor, at=at)
    line = text.split("\n", 1)[0].strip()
    subject = line if len(line) <= _SUBJECT else f"{line[:_SUBJECT].rstrip()}…"
    cases.open_case(NewCase(organisation, KIND, subject, text, "web", member=root), actor=actor, at=at)
    return True


@transaction.atomic
def say_more(row: Case, text: str, *, root: UUID, actor: Actor, at: datetime) -> None:
    """What they add to a question; one that was done is open again. Said twice in the same words it is said once."""
    lock_members([root], organisation=row.organisation)
    written = texts_of([row.id], parts=("said", "answer"))[row.id]
    if written and (written[-1].part, written[-1].text) == ("said", text):
        return
    if Case.objects.filter(id=row.id, state=State.DONE).exists():
        cases.reopen(row.id, text, actor=actor, at=at)
    else:
        cases.write(row.id, "said", text, actor=actor, at=at)
