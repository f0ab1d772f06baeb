"""Files come in."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.imports import folders
from regulars.imports.errors import NothingToImport, UploadTooLarge
from regulars.imports.models import Import, State
from regulars.imports.moves import FILES, MOST, PREFIX
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record


def receive(files: Sequence[tuple[str, Path]], *, organisation: UUID, actor: Actor, at: datetime) -> UUID:
    """Files by the names that people know them by; they are moved, and the worker looks at them. Two queries. Raises
    NothingToImport, UploadTooLarge."""
    given = [(name, path) for name, path in files if path.stat().st_size]
    if not given:
        raise NothingToImport("No file was given, or only empty ones.")
    size = sum(path.stat().st_size for _, path in given)
    if size > MOST or len(given) > FILES:
        raise UploadTooLarge(f"At most {FILES} files of {MOST >> 20} MB together.", bytes=size)
    number = new_id(at)
    made = False
    try:
        size = folders.take(number, given)
        with transaction.atomic():
            _make(number, [name for name, _ in given], size, organisation, actor, at)
        made = True
    finally:
        if not made:
            folders.forget(number)
    return number


def _make(number: UUID, names: Sequence[str], size: int, organisation: UUID, actor: Actor, at: datetime) -> None:
    Import.objects.create(
        id=number,
        organisation=organisation,
        state=State.READING,
        name=", ".join(folders.plain_name(name) for name in names)[:300],
        size=size,
        actor_kind=actor.kind,
        actor=actor.id,
        actor_name=actor.name,
        made_at=at,
    )
    told = {"files": len(names), "bytes": size, "organisation": typed("org", organisation)}
    record([Deed("imports.receive", typed(PREFIX, number), after=told)], actor=actor, at=at)
