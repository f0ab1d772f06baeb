"""Who is this? Each function says what it costs in queries."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.journal.statements import column, run
from regulars.members import identifying, numbers
from regulars.members.errors import UnknownMember, WrongIdentifier
from regulars.members.keyring import Keyring
from regulars.members.keys import card_secret, keyring
from regulars.members.moves import Found, Presented

# One probe of a unique index, however many kinds and generations of keys; the function keeps its plan.
_RECOGNISE: Final = "SELECT * FROM members_recognised(%s::bytea[])"


def recognise(shown: Presented, *, organisation: UUID, region: str | None = None) -> Found | None:
    """Whom an identifier leads to. 1 query, the same for unknown, foreign and malformed ones; a card number that
    was made up is told by its signature: 0 queries."""
    return recognise_all([shown], organisation=organisation, region=region)[0]


def recognise_all(shown: Sequence[Presented], *, organisation: UUID, region: str | None = None) -> list[Found | None]:
    """As many as are asked, in their order. 1 query (0 where all are made-up cards)."""
    keys = keyring()
    wanted = [_blinds(keys, one, organisation, region) for one in shown]
    found = _rows([blind for blinds in wanted for blind in blinds])
    return [next((found[b] for b in blinds if b in found), None) for blinds in wanted]


def recognise_text(
    text: str, *, organisation: UUID, region: str | None = None, sources: Sequence[str] = ()
) -> Found | None:
    """Whatever was typed or scanned: a card, a phone, a mail address, an id of one of these sources. 1 query."""
    possible = [
        Presented(kind, text, source)
        for kind in identifying.kinds_of(text)
        for source in (sources if kind in ("external", "open_id") else ("",))
    ]
    return next((one for one in recognise_all(possible, organisation=organisation, region=region) if one), None)


def blind_parts(organisation: UUID, kind: str, source: str, plain: str) -> tuple[str, ...]:
    """What an identifier's digest is of. The organisation is part of it, so that a foreign code is an unknown one."""
    return (str(organisation), kind, source, plain)


def _blinds(keys: Keyring, shown: Presented, organisation: UUID, region: str | None) -> list[bytes]:
    if shown.kind == "card" and not numbers.genuine(shown.value, card_secret()):
        return []
    try:
        plain = identifying.normal(shown.kind, shown.value, region=region)
    except WrongIdentifier:
        plain = "\x00"  # no value looks like this: the same work, and nobody is found
    return keys.blinds(*blind_parts(organisation, shown.kind, shown.source, plain))


def _rows(blinds: list[bytes]) -> dict[bytes, Found]:
    if not blinds:
        return {}
    return {bytes(row[0]): Found(*row[1:]) for row in run(_RECOGNISE, [column(blinds)])}


def roots(members: Sequence[UUID], *, organisation: UUID) -> dict[UUID, UUID]:
    """Who each of these ids is now: itself, or whom it was merged into. 1 query. Raises UnknownMember."""
    wanted = "= %s" if len(members) == 1 else "= ANY(%s::uuid[])"  # one is said so that the server keeps its plan
    found: dict[UUID, UUID] = dict(
        run(
            f"SELECT id, root_id FROM members_member WHERE id {wanted} AND organisation = %s",
            [members[0] if len(members) == 1 else column(members), organisation],
        )
    )
    if missing := set(members) - found.keys():
        which = {"members": [typed("mbr", one) for one in sorted(missing)[:20]]} if len(members) > 1 else {}
        raise UnknownMember("No member of this organisation has that id.", missing=len(missing), **which)
    return found


def group_of(root: UUID) -> list[UUID]:
    """A member and all that were merged into it. 1 query."""
    return _ids("SELECT id FROM members_member WHERE root_id = %s ORDER BY id", [root])


def by_tail(last_digits: str, *, organisation: UUID, limit: int = 20) -> list[UUID]:
    """Members with a phone or card that ends so, as clerks type them. 1 query."""
    blinds = keyring().blinds(str(organisation), "tail", last_digits)
    return _ids(
        "SELECT DISTINCT m.root_id FROM members_identifier i JOIN members_member m ON m.id = i.member_id "
        "WHERE i.tail = ANY(%s) AND i.state = 'active' ORDER BY m.root_id LIMIT %s",
        [blinds, limit],
    )


def _ids(statement: str, parameters: list[Any]) -> list[UUID]:
    return [row[0] for row in run(statement, parameters)]
