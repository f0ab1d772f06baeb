"""Lines become bills, each booked once for ever by where, when and under which number it was sold."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby, islice
from typing import Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.access.models import Organisation
from regulars.access.moves import Places as PlacesMap
from regulars.access.selectors import places as all_places
from regulars.basics.ids import typed
from regulars.history.engine import Engine, quoted
from regulars.imports import locks
from regulars.imports.models import Booked, Import, Refusal, Table
from regulars.imports.moves import SALES
from regulars.imports.working.desk import Desk, Overtaken, engine_of, region_of
from regulars.imports.working.places import known as place_known
from regulars.journal.statements import column, run
from regulars.members.moves import Found, Presented
from regulars.members.selectors import recognise_all
from regulars.programme.checkout.before import record_before
from regulars.programme.checkout.booking import check_out
from regulars.programme.checkout.moves import NewPurchase
from regulars.rules.occasion import PIECE, Line
from regulars.sales import batches
from regulars.sales.moves import Place, SoldLine

AT_ONCE: Final = 4_000  # bills of one transaction, and of one file of the lake
EARNING: Final = 400  # where rules are asked of each
_LINES: Final = """
SELECT basket, customer, line, sold_at, store, channel, product, product_name, category, brand, quantity, amount_minor,
    discount_minor, cost_minor, kind, min(sold_at) OVER (PARTITION BY basket, customer) AS begun
FROM read_parquet({lines}) WHERE kind <> 'return' ORDER BY begun, basket, customer, line
"""
_KNOWN: Final = """
SELECT k.external_id, s.state FROM sales_key k JOIN unnest(%s::text[]) AS w(external_id) USING (external_id)
LEFT JOIN sales_sale s ON s.id = k.answer WHERE k.source = %s
"""
_CLOSED: Final = ("closed", "erased")


class Row(NamedTuple):
    """A line as `history` judged it."""

    basket: int
    customer: str | None
    line: int
    sold_at: datetime
    store: str | None
    channel: str | None
    product: str | None
    name: str | None
    category: str | None
    brand: str | None
    quantity: Any
    amount: int
    discount: int | None
    cost: int | None
    kind: str
    begun: datetime
    nth: int = 1  # of rows that say the same


@dataclass(frozen=True, slots=True)
class Shop:
    """What the bills of one table have in common."""

    organisation: UUID
    merchant: UUID
    source: str  # of business keys
    numbers: str  # whose customer numbers these are
    kind: str  # of identifier that the customer column holds
    region: str | None
    currency: str
    places: Mapping[str, str]
    here: PlacesMap
    now: datetime

    def at(self, moment: datetime, store: UUID | None) -> datetime:
        """A shop's own clock as a moment."""
        zones = self.here.zones
        zone = zones.get(store or self.merchant) or zones.get(self.merchant, "UTC")
        return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def shop_of(desk: Desk, table: Table) -> Shop:
    wish, zone = desk.wish, Organisation.objects.get(pk=desk.organisation).zone
    return Shop(
        desk.organisation, wish.merchant, source_of(desk), wish.source, table.mapping["customer_is"], region_of(zone),
        table.mapping["currency"], desk.row.told.get("places", {}), all_places(), desk.at,
    )  # fmt: skip


def source_of(desk: Desk) -> str:
    """What the files call themselves in business keys, told apart from another merchant's."""
    return f"{typed('mrc', desk.wish.merchant)}/files/{desk.wish.source}"


def book(desk: Desk, tables: list[Table]) -> dict[str, Any]:
    """All tables of sales, one after the other. Whatever was booked before, from these files or from others that hold
    the same bills, is not booked again."""
    told = {"booked": 0, "there_already": 0, "without_member": 0, **desk.row.told.get("booking", {})}
    with engine_of(desk) as engine:
        for table in tables:
            if table.kind == SALES:
                _book(desk, engine, table, told)
    return {name: told[name] for name in ("booked", "there_already", "without_member")}


def _book(desk: Desk, engine: Engine, table: Table, told: dict[str, int]) -> None:
    shop, size = shop_of(desk, table), EARNING if desk.wish.points else AT_ONCE
    lines = desk.folder / "staged" / table.mapping["lines"]
    ((whole,),) = engine.connection.execute(
        f"SELECT count(DISTINCT (basket, customer)) FROM read_parquet({quoted(lines)}) WHERE kind <> 'return'"
    ).fetchall()
    found = islice(_bills(engine, _LINES.format(lines=quoted(lines))), table.reached, None)
    while some := list(islice(found, size)):
        desk.say("booking purchases", table.reached, int(whole))
        refused: list[Refusal] = []
        wanted = list(_purchases(desk, shop, table, some, refused))
        with transaction.atomic():
            if not locks.held(desk.id, desk.claim):
                raise Overtaken
            made = _write(desk, shop, wanted)
            Refusal.objects.bulk_create(refused)
            table.reached += len(some)
            Table.objects.filter(of=desk.id, number=table.number).update(reached=table.reached)
            told["booked"] += made
            told["there_already"] += len(wanted) - made
            told["without_member"] += sum(one.member is None for one in wanted)
            desk.tell(booking=told)


