"""Units and accounts: made once, then there for ever."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from secrets import randbelow
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.basics.periods import zone_of
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import column, run
from regulars.ledger import locks
from regulars.ledger.drafts import AccountRow
from regulars.ledger.errors import UnitClash, UnitUnknown, WrongPosting
from regulars.ledger.models import Unit
from regulars.ledger.moves import House, NewAccount
from regulars.ledger.words import HOLDER_ROLES, Level, Role, UnitKind

Houses = dict[tuple[str, House], AccountRow]
_UNIT: Final = [field.attname for field in Unit._meta.concrete_fields]
_HOUSES: Final = (
    "ledger_account a JOIN unnest(%s::text[], %s::text[], %s::text[]) AS w(unit, role, scope)"
    " ON a.owner IS NULL AND a.unit = w.unit AND a.role = w.role AND a.scope = w.scope"
)


@transaction.atomic
def define_unit(
    code: str,
    name: str,
    *,
    kind: UnitKind = UnitKind.POINTS,
    scale: int = 0,
    currency: str = "",
    zone: str = "UTC",
    may_expire: bool | None = None,
    approve_above: int | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Makes a unit, or gives one that is there another name, zone, expiry or threshold. Raises UnitClash, WrongPeriod.

    Paid value may not expire unless told so: where the law allows it.
    """
    zone_of(zone)
    lasting = kind != UnitKind.PAID if may_expire is None else may_expire
    if not code or (kind != UnitKind.POINTS and not currency) or not 0 <= scale <= 9:
        raise WrongPosting("A unit has a code, 0 to 9 decimals, and a currency where it is money.", unit=code)
    fixed = {"kind": kind.value, "scale": scale, "currency": currency}
    free = {"name": name, "zone": zone, "may_expire": lasting, "approve_above": approve_above}
    unit, made = Unit.objects.get_or_create(code=code, defaults=fixed | free)
    if (unit.kind, unit.scale, unit.currency) != (kind.value, scale, currency):
        raise UnitClash(f"{code} is there with another kind, scale or currency.", unit=code)
    if not made:
        Unit.objects.filter(code=code).update(**free)
    record([Deed("ledger.unit", code, after=fixed | free)], actor=actor, at=at)


def units(codes: Collection[str]) -> dict[str, Unit]:
    """Those units. One query. Raises UnitUnknown."""
    return units_and_houses(codes, ())[0]


def units_and_houses(codes: Collection[str], wanted: Collection[tuple[str, House]]) -> tuple[dict[str, Unit], Houses]:
    """Those units, and accounts of the house in them as far as they are there. One query. Raises UnitUnknown."""
    rows = run(
        f"SELECT a.id, a.role, a.scope, u.{', u.'.join(_UNIT)}"
        f" FROM ledger_unit u LEFT JOIN ({_HOUSES}) ON a.unit = u.code WHERE u.code = ANY(%s::text[])",
        [*_house_columns(wanted), column(codes)],
    )
    known = {row[3]: Unit.from_db(None, _UNIT, row[3:]) for row in rows}
    for code in codes:
        if code not in known:
            raise UnitUnknown(f"There is no unit {code[:40]}.", unit=code[:40])
    return known, _found(row[:4] for row in rows if row[0])


@transaction.atomic
def open_accounts(wanted: Sequence[NewAccount], *, actor: Actor, at: datetime) -> list[UUID]:
    """Makes what is not there; the ids in the order asked. Four queries. Raises UnitUnknown."""
    assert all(account.role in HOLDER_ROLES and account.floor >= 0 for account in wanted)
    units({account.unit for account in wanted})
    made = _insert(wanted, at)
    if made:
        record([Deed("ledger.open", after={"accounts": made})], actor=actor, at=at)
    rows = run(
        "SELECT owner, unit, role, id FROM ledger_account WHERE owner = ANY(%s::uuid[])",
        [column({account.owner for account in wanted})],
    )
    ids = {(owner, unit, role): number for owner, unit, role, number in rows}
    return [ids[account.owner, account.unit, account.role.value] for account in wanted]


