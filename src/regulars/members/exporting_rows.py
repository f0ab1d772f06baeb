"""All this room knows of a person, in plain."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.members.deeds import Plain
from regulars.members.models import Card, Contact, Member, Merge
from regulars.members.selectors.consents import proofs_of
from regulars.members.selectors.profiles import history_of, identifiers_of, marks_of, notes_of, tags_of

_ROW: Final = ("state", "source", "enrolled_at", "created_at")


def export(members: Sequence[UUID]) -> Plain:
    """A fixed number of queries (11)."""
    root = members[0]
    rows = Member.objects.filter(id__in=members).order_by("id")
    return {
        "members": [{"id": typed("mbr", row.id), **{name: _said(getattr(row, name)) for name in _ROW}} for row in rows],
        "facts": [
            {
                "name": one.name,
                "value": one.value,
                "source": one.source,
                "since": _said(one.effective_at),
                "recorded_at": _said(one.recorded_at),
                "until": _said(one.ended_at),
            }
            for one in history_of(root)
        ],
        "identifiers": [
            {
                "kind": one.kind,
                "value": one.value,
                "of": one.source,
                "state": one.state,
                "since": _said(one.effective_at),
                "verified_at": _said(one.verified_at),
                "until": _said(one.ended_at),
            }
            for one in identifiers_of([root], with_ended=True)[root]
        ],
        "cards": [
            {"id": typed("crd", row.id), "form": row.form, "state": row.state, "issued_at": _said(row.issued_at)}
            for row in Card.objects.filter(member_id__in=members).order_by("issued_at", "id")
        ],
        "consents": [
            {
                "channel": one.channel,
                "purpose": one.purpose,
                "given": one.given,
                "wording": one.wording,
                "version": one.version,
                "source": one.source,
                "since": _said(one.effective_at),
                "recorded_at": _said(one.recorded_at),
            }
            for one in proofs_of(root)
        ],
        "tags": tags_of([root])[root],
        "notes": [{"text": text, "at": _said(at)} for _, text, _, at in notes_of(root)],
        "marks": [
            {"name": name, "value": mark.value, "run": mark.run, "as_of": _said(mark.as_of)}
            for name, mark in sorted(marks_of([root])[root].items())
        ],
        "companies": [
            {
                "company": row.company.name,
                "role": row.role,
                "since": _said(row.effective_at),
                "until": _said(row.ended_at),
            }
            for row in Contact.objects.filter(member_id__in=members).select_related("company").order_by("id")
        ],
        "merges": [
            {"other": typed("mbr", row.other_id), "at": _said(row.merged_at), "undone_at": _said(row.undone_at)}
            for row in Merge.objects.filter(other_id__in=members).order_by("merged_at")
        ],
    }


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
