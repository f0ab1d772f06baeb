"""Activities: claimed, read, decided, booked; all of them or none. Many at once is the primitive."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_ids, typed
from regulars.journal.moves import Actor
from regulars.journal.statements import columns, run, unnested
from regulars.ledger import services as ledger
from regulars.ledger.moves import Activated
from regulars.ledger.selectors import balances, kept_from_earning
from regulars.programme import counters
from regulars.programme.activities.moves import NewActivity, asked
from regulars.programme.activities.selectors import outcomes, subject, waking
from regulars.programme.anniversaries import source_of
from regulars.programme.checkout import telling
from regulars.programme.checkout.caps import room
from regulars.programme.checkout.deciding import whose_of
from regulars.programme.checkout.known import Known, people
from regulars.programme.checkout.moves import Outcome
from regulars.programme.checkout.postings import Moving, Plain, move
from regulars.programme.following import booking as following
from regulars.programme.following.moves import Follows, Happened
from regulars.programme.moves_tiers import Counts
from regulars.programme.resets import taking as resets
from regulars.programme.services.inactivity import keep_alive
from regulars.programme.services.qualifying import qualify
from regulars.rules.caps import capped
from regulars.rules.earning.earn import KIND, earn, needed
from regulars.rules.earning.effects import Earned, plain
from regulars.rules.earning.rule import BIRTHDAY, ENROLMENT, TENURE_MONTH
from regulars.rules.limits import taken
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Occasion
from regulars.rules.reasons import NotApplied, Reason, Why
from regulars.sales import services as sales
from regulars.sales.errors import WrongSale
from regulars.sales.intake import fingerprint
from regulars.sales.moves import NewEvent
from regulars.sales.services.events import record_events

OWN: Final = frozenset({BIRTHDAY, TENURE_MONTH, ENROLMENT})
_TYPES: Final = {
    "event": "uuid", "organisation": "uuid", "member": "uuid", "shown": "uuid", "gains": "jsonb", "told": "jsonb",
}  # fmt: skip
_NAMES: Final = ", ".join(_TYPES)
_WRITE: Final = f"INSERT INTO programme_activity ({_NAMES}) SELECT {_NAMES} FROM {unnested(_TYPES)}"


@dataclass(frozen=True, slots=True)
class Done:
    """An activity with all that comes of it."""

    id: UUID
    wanted: NewActivity
    occasion: Occasion
    facts: MemberFacts | None
    earned: Earned

    @property
    def gains(self) -> list[Plain]:
        who = {"owner": str(self.wanted.member), "shown": str(self.wanted.shown)}
        return [
            {"kind": "earn", "unit": one.unit, "amount": one.amount, "effect": plain(one), **who}
            for one in self.earned.effects
        ]

    @property
    def taking(self) -> list[counters.Take]:
        return [
            counters.Take(one.sum, self.id, one.amount, self.occasion.at, self.wanted.shown)
            for effect in self.earned.effects
            for one in effect.takes
        ]


@transaction.atomic
def tell(wanted: Sequence[NewActivity], *, actor: Actor, at: datetime) -> list[Outcome]:
    """What came of each, in their order; one that came before is answered as it was then.

    Raises WrongSale, KeyReused and what the ledger refuses.
    """
    organisations = {one.place.organisation for one in wanted}
    assert len(organisations) == 1, "activities of one organisation"
    for one in wanted:
        if one.name in OWN and one.place.source != source_of(one.place.organisation):
            raise WrongSale(
                f"{one.name} is told by the programme itself, so that it is given once: call yours something else.",
                name=one.name,
            )
    numbered = list(zip(new_ids(at, len(wanted)), wanted, strict=True))
    earlier = sales.claim(
        (one.place.source, one.place.external_id, fingerprint("event", asked(one)), number) for number, one in numbered
    )
    ids = [earlier.get((one.place.source, one.place.external_id), number) for number, one in numbered]
    fresh = [(number, one) for (number, one), first in zip(numbered, ids, strict=True) if first == number]
    made = _book(fresh, organisations.pop(), actor, at) if fresh else {}
    before = outcomes(set(ids) - made.keys())
    return [made[number] if number in made else before[number] for number in ids]


def _book(
    fresh: Sequence[tuple[UUID, NewActivity]], organisation: UUID, actor: Actor, at: datetime
) -> dict[UUID, Outcome]:
    """Counters first, then accounts, then levels: in the order of the checkout."""
    known = people([one for _, one in fresh], organisation=organisation)
    known.refuse_closed(one for _, one in fresh)
    happened, done, follows = _decided(fresh, known, organisation, at)
    taking = [one for each in done for one in each.taking]
    counters.take([*taking, *follows.takes], organisation=organisation)
    woken = waking(fresh, known.book)
    gains = {one.id: one.gains for one in done}
    record_events([_event(number, one) for number, one in fresh], actor=actor, at=at)
    moving = [Moving(typed("act", one.id), one.occasion, [], gains[one.id]) for one in done]
    move(moving, more=follows.postings, actor=actor, at=at)
    moments = {pending: one.effective_at for pending, (_, one) in woken.items()}
    awake: dict[UUID, list[Activated]] = {}
    for one in ledger.activate_all(moments, actor=actor, at=at):
        awake.setdefault(woken[one.pending][0], []).append(one)
    taken_away = resets.take(happened, terms=known.book, organisation=organisation, actor=actor, at=at)
    keep_alive({one.member for _, one in fresh}, organisation=organisation, actor=actor, at=at, terms=known.book)
    qualify(
        [_counts(one) for one in done if one.earned.effects],
        organisation=organisation, actor=actor, at=at, terms=known.book,
    )  # fmt: skip
    told = {one.id: _told(one, awake.get(one.id, ())) for one in done}
    for number, effects in following.write(follows, organisation=organisation, actor=actor, at=at).items():
        told[number]["effects"] += effects
    for number, effects in taken_away.items():
        told[number]["effects"] += effects
    if len(done) == 1:
        _tell_balances(done[0], told[done[0].id], at)
    rows = [
        (one.id, organisation, one.wanted.member, one.wanted.shown, json.dumps(gains[one.id]), json.dumps(told[one.id]))
        for one in done
    ]
    run(_WRITE, columns(rows, len(_TYPES)))
    return {number: Outcome(number, said) for number, said in told.items()}


def _decided(
    fresh: Sequence[tuple[UUID, NewActivity]], known: Known, organisation: UUID, at: datetime
) -> tuple[list[Happened], list[Done], Follows]:
    """Each sees what those before took of limits and budgets. Locks sums; then accounts, where balances are capped."""
    done = [Done(number, one, _occasion(one, known), known.facts(one), Earned()) for number, one in fresh]
    rules = {
        one.id: [rule for rule in known.book.at(KIND, one.occasion.at) if one.wanted.name in rule.terms.occasions]
        for one in done
    }
    happened = [_happened(one, known) for one in done]
    if not any(rules.values()):
        return happened, done, following.decide(happened, terms=known.book, organisation=organisation, at=at)
    names = whose_of([(one.wanted.member, one.occasion) for one in done], known.book, organisation)
    whose = {one.id: who for one, who in zip(done, names, strict=True)}
    sums = {each for one in done for each in needed(one.occasion, one.facts, rules[one.id], whose[one.id])}
    used = counters.lock(sums, organisation=organisation)
    follows = following.decide(happened, terms=known.book, organisation=organisation, at=at)
    members = {one.wanted.member for one in done}
    frozen, rooms = kept_from_earning(members, at=at), room(members, known.book, at)
    found = []
    for one in done:
        if one.wanted.member in frozen:
            found.append(replace(one, earned=Earned((), (NotApplied("", 0, Reason(Why.FROZEN)),))))
            continue
        earned = earn(one.occasion, one.facts, rules[one.id], used, whose[one.id])
        earned = capped(earned, rooms.get(one.wanted.member, {}), known.book.version)
        for effect in earned.effects:
            for take in effect.takes:
                taken(used, take.sum, take.amount, one.occasion.at)
        found.append(replace(one, earned=earned))
    return happened, found, follows


def _occasion(one: NewActivity, known: Known) -> Occasion:
    place = one.place
    where = place.store or place.merchant
    return Occasion(
        at=one.effective_at,
        kind=one.name,
        currency=one.currency,
        amount=one.amount,
        merchant=typed("mrc", place.merchant) if place.merchant else "",
        store=typed("str", place.store) if place.store else "",
        channel=place.channel,
        zone=known.zone(place),
        store_zone=known.zones.get(where, "") if where else "",
        values=dict(one.said),
    )


def _happened(one: Done, known: Known) -> Happened:
    owner, shown = one.wanted.member, one.wanted.shown
    return Happened(one.id, one.occasion, owner, shown, known.sketches[owner].group, one.facts)


def _event(number: UUID, one: NewActivity) -> NewEvent:
    return NewEvent(number, one.place, one.shown, one.name, one.effective_at, one.currency, one.amount, dict(one.said))


def _counts(one: Done) -> Counts:
    owner, shown = one.wanted.member, one.wanted.shown
    amounts: dict[str, int] = {}
    for effect in one.earned.effects:
        amounts[effect.unit] = amounts.get(effect.unit, 0) + effect.amount
    return Counts(owner, one.id, amounts, one.occasion.at, None if shown == owner else shown)


def _told(one: Done, awake: Sequence[Activated]) -> dict[str, Any]:
    return {
        "id": subject(one.id),
        "member": typed("mbr", one.wanted.member),
        "name": one.wanted.name,
        "effects": telling.earned(one.earned),
        "not_applied": [telling.not_applied(each) for each in one.earned.not_applied],
        "activated": [
            {"transfer": typed("txn", each.transfer), "unit": each.unit, "amount": each.amount} for each in awake
        ],
        "balances": [],
    }


def _tell_balances(one: Done, told: Mapping[str, Any], at: datetime) -> None:
    units = {each["unit"] for each in (*told["effects"], *told["activated"]) if each["unit"]}
    if units:
        told["balances"].extend(telling.balances(balances(one.wanted.member, at=at), units))
