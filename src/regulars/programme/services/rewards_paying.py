"""The price of a reward: taken or held, out of the member's own account or those of their household; and given back."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import typed
from regulars.journal.moves import Actor
from regulars.ledger import services as ledger
from regulars.ledger.errors import AccountClosed, HolderFrozen, HolderMerged, NotEnough
from regulars.ledger.models import Hold
from regulars.ledger.moves import Holder, House, NewHold, Posting, Reversal
from regulars.ledger.services.accounts import locked
from regulars.ledger.words import Kind, Role
from regulars.members.models.people import MemberState
from regulars.members.selectors import roots
from regulars.members.selectors.sketches import sketches
from regulars.programme.book import Book
from regulars.programme.families.drawing import Drawing
from regulars.programme.families.reading import families
from regulars.programme.models import Redemption
from regulars.programme.moves_rewards import NewRedemption
from regulars.programme.selectors.rewards import paid_by

REDEMPTION: Final = "rdm"  # the prefix of redemptions
TRIES: Final = 3  # where others of the household spend at the same time
Ends = tuple[UUID | None, UUID | None]  # hold, transfer


def drawing(wanted: NewRedemption, unit: str, *, terms: Book, zone: str, at: datetime) -> Drawing:
    """The purses of the household, which is locked. Six queries. Raises FamilyRefused."""
    read = families([wanted.member], [unit], at=at, locked=True)
    return Drawing(terms, wanted.member, unit, read, at=at, zone=zone)


def pay(row: Redemption, wanted: NewRedemption, *, terms: Book, zone: str, actor: Actor, at: datetime) -> None:
    """Takes or holds the units; the merchant whose award it is stands in the books as who took them.

    Raises FamilyRefused, NotEnough, HolderFrozen.
    """
    if not row.amount:
        return
    if not wanted.family:
        ((row.hold, row.transfer),) = _take(row, [(row.member, row.amount)], wanted, actor, at)
        return
    draws, ends = _together(row, wanted, terms, zone, actor, at)
    row.paid_by = [
        {"member": str(owner), "amount": amount, "hold": _text(hold), "transfer": _text(transfer)}
        for (owner, amount), (hold, transfer) in zip(draws, ends, strict=True)
    ]


def _together(
    row: Redemption, wanted: NewRedemption, terms: Book, zone: str, actor: Actor, at: datetime
) -> tuple[list[tuple[UUID, int]], list[Ends]]:
    """Decided anew where others spent in between."""
    for left in reversed(range(TRIES)):
        draws = drawing(wanted, row.unit, terms=terms, zone=zone, at=at).of(row.amount)
        try:
            with transaction.atomic():
                _lock(row, {row.member, *(owner for owner, _ in draws)}, at)
                return draws, _take(row, draws, wanted, actor, at)
        except (NotEnough, HolderFrozen, AccountClosed, HolderMerged):
            if not left:
                raise
    raise AssertionError("the last try answers or refuses")


def _take(
    row: Redemption, draws: Sequence[tuple[UUID, int]], wanted: NewRedemption, actor: Actor, at: datetime
) -> list[Ends]:
    """In one batch."""
    said: dict[str, Any] = {
        "reason": "reward", "merchant": row.merchant, "store": row.store, "funder": row.funder,
        "rule": typed("trm", row.version),
        "details": {"redemption": typed(REDEMPTION, row.id), "reward": row.reward, "count": row.count},
    }  # fmt: skip
    house = House(Role.REDEEMED, row.merchant)
    card = wanted.shown if wanted.shown != wanted.member else None
    shown = [card if owner == row.member else None for owner, _ in draws]
    if row.lapses_at is not None:
        holds = [
            NewHold(owner, row.unit, amount, row.lapses_at, house, shown=by, **said)
            for (owner, amount), by in zip(draws, shown, strict=True)
        ]
        return [(held.id, None) for held in ledger.place_holds(holds, actor=actor, at=at)]
    postings = [
        Posting(Kind.SPEND, row.unit, amount, Holder(owner), house, shown=by, **said)
        for (owner, amount), by in zip(draws, shown, strict=True)
    ]
    return [(None, posted.id) for posted in ledger.post(postings, actor=actor, at=at)]


def capture(row: Redemption, actor: Actor, at: datetime) -> None:
    """What was held is taken. Raises HoldClosed."""
    if row.hold is not None:
        row.transfer = ledger.capture(row.hold, actor=actor, at=at).transfer
    _lock(row, {UUID(one["member"]) for one in row.paid_by}, at)
    for one in row.paid_by:
        one["transfer"] = _text(ledger.capture(UUID(one["hold"]), actor=actor, at=at).transfer)


def give_back(row: Redemption, actor: Actor, at: datetime) -> None:
    """To each their own, to the lots it came from; to who was erased of a household nothing."""
    _one_back(row.hold, row.transfer, actor, at)
    givers = paid_by(row)
    now = _now([one.member for one in givers], row.organisation) if givers else {}
    _lock(row, {row.member, *now, *now.values()} if now else set(), at)
    for one in givers:
        if one.member in now:
            _one_back(one.hold, one.transfer, actor, at)


def _lock(row: Redemption, holders: Collection[UUID], at: datetime) -> None:
    """All at once, in the order of everybody else: the ledger then takes them one after the other."""
    locked({(owner, row.unit, Role.MAIN) for owner in holders}, at)


def _one_back(hold: UUID | None, transfer: UUID | None, actor: Actor, at: datetime) -> None:
    if transfer is not None:
        ledger.reverse(Reversal(transfer, reason="reward-cancelled"), actor=actor, at=at)
    elif hold is not None and Hold.objects.filter(id=hold, closed_as=None).exists():
        ledger.void(hold, actor=actor, at=at)


def _now(members: Sequence[UUID], organisation: UUID) -> dict[UUID, UUID]:
    """Who each is by now; who was erased is left out. Two queries."""
    now = roots(members, organisation=organisation)
    known = sketches(set(now.values()))
    return {member: root for member, root in now.items() if known[root].state != MemberState.ERASED}


def _text(number: UUID | None) -> str | None:
    return None if number is None else str(number)
