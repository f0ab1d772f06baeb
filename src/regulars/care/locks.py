"""The only place where rows of this room are locked. Members come first (members/locks), then cases, then the books."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from regulars.care.models import Case, CaseKind, FollowUp


def case(number: UUID) -> Case:
    """A case that was found before, until the end of the transaction."""
    return Case.objects.select_for_update(no_key=True).get(pk=number)


def follow_up(number: UUID) -> FollowUp:
    """As `case`."""
    return FollowUp.objects.select_for_update(no_key=True).get(pk=number)


def kind(organisation: UUID, code: str) -> CaseKind | None:
    """One writes a kind at a time."""
    return CaseKind.objects.select_for_update(no_key=True).filter(organisation=organisation, code=code).first()


def about(members: Sequence[UUID]) -> tuple[list[Case], list[FollowUp]]:
    """All cases of a person, then their follow-ups and those of these cases. Two queries."""
    cases = list(Case.objects.select_for_update(no_key=True).filter(member__in=members).order_by("id"))
    theirs = Q(member__in=members) | Q(case__in=cases)
    return cases, list(FollowUp.objects.select_for_update(no_key=True).filter(theirs).order_by("id"))


def late_cases(at: datetime, most: int) -> list[Case]:
    """Whose time has passed, which was not told; those that somebody writes to now wait for the next time."""
    rows = Case.objects.select_for_update(no_key=True, skip_locked=True)
    return list(rows.filter(~Q(state="done"), late_told_at=None, due_at__lte=at).order_by("due_at", "id")[:most])


def late_follow_ups(at: datetime, most: int) -> list[FollowUp]:
    """As `late_cases`."""
    rows = FollowUp.objects.select_for_update(no_key=True, skip_locked=True)
    return list(rows.filter(state="open", late_told_at=None, due_at__lte=at).order_by("due_at", "id")[:most])
