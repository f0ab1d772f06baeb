"""What is kept of a purchase as movements of the ledger: the same whether it is booked at once or completed later."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.journal.moves import Actor
from regulars.ledger import services as ledger
from regulars.ledger.moves import Holder, House, NewHold, Posting
from regulars.ledger.services.accounts import locked
from regulars.ledger.words import Kind, Role
from regulars.rules.occasion import PURCHASE, Occasion

Plain = dict[str, Any]
THE_MERCHANT: Final = "merchant"  # as funder of a rule: whoever it was earned at


def move(
    purchases: Sequence[tuple[UUID, Occasion, Sequence[Plain], Sequence[Plain]]],
    *,
    more: Sequence[tuple[Plain, Posting]] = (),
    actor: Actor,
    at: datetime,
) -> None:
    """Posts what pays (`parts`) and what is given (`gains`) of all these in one batch, and `more` that follows from
    them; each gets its transfer."""
    moved: list[tuple[Plain, Posting]] = []
    for sale, occasion, parts, gains in purchases:
        moved += [(part, spend(part, occasion, sale)) for part in parts]
        moved += [(one, gain(one, occasion, sale)) for one in gains if one["amount"]]
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
    purchases: Sequence[tuple[UUID, Occasion, Sequence[Plain], datetime]], *, actor: Actor, at: datetime
) -> None:
    """Places holds for what will pay; each part gets its hold."""
    wanted = [
        (part, _hold(spend(part, occasion, sale), ends)) for sale, occasion, parts, ends in purchases for part in parts
    ]
    if wanted:
        for (part, _), held in zip(
            wanted, ledger.place_holds([one for _, one in wanted], actor=actor, at=at), strict=True
        ):
            part["hold"] = str(held.id)


def spend(part: Mapping[str, Any], occasion: Occasion, sale: UUID) -> Posting:
    """Out of somebody's account to the merchant who took it."""
    house = House(Role.REDEEMED, occasion.merchant)
    owner, shown = _people(part)
    return Posting(
        Kind.SPEND, part["unit"], part["units"], Holder(owner), house, **_where(occasion, sale, owner, shown)
    )


def gain(one: Mapping[str, Any], occasion: Occasion, sale: UUID) -> Posting:
    """Stored value sold, units that a rule gives, units on top."""
    owner, shown = _people(one)
    where = _where(occasion, sale, owner, shown)
    if one["kind"] == "load":
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
    return Posting(
        Kind.EARN,
        kept["unit"],
        kept["amount"],
        House(Role.ISSUED, funder),
        Holder(owner, Role.PENDING if pending else Role.MAIN),
        activates_at=_moment(kept.get("activates_at")),
        cancels_at=_moment(kept.get("cancels_at")),
        validity=kept.get("validity", ""),
        expires_at=_moment(kept.get("expires_at")),
        funder=funder,
        rule=f"{kept['code']}/{kept['version']}",
        **where,
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _where(occasion: Occasion, sale: UUID, owner: UUID, shown: UUID) -> dict[str, Any]:
    bought = occasion.kind == PURCHASE
    return {
        "effective_at": occasion.at,
        "merchant": occasion.merchant,
        "store": occasion.store,
        "shown": None if shown == owner else shown,
        "details": {"sale": typed("sal", sale)} if bought else {"activity": typed("act", sale)},
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
