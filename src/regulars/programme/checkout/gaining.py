"""What a reserved purchase earns once it is completed: for whoever is meant by then, within the caps of then."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.ledger.selectors import kept_from_earning
from regulars.programme import counters
from regulars.programme.book import Book
from regulars.programme.checkout import telling
from regulars.programme.checkout.caps import CAP, room
from regulars.programme.checkout.holders import Holders
from regulars.programme.models import Checkout
from regulars.rules.caps import capped
from regulars.rules.earning.effects import Earned, Effect, of_plain, plain
from regulars.rules.limits import Of
from regulars.rules.reasons import NotApplied, Reason, Why

Plain = dict[str, Any]


def settle(kept: Checkout, who: Holders, *, terms: Book, at: datetime) -> None:
    """Gains, and what is told of them, as they are by now: nothing for who was erased or is kept from earning, and no
    more than a balance may hold; limits and budgets get back what is cut. One query; more where something may be cut.
    Locks counters, then accounts."""
    kept.gains = [who.now(one) for one in kept.gains if not who.gone(UUID(one["shown"]))]
    owners = {UUID(one["owner"]) for one in kept.gains if one["kind"] != "load"}
    effects = tuple(of_plain(one["effect"]) for one in kept.gains if one["kind"] == "earn")
    frozen = bool(owners and kept_from_earning(owners, at=at))
    if frozen or (effects and terms.at(CAP, at)):
        counters.lock({take.sum for effect in effects for take in effect.takes}, organisation=kept.organisation)
        paying = {(UUID(one["owner"]), one["unit"]) for one in kept.parts}
        left = {} if frozen else next(iter(room(owners, terms, at, paying=paying).values()))
        now = _none() if frozen else capped(Earned(effects), left, terms.version)
        _cut(kept, effects, now, frozen)
    kept.given = [one["amount"] for one in kept.gains]


def _none() -> Earned:
    return Earned((), (NotApplied("", 0, Reason(Why.FROZEN)),))


def _cut(kept: Checkout, before: Sequence[Effect], now: Earned, frozen: bool) -> None:
    stay = {(one.code, one.version): one for one in now.effects}
    gone = ("earn", "points") if frozen else ("earn",)
    others = [one for one in kept.gains if one["kind"] not in gone]
    earns = [
        (one, stay.get((one["effect"]["code"], one["effect"]["version"]))) for one in kept.gains if "effect" in one
    ]
    kept.gains = others + [{**one, "amount": effect.amount, "effect": plain(effect)} for one, effect in earns if effect]
    told = [one for one in kept.told["effects"] if one["kind"] not in gone]
    refused = [*kept.told["not_applied"], *(telling.not_applied(one) for one in now.not_applied)]
    kept.told = {**kept.told, "effects": told + telling.earned(now), "not_applied": refused}
    counters.give_back(list(_freed(kept.sale, before, stay)))


def _freed(sale: UUID, before: Sequence[Effect], stay: dict[tuple[str, int], Effect]) -> Iterator[counters.Back]:
    """What limits and budgets get back."""
    for effect in before:
        now = _taken(stay.get((effect.code, effect.version)))
        for (code, of), amount in _taken(effect).items():
            if amount > now.get((code, of), 0):
                yield counters.Back(sale, code, of, amount - now.get((code, of), 0))


def _taken(effect: Effect | None) -> dict[tuple[str, Of], int]:
    """By code; of each of the sums under it the same."""
    return {} if effect is None else {(one.sum.code, one.sum.of): one.amount for one in effect.takes}
