"""The stores that files name: those that are there, and new ones."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from regulars.access import gate
from regulars.access.models import Store
from regulars.access.moves import NewStore
from regulars.access.services.places import open_stores
from regulars.history.engine import quoted
from regulars.imports.models import Table
from regulars.imports.working.desk import Desk, engine_of
from regulars.imports.working.trying import lines_of


def settle(desk: Desk, tables: list[Table]) -> dict[str, int]:
    """What each name stands for is kept with the import; what no store is called is opened where that is wished."""
    names = _named(desk, tables)
    there = _there(desk.wish.merchant)
    missing = [name for name in names if name.casefold() not in there]
    opened = 0
    with transaction.atomic():
        if missing and desk.wish.open_stores:
            wanted = list({name.casefold(): name for name in missing}.values())
            new = [NewStore(name[:200], name[:80]) for name in wanted]
            made = open_stores(desk.wish.merchant, new, by=gate.HOUSE, actor=desk.actor, at=desk.at)
            there |= {name.casefold(): number for name, number in zip(wanted, made, strict=True)}
            opened = len(made)
        found = {name: str(there[name.casefold()]) for name in names if name.casefold() in there}
        desk.tell(places=found)
    return {"stores_opened": opened}


def _named(desk: Desk, tables: list[Table]) -> list[str]:
    paths = ", ".join(quoted(path) for path in lines_of(desk, tables))
    if not paths:
        return []
    with engine_of(desk) as engine:
        rows = engine.connection.execute(
            f"SELECT DISTINCT trim(store) FROM read_parquet([{paths}]) WHERE trim(store) <> '' ORDER BY 1"
        ).fetchall()
    return [str(name) for (name,) in rows]


def _there(merchant: UUID) -> dict[str, UUID]:
    """By the number that tills know, and by name."""
    found: dict[str, UUID] = {}
    for number, name, external in Store.objects.filter(merchant=merchant).values_list("id", "name", "external_id"):
        found[name.casefold()] = number
        if external:
            found[external.casefold()] = number
    return found


def known(places: Mapping[str, str], name: str | None) -> UUID | None:
    text = places.get((name or "").strip())
    return UUID(text) if text else None
