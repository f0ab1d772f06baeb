"""What is known of members. Looks at persons are recorded by the doors (`members.read`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery

from regulars.members import intake, naming
from regulars.members.fields import NAMES
from regulars.members.keyring import Keyring
from regulars.members.keys import keyring
from regulars.members.models import Fact, Identifier, Mark, NewWay, Note, Tag
from regulars.members.moves import KnownFact, KnownIdentifier, Plain

_CANDIDATES = 400  # by name, before their names are opened and compared: of more, some


def facts_of(
    roots: Sequence[UUID], *, as_of: datetime | None = None, names: Sequence[str] | None = None
) -> dict[UUID, dict[str, KnownFact]]:
    """What is known of members now, or was at a moment; all of it, or facts of these names. The member's own facts
    first, then those of members merged into it, the latest. 1 query."""
    rows = Fact.objects.filter(member__root__in=roots).select_related("member")
    rows = rows if names is None else rows.filter(name__in=names)
    rows = rows.filter(ended_at=None) if as_of is None else rows.filter(_held(as_of))
    keys = keyring()
    found: dict[UUID, dict[str, KnownFact]] = {root: {} for root in roots}
    ordered = sorted(rows, key=lambda row: (row.member_id == row.member.root_id, row.effective_at, row.recorded_at))
    for row in ordered:
        found[row.member.root_id][row.name] = _known(row, keys)
    return found


def history_of(root: UUID, name: str | None = None) -> list[KnownFact]:
    """Every fact that ever was, oldest first. 1 query."""
    rows = Fact.objects.filter(member__root=root).order_by("effective_at", "id")
    keys = keyring()
    return [_known(row, keys) for row in (rows.filter(name=name) if name else rows)]


def values_of(root: UUID) -> dict[str, Plain]:
    """The present facts of one member as plain values. 1 query."""
    return {name: fact.value for name, fact in facts_of([root])[root].items()}


def _held(moment: datetime) -> Q:
    return Q(effective_at__lte=moment) & (Q(ended_at=None) | Q(ended_at__gt=moment))


def _known(row: Fact, keys: Keyring) -> KnownFact:
    value = intake.value_of(row, keys)
    return KnownFact(row.member_id, row.name, value, row.source, row.effective_at, row.recorded_at, row.ended_at)


def identifiers_of(roots: Sequence[UUID], *, with_ended: bool = False) -> dict[UUID, list[KnownIdentifier]]:
    """What members are recognised by, opened; also of those merged into them. 1 query."""
    new = NewWay.objects.filter(identifier=OuterRef("id"))
    rows: QuerySet[Identifier] = Identifier.objects.filter(member__root__in=roots).select_related("member")
    rows = rows.annotate(added_at=Subquery(new.values("added_at")), opens_at=Subquery(new.values("opens_at")))
    keys = keyring()
    found: dict[UUID, list[KnownIdentifier]] = {root: [] for root in roots}
    for row in (rows if with_ended else rows.filter(state="active")).order_by("effective_at", "id"):
        assert row.member is not None
        found[row.member.root_id].append(_identifier(row, keys))
    return found


def _identifier(row: Identifier, keys: Keyring) -> KnownIdentifier:
    return KnownIdentifier(
        id=row.id,
        member=row.member_id,
        kind=row.kind,
        value=keys.open(row.key, bytes(row.sealed), intake.identifier_context(row.id)),
        source=row.source,
        state=row.state,
        recognises=row.recognises,
        effective_at=row.effective_at,
        verified_at=row.verified_at,
        ended_at=row.ended_at,
        card=row.card_id,
        came_later=row.added_at is not None,  # type: ignore[attr-defined]
        opens_at=row.opens_at,  # type: ignore[attr-defined]
    )


def by_name(text: str, *, organisation: UUID, limit: int = 20) -> list[tuple[UUID, str]]:
    """Members whose names hold every word of the text, with the name, best first. 2 queries: candidates by blinded
    pieces through one index, then their names, opened and compared."""
    words = naming.folded(text).split()
    keys = keyring()
    per_key = [naming.asked_grams(text, str(organisation), generation) for generation in keys.generations.values()]
    if not words or not any(per_key):
        return []
    named = _spellings_of(_candidates(per_key, organisation))
    fitting = [(root, name) for root, name in named.items() if all(w in naming.folded(name) for w in words)]
    return sorted(fitting, key=lambda one: (len(one[1]), one[1], one[0]))[:limit]


def _candidates(per_key: Sequence[list[int]], organisation: UUID) -> list[UUID]:
    tests = " OR ".join(["m.name_grams @> %s::int[]"] * len(per_key))
    parameters: list[Any] = [organisation, *per_key, _CANDIDATES]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT root_id FROM (SELECT m.root_id FROM members_member m"
            f" WHERE m.organisation = %s AND ({tests}) LIMIT %s) AS first",
            parameters,
        )
        return [row[0] for row in cursor.fetchall()]


def _spellings_of(roots: Sequence[UUID]) -> dict[UUID, str]:
    """Every spelling of members' names, also of those merged into them, their own first. 1 query."""
    keys = keyring()
    names: dict[UUID, dict[UUID, dict[str, str]]] = {root: {} for root in roots}
    rows = Fact.objects.filter(member__root__in=roots, name__in=NAMES, ended_at=None).select_related("member")
    for row in sorted(rows, key=lambda row: (row.member_id != row.member.root_id, row.member_id, row.id)):
        names[row.member.root_id].setdefault(row.member_id, {})[row.name] = str(intake.value_of(row, keys))
    return {
        root: ", ".join(spelling for one in several.values() for spelling in naming.spellings(one))
        for root, several in names.items()
    }


def tags_of(roots: Sequence[UUID]) -> dict[UUID, list[str]]:
    """1 query."""
    found: dict[UUID, set[str]] = {root: set() for root in roots}
    for root, tag in Tag.objects.filter(member__root__in=roots).values_list("member__root", "tag"):
        found[root].add(tag)
    return {root: sorted(tags) for root, tags in found.items()}


def notes_of(root: UUID) -> list[tuple[UUID, str, str, datetime]]:
    """Id, text, author and moment; pinned ones first, then the newest. 1 query."""
    keys = keyring()
    rows = Note.objects.filter(member__root=root).order_by("-is_pinned", "-recorded_at", "-id")
    return [
        (row.id, keys.open(row.key, bytes(row.sealed), f"note|{row.id}"), row.actor, row.recorded_at) for row in rows
    ]


def marks_of(roots: Sequence[UUID]) -> dict[UUID, dict[str, Mark]]:
    """What analysis says of members, the newest of each name. 1 query."""
    found: dict[UUID, dict[str, Mark]] = {root: {} for root in roots}
    rows = Mark.objects.filter(member__root__in=roots).select_related("member").order_by("as_of", "recorded_at")
    for row in rows:
        found[row.member.root_id][row.name] = row
    return found
