"""What the books say of a holder. Each read says what it costs. `past` answers for any past instant."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from regulars.journal.statements import column, run
from regulars.ledger import past
from regulars.ledger.models import Adjustment, Freeze, Hold, HoldLot, Pending, Transfer
from regulars.ledger.moves import Balance, Converted, Held, LotLeft, Moved, Paid, Posted, Reversed, Spendable
from regulars.ledger.words import Level


def balances(
    owner: UUID, *, at: datetime, as_of: datetime | None = None, known_at: datetime | None = None
) -> list[Balance]:
    """What a holder has, unit by unit: now (`at`), or at a past instant by what happened until then.

    `known_at` leaves out what was recorded later: what a report of that day has seen. One query.
    """
    if as_of is not None or known_at is not None:
        return past.balances(owner, as_of or at, known_at)
    rows = run(
        "SELECT m.unit, m.id, m.balance, m.held, coalesce(l.expired, 0)::bigint, coalesce(l.waiting, 0)::bigint,"
        " coalesce(p.balance, 0)::bigint, m.owed, m.floor FROM ledger_account m"
        " LEFT JOIN ledger_account p ON p.owner = m.owner AND p.unit = m.unit AND p.role = 'pending'"
        " LEFT JOIN LATERAL (SELECT"
        "  sum(remaining) FILTER (WHERE expires_at <= coalesce(m.paused_at, %s)) AS expired,"
        "  sum(remaining) FILTER (WHERE starts_at > %s AND (expires_at IS NULL"
        "  OR expires_at > coalesce(m.paused_at, %s))) AS waiting FROM ledger_lot"
        " WHERE account = m.id AND is_open) l ON true"
        " WHERE m.owner = %s AND m.role = 'main' ORDER BY m.unit",
        [at, at, at, owner],
    )
    return [Balance(*row) for row in rows]


def lots(owner: UUID, *, at: datetime, as_of: datetime | None = None) -> list[LotLeft]:
    """Lots with something left, in spend order; those that have expired by then are gone. One query."""
    if as_of is not None:
        return past.lots(owner, as_of)
    rows = run(
        "SELECT l.id, l.account, l.unit, l.transfer, l.amount, l.remaining, l.held, l.earned_at, l.starts_at,"
        " l.expires_at FROM ledger_account m JOIN ledger_lot l ON l.account = m.id AND l.is_open"
        " WHERE m.owner = %s AND m.role = 'main'"
        " AND (l.held > 0 OR l.expires_at IS NULL OR l.expires_at > coalesce(m.paused_at, %s))"
        " ORDER BY l.unit, l.expires_at NULLS LAST, l.earned_at, l.id",
        [owner, at],
    )
    return [LotLeft(*row) for row in rows]


def spendable(owners: Collection[UUID], units: Collection[str], *, at: datetime) -> list[Spendable]:
    """What can be spent now of these units, of many holders: lots in spend order, and the floor below which nothing is
    spent. One query."""
    rows = run(
        "SELECT m.owner, m.unit, l.remaining, l.expires_at, l.usable_from, m.floor FROM ledger_account m"
        " JOIN ledger_lot l ON l.account = m.id AND l.is_open AND l.remaining > 0"
        " WHERE m.owner = ANY(%s::uuid[]) AND m.unit = ANY(%s::text[]) AND m.role = 'main'"
        " AND (l.expires_at IS NULL OR l.expires_at > coalesce(m.paused_at, %s))"
        " ORDER BY m.owner, m.unit, l.expires_at NULLS LAST, l.earned_at, l.id",
        [column(owners), column(units), at],
    )
    return [Spendable(*row) for row in rows]


def transfers(owner: UUID, *, after: UUID | None = None, limit: int = 50, also: Sequence[UUID] = ()) -> list[Transfer]:
    """A holder's transfers, newest first, those before the one named by `after`. `also`: whom the holder took in.

    Two queries along indexes, however long the history.
    """
    owners = [owner, *also]
    mine = Transfer.objects.filter(owner__in=owners)
    got = Transfer.objects.filter(other__in=owners)
    if after is not None:
        mine, got = mine.filter(id__lt=after), got.filter(id__lt=after)
    found = {row.id: row for part in (mine, got) for row in part.order_by("-id")[:limit]}
    return [found[number] for number in sorted(found, reverse=True)[:limit]]


def transfer(number: UUID) -> Transfer | None:
    """One transfer. One query."""
    return Transfer.objects.filter(pk=number).first()


def holds(owner: UUID, *, open_only: bool = True) -> list[Held]:
    """A holder's holds, newest first; the newest hundred where closed ones are asked too. Three queries."""
    asked = Hold.objects.filter(owner=owner, closed_as=None) if open_only else Hold.objects.filter(owner=owner)
    ids = list(asked.order_by("-id").values_list("id", flat=True)[:100])
    found = holds_by_id(ids)
    return [found[number] for number in ids]


def pendings(owner: UUID) -> list[Pending]:
    """Earns on their way. One query."""
    return list(Pending.objects.filter(owner=owner, state="pending").order_by("id"))


def freezes(owner: UUID, *, at: datetime) -> list[Freeze]:
    """What a holder is kept from now. One query."""
    return list(Freeze.objects.filter(owner=owner, lifted_at=None, until__gt=at).order_by("level"))


def kept_from_earning(owners: Collection[UUID], *, at: datetime) -> frozenset[UUID]:
    """Who of these earns nothing now, whether they have an account yet or not. One query."""
    return _frozen(owners, Level.EARN, at)


def kept_from_spending(owners: Collection[UUID], *, at: datetime) -> frozenset[UUID]:
    """Who of these spends nothing now. One query."""
    return _frozen(owners, Level.SPEND, at)


