"""All this room knows of a person, in plain."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.members.deeds import Plain
from regulars.members.models import Card, Contact, Member, Merge
from regulars.members.moves import KnownFact, KnownIdentifier
from regulars.members.selectors.consents import Proof, proofs_of
from regulars.members.selectors.profiles import history_of, identifiers_of, marks_of, notes_of, tags_of

_ROW: Final = ("state", "source", "enrolled_at", "created_at")


def export(members: Sequence[UUID]) -> Plain:
    """A fixed number of queries (11)."""
    root = members[0]
    rows = Member.objects.filter(id__in=members).order_by("id")
    return {
        "members": [{"id": typed("mbr", row.id), **{name: _said(getattr(row, name)) for name in _ROW}} for row in rows],
        "facts": [_fact(one) for one in history_of(root)],
        "identifiers": [_identifier(one) for one in identifiers_of([root], with_ended=True)[root]],
        "cards": [
            {"id": typed("crd", row.id), "form": row.form, "state": row.state, "issued_at": _said(row.issued_at)}
            for row in Card.objects.filter(member_id__in=members).order_by("issued_at", "id")
        ],
        "consents": [_consent(one) for one in proofs_of(root)],
        "tags": tags_of([root])[root],
        "notes": [{"text": text, "at": _said(at)} for _, text, _, at in notes_of(root)],
        "marks": [
            {"name": name, "value": mark.value, "run": mark.run, "as_of": _said(mark.as_of)}
            for name, mark in sorted(marks_of([root])[root].items())
        ],
        "companies": [
            _contact(row)
            for row in Contact.objects.filter(member_id__in=members).select_related("company").order_by("id")
        ],
        "merges": [
            {"other": typed("mbr", row.other_id), "at": _said(row.merged_at), "undone_at": _said(row.undone_at)}
            for row in Merge.objects.filter(other_id__in=members).order_by("merged_at")
        ],
    }


def _fact(one: KnownFact) -> Plain:
    times = {"since": one.effective_at, "recorded_at": one.recorded_at, "until": one.ended_at}
    return {"name": one.name, "value": one.value, "source": one.source, **_all_said(times)}


def _identifier(one: KnownIdentifier) -> Plain:
    times = {"since": one.effective_at, "verified_at": one.verified_at, "until": one.ended_at}
    return {"kind": one.kind, "value": one.value, "of": one.source, "state": one.state, **_all_said(times)}


def _consent(one: Proof) -> Plain:
    names = ("channel", "purpose", "given", "wording", "version", "source")
    times = {"since": one.effective_at, "recorded_at": one.recorded_at}
    return {**{name: getattr(one, name) for name in names}, **_all_said(times)}


def _contact(row: Contact) -> Plain:
    times = {"since": row.effective_at, "until": row.ended_at}
    return {"company": row.company.name, "role": row.role, **_all_said(times)}


def _all_said(times: Mapping[str, datetime | None]) -> Plain:
    return {name: _said(at) for name, at in times.items()}


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
