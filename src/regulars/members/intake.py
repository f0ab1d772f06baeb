"""Checks and prepares what comes from outside; writes nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from regulars.basics.ids import new_id
from regulars.members import identifying, naming
from regulars.members.errors import WrongFact, WrongIdentifier
from regulars.members.fields import BUILT_IN, NAMES, Definition, checked
from regulars.members.keyring import Generation, Keyring
from regulars.members.models import Fact, Field, Identifier, Member
from regulars.members.moves import FactChange, NewIdentifier, Plain
from regulars.members.selectors.recognition import blind_parts

_JSON: Final = json.JSONEncoder(ensure_ascii=False)


def definitions(organisation: UUID) -> dict[str, Definition]:
    """Every kind of fact an organisation keeps. 1 query."""
    own = Field.objects.filter(organisation=organisation, retired_at=None)
    return {**BUILT_IN, **{field.name: definition_of(field) for field in own}}


def definition_of(field: Field) -> Definition:
    return Definition(field.name, field.kind, field.is_personal, tuple(field.choices), field.length_max)


def definition_named(known: Mapping[str, Definition], name: str) -> Definition:
    if name not in known:
        raise WrongFact(f"There is no fact or field named {name[:60]!r}.", name=name[:60])
    return known[name]


def sealed_fact(
    change: FactChange, value: Plain, definition: Definition, *, keys: Keyring, actor: str, at: datetime
) -> Fact:
    """The row of a fact, sealed where it names somebody."""
    row = Fact(
        member_id=change.member,
        name=change.name,
        source=change.source,
        actor=actor,
        effective_at=change.effective_at,
        recorded_at=at,
        confirmed_at=change.effective_at,
    )
    if definition.personal:
        row.key = keys.newest.number
        row.sealed = keys.newest.seal(as_json(value), fact_context(change.member, change.name))
    else:
        row.value = value
    return row


def as_json(value: Plain) -> str:
    """A value as it is sealed, and as the database keeps plain ones.

    >>> as_json("王"), as_json(["red", "blue"])
    ('"王"', '["red", "blue"]')
    """
    return _JSON.encode(value)


def fact_context(member: UUID | str, name: str) -> str:
    """Where a sealed fact belongs: elsewhere it does not open."""
    return f"fact|{member}|{name}"


def value_of(row: Fact, keys: Keyring) -> Plain:
    """What a fact says, opened if need be."""
    if row.sealed is not None and row.key is not None:
        opened: Plain = json.loads(keys.open(row.key, bytes(row.sealed), fact_context(row.member_id, row.name)))
        return opened
    assert row.value is not None
    plain: Plain = row.value
    return plain


class Copied(NamedTuple):
    """The plain columns of a member that audiences are cut by, and the blinded names."""

    sex: str
    language: str
    country: str
    town: str
    birthday: int | None
    birth_decade: int | None
    name_grams: list[int]
    name_key: int


COPIED_FROM: Final = ("sex", "language", "country", "town", "birth_on", *NAMES)


def copied(facts: Mapping[str, Plain], organisation: UUID, newest: Generation) -> Copied:
    """From all present facts."""
    year, _, day = str(facts.get("birth_on", "")).partition("-")
    names = naming.spellings({name: str(facts[name]) for name in NAMES if name in facts})
    return Copied(
        sex=str(facts.get("sex", "")),
        language=str(facts.get("language", "")),
        country=str(facts.get("country", "")),
        town=str(facts.get("town", "")),
        birthday=int(day.replace("-", "")) if day else None,
        birth_decade=int(year) // 10 * 10 if day else None,
        name_grams=naming.grams(names, str(organisation), newest),
        name_key=newest.number if names else 0,
    )


def copy_to_member(member: Member, facts: Mapping[str, Plain], keys: Keyring) -> None:
    """The same, set on a member."""
    for name, value in copied(facts, member.organisation, keys.newest)._asdict().items():
        setattr(member, name, value)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An identifier ready to be written, and its digests under every generation of keys."""

    row: Identifier
    blinds: Sequence[bytes]
    may_share: bool


def identifier_row(
    new: NewIdentifier,
    *,
    member: UUID,
    organisation: UUID,
    region: str | None,
    origin: str,
    effective_at: datetime,
    at: datetime,
    keys: Keyring,
) -> Prepared:
    """Raises WrongIdentifier. Cards are issued and claimed, not added: their numbers are signed."""
    if new.kind == "card":
        raise WrongIdentifier("Cards are issued and claimed; another system's card number is external.", kind="card")
    if new.kind in ("external", "open_id") and not new.source:
        raise WrongIdentifier(f"Say whose number this {new.kind} is.", kind=new.kind)
    plain = identifying.normal(new.kind, new.value, region=region)
    row = sealed_identifier(new.kind, new.source, plain, organisation=organisation, keys=keys, at=at)
    row.member_id, row.origin, row.effective_at = member, origin, effective_at
    row.verified_at = at if new.verified else None
    return Prepared(row, keys.blinds(*blind_parts(organisation, new.kind, new.source, plain)), new.may_share)


def sealed_identifier(
    kind: str, source: str, plain: str, *, organisation: UUID, keys: Keyring, at: datetime
) -> Identifier:
    """The row of a value in its one form: sealed, and blinded to be found by."""
    newest, number = keys.newest, new_id(at)
    tail = identifying.tail(kind, plain)
    return Identifier(
        id=number,
        organisation=organisation,
        kind=kind,
        source=source,
        sealed=newest.seal(plain, identifier_context(number)),
        key=newest.number,
        blind=newest.blind(*blind_parts(organisation, kind, source, plain)),
        tail=newest.blind(str(organisation), "tail", tail) if tail else None,
        recognises=True,
        recorded_at=at,
        effective_at=at,
    )


def identifier_context(identifier: UUID) -> str:
    return f"identifier|{identifier}"


def checked_facts(
    facts: Mapping[str, Plain], known: Mapping[str, Definition], at: datetime
) -> dict[str, tuple[Definition, Plain]]:
    """Raises WrongFact."""
    found: dict[str, tuple[Definition, Plain]] = {}
    for name, value in facts.items():
        definition = definition_named(known, name)
        found[name] = (definition, checked(definition, value, today=at.date()))
    return found
