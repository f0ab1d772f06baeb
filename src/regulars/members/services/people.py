"""Enrolling members, and what is known of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members import intake
from regulars.members.copying import as_array
from regulars.members.errors import MemberClosed
from regulars.members.fields import Definition
from regulars.members.keyring import Keyring
from regulars.members.keys import keyring
from regulars.members.locks import lock_members
from regulars.members.models import Fact, Member
from regulars.members.moves import FactChange, NewIdentifier, NewMember, Plain
from regulars.members.selectors.profiles import facts_of
from regulars.members.services.identifiers import write_identifiers

_COPY_AGAIN: Final = """
UPDATE members_member m SET sex = n.sex, language = n.language, country = n.country, town = n.town,
    birthday = n.birthday, birth_decade = n.birth_decade, name_grams = n.grams::int[], name_key = n.key
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::smallint[], %s::smallint[], %s::text[],
    %s::smallint[]) AS n(id, sex, language, country, town, birthday, birth_decade, grams, key)
WHERE m.id = n.id
"""


@transaction.atomic
def enrol(wanted: Sequence[NewMember], *, actor: Actor, at: datetime) -> list[UUID]:
    """Makes members with what is known of them; all or none. A fixed number of queries for any number of members.

    Raises WrongFact, WrongIdentifier, IdentifierTaken (`place` in the facts: which of the wanted).
    """
    keys = keyring()
    known = {one: intake.definitions(one) for one in {new.organisation for new in wanted}}
    rows = [_member(new, at) for new in wanted]
    facts, identifiers = [], []
    for place, (row, new) in enumerate(zip(rows, wanted, strict=True)):
        values = intake.checked_facts(new.facts, known[new.organisation], at)
        intake.copy_to_member(row, {name: value for name, (_, value) in values.items()}, keys)
        facts += _facts(row.id, values, new, keys=keys, actor=actor, at=at)
        identifiers += [(place, _identifier(row.id, one, new, keys, at)) for one in new.identifiers]
    # Every check but those of identifiers that are taken is behind us.
    Member.objects.bulk_create(rows, batch_size=5000)
    Fact.objects.bulk_create(facts, batch_size=5000)
    write_identifiers(identifiers)
    record([_enrolled(row, new) for row, new in zip(rows, wanted, strict=True)], actor=actor, at=at)
    return [row.id for row in rows]


def _member(new: NewMember, at: datetime) -> Member:
    number = new_id(at)
    return Member(
        id=number,
        organisation=new.organisation,
        root_id=number,
        state="active" if new.facts or new.identifiers else "anonymous",
        source=new.source,
        merchant=new.merchant,
        store=new.store,
        enrolled_at=new.effective_at,
        created_at=at,
    )


def _facts(
    member: UUID,
    values: Mapping[str, tuple[Definition, Plain]],
    new: NewMember,
    *,
    keys: Keyring,
    actor: Actor,
    at: datetime,
) -> list[Fact]:
    return [
        intake.sealed_fact(
            FactChange(member, name, value, new.source, new.effective_at),
            value,
            definition,
            keys=keys,
            actor=said_by(actor),
            at=at,
        )
        for name, (definition, value) in values.items()
    ]


def _identifier(member: UUID, one: NewIdentifier, new: NewMember, keys: Keyring, at: datetime) -> intake.Prepared:
    return intake.identifier_row(
        one,
        member=member,
        organisation=new.organisation,
        region=new.region,
        origin=new.source,
        effective_at=new.effective_at,
        at=at,
        keys=keys,
    )


def _enrolled(row: Member, new: NewMember) -> Deed:
    return Deed(
        "members.enrol",
        typed("mbr", row.id),
        merchant=typed("mrc", new.merchant) if new.merchant else "",
        store=typed("str", new.store) if new.store else "",
        after={
            "facts": sorted(new.facts),
            "identifiers": sorted(one.kind for one in new.identifiers),
            "source": new.source,
        },
    )


@transaction.atomic
def change_facts(changes: Sequence[FactChange], *, organisation: UUID, actor: Actor, at: datetime) -> int:
    """Writes what was told of members, each since its own moment; what was there goes into the history. Told late, a
    fact that was overtaken goes into the history at once. Returns how many are new. A fixed number of queries.

    Raises UnknownMember, MemberClosed, WrongFact.
    """
    keys = keyring()
    known = intake.definitions(organisation)
    members = lock_members((change.member for change in changes), organisation=organisation)
    changes = [replace(change, member=members[change.member].id) for change in changes]
    present = _present([row.id for row in members.values()], sorted({change.name for change in changes}))
    stirred: dict[int, Fact] = {}
    fresh: list[Fact] = []
    for change in sorted(changes, key=lambda one: one.effective_at):
        definition = intake.definition_named(known, change.name)
        value = None if change.value is None else _checked(definition, change.value, at)
        _decide(change, value, definition, present=present, touched=stirred, fresh=fresh, keys=keys, actor=actor, at=at)
    _write_touched(stirred.values())
    Fact.objects.bulk_create(fresh, batch_size=5000)
    copy_again({row.id for row in members.values()}, organisation=organisation, keys=keys)
    touched: dict[UUID, set[str]] = defaultdict(set)
    for change in changes:
        touched[change.member].add(change.name)
    deeds = [Deed("members.facts", typed("mbr", m), after={"facts": sorted(n)}) for m, n in sorted(touched.items())]
    record(deeds, actor=actor, at=at)
    return len(fresh)


def _checked(definition: Definition, value: Plain, at: datetime) -> Plain:
    return intake.checked_facts({definition.name: value}, {definition.name: definition}, at)[definition.name][1]


def _present(members: list[UUID], names: list[str]) -> dict[tuple[UUID, str], Fact]:
    rows = Fact.objects.filter(member_id__in=members, name__in=names, ended_at=None)
    return {(row.member_id, row.name): row for row in rows}


def _decide(
    change: FactChange,
    value: Plain | None,
    definition: Definition,
    *,
    present: dict[tuple[UUID, str], Fact],
    touched: dict[int, Fact],
    fresh: list[Fact],
    keys: Keyring,
    actor: Actor,
    at: datetime,
) -> None:
    """What one change does to what is present. Changes come in the order of their moments."""
    place = (change.member, change.name)
    now = present.get(place)
    if now is not None and now.pk is not None:
        touched[now.pk] = now
    if now is not None and intake.value_of(now, keys) == value and change.effective_at >= now.effective_at:
        now.confirmed_at = max(now.confirmed_at, change.effective_at)
        return
    row = None
    if value is not None:
        row = intake.sealed_fact(change, value, definition, keys=keys, actor=said_by(actor), at=at)
        fresh.append(row)
    if now is not None and change.effective_at < now.confirmed_at:
        if row is not None:
            row.ended_at = now.effective_at if change.effective_at < now.effective_at else now.confirmed_at
        return
    if now is not None:
        now.ended_at = change.effective_at
    if row is None:
        present.pop(place, None)
    else:
        present[place] = row


def _write_touched(rows: Iterable[Fact]) -> None:
    """Ends and confirms what was present. 1 query."""
    changed = [(row.pk, row.confirmed_at, row.ended_at) for row in rows]
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE members_fact f SET confirmed_at = n.confirmed_at, ended_at = n.ended_at"
                " FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS n(id, confirmed_at, ended_at)"
                " WHERE f.id = n.id",
                [list(column) for column in zip(*changed, strict=True)],
            )


def copy_again(members: Collection[UUID], *, organisation: UUID, keys: Keyring) -> None:
    """The plain columns of members from their present facts, and from those of members merged into them. 2 queries."""
    known = facts_of(list(members), names=intake.COPIED_FROM)
    rows = [
        (root, *copied[:6], as_array(copied.name_grams), copied.name_key)
        for root, facts in known.items()
        for copied in [intake.copied({name: one.value for name, one in facts.items()}, organisation, keys.newest)]
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_COPY_AGAIN, [list(column) for column in zip(*rows, strict=True)])


@transaction.atomic
def close(member: UUID, *, organisation: UUID, reason: str, actor: Actor, at: datetime) -> None:
    """The member leaves: nothing more is written to it, its identifiers recognise nobody. Raises UnknownMember,
    MemberClosed."""
    row = lock_members([member], organisation=organisation)[member]
    before = row.state
    if Member.objects.filter(id=row.id, state=before).update(state="closed") != 1:
        raise MemberClosed("The member was closed; nothing more is written to it.", closed=1)
    row.identifiers.filter(state="active").exclude(kind="card").update(state="ended", recognises=False, ended_at=at)
    record(
        [
            Deed(
                "members.close",
                typed("mbr", member),
                before={"state": before},
                after={"state": "closed"},
                reason=reason,
            )
        ],
        actor=actor,
        at=at,
    )


def said_by(actor: Actor) -> str:
    """Who, as the rows of facts, consents and notes keep it."""
    return f"{actor.kind}:{actor.id}"
