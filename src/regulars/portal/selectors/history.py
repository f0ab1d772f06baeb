"""What a member bought and what became of their points, newest first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from regulars.basics.ids import new_id
from regulars.ledger.models import Account, Transfer, Unit
from regulars.ledger.selectors import transfers
from regulars.members.selectors import group_of
from regulars.portal import places
from regulars.portal.selectors.standing import names_of_terms
from regulars.programme.book import book
from regulars.programme.checkout.selectors import outcomes_in, purchase
from regulars.programme.resets.terms import RESET
from regulars.sales.errors import SaleUnknown
from regulars.sales.models import Return, Sale
from regulars.sales.moves import KnownSale
from regulars.sales.selectors import returned, returns_of, sales, sales_of, with_lines

PAGE: Final = 20
KINDS: Final = ("purchases", "points")
_OF_A_SALE: Final = frozenset({"earn", "spend", "load", "capture", "activate"})
_INSIDE: Final = frozenset({"merge", "unmerge"})


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened. `what` says which words a page has for it."""

    at: datetime
    what: str
    text: str = ""
    amount: int = 0
    unit: str = ""
    currency: str = ""
    link: UUID | None = None
    shop: str = ""
    back: int = 0
    state: str = ""
    points: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """A page; `next` is where it goes on, None at the end."""

    items: Sequence[Item]
    units: Mapping[str, Unit]
    next: datetime | None


def history(root: UUID, *, kind: str = "", before: datetime | None = None) -> History:
    """A page of one kind, or of both. Thirteen queries at most, however long it is."""
    group = group_of(root)
    items: list[Item] = []
    if kind != "points":
        items += _purchases(group, before)
    if kind != "purchases":
        items += _points(root, group, before, alone=kind == "points")
    page = sorted((one for one in items if before is None or one.at < before), key=lambda one: one.at, reverse=True)
    units = {one.code: one for one in Unit.objects.all()}
    return History(page[:PAGE], units, page[PAGE - 1].at if len(page) > PAGE else None)


def _purchases(group: Sequence[UUID], before: datetime | None) -> Iterable[Item]:
    rows = sales_of(group, before=None if before is None else (before, UUID(int=0)), limit=PAGE + 1)
    ids = [row.id for row in rows]
    known, told = with_lines(rows), outcomes_in({row.id: row.state for row in rows}, ids)
    back: dict[UUID, int] = {}
    for one in returned(ids):
        back[one.sale_id] = back.get(one.sale_id, 0) + one.amount
    shops = places.shops({row.merchant for row in rows if row.merchant}, {row.store for row in rows if row.store})
    for row in rows:
        names = [one.sold.name or one.sold.line.item for one in known[row.id].lines]
        yield Item(
            row.effective_at,
            "sale",
            ", ".join(names[:3]) + (" …" if len(names) > 3 else ""),
            row.amount - row.discount,
            "",
            row.currency,
            row.id,
            _shop(row, shops),
            back.get(row.id, 0),
            row.state,
            _points_of(told[row.id].told) if row.id in told else {},
        )


def _shop(row: Sale, shops: Mapping[UUID, str]) -> str:
    return next((shops[one] for one in (row.store, row.merchant) if one is not None and one in shops), "")


def _points_of(told: Mapping[str, Any]) -> dict[str, int]:
    points: dict[str, int] = {}
    for one in told["effects"]:
        sign = {"earn": 1, "points": 1, "pay-points": -1}.get(one["kind"])
        if sign:
            points[one["unit"]] = points.get(one["unit"], 0) + sign * one["amount"]
    return points


def _points(root: UUID, group: Sequence[UUID], before: datetime | None, *, alone: bool) -> Iterable[Item]:
    after = None if before is None else new_id(before + timedelta(milliseconds=1), chance=bytes(10))
    most = (PAGE + 1) * (1 if alone else 3)
    rows = transfers(root, after=after, limit=most, also=[one for one in group if one != root])
    mine = set(Account.objects.filter(owner__in=group).values_list("id", flat=True))
    for row in rows:
        of_sale = row.kind in _OF_A_SALE and bool((row.details or {}).get("sale"))
        if row.kind not in _INSIDE and (alone or not of_sale):
            yield _transfer(row, mine)


def _transfer(row: Transfer, mine: set[UUID]) -> Item:
    """With its sign as the holder sees it; between two accounts of theirs it has none."""
    out, comes = row.giver in mine, row.taker in mine
    what = RESET if row.rule.startswith(f"{RESET}.") and out else row.kind
    return Item(row.recorded_at, what, "", -row.amount if out and not comes else row.amount, row.unit)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule gave or took, with its name."""

    kind: str
    name: str
    amount: int
    unit: Unit | None
    money: int
    pending: bool
    item: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """One purchase for a page."""

    sale: KnownSale
    told: Mapping[str, Any]
    effects: Sequence[Effect]
    backs: Sequence[Return]
    shop: str


def receipt(number: UUID, root: UUID, *, organisation: UUID) -> Receipt:
    """One of the member's own; anybody else's reads like one that never was. Twelve queries. Raises SaleUnknown."""
    known = sales([number]).get(number)
    if known is None or known.place.organisation != organisation or known.member not in group_of(root):
        raise SaleUnknown("No purchase has this id.")
    found = purchase(number)
    assert found is not None
    units = {one.code: one for one in Unit.objects.all()}
    names = names_of_terms(book(organisation))
    merchant, store = known.place.merchant, known.place.store
    shops = places.shops({merchant} if merchant else (), {store} if store else ())
    return Receipt(
        known,
        found.outcome.told,
        [_effect(one, names, units) for one in found.outcome.told["effects"]],
        [back for back, _ in returns_of(number)],
        shops.get(store or UUID(int=0)) or shops.get(merchant or UUID(int=0), ""),
    )


def _effect(one: Mapping[str, Any], names: Mapping[str, str], units: Mapping[str, Unit]) -> Effect:
    code = one.get("code", "")
    return Effect(
        one["kind"],
        names.get(code, ""),
        one["amount"],
        units.get(one.get("unit", "")),
        one.get("money", 0),
        one.get("pending", False),
        one.get("item", ""),
    )
