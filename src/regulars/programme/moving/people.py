"""Whom rows are about: by an id, or by whatever they are recognised by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from regulars.members.models import Member
from regulars.members.moves import Found, Presented
from regulars.members.selectors import recognise_all
from regulars.programme.moving.moves import Coupon, Row

GONE: Final = ("closed", "erased")


@dataclass(frozen=True, slots=True)
class Whose:
    """Who a member is now, or why nobody is meant."""

    member: UUID | None = None
    reason: str = ""


def whose(rows: Sequence[Row], *, organisation: UUID, region: str | None) -> list[Whose]:
    """In the order of the rows. Two queries."""
    presented = list({one: None for row in rows for one in row.shown})
    found = dict(zip(presented, recognise_all(presented, organisation=organisation, region=region), strict=True))
    asked = {row.member for row in rows if row.member is not None}
    known = Member.objects.filter(id__in=asked, organisation=organisation)
    ids = {number: (root, state) for number, root, state in known.values_list("id", "root_id", "root__state")}
    return [_one(row, found, ids) for row in rows]


def _one(row: Row, found: Mapping[Presented, Found | None], ids: Mapping[UUID, tuple[UUID, str]]) -> Whose:
    if row.member is not None and row.member not in ids:
        return Whose(reason="unknown-member")
    seen = [hit for one in row.shown if (hit := found[one]) is not None and hit.member is not None]
    meant: dict[UUID | None, str | None] = {hit.member: hit.member_state for hit in seen}
    if row.member is not None:
        root, now = ids[row.member]
        meant[root] = now
    if not meant:
        nobody = isinstance(row.brings, Coupon) and not row.shown
        return Whose() if nobody else Whose(reason="unknown-member" if row.shown else "nobody")
    if len(meant) > 1:
        return Whose(reason="several-members")
    ((member, state),) = meant.items()
    return Whose(reason="member-closed") if state in GONE else Whose(member)
