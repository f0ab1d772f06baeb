"""Templates saved in versions, and retired."""

import re
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.outreach import locks
from regulars.outreach.errors import TemplateChanged, TemplateUnknown, WrongTemplate
from regulars.outreach.models import Template, TemplateVersion
from regulars.outreach.moves import NewTemplate, Saved
from regulars.outreach.templates.documents import read

PREFIX: Final = "tpl"
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")


@transaction.atomic
def save(wanted: NewTemplate, *, within: str = "", actor: Actor, at: datetime) -> Saved:
    """Makes a template, or its next version. The same name and words again make none.

    Raises WrongTemplate, with line and column of each fault, and TemplateChanged.
    """
    if not _CODE.fullmatch(wanted.code):
        fault = {"pointer": "/code", "in": "path", "detail": "Small letters, digits, dots and dashes.", "code": "code"}
        raise WrongTemplate("This template cannot be kept: its code has other signs.", errors=[fault])
    document = read(wanted.document, within=within).model_dump(mode="json", exclude_defaults=True)
    row = locks.template(wanted.organisation, wanted.code)
    if row is None:
        return _make(wanted, document, actor, at)
    if wanted.version is not None and wanted.version != row.version:
        raise TemplateChanged(f"Version {row.version} was made meanwhile.", template=row.code, version=row.version)
    if (row.name, row.document, row.retired_at) == (wanted.name, document, None):
        return Saved(row.id, row.version, fresh=False)
    row.name, row.document, row.version = wanted.name, document, row.version + 1
    row.changed_at, row.retired_at = at, None
    row.save()
    return _noted(row, actor, at)


def _make(wanted: NewTemplate, document: dict[str, object], actor: Actor, at: datetime) -> Saved:
    if wanted.version is not None:
        raise TemplateChanged("There is no template of this code to change.", template=wanted.code)
    row = Template(
        id=new_id(at),
        organisation=wanted.organisation,
        code=wanted.code,
        name=wanted.name,
        version=1,
        document=document,
        changed_at=at,
    )
    if not Template.objects.bulk_create([row], ignore_conflicts=True) or not Template.objects.filter(id=row.id):
        raise TemplateChanged("Somebody else made a template of this code just now.", template=wanted.code)
    return _noted(row, actor, at)


def _noted(row: Template, actor: Actor, at: datetime) -> Saved:
    TemplateVersion.objects.create(
        template=row.id,
        version=row.version,
        name=row.name,
        document=row.document,
        made_at=at,
        made_by=actor.id or actor.kind,
    )
    after = {"code": row.code, "version": row.version, "name": row.name}
    record([Deed("templates.save", typed(PREFIX, row.id), after=after)], actor=actor, at=at)
    return Saved(row.id, row.version, fresh=True)


@transaction.atomic
def retire(organisation: UUID, code: str, *, actor: Actor, at: datetime) -> Template:
    """No new message takes it; those asked before still say what they were to say. Told again it changes nothing.
    Raises TemplateUnknown."""
    row = locks.template(organisation, code)
    if row is None:
        raise TemplateUnknown("There is no such template here.", template=code[:80])
    if row.retired_at is None:
        row.retired_at = at
        row.save(update_fields=["retired_at"])
        record([Deed("templates.retire", typed(PREFIX, row.id), after={"code": row.code})], actor=actor, at=at)
    return row
