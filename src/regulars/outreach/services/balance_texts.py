"""What a member has, told to the phone that asked by text: balances and what happened lately."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.ledger.models import Account, Transfer, Unit
from regulars.ledger.selectors import balances, transfers
from regulars.members.selectors import group_of
from regulars.outreach.gate.words import Service
from regulars.outreach.models import Reply
from regulars.outreach.services.serving import Notice, tell
from regulars.outreach.templates.reading_facts import written, zone_of

A_DAY_MOST: Final = 5  # answers: each costs a text message
LATELY: Final = 3
_NOTHING: Final = "0"


def answer(row: Reply, address: UUID, *, actor: Actor, at: datetime) -> None:
    """Once for each text, to the number that asked. Some twenty queries."""
    today = Reply.objects.filter(organisation=row.organisation, member=row.member, meaning=row.meaning)
    if today.filter(at__gt=at - timedelta(days=1)).count() > A_DAY_MOST:
        return
    looked = Deed("members.read", typed("mbr", row.member), after={"part": "balance", "by": row.channel})
    record([looked], actor=actor, at=at)
    units = {one.code: one for one in Unit.objects.all()}
    have = "; ".join(
        f"{written(one.available, units[one.unit].scale)} {units[one.unit].name}"
        for one in balances(row.member, at=at)
        if one.available
    )
    values = {"have": have or _NOTHING, "lately": _lately(row, units, at)}
    notice = Notice(f"{Service.BALANCE}/{row.id}", row.member, row.channel, values, address)
    tell(Service.BALANCE, [notice], organisation=row.organisation, actor=actor, at=at)


def _lately(row: Reply, units: Mapping[str, Unit], at: datetime) -> str:
    """The latest bookings as their holder sees them. Five queries."""
    group = group_of(row.member)
    others = [one for one in group if one != row.member]
    mine = set(Account.objects.filter(owner__in=group).values_list("id", flat=True))
    zone = zone_of(row.organisation)
    booked = [
        one for one in transfers(row.member, limit=4 * LATELY, also=others) if _comes(one, mine) != _goes(one, mine)
    ]
    return "; ".join(
        _booked(one, units[one.unit], _goes(one, mine), f"{one.recorded_at.astimezone(zone):%Y-%m-%d}")
        for one in booked[:LATELY]
    )


def _comes(one: Transfer, mine: set[UUID]) -> bool:
    return one.taker in mine


def _goes(one: Transfer, mine: set[UUID]) -> bool:
    return one.giver in mine


def _booked(one: Transfer, unit: Unit, out: bool, day: str) -> str:
    return f"{'-' if out else '+'}{written(one.amount, unit.scale)} {unit.name} {day}"
