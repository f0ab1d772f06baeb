"""What a member asked on these pages, and what was answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from regulars.basics.ids import typed
from regulars.care.errors import CaseUnknown
from regulars.care.models import Case, CaseKind
from regulars.care.moves import Text
from regulars.care.selectors import texts_of
from regulars.members.selectors import group_of

KIND: Final = "question"
SHOWN: Final = 20
OPEN_MOST: Final = 5  # that wait for an answer at a time


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what was written since: the member's words and ours, no notes among colleagues."""

    id: UUID
    state: str
    at: datetime
    texts: Sequence[Text]


def questions(root: UUID) -> list[Question]:
    """The latest first. Three queries; two where nothing was asked."""
    rows = list(_asked(root)[:SHOWN])
    texts = texts_of([row.id for row in rows], parts=("said", "answer")) if rows else {}
    return [Question(row.id, row.state, row.opened_at, texts[row.id]) for row in rows]


def own(case: UUID, root: UUID) -> Case:
    """One that the member asked. Two queries. Raises CaseUnknown."""
    row = _asked(root).filter(id=case).first()
    if row is None:
        raise CaseUnknown("There is no such case here.")
    return row


def offered(organisation: UUID) -> bool:
    """Whether questions are taken here: until the kind is retired. One query."""
    return not CaseKind.objects.filter(organisation=organisation, code=KIND, retired_at__isnull=False).exists()


def is_full(asked: Sequence[Question]) -> bool:
    """Whether so many wait that the next one would only wait too. No query."""
    return sum(1 for one in asked if one.state != "done") >= OPEN_MOST


def _asked(root: UUID) -> QuerySet[Case]:
    """Those they opened themselves: what staff wrote down about them is not for these pages."""
    group = group_of(root)
    rows = Case.objects.filter(member__in=group, kind=KIND, opened_by__in=[typed("mbr", one) for one in group])
    return rows.filter(erased_at=None).order_by("-opened_at", "-id")
