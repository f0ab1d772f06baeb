"""Holds: units set aside for a spend that is not yet certain; then captured (all or a part), voided or lapsed, once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, columns, run, unnested
from regulars.journal.transactions import whole
from regulars.ledger import locks
from regulars.ledger.drafts import AccountRow, Draft, Taken, Words, may_spend
from regulars.ledger.errors import HoldClosed, HoldUnknown, NotEnough, WrongPosting
from regulars.ledger.intake import fingerprint
from regulars.ledger.models import Hold
from regulars.ledger.moves import Held, House, NewHold
from regulars.ledger.selectors import holds_by_id
from regulars.ledger.services.accounts import houses, locked, units
from regulars.ledger.services.keys import claim
from regulars.ledger.words import HOLDER_ROLES, Kind, Role
from regulars.ledger.writing import write

_WHENEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
AT_ONCE: Final = 500  # how many a job takes in one transaction
_HOLD: Final = {
    "id": "uuid", "account": "uuid", "owner": "uuid", "unit": "text", "amount": "bigint", "placed_at": "timestamptz",
    "lapses_at": "timestamptz", "captured": "bigint", "role": "text", "scope": "text", "source": "text",
    "external_id": "text", "reason": "text", "merchant": "text", "store": "text", "funder": "text", "rule": "text",
    "shown": "uuid",
    "details": "jsonb",
}  # fmt: skip
_PART: Final = {"hold": "uuid", "lot": "uuid", "account": "uuid", "amount": "bigint"}


@whole()
def place_holds(wanted: Sequence[NewHold], *, actor: Actor, at: datetime) -> list[Held]:
    """Sets units aside, all or none; a replay is answered as the hold stands now. Ten queries at most.

    The bound is checked here, under the lock, and not again at the capture. Raises NotEnough, KeyReused, HolderFrozen,
    AccountClosed, WrongPosting.
    """
    units({hold.unit for hold in wanted})
    for hold in wanted:
        _check(hold, at)
    ids = [hold.id or new_id(at) for hold in wanted]
    pairs = list(zip(wanted, ids, strict=True))
    earlier = claim((h.source, h.external_id, fingerprint(_asked(h)), number) for h, number in pairs if h.source)
    answers = [earlier.get((hold.source, hold.external_id), number) for hold, number in pairs]
    fresh = [(hold, number) for (hold, number), answer in zip(pairs, answers, strict=True) if answer == number]
    if fresh:
        _place(fresh, actor, at)
    found = holds_by_id(answers, replayed=set(answers) - {number for _, number in fresh})
    return [found[number] for number in answers]


def place_hold(wanted: NewHold, *, actor: Actor, at: datetime) -> Held:
    """One hold; see `place_holds`."""
    return place_holds([wanted], actor=actor, at=at)[0]


@transaction.atomic
def capture(hold: UUID, amount: int | None = None, *, actor: Actor, at: datetime) -> Held:
    """Spends what was set aside, all or a part; the rest is free again, and gone where its lot has expired meanwhile.

    Posts to frozen accounts too: the freeze came after the promise. Nine queries.
    Raises HoldUnknown, HoldClosed, NotEnough.
    """
    draft, row, parts = _one_open(hold, actor, at)
    asked = row.amount if amount is None else amount
    if not 0 < asked <= row.amount:
        raise NotEnough(
            f"{row.amount} are held.", required=asked, available=row.amount, missing=max(0, asked - row.amount)
        )
    (house,) = houses([(row.unit, House(Role(row.role), row.scope))], at).values()
    used, freed = _split(parts, asked)
    effective_at = max(at, row.placed_at)
    words = Words(
        reason=row.reason, merchant=row.merchant, store=row.store, funder=row.funder, rule=row.rule, shown=row.shown,
        details={**(row.details or {}), "hold": typed("hld", hold)},
    )  # fmt: skip
    number = draft.transfer(Kind.CAPTURE, draft.accounts[row.account], house, asked, effective_at, words)
    draft.use_held(used, number, effective_at)
    draft.unhold(freed, effective_at)
    write(draft)
    _close([hold], "captured", effective_at, captured=asked, transfer=number)
    facts = {
        "kind": Kind.CAPTURE.value, "unit": row.unit, "amount": asked, "freed": row.amount - asked,
        "member": typed("mbr", row.owner), "transfer": typed("txn", number),
    }  # fmt: skip
    record([Deed("ledger.capture", typed("hld", hold), row.merchant, row.store, after=facts)], actor=actor, at=at)
    return holds_by_id([hold])[hold]


@transaction.atomic
def void(hold: UUID, *, actor: Actor, at: datetime) -> Held:
    """Gives back what was set aside; it is gone where its lot has expired meanwhile. Eight queries.

    Raises HoldUnknown, HoldClosed.
    """
    draft, row, parts = _one_open(hold, actor, at, lapsed_too=True)
    effective_at = max(at, row.placed_at)
    draft.unhold(parts, effective_at)
    write(draft)
    _close([hold], "voided", effective_at)
    record([Deed("ledger.void", typed("hld", hold), after={"amount": row.amount})], actor=actor, at=at)
    return holds_by_id([hold])[hold]


@transaction.atomic
def lapse_due(*, actor: Actor, at: datetime) -> int:
    """One step of the job: closes holds whose time is over. How many; call it until it answers 0. Idempotent."""
    due = list(Hold.objects.filter(closed_as=None, lapses_at__lte=at).order_by("lapses_at", "id")[:AT_ONCE])
    if not due:
        return 0
    draft = Draft(at, actor.id, actor.request_id)
    draft.know(locked([(hold.owner, hold.unit, Role.MAIN) for hold in due], at))
    still = list(Hold.objects.filter(closed_as=None, id__in=[hold.id for hold in due]))
    for parts in _parts([hold.id for hold in still]).values():
        draft.unhold(parts, at)
    write(draft)
    _close([hold.id for hold in still], "lapsed", at)
    record([Deed("ledger.lapse", after={"holds": len(still)})], actor=actor, at=at)
    return len(due)


def _asked(hold: NewHold) -> NewHold:
    """Without what a till does not repeat: its quarter of an hour begins anew whenever it asks again."""
    return replace(hold, id=None, lapses_at=_WHENEVER)


def _check(hold: NewHold, at: datetime) -> None:
    if hold.amount <= 0:
        raise WrongPosting("An amount is above nothing.", amount=hold.amount)
    if hold.lapses_at <= at:
        raise WrongPosting("A hold lapses later than it is placed.", lapses_at=hold.lapses_at.isoformat())
    if bool(hold.source) != bool(hold.external_id):
        raise WrongPosting("A business key is a source and an external id.", source=hold.source)
    if hold.to.role in HOLDER_ROLES:
        raise WrongPosting(f"The house has no account {hold.to.role}.", role=hold.to.role)


def _place(fresh: Sequence[tuple[NewHold, UUID]], actor: Actor, at: datetime) -> None:
    draft = Draft(at, actor.id, actor.request_id)
    draft.know(locked([(hold.owner, hold.unit, Role.MAIN) for hold, _ in fresh], at))
    mains = {(row.owner, row.unit): row for row in draft.accounts.values() if row.role == Role.MAIN}
    draft.know((), locks.open_lots({mains[hold.owner, hold.unit].id for hold, _ in fresh}))
    rows, parts = [], []
    for hold, number in fresh:
        main = mains[hold.owner, hold.unit]
        may_spend(main, at)
        taken = draft.take(main, hold.amount, at)
        draft.hold(taken)
        rows.append(_row(hold, number, main, at))
        parts += [(number, lot.id, main.id, part) for lot, part in taken]
    write(draft)
    for table, types, values in (("ledger_hold", _HOLD, rows), ("ledger_hold_lot", _PART, parts)):
        names = ", ".join(types)
        run(f"INSERT INTO {table} ({names}) SELECT {names} FROM {unnested(types)}", columns(values, len(types)))
    deeds = [
        Deed("ledger.hold", typed("hld", number), hold.merchant, hold.store, after={"amount": hold.amount})
        for hold, number in fresh
    ]
    record(deeds, actor=actor, at=at)


def _row(hold: NewHold, number: UUID, main: AccountRow, at: datetime) -> tuple[object, ...]:
    return (
        number, main.id, hold.owner, hold.unit, hold.amount, at, hold.lapses_at, 0, hold.to.role, hold.to.scope,
        hold.source, hold.external_id, hold.reason, hold.merchant, hold.store, hold.funder, hold.rule, hold.shown,
        dict(hold.details) if hold.details else None,
    )  # fmt: skip


def _one_open(hold: UUID, actor: Actor, at: datetime, *, lapsed_too: bool = False) -> tuple[Draft, Hold, Taken]:
    """The hold and its parts, its account locked. Raises HoldUnknown, HoldClosed."""
    seen = Hold.objects.filter(pk=hold).first()
    if seen is None:
        raise HoldUnknown("No hold has this id.", hold=typed("hld", hold))
    draft = Draft(at, actor.id, actor.request_id)
    draft.know(locked([(seen.owner, seen.unit, Role.MAIN)], at))
    row = Hold.objects.get(pk=hold)
    lapsed = row.lapses_at <= at and not lapsed_too
    if row.closed_as is not None or lapsed:
        raise HoldClosed(f"This hold is {row.closed_as or 'lapsed'}.", closed_as=row.closed_as or "lapsed")
    return draft, row, _parts([hold])[hold]


def _parts(holds: Sequence[UUID]) -> dict[UUID, Taken]:
    """What holds keep of their lots, in spend order. Two queries."""
    kept = run(
        "SELECT hold, lot, amount FROM ledger_hold_lot WHERE hold = ANY(%s::uuid[])",
        [column(holds)],
    )
    lots = {lot.id: lot for lot in locks.lots({lot for _, lot, _ in kept})}
    found: dict[UUID, Taken] = {hold: [] for hold in holds}
    for hold, lot, amount in sorted(kept, key=lambda row: lots[row[1]].order):
        found[hold].append((lots[lot], amount))
    return found


def _split(parts: Taken, amount: int) -> tuple[Taken, Taken]:
    """The first so many, and the rest."""
    used: Taken = []
    freed: Taken = []
    for lot, part in parts:
        now = min(part, amount)
        amount -= now
        used += [(lot, now)] if now else []
        freed += [(lot, part - now)] if part > now else []
    return used, freed


def _close(
    holds: Sequence[UUID], closed_as: str, at: datetime, *, captured: int = 0, transfer: UUID | None = None
) -> None:
    hit = Hold.objects.filter(pk__in=holds, closed_as=None).update(
        closed_as=closed_as, closed_at=at, captured=captured, transfer=transfer
    )
    assert hit == len(holds), "a hold under its account's lock was closed by somebody else"
