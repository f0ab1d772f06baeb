"""Audiences saved in versions, retired, and compared with who was in them before."""

import re
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import run
from regulars.members.moves import NewMark
from regulars.members.services.extras import mark, unmark
from regulars.outreach import locks
from regulars.outreach.audiences.checking import unknown_names
from regulars.outreach.audiences.compiling import compiled
from regulars.outreach.audiences.reading import Fault, read, wrong
from regulars.outreach.errors import AudienceChanged, AudienceUnknown
from regulars.outreach.models import Audience, AudienceVersion
from regulars.outreach.moves import Compared, NewAudience, Saved
from regulars.outreach.selectors import asked_by, give_room

PREFIX: Final = "aud"
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")

# Who is in it now beside who was: one statement finds, writes and tells the difference.
_COMPARE: Final = """
WITH present AS MATERIALIZED (SELECT m.id {rows}),
gone AS (
    DELETE FROM outreach_audience_member p WHERE p.audience = %(audience)s::uuid
        AND NOT EXISTS (SELECT 1 FROM present WHERE present.id = p.member) RETURNING p.member
),
come AS (
    INSERT INTO outreach_audience_member (audience, member, since)
    SELECT %(audience)s::uuid, id, %(now)s::timestamptz FROM present ON CONFLICT DO NOTHING RETURNING member
)
INSERT INTO outreach_audience_change (audience, member, entered, version, at)
SELECT %(audience)s::uuid, one.member, one.entered, %(version)s::int, %(now)s::timestamptz
FROM (SELECT member, true AS entered FROM come UNION ALL SELECT member, false FROM gone) one
RETURNING member, entered
"""


def mark_of(code: str) -> str:
    """The mark of members that are in an audience: rules ask for it as a segment.

    >>> mark_of("lapsed-wine")
    'audience:lapsed-wine'
    """
    return f"audience:{code}"


@transaction.atomic
def save(wanted: NewAudience, *, within: str = "", actor: Actor, at: datetime) -> Saved:
    """Makes an audience, or its next version. The same name and conditions again make none.

    Raises WrongAudience, AudienceChanged.
    """
    faults = [] if _CODE.fullmatch(wanted.code) else [Fault("/code", "Small letters, digits, dots and dashes.", "code")]
    if faults:
        raise wrong(faults)
    if unknown := unknown_names(read(wanted.document, within=within), wanted.organisation):
        raise wrong(unknown, within=within)
    row = locks.audience(wanted.organisation, wanted.code)
    if row is None:
        return _make(wanted, actor, at)
    _refuse_other(row, wanted)
    same = (row.name, row.document, row.retired_at) == (wanted.name, dict(wanted.document), None)
    if same:
        return Saved(row.id, row.version, fresh=False)
    row.name, row.document, row.version = wanted.name, dict(wanted.document), row.version + 1
    row.changed_at, row.retired_at = at, None
    row.save()
    return _noted(row, actor, at)


def _refuse_other(row: Audience, wanted: NewAudience) -> None:
    """A code means the same place for ever, and who changes it says which version they saw."""
    if (row.merchant, row.store) != (wanted.merchant, wanted.store):
        raise AudienceChanged("This code is taken at another place.", audience=row.code)
    if wanted.version is not None and wanted.version != row.version:
        raise AudienceChanged(f"Version {row.version} was made meanwhile.", audience=row.code, version=row.version)


def _make(wanted: NewAudience, actor: Actor, at: datetime) -> Saved:
    if wanted.version is not None:
        raise AudienceChanged("There is no audience of this code to change.", audience=wanted.code)
    row = Audience(
        id=new_id(at),
        organisation=wanted.organisation,
        merchant=wanted.merchant,
        store=wanted.store,
        code=wanted.code,
        name=wanted.name,
        version=1,
        document=dict(wanted.document),
        changed_at=at,
    )
    if not Audience.objects.bulk_create([row], ignore_conflicts=True) or not Audience.objects.filter(id=row.id):
        raise AudienceChanged("Somebody else made an audience of this code just now.", audience=wanted.code)
    return _noted(row, actor, at)


def _noted(row: Audience, actor: Actor, at: datetime) -> Saved:
    AudienceVersion.objects.create(
        audience=row.id,
        version=row.version,
        name=row.name,
        document=row.document,
        made_at=at,
        made_by=actor.id,
    )
    _record("audiences.save", row, {"version": row.version}, actor, at)
    return Saved(row.id, row.version, fresh=True)


def _record(what: str, row: Audience, after: dict[str, object], actor: Actor, at: datetime) -> None:
    place = (typed("mrc", row.merchant) if row.merchant else "", typed("str", row.store) if row.store else "")
    record([Deed(what, typed(PREFIX, row.id), *place, after={"code": row.code, **after})], actor=actor, at=at)


@transaction.atomic
def retire(organisation: UUID, code: str, *, actor: Actor, at: datetime) -> Audience:
    """It is offered no more, and nobody is in it; its versions and its history stay. Raises AudienceUnknown."""
    row = locks.audience(organisation, code)
    if row is None:
        raise AudienceUnknown("There is no audience of this code here.", audience=code[:80])
    if row.retired_at is None:
        row.retired_at, row.inside = at, 0
        row.save()
        left = run(
            "WITH gone AS (DELETE FROM outreach_audience_member WHERE audience = %(audience)s::uuid RETURNING member)"
            " INSERT INTO outreach_audience_change (audience, member, entered, version, at) SELECT %(audience)s::uuid,"
            " member, false, %(version)s::int, %(now)s::timestamptz FROM gone RETURNING member",
            {"audience": row.id, "version": row.version, "now": at},
        )
        unmark(mark_of(code), [member for (member,) in left], actor=actor, at=at)
        _record("audiences.retire", row, {"left": len(left)}, actor, at)
    return row


@transaction.atomic
def compare(organisation: UUID, code: str, *, actor: Actor, at: datetime) -> Compared:
    """Writes down who entered and who left since the last time, and marks members with what they are in.

    Done again it finds no difference. Raises AudienceUnknown.
    """
    row = locks.audience(organisation, code)
    if row is None or row.retired_at is not None:
        raise AudienceUnknown("There is no such audience in use here.", audience=code[:80])
    give_room()
    ready = compiled(read(row.document), asked_by(row, at=at))
    told = run(_COMPARE.format(rows=ready.rows), ready.bound(audience=row.id, version=row.version, now=at))
    entered = [member for member, came in told if came]
    left = [member for member, came in told if not came]
    name, run_name = mark_of(code), f"{mark_of(code)}/{row.version}"
    if entered:
        marks = [NewMark(member, True) for member in entered]
        mark(name, marks, organisation=organisation, run=run_name, as_of=at, whole=False, actor=actor, at=at)
    unmark(name, left, actor=actor, at=at)
    inside = run("SELECT count(*) FROM outreach_audience_member WHERE audience = %s::uuid", [row.id])[0][0]
    row.compared_at, row.compared_version, row.inside = at, row.version, inside
    row.save()
    if entered or left:
        _record("audiences.compare", row, {"entered": len(entered), "left": len(left)}, actor, at)
    return Compared(row.id, inside, len(entered), len(left), at)
