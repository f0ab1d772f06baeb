"""What stands for a person beyond a membership: digests of phone and mail, so that "once" holds after a new start."""

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from regulars.members.errors import MemberClosed
from regulars.members.keys import keyring
from regulars.members.models.people import MemberState
from regulars.members.selectors.profiles import identifiers_of
from regulars.members.selectors.sketches import Sketch

KINDS: Final = ("phone", "email")
GONE: Final = (MemberState.CLOSED, MemberState.ERASED)


def refuse_gone(people: Iterable[Sketch]) -> None:
    """Raises MemberClosed."""
    if any(one.state in GONE for one in people):
        raise MemberClosed("This member was closed or erased; nothing more is written to it.")


def known_by(roots: Collection[UUID], *, organisation: UUID) -> dict[UUID, dict[str, tuple[str, ...]]]:
    """For each member and kind the texts that stand for it, of the newest key first: with the keys alone they lead back
    to a phone. Retired keys count too: what was counted under them still holds. One query."""
    keys = keyring()
    older = (one for one in (*keys.generations.values(), *keys.retired.values()) if one != keys.newest)
    generations = [keys.newest, *older]
    found: dict[UUID, dict[str, tuple[str, ...]]] = {}
    for root, identifiers in identifiers_of(list(roots), with_ended=True).items():
        by_kind: dict[str, tuple[str, ...]] = {}
        for one in identifiers:
            if one.kind in KINDS:
                texts = (each.blind(str(organisation), "once", one.kind, one.value).hex() for each in generations)
                by_kind[one.kind] = (*by_kind.get(one.kind, ()), *texts)
        found[root] = by_kind
    return found
