"""Members as a list, a page at a time, in the order in which they came: the newest first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet

from regulars.members.models import Member, Tag


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is cut by; what is empty is not asked. `since` is included, `until` is not."""

    state: str = ""
    tag: str = ""
    town: str = ""
    language: str = ""
    birth_month: int | None = None
    birthdays: Collection[int] | None = None  # month × 100 + day
    since: datetime | None = None
    until: datetime | None = None
    stores: Collection[UUID] | None = None  # where they were enrolled


def listed(
    organisation: UUID,
    wanted: Wanted,
    *,
    before: UUID | None = None,
    among: Sequence[UUID] | None = None,
    limit: int = 50,
    oldest: bool = False,
) -> list[Member]:
    """Members as they are now (not those who were taken into another), those before the one named, or `oldest` first
    those after it. 1 query."""
    rows = Member.objects.filter(organisation=organisation, root=F("id"))
    rows = rows.filter(state=wanted.state) if wanted.state else rows.exclude(state="erased")
    for name in ("town", "language"):
        if text := getattr(wanted, name):
            rows = rows.filter(**{name: text})
    if wanted.tag:
        rows = rows.filter(id__in=_tagged(wanted.tag))
    if wanted.birth_month is not None:
        rows = rows.filter(birthday__gte=wanted.birth_month * 100, birthday__lt=wanted.birth_month * 100 + 100)
    if wanted.birthdays is not None:
        rows = rows.filter(birthday__in=wanted.birthdays)
    if wanted.since is not None:
        rows = rows.filter(enrolled_at__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(enrolled_at__lt=wanted.until)
    if wanted.stores is not None:
        rows = rows.filter(store__in=wanted.stores)
    if among is not None:
        rows = rows.filter(id__in=among)
    if before is not None:
        rows = rows.filter(id__gt=before) if oldest else rows.filter(id__lt=before)
    return list(rows.order_by("id" if oldest else "-id")[:limit])


def _tagged(tag: str) -> QuerySet[Tag, UUID]:
    """Who has it, and who took in somebody who has it: these are few, and found along an index of their own."""
    own = Tag.objects.filter(tag=tag).values_list("member_id", flat=True)
    merged = Tag.objects.filter(tag=tag).exclude(member__root=F("member"))
    return own.union(merged.values_list("member__root", flat=True), all=True)


def joined(organisation: UUID, since: datetime, until: datetime) -> int:
    """How many joined from a moment up to another. 1 query along an index."""
    ends = {"enrolled_at__gte": since, "enrolled_at__lt": until}
    return Member.objects.filter(organisation=organisation, root=F("id"), **ends).exclude(state="erased").count()
