"""An activity takes a balance; an appeal is heard, and gives it back or not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_ids, typed
from regulars.journal.models import Entry
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.ledger import services as ledger
from regulars.ledger.models import Transfer
from regulars.ledger.moves import Holder, House, Posting, Reversal
from regulars.ledger.selectors import balances
from regulars.ledger.services.accounts import locked
from regulars.ledger.words import Kind, Role
from regulars.members.selectors import group_of, roots
from regulars.programme.book import Book
from regulars.programme.errors import ResetClosed, UnknownReset
from regulars.programme.following.moves import Happened
from regulars.programme.models import Reset
from regulars.programme.moves import Version
from regulars.programme.resets.terms import RESET

PREFIX: Final = "rst"


def take(
    happened: Sequence[Happened], *, terms: Book, organisation: UUID, actor: Actor, at: datetime
) -> dict[UUID, list[dict[str, Any]]]:
    """Takes what these activities take, as of when it is recorded: what was spent before is not asked for. What the
    answers tell of it. Nothing is asked where no terms name such an activity; else three queries for each balance."""
    hits = [
        (one, version)
        for one in happened
        for version in terms.at(RESET, one.occasion.at)
        if version.terms.event == one.occasion.kind
    ]
    if not hits:
        return {}
    locked({(one.owner, version.terms.unit, Role.MAIN) for one, version in hits}, at)
    told: dict[UUID, list[dict[str, Any]]] = {}
    for number, (one, version) in zip(new_ids(at, len(hits)), hits, strict=True):
        amount = next((has.available for has in balances(one.owner, at=at) if has.unit == version.terms.unit), 0)
        if amount <= 0:
            continue
        row = _take(number, one, version, amount, organisation, actor, at)
        told.setdefault(one.id, []).append(
            {
                "kind": RESET, "code": row.code, "version": version.version, "unit": row.unit, "amount": amount,
                "item": typed(PREFIX, row.id),
            }
        )  # fmt: skip
    return told


def _take(
    number: UUID, one: Happened, version: Version, amount: int, organisation: UUID, actor: Actor, at: datetime
) -> Reset:
    occasion = one.occasion
    posting = Posting(
        Kind.ADJUST, version.terms.unit, amount, Holder(one.owner), House(Role.ADJUSTED, version.code),
        reason=version.code, merchant=occasion.merchant, store=occasion.store,
        rule=f"{RESET}.{version.code}/{version.version}", details={"activity": typed("act", one.id)},
        shown=None if one.shown == one.owner else one.shown,
    )  # fmt: skip
    (posted,) = ledger.post([posting], actor=actor, at=at)
    row = Reset.objects.create(
        id=number, organisation=organisation, member=one.owner, event=one.id, code=version.code, version=version.id,
        unit=version.terms.unit, amount=amount, transfer=posted.id, taken_at=at,
        appeal_until=version.terms.until(at, occasion.zone),
    )  # fmt: skip
    _say("resets.take", row, actor, at, until=row.appeal_until.isoformat())
    return row


@transaction.atomic
def appeal(reset: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> Reset:
    """A member asks for it back, in time. Raises UnknownReset, ResetClosed."""
    row = _row(reset, organisation)
    if at >= row.appeal_until:
        raise ResetClosed("The time for an appeal is over.", appeal_until=row.appeal_until.isoformat())
    if Reset.objects.filter(id=reset, state="taken").update(state="appealed", appealed_at=at) != 1:
        raise ResetClosed(f"This was {row.state}.", state=row.state)
    row.state, row.appealed_at = "appealed", at
    _say("resets.appeal", row, actor, at)
    return row


@transaction.atomic
def withdraw(reset: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> Reset:
    """It was not asked back: whoever wrote that down takes it back, while nobody has decided. Raises UnknownReset,
    ResetClosed."""
    row = _row(reset, organisation)
    told = Entry.objects.filter(subject=typed(PREFIX, reset), what="resets.appeal").order_by("-at", "-id").first()
    mine = told is not None and (told.actor_kind, told.actor_id) == (actor.kind, actor.id)
    back = {"state": "taken", "appealed_at": None}
    if not mine or Reset.objects.filter(id=reset, state="appealed").update(**back) != 1:
        raise ResetClosed("Nobody but who wrote it down takes it back.", state=row.state)
    row.state, row.appealed_at = "taken", None
    _say("resets.withdraw", row, actor, at)
    return row


@transaction.atomic
def decide(reset: UUID, *, give_back: bool, organisation: UUID, actor: Actor, at: datetime) -> Reset:
    """Gives it back to the lots it came from, with the dates they had, or lets it stand. Raises UnknownReset,
    ResetClosed."""
    row = _row(reset, organisation)
    state = "given-back" if give_back else "upheld"
    decided = {"state": state, "decided_at": at, "decided_by": actor.id}
    if Reset.objects.filter(id=reset, state__in=("taken", "appealed")).update(**decided) != 1:
        raise ResetClosed(f"This was decided: {row.state}.", state=row.state)
    if give_back:
        ledger.reverse(Reversal(row.again or row.transfer, reason="appeal"), actor=actor, at=at)
    row.state, row.decided_at, row.decided_by = state, at, actor.id
    _say("resets.decide", row, actor, at)
    return row


@transaction.atomic
def reopen(reset: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> Reset:
    """Takes a decision back: what was given back is taken again, and it waits as before. Raises UnknownReset,
    ResetClosed, NotEnough where some of it is spent by now."""
    row = _row(reset, organisation)
    before = row.state
    state = "appealed" if row.appealed_at else "taken"
    decided = Reset.objects.filter(id=reset, state__in=("given-back", "upheld"), decided_by=actor.id)
    if decided.update(state=state, decided_at=None, decided_by="", answered_at=None) != 1:
        raise ResetClosed("Nobody but who decided takes that back.", state=before)
    if before == "given-back":
        row.again = _again(row, actor, at)
        Reset.objects.filter(id=reset).update(again=row.again)
    row.state, row.decided_at, row.decided_by = state, None, ""
    _say("resets.reopen", row, actor, at)
    return row


def _again(row: Reset, actor: Actor, at: datetime) -> UUID:
    """The same amount of whoever the member is now."""
    owner = roots([row.member], organisation=row.organisation)[row.member]
    posting = Posting(
        Kind.ADJUST, row.unit, row.amount, Holder(owner), House(Role.ADJUSTED, row.code), reason=row.code,
        rule=Transfer.objects.values_list("rule", flat=True).get(pk=row.transfer),
        details={"reset": typed(PREFIX, row.id)}, shown=None if row.member == owner else row.member,
    )  # fmt: skip
    return ledger.post([posting], actor=actor, at=at)[0].id


def appealed(organisation: UUID, *, limit: int = 100) -> list[Reset]:
    """What members ask back and nobody has decided yet, the oldest first. One query."""
    return list(Reset.objects.filter(organisation=organisation, state="appealed").order_by("id")[:limit])


def resets_of(member: UUID) -> list[Reset]:
    """What was taken of a member, the latest first. Two queries."""
    return list(Reset.objects.filter(member__in=group_of(member)).order_by("-id")[:100])


def _row(reset: UUID, organisation: UUID) -> Reset:
    row = Reset.objects.filter(id=reset, organisation=organisation).first()
    if row is None:
        raise UnknownReset("Nothing was taken under this id.", reset=typed(PREFIX, reset))
    return row


def _say(what: str, row: Reset, actor: Actor, at: datetime, **more: object) -> None:
    facts = {"member": typed("mbr", row.member), "code": row.code, "unit": row.unit, "amount": row.amount}
    record([Deed(what, typed(PREFIX, row.id), after=facts | {"state": row.state} | more)], actor=actor, at=at)
