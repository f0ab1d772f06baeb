"""At the counter: who of those known could this be, while the clerk is typing."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import connection

from regulars.members import duplicates_levels as levels
from regulars.members import identifying, naming
from regulars.members.duplicates import Suspected
from regulars.members.duplicates_reading import likenesses
from regulars.members.errors import WrongIdentifier
from regulars.members.keyring import Keyring
from regulars.members.keys import keyring
from regulars.members.numbers import digits_of
from regulars.members.selectors.recognition import blind_parts

CANDIDATES_MAX: Final = 150  # opened and compared
LIKELY: Final = 0.5
_MEMBERS: Final = 10_000  # candidates share something already: the chance among strangers would be too strict
_BY_BLIND: Final = (
    "SELECT member_id FROM members_identifier WHERE (blind = ANY(%(blinds)s) OR tail = ANY(%(tails)s))"
    " AND state = 'active' AND member_id IS NOT NULL LIMIT %(most)s"
)
_BY_NAME: Final = (
    "SELECT id FROM members_member WHERE organisation = %(organisation)s AND name_grams @> %(grams)s::int[]"
    " LIMIT %(most)s"
)
# One mistyped letter leaves the other words whole: with the birthday they are few.
_BY_BIRTHDAY: Final = (
    "SELECT id FROM members_member WHERE organisation = %(organisation)s AND birthday = %(birthday)s"
    " AND name_grams @> %(grams)s::int[] LIMIT %(most)s"
)


def likely(
    facts: Mapping[str, str],
    *,
    phone: str = "",
    email: str = "",
    organisation: UUID,
    region: str | None = None,
    limit: int = 5,
) -> list[Suspected]:
    """Members this may be, surest first; `two` is the member, `one` nobody yet. Half-typed phones count by their last
    four digits. At most 7 queries, whatever the number of members."""
    keys = keyring()
    typed_phone, typed_mail = _plain("phone", phone, region), _plain("email", email, region)
    found = _by_identifiers(keys, organisation, typed_phone, typed_mail, digits_of(phone)[-4:])
    found |= _by_names(keys, organisation, facts)
    me = levels.likeness(facts, phone=typed_phone, email=typed_mail)
    known = likenesses(sorted(_roots(found))[:CANDIDATES_MAX])
    last_digits = "" if typed_phone else digits_of(phone)[-4:]
    alike = [(root, levels.compared(me, one) | _ends_so(one, last_digits)) for root, one in known.items()]
    told = [
        Suspected(UUID(int=0), root, levels.chance(how, members=_MEMBERS), levels.is_exact(how), how)
        for root, how in alike
        if not levels.is_family(how)
    ]
    return sorted((one for one in told if one.score >= LIKELY), key=lambda one: (-one.score, one.two))[:limit]


def _ends_so(one: levels.Likeness, last_digits: str) -> dict[str, str]:
    """Four digits of a phone say as much as all of it with one mistyped."""
    said = len(last_digits) == 4 and one.phone is not None and one.phone.endswith(last_digits)
    return {"phone": "close"} if said else {}


def _plain(kind: str, value: str, region: str | None) -> str | None:
    try:
        return identifying.normal(kind, value, region=region)
    except WrongIdentifier:
        return None  # not yet typed to the end


def _by_identifiers(
    keys: Keyring, organisation: UUID, phone: str | None, email: str | None, last_digits: str
) -> set[UUID]:
    blinds = [
        blind
        for kind, value in (("phone", phone), ("email", email))
        if value
        for blind in keys.blinds(*blind_parts(organisation, kind, "", value))
    ]
    tails = keys.blinds(str(organisation), "tail", last_digits) if len(last_digits) == 4 else []
    if not blinds and not tails:
        return set()
    return _ids(_BY_BLIND, {"blinds": blinds, "tails": tails, "most": CANDIDATES_MAX})


def _by_names(keys: Keyring, organisation: UUID, facts: Mapping[str, str]) -> set[UUID]:
    parts = _parts(" ".join(facts.get(one, "") for one in ("given_name", "family_name", "full_name")))
    day = facts.get("birth_on", "")
    birthday = int(day[5:].replace("-", "")) if len(day) == 10 else None
    found: set[UUID] = set()
    for generation in keys.generations.values():
        asked: dict[str, Any] = {"organisation": organisation, "most": CANDIDATES_MAX, "birthday": birthday}
        asked["grams"] = naming.grams(parts, str(organisation), generation)
        if asked["grams"]:
            found |= _ids(_BY_NAME, asked)
        for part in parts if birthday else ():
            found |= _ids(_BY_BIRTHDAY, {**asked, "grams": naming.grams([part], str(organisation), generation)})
    return found


def _parts(names: str) -> list[str]:
    """Words, and Chinese names by their characters: in whichever field and order they were written.

    >>> _parts("José 王小明")
    ['jose', '王', '小', '明']
    """
    return [
        part
        for word in naming.folded(names).split()
        for part in ([*word] if all(naming.is_han(letter) for letter in word) else [word])
    ]


def _roots(members: set[UUID]) -> set[UUID]:
    return _ids(
        "SELECT root_id FROM members_member WHERE id = ANY(%(ids)s) AND state IN ('active', 'anonymous')",
        {"ids": list(members)},
    )


def _ids(statement: str, parameters: dict[str, Any]) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {row[0] for row in cursor.fetchall()}
