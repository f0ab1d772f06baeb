"""What is kept of a purchase as movements of the ledger: the same whether it is booked at once or completed later."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from regulars.journal.moves import Actor
from regulars.ledger import services as ledger
from regulars.ledger.moves import Holder, House, NewHold, Posting
from regulars.ledger.services.accounts import locked
from regulars.ledger.words import Kind, Role
from regulars.rules.occasion import PURCHASE, Occasion

Plain = dict[str, Any]
_MOMENTS: Final = ("activates_at", "cancels_at", "expires_at")
THE_MERCHANT: Final = "merchant"  # as funder of a rule: whoever it was earned at


class Moving(NamedTuple):
    """What moves at a purchase or an activity: what pays, and what is given."""

    name: str  # its typed id
    occasion: Occasion
    parts: Sequence[Plain]
    gains: Sequence[Plain]
    holder: tuple[UUID, UUID] | None = None  # who earns and whose card was shown, where that is at hand


def move(
    purchases: Sequence[Moving],
    *,
    more: Sequence[tuple[Plain, Posting]] = (),
    actor: Actor,
    at: datetime,
) -> None:
    """Posts what pays (`parts`) and what is given (`gains`) of all these in one batch, and `more` that follows from
    them; each gets its transfer."""
    moved: list[tuple[Plain, Posting]] = []
    for name, occasion, parts, gains, holder in purchases:
        moved += [(part, spend(part, occasion, name)) for part in parts]
        moved += [(one, gain(one, occasion, name, holder)) for one in gains if one["amount"]]
    moved += more
    if moved:
        for (one, _), posted in zip(moved, ledger.post([each for _, each in moved], actor=actor, at=at), strict=True):
            one["transfer"] = str(posted.id)


def lock_accounts(kept: Iterable[Mapping[str, Any]], more: Sequence[tuple[Plain, Posting]], at: datetime) -> None:
    """Accounts of several holders that verbs of the ledger take one after the other: all at once, in the order of
    everybody else. One query; none for one holder."""
    wanted = {(UUID(one["owner"]), str(one["unit"]), Role.MAIN) for one in kept}
    ends = ((posting.unit, end) for _, posting in more for end in (posting.giver, posting.taker))
    wanted |= {(end.owner, unit, end.role) for unit, end in ends if isinstance(end, Holder)}
    if len({owner for owner, _, _ in wanted}) > 1:
        locked(wanted, at)


def set_aside(
    purchases: Sequence[tuple[str, Occasion, Sequence[Plain], datetime]], *, actor: Actor, at: datetime
) -> None:
    """Places holds for what will pay; each part gets its hold."""
    wanted = [
        (part, _hold(spend(part, occasion, name), ends)) for name, occasion, parts, ends in purchases for part in parts
    ]
    if wanted:
        for (part, _), held in zip(
            wanted, ledger.place_holds([one for _, one in wanted], actor=actor, at=at), strict=True
        ):
            part["hold"] = str(held.id)


def spend(part: Mapping[str, Any], occasion: Occasion, name: str) -> Posting:
    """Out of somebody's account to the merchant who took it."""
    house = House(Role.REDEEMED, occasion.merchant)
    owner, shown = _people(part)
    return Posting(
        Kind.SPEND, part["unit"], part["units"], Holder(owner), house, **_where(occasion, name, owner, shown)
    )


def gain(one: Mapping[str, Any], occasion: Occasion, name: str, holder: tuple[UUID, UUID] | None = None) -> Posting:
    """Stored value sold, to whoever it is for; units that a rule gives, units on top, to who earns."""
    loads = one["kind"] == "load"
    owner, shown = _people(one) if loads or holder is None else holder
    where = _where(occasion, name, owner, shown)
    if loads:
        sold = House(Role.SOLD, occasion.merchant)
        return Posting(Kind.LOAD, one["unit"], one["amount"], sold, Holder(owner), **where)
    if one["kind"] == "earn":
        return _earn(one["effect"], owner, where)
    rule = f"{one['code']}/{one['version']}"
    return Posting(Kind.EARN, one["unit"], one["amount"], House(Role.ISSUED), Holder(owner), rule=rule, **where)


def _people(kept: Mapping[str, Any]) -> tuple[UUID, UUID]:
    """Whose account it is, and whose card was shown: mostly one and the same."""
    owner = UUID(kept["owner"])
    return owner, owner if kept["shown"] == kept["owner"] else UUID(kept["shown"])


def _earn(kept: Mapping[str, Any], owner: UUID, where: Mapping[str, Any]) -> Posting:
    """Of an effect as it is kept (see `rules.earning.effects.plain`)."""
    said = kept.get("funder", "")
    funder = where["merchant"] if said == THE_MERCHANT else said
    pending = kept.get("activates_at") is not None or bool(kept.get("on_event"))
    dates: dict[str, Any] = {
        name: datetime.fromisoformat(text) for name in _MOMENTS if (text := kept.get(name)) is not None
    }
    return Posting(
        Kind.EARN,
        kept["unit"],
        kept["amount"],
        _issued(funder),
        Holder(owner, Role.PENDING if pending else Role.MAIN),
        validity=kept.get("validity", ""),
        funder=funder,
        rule=f"{kept['code']}/{kept['version']}",
        **dates,
        **where,
    )


@lru_cache(1024)
def _issued(funder: str) -> House:
    """The same for all of a batch: it is looked up once."""
    return House(Role.ISSUED, funder)


def _where(occasion: Occasion, name: str, owner: UUID, shown: UUID) -> dict[str, Any]:
    return {
        "effective_at": occasion.at,
        "merchant": occasion.merchant,
        "store": occasion.store,
        "shown": None if shown is owner or shown == owner else shown,
        "details": {"sale" if occasion.kind == PURCHASE else "activity": name},
    }


def _hold(posting: Posting, ends: datetime) -> NewHold:
    assert isinstance(posting.giver, Holder)
    assert isinstance(posting.taker, House)
    return NewHold(
        posting.giver.owner,
        posting.unit,
        posting.amount,
        ends,
        to=posting.taker,
        merchant=posting.merchant,
        store=posting.store,
        shown=posting.shown,
        details=posting.details,
    )
