"""What came back, found among the purchases that these files, or others before them, brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from regulars.basics.errors import RegularsError
from regulars.basics.ids import new_id
from regulars.history.engine import Engine, quoted
from regulars.imports import locks
from regulars.imports.models import Import, Refusal, Table
from regulars.imports.moves import SALES
from regulars.imports.working.bills import Row, Shop, people, shop_of
from regulars.imports.working.desk import Desk, Overtaken, engine_of
from regulars.imports.working.places import known as place_known
from regulars.journal.statements import column, columns, run
from regulars.programme.checkout.moves import LineBack
from regulars.programme.checkout.moves import NewReturn as ToTakeBack
from regulars.programme.checkout.returning import take_back
from regulars.rules.occasion import PIECE
from regulars.sales import batches
from regulars.sales import services as sales
from regulars.sales.intake import fingerprint
from regulars.sales.moves import BackLine, NewReturn, Place

AT_ONCE: Final = 200  # rows of one transaction …
EARNING: Final = 1  # … where it takes back what its purchase earned: accounts are locked as at a till
_BACK: Final = """
SELECT basket, customer, line, sold_at, store, channel, product, product_name, category, brand, quantity, amount_minor,
    discount_minor, cost_minor, kind, sold_at AS begun,
    row_number() OVER (PARTITION BY basket, customer, product, product_name, quantity ORDER BY line) AS nth
FROM read_parquet({lines}) WHERE kind = 'return' ORDER BY sold_at, basket, customer, line
"""
_KNOWN: Final = """
SELECT k.external_id, s.state FROM sales_key k JOIN unnest(%s::text[]) AS w(external_id) USING (external_id)
JOIN sales_return r ON r.id = k.answer JOIN sales_sale s ON s.id = r.sale_id WHERE k.source = %s
"""
# Lines that these could come from: of the same person and item, the latest first.
_FROM: Final = """
SELECT w.place, s.id, l.number, l.quantity - l.returned_quantity, l.quantity, l.amount - l.discount, l.tax,
    l.returned_quantity, s.effective_at, b.of
