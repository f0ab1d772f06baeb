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
    return any(ids & {one.get("member"), one.get("shown")} or not known.isdisjoint(_named(one)) for one in _parts(body))


def _parts(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The row, and what in it names somebody besides: whose value pays, onto whom a line is loaded."""
    yield body
    yield from body.get("value", ())
    yield from (line["loads"] for line in body.get("lines", ()) if line.get("loads"))


def _named(part: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    alone = part.get("identifier")
    for one in (*part.get("identifiers", ()), *([alone] if alone else [])):
        try:
            yield one["kind"], normal(one["kind"], one["value"], region=part.get("region") or one.get("region"))
        except RegularsError:
            continue  # none that anybody could have
