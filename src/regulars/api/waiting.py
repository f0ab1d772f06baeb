"""Rows of jobs that wait and are about a person: they name one of their ids, or would enrol them anew."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from regulars.api.jobs import opened
from regulars.api.models import JobRow
from regulars.basics.errors import RegularsError
from regulars.basics.ids import typed
from regulars.members.identifying import normal
from regulars.members.selectors.profiles import identifiers_of


def about(members: Sequence[UUID]) -> list[int]:
    """Their numbers; the first member is the root. Three queries: rows are sealed, so each that waits is opened."""
    ids = {typed("mbr", one) for one in members}
    known = {(one.kind, one.value) for one in identifiers_of(members[:1], with_ended=True)[members[0]]}
    waiting = JobRow.objects.filter(state="waiting").exclude(sealed=b"").select_related("job").iterator()
    return [row.pk for row in waiting if _concerns(opened(row.job, row), ids, known)]


def _concerns(body: Mapping[str, Any], ids: set[str], known: set[tuple[str, str]]) -> bool:
    return bool(ids & {body.get("member"), body.get("shown")}) or not known.isdisjoint(_named(body))


def _named(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in body.get("identifiers", ()):
        try:
            yield one["kind"], normal(one["kind"], one["value"], region=body.get("region"))
        except RegularsError:
            continue  # none that anybody could have
