"""What members are recognised by."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members import intake
from regulars.members.errors import IdentifierTaken, UnknownIdentifier
from regulars.members.keys import keyring
from regulars.members.locks import lock_members
from regulars.members.models import Identifier
from regulars.members.moves import NewIdentifier
from regulars.members.services import new_ways

_TAKEN = "SELECT blind FROM members_identifier WHERE blind = ANY(%s) AND recognises"


@transaction.atomic
def add(
    wanted: Sequence[tuple[UUID, NewIdentifier]],
    *,
    organisation: UUID,
    source: str,
    effective_at: datetime,
    region: str | None = None,
    actor: Actor,
    at: datetime,
) -> list[UUID]:
    """Further identifiers of members; all or none. A fixed number of queries.

    Raises UnknownMember, MemberClosed, WrongIdentifier, IdentifierTaken.
    """
    keys = keyring()
    members = lock_members((member for member, _ in wanted), organisation=organisation)
    wanted = [(members[member].id, new) for member, new in wanted]
    prepared = [
        intake.identifier_row(
            new,
            member=member,
            organisation=organisation,
            region=region,
            origin=source,
            effective_at=effective_at,
            at=at,
            keys=keys,
        )
        for member, new in wanted
    ]
    write_identifiers(list(enumerate(prepared)))
    new_ways.note([one.row.id for one in prepared if one.row.kind in new_ways.KINDS], tell=True, at=at)
    deeds = [
        Deed("members.identify", typed("mbr", member), after={"kind": new.kind, "source": source})
        for member, new in wanted
    ]
    record(deeds, actor=actor, at=at)
    return [one.row.id for one in prepared]


def write_identifiers(prepared: Sequence[tuple[int, intake.Prepared]]) -> None:
    """Writes rows whose values nobody else is recognised by; one that may be shared is kept without recognising.

    `place`: which of the caller's this one belongs to. 2 queries. Raises IdentifierTaken.
    """
    if not prepared:
        return
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, [[blind for _, one in prepared for blind in one.blinds]])
        taken = {bytes(row[0]) for row in cursor.fetchall()}
    for place, one in prepared:
        if taken.isdisjoint(one.blinds):
            taken.update(one.blinds)
        elif one.may_share:
            one.row.recognises = False
        else:
            raise _taken(one.row.kind, place)
    try:
        with transaction.atomic():
            Identifier.objects.bulk_create([one.row for _, one in prepared], batch_size=5000)
    except IntegrityError as clash:
        if "members_identifier_recognises_one" not in str(clash):
            raise
        raise _taken(prepared[0][1].row.kind, prepared[0][0]) from clash


def _taken(kind: str, place: int) -> IdentifierTaken:
    return IdentifierTaken(f"Another member is recognised by this {kind} already.", kind=kind, place=place)


@transaction.atomic
def end(identifier: UUID, *, organisation: UUID, reason: str, actor: Actor, at: datetime) -> None:
    """Takes an identifier out: it recognises nobody from now on, and somebody else may have it. Raises
    UnknownIdentifier; also for cards, which are blocked or replaced instead."""
    row = _one(identifier, organisation)
    changed = Identifier.objects.filter(id=identifier, state="active").update(
        state="ended", reason=reason, recognises=False, ended_at=max(at, row.effective_at)
    )
    if changed != 1:
        raise UnknownIdentifier("Nobody here is recognised by that.")
    record([_deed("members.unidentify", row, reason)], actor=actor, at=at)


@transaction.atomic
def forget(wanted: Collection[UUID], *, organisation: UUID, reason: str, actor: Actor, at: datetime) -> list[UUID]:
    """Takes identifiers out as if they had never been told: for whoever undoes that they were. Those that have ended or
    were verified since have a history and stay; so do cards. Which are out. Two queries."""
    gone = Identifier.objects.filter(id__in=wanted, organisation=organisation, state="active", verified_at=None)
    rows = list(gone.exclude(kind="card").order_by("id"))
    Identifier.objects.filter(id__in=[row.id for row in rows], state="active").delete()
    record([_deed("members.forget_identifier", row, reason) for row in rows], actor=actor, at=at)
    return [row.id for row in rows]


@transaction.atomic
def verify(identifier: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """Its owner showed that it is theirs (a code came back, a document was seen). Raises UnknownIdentifier."""
    row = _one(identifier, organisation)
    Identifier.objects.filter(id=identifier).update(verified_at=at)
    record([_deed("members.verify", row, "")], actor=actor, at=at)


def _one(identifier: UUID, organisation: UUID) -> Identifier:
    found = Identifier.objects.filter(id=identifier, organisation=organisation).exclude(kind="card").first()
    if found is None:
        raise UnknownIdentifier("Nobody here is recognised by that.")
    return found


def _deed(what: str, row: Identifier, reason: str) -> Deed:
    assert row.member_id is not None
    return Deed(
        what, typed("mbr", row.member_id), after={"kind": row.kind, "identifier": typed("idn", row.id)}, reason=reason
    )