def kept_from_logging_in(owners: Collection[UUID], *, at: datetime) -> frozenset[UUID]:
    """Whose own pages are closed now. One query."""
    return _frozen(owners, Level.LOGIN, at)


def _frozen(owners: Collection[UUID], level: Level, at: datetime) -> frozenset[UUID]:
    rows = run(
        "SELECT owner FROM ledger_freeze WHERE owner = ANY(%s::uuid[]) AND level = %s AND lifted_at IS NULL"
        " AND until > %s",
        [column(owners), level.value, at],
    )
    return frozenset(owner for (owner,) in rows)


def adjustments(*, waiting: bool = True, limit: int = 100) -> list[Adjustment]:
    """Manual adjustments, newest first: those that wait for a second person, or all. One query."""
    rows = Adjustment.objects.filter(state="asked") if waiting else Adjustment.objects.all()
    return list(rows.order_by("-id")[:limit])


def posted_before(transfers: Collection[UUID]) -> dict[UUID, Posted]:
    """The first answers of postings, put together again from what was written. One query."""
    if not transfers:
        return {}
    rows = run(
        "SELECT t.id, t.amount, t.effective_at,"
        " ARRAY(SELECT l.id FROM ledger_lot l WHERE l.account = t.taker AND l.transfer = t.id ORDER BY l.id),"
        " ARRAY(SELECT u.lot FROM ledger_lot_use u JOIN ledger_lot l ON l.id = u.lot WHERE u.transfer = t.id"
        "       AND u.amount > 0 ORDER BY l.expires_at NULLS LAST, l.earned_at, l.id),"
        " ARRAY(SELECT u.amount FROM ledger_lot_use u JOIN ledger_lot l ON l.id = u.lot WHERE u.transfer = t.id"
        "       AND u.amount > 0 ORDER BY l.expires_at NULLS LAST, l.earned_at, l.id),"
        " coalesce((SELECT sum(r.amount) FROM ledger_transfer r WHERE r.deed = t.id AND r.kind = 'repay'), 0)::bigint"
        " FROM ledger_transfer t WHERE t.id = ANY(%s::uuid[])",
        [column(transfers)],
    )
    return {
        number: Posted(number, amount, effective_at, tuple(lots), tuple(zip(used, parts, strict=True)), repaid)
        for number, amount, effective_at, lots, used, parts, repaid in rows
    }


def holds_by_id(ids: Collection[UUID], *, replayed: Collection[UUID] = ()) -> dict[UUID, Held]:
    """Holds as they stand. Two queries."""
    parts: dict[UUID, list[tuple[UUID, int]]] = {}
    for hold, lot, amount in HoldLot.objects.filter(hold__in=ids).values_list("hold", "lot", "amount").order_by("lot"):
        parts.setdefault(hold, []).append((lot, amount))
    return {
        row.id: Held(
            row.id, row.owner, row.unit, row.amount, row.placed_at, row.lapses_at, row.closed_as, row.captured,
            row.transfer, tuple(parts.get(row.id, ())), row.id in replayed,
        )
        for row in Hold.objects.filter(pk__in=ids)
    }  # fmt: skip


def reversed_so_far(transfer: UUID) -> int:
    """How much of a transfer was taken back so far, what is owed for it included. One query."""
    found: int = Transfer.objects.filter(reverses=transfer).aggregate(sum=Sum("amount"))["sum"] or 0
    return found


def reversed_before(deed: UUID) -> Reversed:
    """What a reversal did. Two queries."""
    rows = run(
        "SELECT t.id, t.amount, t.kind, a.role FROM ledger_transfer t JOIN ledger_account a ON a.id = t.giver"
        " WHERE t.deed = %s",
        [deed],
    )
    uses = run(
        "SELECT lot, amount FROM ledger_lot_use WHERE transfer = ANY(%s::uuid[]) ORDER BY lot",
        [column(number for number, *_ in rows)],
    )
    return Reversed(
        deed,
        sum(amount for _, amount, *_ in rows),
        owed=sum(amount for _, amount, kind, _ in rows if kind == "owe"),
        forgone=sum(amount for _, amount, kind, role in rows if kind == "reverse" and role == "expired"),
        taken=tuple((lot, amount) for lot, amount in uses if amount > 0),
        given_back=tuple((lot, -amount) for lot, amount in uses if amount < 0),
    )


def moved_before(deed: UUID, *, replayed: bool = False) -> Moved:
    """What a move between holders did. Two queries."""
    rows = dict(run("SELECT kind, amount FROM ledger_transfer WHERE deed = %s", [deed]))
    lots = run(
        "SELECT l.id FROM ledger_transfer t JOIN ledger_lot l ON l.account = t.taker AND l.transfer = t.id"
        " WHERE t.id = %s ORDER BY l.id",
        [deed],
    )
    return Moved(deed, rows["move"], rows.get("fee", 0), tuple(number for (number,) in lots), replayed)


def paid_before(deed: UUID, *, replayed: bool = False) -> Paid:
    """What paid a bill. One query."""
    rows = run("SELECT unit, amount, id FROM ledger_transfer WHERE deed = %s ORDER BY number", [deed])
    return Paid(deed, tuple(rows), replayed)


def converted_before(deed: UUID, *, replayed: bool = False) -> Converted:
    """What a conversion did. One query."""
    rows = run(
        "SELECT id, amount, (details->>'numerator')::bigint, (details->>'denominator')::bigint"
        " FROM ledger_transfer WHERE deed = %s",
        [deed],
    )
    given = next(row for row in rows if row[0] == deed)
    gained = next(row for row in rows if row[0] != deed)
    return Converted(deed, given[1], gained[1], gained[2], gained[3], replayed)
