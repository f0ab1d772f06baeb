"""Templates by code and version: an organisation's own, and those built in."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from regulars.journal.statements import column, run
from regulars.outreach.errors import TemplateUnknown
from regulars.outreach.models import Template
from regulars.outreach.templates import builtin
from regulars.outreach.templates.documents import Document, read


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a template, ready to be filled."""

    template: str
    version: int
    document: Document

    @property
    def channels(self) -> frozenset[str]:
        return self.document.channels


def documents(organisation: UUID, wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], Version]:
    """By code and version as they were asked; 0: the newest, unless the template is retired. Raises TemplateUnknown.
    One query, and none where nothing is asked but what is built in."""
    found = {
        (code, number): Version(code, builtin.VERSION, builtin.document(code))
        for code, number in wanted
        if builtin.is_built_in(code)
    }
    own = [one for one in wanted if one not in found]
    if own:
        rows = run(
            "SELECT w.code, w.version, v.version, v.document"
            " FROM unnest(%s::text[], %s::int[]) AS w(code, version)"
            " JOIN outreach_template t ON t.organisation = %s::uuid AND t.code = w.code"
            "   AND (w.version > 0 OR t.retired_at IS NULL)"
            " JOIN outreach_template_version v ON v.template = t.id"
            "   AND v.version = CASE w.version WHEN 0 THEN t.version ELSE w.version END",
            [column([code for code, _ in own]), column([number for _, number in own]), organisation],
        )
        found |= {
            (code, asked): Version(code, number, read(json.loads(document))) for code, asked, number, document in rows
        }
    for code, number in own:
        if (code, number) not in found:
            raise TemplateUnknown("There is no such template here.", template=code[:80], version=number)
    return found


def own_channels(organisation: UUID, code: str) -> frozenset[str]:
    """By which channels the organisation says this in words of its own. One query."""
    found = Template.objects.filter(organisation=organisation, code=code, retired_at=None).first()
    return read(found.document).channels if found else frozenset()
