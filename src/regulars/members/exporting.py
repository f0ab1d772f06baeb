"""Everything about one person, for that person: as JSON for programs, as a page for reading."""

import html
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members import deeds
from regulars.members.selectors.recognition import group_of, roots


@transaction.atomic
def export(member: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> dict[str, Any]:
    """What every room knows of a person and of those merged into it; that it was looked at goes into the trail.
    Raises UnknownMember."""
    root = roots([member], organisation=organisation)[member]
    members = [root, *(one for one in group_of(root) if one != root)]
    found = {step.room: step.export(members) for step in deeds.steps()}
    after = {
        room: {part: len(rows) for part, rows in of.items() if isinstance(rows, list)} for room, of in found.items()
    }
    record([Deed("members.export", typed("mbr", root), after=after)], actor=actor, at=at)
    return {"member": typed("mbr", root), "exported_at": at.isoformat(), "rooms": found}


def _counted(parts: dict[str, Any]) -> dict[str, int]:
    return {part: len(rows) for part, rows in parts.items() if isinstance(rows, list)}


def as_json(exported: dict[str, Any]) -> str:
    """For programs."""
    return json.dumps(exported, ensure_ascii=False, indent=2, sort_keys=False)


def as_html(exported: dict[str, Any]) -> str:
    """For reading: one page, nothing loaded from elsewhere."""
    parts = [
        f"<h2>{_said(room)}</h2>" + "".join(_part(name, rows) for name, rows in of.items())
        for room, of in exported["rooms"].items()
    ]
    title = f"Everything known of {exported['member']}"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_said(title)}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{_said(title)}</h1><p>As of {_said(exported['exported_at'])}</p>{''.join(parts)}</main></body></html>"
    )


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;color-scheme:light dark}main{max-width:60rem;margin:auto;padding:1rem}"
    "table{border-collapse:collapse;display:block;overflow-x:auto;margin-bottom:1rem}"
    "th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884;vertical-align:top}"
)


def _part(name: str, rows: Any) -> str:
    listed = rows if isinstance(rows, list) else [rows]
    heading = f"<h3>{_said(name.replace('_', ' '))} ({len(listed)})</h3>"
    if not listed:
        return heading
    if not isinstance(listed[0], dict):
        return heading + "<ul>" + "".join(f"<li>{_said(one)}</li>" for one in listed) + "</ul>"
    columns = list(listed[0])
    head = "".join(f'<th scope="col">{_said(one.replace("_", " "))}</th>' for one in columns)
    body = "".join("<tr>" + "".join(f"<td>{_said(row.get(one))}</td>" for one in columns) + "</tr>" for row in listed)
    return f"{heading}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _said(value: Any) -> str:
    text = "" if value is None else json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
    return html.escape(str(text))