FROM unnest(%s::int[], %s::uuid[], %s::text[], %s::timestamptz[]) AS w(place, member, item, at)
JOIN members_member m ON m.root_id = w.member
JOIN sales_sale s ON s.member = m.id AND s.state = 'complete' AND s.effective_at <= w.at
JOIN imports_booked b ON b.sale = s.id
JOIN sales_line l ON l.sale_id = s.id AND l.item = w.item AND l.quantity > l.returned_quantity
ORDER BY w.place, s.effective_at DESC, s.id, l.number
"""


@dataclass(slots=True)
class Left:
    """A line, and how much of it did not come back so far."""

    sale: UUID
    number: int
    left: int
    quantity: int
    paid: int
    tax: int
    back: int
    of: UUID  # the import that brought it

    def take(self, wanted: int) -> BackLine:
        """So much of it; what all parts had cost adds up to what the line had cost."""
        taken = min(wanted, self.left)
        before, after = self.back, self.back + taken
        line = BackLine(
            self.number,
            taken,
            self.paid * after // self.quantity - self.paid * before // self.quantity,
            self.tax * after // self.quantity - self.tax * before // self.quantity,
        )
        self.back, self.left = after, self.left - taken
        return line


def book(desk: Desk, tables: list[Table]) -> dict[str, Any]:
    """What came back takes along what its purchase earned, by the rules of then."""
    told = {"came_back": 0, "came_back_alone": 0, "back_already": 0, **desk.row.told.get("booking_back", {})}
    with engine_of(desk) as engine:
        for table in tables:
            if table.kind == SALES:
                _book(desk, engine, table, told)
    return {name: told[name] for name in ("came_back", "came_back_alone", "back_already")}


def _book(desk: Desk, engine: Engine, table: Table, told: dict[str, int]) -> None:
    shop, lines = shop_of(desk, table), desk.folder / "staged" / table.mapping["lines"]
    found = engine.connection.execute(_BACK.format(lines=quoted(lines)))
    rows = islice((Row(*one) for one in iter(found.fetchone, None)), table.came_back, None)
    while some := list(islice(rows, EARNING if desk.wish.points else AT_ONCE)):
        desk.say("booking what came back", table.came_back)
        with transaction.atomic():
            if not locks.held(desk.id, desk.claim):
                raise Overtaken
            refused = _write(desk, shop, some, told)
            Refusal.objects.bulk_create(
                Refusal(of=desk.id, number=table.number, line=row.line, reason=why, booking=True)
                for row, why in refused
            )
            table.came_back += len(some)
            Table.objects.filter(of=desk.id, number=table.number).update(came_back=table.came_back)
            told["came_back_alone"] += len(refused)
            desk.tell(booking_back=told)


def _write(desk: Desk, shop: Shop, rows: Sequence[Row], told: dict[str, int]) -> list[tuple[Row, str]]:
    """Those that are not booked, and why: no purchase of it is known, or it takes nothing back. What was booked before
    is not booked again."""
    keys = _keys(shop, rows)
    told["back_already"] += len(rows) - len(keys)
    asked = [row for row in rows if row in keys]
    lines = _lines(shop, asked)
    refused: list[tuple[Row, str]] = []
    made: list[tuple[UUID, NewReturn]] = []  # with the import that brought its purchase
    for place, row in enumerate(asked):
        parts = _parts(desk, shop, row, keys[row], lines.get(place, ()))
        if not parts:
            refused.append((row, "bought-before"))
        elif not _earned(desk, [of for of, _ in parts]):
            made += parts
        elif not _taken_back(desk, [one for _, one in parts]):
            refused.append((row, "stays-bought"))
    _record(desk, shop, made)
    told["came_back"] += len(asked) - len(refused)
    return refused


def _earned(desk: Desk, of: Sequence[UUID]) -> bool:
    """Whether one of these imports asked rules for its purchases. One query where another import brought them."""
    others = {number for number in of if number != desk.id}
    own = desk.wish.points and desk.id in of
    return own or (bool(others) and Import.objects.filter(pk__in=others, wish__points=True).exists())


def _taken_back(desk: Desk, parts: Sequence[NewReturn]) -> bool:
    """As at a counter that was late: what it earned goes, what paid for it comes back. All of a row or nothing."""
    try:
        with transaction.atomic():
            for one in parts:
                lines = tuple(LineBack(line.number, line.quantity) for line in one.lines)
                wanted = ToTakeBack(one.sale, one.place, one.effective_at, told_at=True, lines=lines)
                take_back(wanted, actor=desk.actor, at=desk.at)
    except RegularsError:  # what came back meanwhile, what the ledger refuses
        return False
    return True


def _keys(shop: Shop, rows: Sequence[Row]) -> dict[Row, str]:
    """The key of each that is not booked, or whose purchase counts no more. A query for each time it was taken back."""
    found: dict[Row, str] = {}
    waiting, again = {_document(row): row for row in rows}, 1
    while waiting:
        known = dict(run(_KNOWN, [column([f"{key}/1" for key in waiting]), shop.source]))
        found |= {row: key for key, row in waiting.items() if f"{key}/1" not in known}
        again += 1
        waiting = {
            f"{_document(row)}~{again}": row for key, row in waiting.items() if known.get(f"{key}/1") == "cancelled"
        }
    return found


def _document(row: Row) -> str:
    return f"back/{row.basket:x}/{row.customer or ''}/{row.product or row.name}/{row.quantity}/{row.nth}"


def _parts(desk: Desk, shop: Shop, row: Row, key: str, lines: Sequence[Left]) -> list[tuple[UUID, NewReturn]]:
    """A row as returns of one purchase each, the latest purchase first."""
    missing = abs(round((row.quantity or 1) * PIECE))
    store = place_known(shop.places, row.store)
    found: list[tuple[UUID, NewReturn]] = []
    for line in lines:
        if missing > 0 and line.left > 0:
            back = line.take(missing)
            missing -= back.quantity
            place = Place(shop.organisation, shop.source, f"{key}/{len(found) + 1}", shop.merchant, store)
            found.append((line.of, NewReturn(new_id(desk.at), line.sale, place, (back,), _at(shop, row, store))))
    return found


def _record(desk: Desk, shop: Shop, made: Sequence[tuple[UUID, NewReturn]]) -> None:
    """One at a time, as a sale takes one return at a time. Those of purchases of this import go into the history as a
    file of their own, and can be taken out with it."""
    for _, one in made:
        key = (one.place.source, one.place.external_id)
        first = sales.claim([(*key, fingerprint("back-before", {"document": key[1]}), one.id)])
        assert not first, "it was looked for before"
        sales.record_returns([one], actor=desk.actor, at=desk.at)
    if own := [one.id for of, one in made if of == desk.id]:
        number = batches.together(own, organisation=shop.organisation, currency=shop.currency, at=desk.at)
        desk.row.batches = [*desk.row.batches, number]
        desk.keep("batches")


def _at(shop: Shop, row: Row, store: UUID | None) -> datetime:
    return shop.at(row.sold_at, store)


def _lines(shop: Shop, rows: Sequence[Row]) -> dict[int, list[Left]]:
    """What each row could be of. Rows that look at the same line share what is left of it. Two queries."""
    who = people(shop, {row.customer for row in rows})
    asked = [
        (place, found.member, row.product or row.name or "?", shop.at(row.sold_at, place_known(shop.places, row.store)))
        for place, row in enumerate(rows)
        if (found := who.get(row.customer or "")) is not None and shop.at(row.sold_at, None) <= shop.now
    ]
    if not asked:
        return {}
    known: dict[tuple[UUID, int], Left] = {}
    lines: dict[int, list[Left]] = {}
    for place, sale, number, left, quantity, paid, tax, back, _, of in run(_FROM, columns(asked, 4)):
        line = known.setdefault((sale, number), Left(sale, number, left, quantity, paid, tax, back, of))
        lines.setdefault(place, []).append(line)
    return lines
