"""Earns on their way: pending, then active or cancelled; by being told, or by their time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, columns, run, unnested
from regulars.ledger.drafts import AccountRow, Draft, Words
from regulars.ledger.errors import NotReversible, PendingSettled, TransferUnknown
from regulars.ledger.intake import period
from regulars.ledger.models import Unit
from regulars.ledger.moves import Activated, Posting
from regulars.ledger.services.accounts import locked, units
from regulars.ledger.services.debts import repay
from regulars.ledger.words import Kind, Role
from regulars.ledger.writing import write

_TYPES = {
    "id": "uuid", "owner": "uuid", "unit": "text", "account": "uuid", "house": "uuid", "amount": "bigint",
    "remaining": "bigint", "state": "text", "earned_at": "timestamptz", "activates_at": "timestamptz",
    "cancels_at": "timestamptz", "validity": "text", "expires_at": "timestamptz",
}  # fmt: skip
_CHANGES = {"id": "uuid", "remaining": "bigint", "state": "text", "settled_at": "timestamptz", "settled_by": "uuid"}
AT_ONCE = 500  # how many a job takes in one transaction


@dataclass(frozen=True, slots=True)
class Expected:
    """A pending earn that is about to be written."""

    number: UUID
    posting: Posting
    giver: AccountRow
    taker: AccountRow
    effective_at: datetime


def expect(expected: Sequence[Expected]) -> None:
    """Writes down what is on its way. One query."""
    if not expected:
        return
    names = ", ".join(_TYPES)
    rows = [
        (
            e.number, e.taker.owner, e.posting.unit, e.taker.id, e.giver.id, e.posting.amount, e.posting.amount,
            "pending", e.effective_at, e.posting.activates_at, e.posting.cancels_at, e.posting.validity,
            e.posting.expires_at,
        )
        for e in expected
    ]  # fmt: skip
    run(f"INSERT INTO ledger_pending ({names}) SELECT {names} FROM {unnested(_TYPES)}", columns(rows, len(_TYPES)))


@dataclass(slots=True)
class Row:
    """A pending earn under its account's lock."""

    id: UUID
    owner: UUID
    unit: str
    account: UUID
    house: UUID
    amount: int
    remaining: int
    state: str
    earned_at: datetime
    activates_at: datetime | None
    cancels_at: datetime | None
    validity: str
    expires_at: datetime | None
    settled_at: datetime | None = None
    settled_by: UUID | None = None


@transaction.atomic
def activate(
    pending: Sequence[UUID], *, actor: Actor, at: datetime, effective_at: datetime | None = None
) -> list[UUID]:
    """Pending earns become active: the clock of their expiry starts. The transfers, in order.

    Seven queries. Raises TransferUnknown, PendingSettled.
    """
    draft, rows, known = _locked(pending, actor, at)
    for row in rows:
        _still(row, at)
        _activate(draft, row, known[row.unit], min(effective_at or at, at))
    return _settle(draft, rows, "ledger.activate", actor, at)


@transaction.atomic
def activate_all(wanted: Mapping[UUID, datetime], *, actor: Actor, at: datetime) -> list[Activated]:
    """Pending earns become active, each at its own moment; what is settled by now, or past its deadline, is left out.

    Seven queries however many; none for none.
    """
    if not wanted:
        return []
    draft, rows, known = _locked(sorted(wanted), actor, at)
    rows = [row for row in rows if row.state == "pending" and (row.cancels_at is None or row.cancels_at > at)]
    if not rows:
        return []
    for row in rows:
        _activate(draft, row, known[row.unit], min(wanted[row.id], at))
    _settle(draft, rows, "ledger.activate", actor, at)
    found = []
    for row in rows:
        assert row.settled_by is not None
        found.append(Activated(row.id, row.settled_by, row.unit, row.remaining))
    return found


@transaction.atomic
def cancel_pending(pending: UUID, amount: int | None = None, *, reason: str = "", actor: Actor, at: datetime) -> UUID:
    """A pending earn goes back to where it came from, all or a part; the transfer.

    Seven queries. Raises TransferUnknown, PendingSettled, NotReversible.
    """
    draft, rows, _ = _locked([pending], actor, at)
    _still(rows[0], at, cancelling=True)
    _cancel(draft, rows[0], rows[0].remaining if amount is None else amount, at, reason)
    return _settle(draft, rows, "ledger.cancel", actor, at)[0]


@transaction.atomic
def cancel_open(pending: Sequence[UUID], *, reason: str, actor: Actor, at: datetime) -> dict[UUID, int]:
    """What is still on its way of these earns goes back to where it came from; how much of each. Those that became
    active, or never were on their way, are left. One query; seven more where there is any."""
    waiting = run(
        "SELECT id FROM ledger_pending WHERE id = ANY(%s::uuid[]) AND state = 'pending' ORDER BY id", [column(pending)]
    )
    if not waiting:
        return {}
    draft, rows, _ = _locked([number for (number,) in waiting], actor, at)
    rows = [row for row in rows if row.state == "pending" and row.remaining]
    found = {row.id: row.remaining for row in rows}
    for row in rows:
        _cancel(draft, row, row.remaining, at, reason)
    _settle(draft, rows, "ledger.cancel", actor, at)
    return found