def _bills(engine: Engine, query: str) -> Iterator[list[Row]]:
    """Bill by bill, in the order of time."""
    found = engine.connection.execute(query)

    def rows() -> Iterator[Row]:
        while piece := found.fetchmany(10_000):
            yield from (Row(*one) for one in piece)

    for _, each in groupby(rows(), key=lambda row: (row.basket, row.customer)):
        yield list(each)


def _purchases(
    desk: Desk, shop: Shop, table: Table, bills: Sequence[list[Row]], refused: list[Refusal]
) -> Iterator[NewPurchase]:
    who = people(shop, {rows[0].customer for rows in bills})
    for rows in bills:
        store = place_known(shop.places, rows[0].store)
        at = shop.at(rows[0].begun, store)
        closed_at = shop.here.closed_since(shop.merchant, store)
        shut = "place-closed" if closed_at is not None and closed_at <= at else ""
        fit = []
        for row in rows:
            why = "not-yet" if at > shop.now else "money-back" if row.amount < 0 else shut
            if why:
                refused.append(Refusal(of=desk.id, number=table.number, line=row.line, reason=why, booking=True))
            else:
                fit.append(row)
        if not fit:
            continue
        found = who.get(rows[0].customer or "")
        member = found.member if found is not None and found.member_state not in _CLOSED else None
        lines = tuple(_sold(number, row) for number, row in enumerate(fit, 1))
        place = Place(
            shop.organisation, shop.source, document(rows[0]), shop.merchant, store, rows[0].channel or "till"
        )
        shown = (found.shown or member) if found is not None and member else None
        yield NewPurchase(place, shop.currency, lines, at, True, member, shown)


def document(row: Row) -> str:
    """What stands for the bill: the hash of where, under which number and when, and who."""
    return f"{row.basket:x}/{row.customer or ''}"


def people(shop: Shop, customers: Iterable[str | None]) -> dict[str, Found]:
    """Who is behind these numbers. One query."""
    asked = sorted(one for one in customers if one)
    shown = [Presented(shop.kind, one, shop.numbers if shop.kind == "external" else "") for one in asked]
    found = recognise_all(shown, organisation=shop.organisation, region=shop.region) if shown else []
    return {one: known for one, known in zip(asked, found, strict=True) if known is not None and known.member}


def _sold(number: int, row: Row) -> SoldLine:
    quantity = round(row.quantity * PIECE) if row.quantity else PIECE
    discount = max(row.discount or 0, 0)
    line = Line(
        number,
        row.product or row.name or "?",
        row.amount + discount,
        max(abs(quantity), 1),
        discount,
        category=row.category or "",
        brand=row.brand or "",
        marks=("fee",) if row.kind == "fee" else (),
    )
    return SoldLine(line, row.name or "", row.cost)


def _write(desk: Desk, shop: Shop, wanted: Sequence[NewPurchase]) -> int:
    """How many were not there yet. A bill whose import was taken back is booked under a further key."""
    fresh = _fresh(shop.source, wanted)
    if not fresh:
        return 0
    if desk.wish.points:
        sales = [one.id for one in check_out(fresh, actor=desk.actor, at=desk.at)]
    else:
        sales = record_before(fresh, actor=desk.actor, at=desk.at)
        number = batches.together(sales, organisation=shop.organisation, currency=shop.currency, at=desk.at)
        desk.row.batches = [*desk.row.batches, number]
        Import.objects.filter(pk=desk.id).update(batches=desk.row.batches)
    Booked.objects.bulk_create([Booked(sale=sale, of=desk.id) for sale in sales], ignore_conflicts=True)
    return len(sales)


def _fresh(source: str, wanted: Sequence[NewPurchase]) -> list[NewPurchase]:
    """Those that no key stands for but one of a bill that counts no more. A query for each time it was taken back."""
    fresh: list[NewPurchase] = []
    waiting, again = list(wanted), 1
    while waiting:
        asked = [one.place.external_id for one in waiting]
        known = dict(run(_KNOWN, [column(asked), source]))
        fresh += [one for one in waiting if one.place.external_id not in known]
        gone = [one for one in waiting if known.get(one.place.external_id) == "cancelled"]
        again += 1
        waiting = [
            replace(one, place=replace(one.place, external_id=f"{one.place.external_id.split('~')[0]}~{again}"))
            for one in gone
        ]
    return fresh