def locked(wanted: Iterable[tuple[UUID, str, Role]], at: datetime) -> list[AccountRow]:
    """Accounts of holders, locked; those wanted that are missing are made. One query, three where some are missing.

    All accounts of a holder in a unit come along: an earn must see the debt beside it.
    """
    asked = {(owner.int, unit, role): owner for owner, unit, role in wanted}  # numbers are found quicker than UUIDs
    if not asked:
        return []
    pairs = list({(number, unit): (owner, unit) for (number, unit, _), owner in asked.items()}.values())
    rows = locks.holders(pairs)
    unseen = asked.keys() - {(row.owner.int, row.unit, row.role) for row in rows if row.owner}
    missing = {(asked[key], key[1], key[2]) for key in unseen}
    if not missing:
        # A debt made while we waited for the main account may not have been in sight; it is now.
        return rows if _debts_seen(rows) else locks.holders(pairs)
    # The main account comes with any other: it is the one that all writers of a holder wait for.
    missing |= {(owner, unit, Role.MAIN) for owner, unit, _ in missing}
    highest = max((row.id.int for row in rows), default=0)
    _insert([NewAccount(owner, unit, role) for owner, unit, role in sorted(missing)], at, above=highest)
    return locks.holders(pairs)


def _debts_seen(rows: Iterable[AccountRow]) -> bool:
    owing = {(row.owner, row.unit) for row in rows if row.owed}
    return owing <= {(row.owner, row.unit) for row in rows if row.role == Role.DEBT} if owing else True


def houses(wanted: Collection[tuple[str, House]], at: datetime, found: Houses | None = None) -> Houses:
    """Accounts of the house, not locked; missing ones are made. One query, three where some are missing.

    Those that were `found` are not asked for again.
    """
    there = _houses(wanted) if found is None else dict(found)
    missing = sorted(set(wanted) - there.keys(), key=lambda pair: (pair[0], pair[1].role, pair[1].scope))
    if missing:
        run(
            "INSERT INTO ledger_account (id, unit, owner, role, scope, floor, balance, held, owed, opened_at)"
            " SELECT id, unit, NULL, role, scope, 0, NULL, 0, 0, %s"
            " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) AS new(id, unit, role, scope)"
            " ON CONFLICT DO NOTHING",
            [at, column(new_id(at) for _ in missing), *_house_columns(missing)],
        )
        there |= _houses(missing)
    return there


def _houses(wanted: Collection[tuple[str, House]]) -> Houses:
    rows = run(f"SELECT a.id, a.role, a.scope, a.unit FROM {_HOUSES}", _house_columns(wanted)) if wanted else []
    return _found(rows)


def _house_columns(wanted: Collection[tuple[str, House]]) -> list[str]:
    return [
        column([unit for unit, _ in wanted]),
        column([house.role for _, house in wanted]),
        column([house.scope for _, house in wanted]),
    ]


def _found(rows: Iterable[tuple[Any, ...]]) -> Houses:
    return {
        (unit, House(Role(role), scope)): AccountRow(number, unit, None, Role(role))
        for number, role, scope, unit in rows
    }


def _insert(wanted: Sequence[NewAccount], at: datetime, *, above: int = 0) -> int:
    """In the order of holders, so that two writers of the same ones wait in turn. A frozen holder's start frozen.

    Ids are above those under lock, also of the same millisecond: who waits for both then comes by them in one order.
    """
    rows = sorted({replace(account, floor=0): account for account in wanted}.values(), key=lambda a: (a.owner, a.unit))
    made = run(
        "INSERT INTO ledger_account (id, unit, owner, role, scope, floor, balance, held, owed, opened_at,"
        " no_spend_until, no_earn_until, paused_at, merged_into, closed_at)"
        " SELECT new.id, new.unit, new.owner, new.role, '', new.floor, 0, 0, 0, %s, f.spend, f.earn, f.paused,"
        " b.merged_into, b.closed_at"
        " FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::bigint[])"
        " AS new(id, unit, owner, role, floor)"
        " LEFT JOIN LATERAL (SELECT max(until) FILTER (WHERE level = %s) AS spend,"
        " max(until) FILTER (WHERE level = %s) AS earn, min(since) FILTER (WHERE pauses_expiry) AS paused"
        " FROM ledger_freeze WHERE owner = new.owner AND lifted_at IS NULL) f ON true"
        " LEFT JOIN LATERAL (SELECT merged_into, closed_at FROM ledger_account WHERE owner = new.owner"
        " ORDER BY opened_at, id LIMIT 1) b ON true"
        " ORDER BY new.owner, new.unit, new.role ON CONFLICT DO NOTHING RETURNING id",
        [
            at,
            column(_later(at, above) for _ in rows),
            column(account.unit for account in rows),
            column(account.owner for account in rows),
            column(account.role for account in rows),
            column(account.floor for account in rows),
            Level.SPEND.value,
            Level.EARN.value,
        ],
    )
    return len(made)


def _later(at: datetime, above: int) -> UUID:
    made = new_id(at)
    return made if made.int > above else UUID(int=above + 1 + randbelow(1 << 40))


def account_text(row: AccountRow) -> str:
    """As the journal names it."""
    return typed("acc", row.id)
