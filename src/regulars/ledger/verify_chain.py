"""Looking at the chain: every link is digested again from the transfers as they are now."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final

from regulars.basics.ids import typed
from regulars.journal.statements import run
from regulars.ledger.seals import FORM, LEAF, NOTHING, linked, roots

BEFORE_ALL: Final = -(2**62)  # a row with a number below the first would be an inserted one
_LEAF_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Link:
    number: int
    form: int
    upto: int
    transfers: int
    digest: bytes
    leaves: bytes


FIRST: Final = Link(0, FORM, BEFORE_ALL, 0, NOTHING, b"")


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it should be."""

    what: str
    subject: str  # typed id
    stands: str | None
    should: str | None


def links(after: int, until: int) -> list[Link]:
    """The links above `after` up to `until`, with the nearest before them. One query."""
    rows = run(
        "SELECT number, form, upto, transfers, digest, leaves FROM ledger_seal WHERE number <= %s"
        " AND number >= coalesce((SELECT max(number) FROM ledger_seal WHERE number <= %s), 0) ORDER BY number",
        [until, after],
    )
    return [Link(*row) for row in rows]


def look(after: int, until: int) -> tuple[int, list[Difference]]:
    """Looks at the links above `after` up to `until`: how many transfers they seal, and what differs. Two queries."""
    found = links(after, until)
    before = found.pop(0) if found and found[0].number <= after else FIRST
    there = {link.number for link in found}
    wrong = [Difference("link-missing", f"seal {n}", None, None) for n in range(after + 1, until + 1) if n not in there]
    wrong += [
        Difference("link-form", f"seal {link.number}", str(link.form), str(FORM)) for link in found if link.form != FORM
    ]
    bounds = [before.upto, *(link.upto for link in found)]
    if any(low >= high for low, high in pairwise(bounds)):
        return 0, [*wrong, Difference("link-order", f"seal {after + 1}", str(bounds), None)]
    for link, root in zip(found, roots(bounds, leaves=False) if found else [], strict=True):
        if linked(before.digest, link.number, link.upto, root) != link.digest:
            wrong += _within(link, before.upto)
        elif link.transfers != root.transfers:
            wrong.append(Difference("link-changed", f"seal {link.number}", str(link.transfers), str(root.transfers)))
        before = link
    return sum(link.transfers for link in found), wrong


def _within(link: Link, low: int) -> list[Difference]:
    """Which transfers of a link differ from what was sealed. One query."""
    rows = run(
        f"SELECT t.id, t.number, substring({LEAF} FROM 1 FOR 8) FROM ledger_transfer t"
        " WHERE t.number > %s AND t.number <= %s ORDER BY t.number, t.id",
        [low, link.upto],
    )
    sealed, now = _parts(link.leaves), [leaf for _, _, leaf in rows]
    if sealed == now:
        # The transfers are as the link's own list has them: it is the link that was changed, or the one before it.
        return [Difference("link-changed", f"seal {link.number}", link.digest.hex(), None)]
    wrong = []
    for told, first, last, begin, end in SequenceMatcher(None, sealed, now, autojunk=False).get_opcodes():
        if told == "equal":
            continue
        wrong += [
            Difference("transfer-not-as-sealed", typed("txn", id), f"number {number}", None)
            for id, number, _ in rows[begin:end]
        ]
        for place in range(first + end - begin, last):
            where = f"{place + 1} of {len(sealed)} in seal {link.number}, numbers above {low} up to {link.upto}"
            wrong.append(Difference("transfer-missing", f"seal {link.number}", None, where))
    return wrong


def anchored(anchors: Sequence[str]) -> list[Difference]:
    """Heads kept elsewhere ("number:digest") must still be in the chain, which reaches every day that is closed.

    One query, and one for each anchor.
    """
    rows = run(
        "SELECT unit, day, upto, (SELECT coalesce(max(upto), 0) FROM ledger_seal) FROM ledger_closed_day"
        " WHERE upto > (SELECT coalesce(max(upto), 0) FROM ledger_seal) ORDER BY unit, day"
    )
    wrong = [Difference("chain-cut", f"{unit} {day}", str(stands), str(should)) for unit, day, should, stands in rows]
    for anchor in anchors:
        number, _, digest = anchor.partition(":")
        rows = run("SELECT digest FROM ledger_seal WHERE number = %s", [int(number)])
        stands = rows[0][0].hex() if rows else None
        if stands != digest.strip().lower():
            wrong.append(Difference("anchor", f"seal {number}", stands, digest))
    return wrong


def _parts(leaves: bytes) -> list[bytes]:
    return [leaves[place : place + _LEAF_BYTES] for place in range(0, len(leaves), _LEAF_BYTES)]
