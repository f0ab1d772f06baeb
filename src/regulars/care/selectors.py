"""Reads of the room; each says what it costs in queries. Looks at persons are recorded by the doors."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Value

from regulars.care.errors import CaseUnknown, FollowUpUnknown
from regulars.care.models import CareChange, CareText, Case, CaseKind, FollowUp, Hours
from regulars.care.moves import Change, Counts, Sought, Text
from regulars.care.sealing import opened
from regulars.rules import working_hours
from regulars.rules.working_hours import OFFICE, WorkingHours

Row = TypeVar("Row", Case, FollowUp)
After = tuple[datetime, UUID]


def kinds(organisation: UUID, *, retired: bool = False) -> list[CaseKind]:
    """By code. One query."""
    rows = CaseKind.objects.filter(organisation=organisation)
    return list((rows if retired else rows.filter(retired_at=None)).order_by("code"))


def hours_of(organisation: UUID) -> WorkingHours:
    """When the organisation works; office hours where nothing was said. One query."""
    document = Hours.objects.filter(pk=organisation).values_list("document", flat=True).first()
    return OFFICE if document is None else working_hours.read(document)


def case(within: Q, organisation: UUID, number: UUID) -> Case:
    """One that the scope reaches. One query. Raises CaseUnknown."""
    found = Case.objects.filter(within, pk=number, organisation=organisation).first()
    if found is None:
        raise CaseUnknown("There is no such case here.")
    return found


def follow_up(within: Q, organisation: UUID, number: UUID) -> FollowUp:
    """One that the scope reaches. One query. Raises FollowUpUnknown."""
    found = FollowUp.objects.filter(within, pk=number, organisation=organisation).first()
    if found is None:
        raise FollowUpUnknown("There is no such follow-up here.")
    return found


def cases(
    within: Q, organisation: UUID, sought: Sought, *, after: After | None = None, limit: int = 50, at: datetime
) -> list[Case]:
    """By due time, the one due first first. One query."""
    rows = Case.objects.filter(within, _sought(sought, at), organisation=organisation)
    return _page(rows.filter(kind=sought.kind) if sought.kind else rows, after, limit)


def follow_ups(
    within: Q, organisation: UUID, sought: Sought, *, after: After | None = None, limit: int = 50, at: datetime
) -> list[FollowUp]:
    """By due time, the one due first first. One query."""
    rows = FollowUp.objects.filter(within, _sought(sought, at), organisation=organisation)
    return _page(rows.filter(case=sought.case) if sought.case else rows, after, limit)


def _sought(sought: Sought, at: datetime) -> Q:
    asked = Q(state__in=sought.states) if sought.states else Q()
    if sought.owner is not None:
        asked &= Q(owner=sought.owner) | (Q(queue__in=sought.roles) if sought.roles else Q(pk__in=[]))
    if sought.queue:
        asked &= Q(queue=sought.queue)
    if sought.unowned:
        asked &= Q(owner=None)
    if sought.late:
        asked &= Q(due_at__lte=at)
    if sought.members is not None:
        asked &= Q(member__in=sought.members)
    return asked


def _page(rows: QuerySet[Row], after: After | None, limit: int) -> list[Row]:
    if after is not None:
        rows = rows.filter(Q(due_at__gt=after[0]) | Q(due_at=after[0], id__gt=after[1]))
    return list(rows.order_by("due_at", "id")[:limit])


def counts(within: Q, organisation: UUID, *, mine: UUID | None, roles: frozenset[str], at: datetime) -> Counts:
    """How many there are of what may be seen and is not done. One query."""
    owned = Q(owner=mine) if mine else Q(pk__in=[])
    taken = owned | Q(queue__in=roles) if roles else owned
    cases_ = Case.objects.filter(within, ~Q(state="done"), organisation=organisation)
    promised = FollowUp.objects.filter(within, state="open", organisation=organisation)
    late = Count("id", filter=Q(due_at__lte=at))
    of_cases = cases_.annotate(what=Value("cases")).values("what").annotate(
        all_of=Count("id"), late=late, mine=Count("id", filter=taken), open=Count("id", filter=Q(state="open")),
        unowned=Count("id", filter=Q(owner=None)),
    )  # fmt: skip
    of_promises = promised.annotate(what=Value("promises")).values("what").annotate(
        all_of=Count("id"), late=late, mine=Count("id", filter=taken), open=Value(0), unowned=Value(0),
    )  # fmt: skip
    names = ("what", "all_of", "late", "mine", "open", "unowned")
    found = {row[0]: row[1:] for row in of_cases.values_list(*names).union(of_promises.values_list(*names), all=True)}
    every, overdue, my, open_, unowned = found.get("cases", (0, 0, 0, 0, 0))
    promises, late_promises, my_promises, _, _ = found.get("promises", (0, 0, 0, 0, 0))
    return Counts(
        open=open_, waiting=every - open_, late=overdue, unowned=unowned, mine=my, follow_ups=promises,
        late_follow_ups=late_promises, my_follow_ups=my_promises,
    )  # fmt: skip


def texts_of(about: Sequence[UUID], *, parts: Sequence[str] = ()) -> dict[UUID, list[Text]]:
    """What was written, oldest first, opened. One query."""
    found: dict[UUID, list[Text]] = {one: [] for one in about}
    rows = CareText.objects.filter(about__in=about)
    for row in (rows.filter(part__in=parts) if parts else rows).order_by("recorded_at", "id"):
        found[row.about].append(Text(row.part, opened(row), row.actor, row.recorded_at))
    return found


def subjects_of(rows: Sequence[Case | FollowUp]) -> dict[UUID, str]:
    """Of each case its subject, of each follow-up what was promised; empty where it was erased. One query."""
    texts = texts_of([row.id for row in rows], parts=("subject", "promise"))
    return {one: found[0].text if found else "" for one, found in texts.items()}


def changes_of(about: UUID) -> list[Change]:
    """The history, oldest first. One query."""
    rows = CareChange.objects.filter(about=about).order_by("id")
    return [Change(row.what, row.before, row.after, row.actor, row.at) for row in rows]