@transaction.atomic
def settle_due(*, actor: Actor, at: datetime) -> int:
    """One step of the job: what has come to its time becomes active, or is cancelled at its deadline. How many.

    Idempotent; call it until it answers 0. What is due is dated at its own time, however late the job is.
    """
    due = run(
        "SELECT id FROM ledger_pending WHERE state = 'pending' AND (activates_at <= %s OR cancels_at <= %s)"
        " ORDER BY id LIMIT %s",
        [at, at, AT_ONCE],
    )
    if not due:
        return 0
    draft, rows, known = _locked([number for (number,) in due], actor, at)
    rows = [row for row in rows if row.state == "pending"]
    for row in rows:
        if row.activates_at is not None and row.activates_at <= (row.cancels_at or row.activates_at):
            _activate(draft, row, known[row.unit], max(row.activates_at, row.earned_at))
        else:
            assert row.cancels_at is not None
            _cancel(draft, row, row.remaining, max(row.cancels_at, row.earned_at), "deadline")
    _settle(draft, rows, "ledger.settle", actor, at)
    return len(rows)


def _locked(pending: Sequence[UUID], actor: Actor, at: datetime) -> tuple[Draft, list[Row], dict[str, Unit]]:
    owners = run("SELECT owner, unit FROM ledger_pending WHERE id = ANY(%s::uuid[])", [column(pending)])
    draft = Draft(at, actor.id, actor.request_id)
    draft.know(locked([(owner, unit, Role.MAIN) for owner, unit in owners], at))
    names = ", ".join(_TYPES)
    found = {
        row[0]: Row(*row)
        for row in run(f"SELECT {names} FROM ledger_pending WHERE id = ANY(%s::uuid[])", [column(pending)])
    }
    for number in pending:
        if number not in found:
            raise TransferUnknown("No pending earn has this id.", transfer=typed("txn", number))
    for row in found.values():
        draft.know([AccountRow(row.house, row.unit, None, Role.ISSUED)])
    return draft, [found[number] for number in pending], units({row.unit for row in found.values()})


def _still(row: Row, at: datetime, *, cancelling: bool = False) -> None:
    if row.state != "pending":
        raise PendingSettled(f"This earn is {row.state}.", state=row.state)
    if not cancelling and row.cancels_at is not None and row.cancels_at <= at:
        raise PendingSettled("The deadline of this earn has passed.", state="cancelled")


def _main(draft: Draft, row: Row) -> AccountRow:
    return next(a for a in draft.accounts.values() if (a.owner, a.unit, a.role) == (row.owner, row.unit, Role.MAIN))


def _activate(draft: Draft, row: Row, unit: Unit, effective_at: datetime) -> None:
    main = _main(draft, row)
    effective_at = max(effective_at, row.earned_at)
    expires_at = row.expires_at
    if row.validity:
        expires_at = period(row.validity).after(effective_at, unit.zone)
    # A fixed date that has passed while it was on its way: it lives for an instant, and is gone.
    starts_at = effective_at if expires_at is None or expires_at > effective_at else row.earned_at
    number = draft.transfer(
        Kind.ACTIVATE, draft.accounts[row.account], main, row.remaining, effective_at, Words(deed=row.id)
    )
    draft.new_lot(
        main, number, row.remaining, earned_at=row.earned_at, starts_at=starts_at, expires_at=expires_at,
        usable_from=effective_at,
    )  # fmt: skip
    repay(draft, main, number)
    row.state, row.settled_at, row.settled_by = "active", effective_at, number


def _cancel(draft: Draft, row: Row, amount: int, effective_at: datetime, reason: str) -> None:
    if not 0 < amount <= row.remaining:
        raise NotReversible("More would be cancelled than is on its way.", reversible=row.remaining, asked=amount)
    words = Words(reverses=row.id, deed=row.id, reason=reason)
    number = draft.transfer(
        Kind.CANCEL, draft.accounts[row.account], draft.accounts[row.house], amount, effective_at, words
    )
    row.remaining -= amount
    if row.remaining == 0:
        row.state, row.settled_at, row.settled_by = "cancelled", effective_at, number


def _settle(draft: Draft, rows: Sequence[Row], what: str, actor: Actor, at: datetime) -> list[UUID]:
    before = len(draft.transfers)
    write(draft)
    changes = [(row.id, row.remaining, row.state, row.settled_at, row.settled_by) for row in rows]
    run(
        "UPDATE ledger_pending p SET remaining = new.remaining, state = new.state, settled_at = new.settled_at,"
        f" settled_by = new.settled_by FROM {unnested(_CHANGES)} WHERE p.id = new.id",
        columns(changes, len(_CHANGES)),
    )
    subject = typed("txn", rows[0].id) if len(rows) == 1 else ""
    record([Deed(what, subject, after={"transfers": before})], actor=actor, at=at)
    made = [row[0] for row in draft.transfers if row[1] in (Kind.ACTIVATE, Kind.CANCEL)]
    assert all(isinstance(number, UUID) for number in made)
    return made  # type: ignore[return-value]
