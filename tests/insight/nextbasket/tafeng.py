"""Ta-Feng baskets in the next-basket protocol: histories, and the next basket of a fold's users."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from regulars.insight.nextbasket.baskets import Baskets, Ints, read_baskets
from regulars.insight.nextbasket.measures import Truth
from regulars.insight.nextbasket.vectors import matrix


@dataclass(frozen=True)
class Histories:
    baskets: Baskets
    future: dict[str, set[str]]


def read_histories(folder: Path) -> Histories:
    """The first and the last entry of each user are padding."""
    room = folder / "tafeng_baskets"
    history = json.loads((room / "tafeng_history.json").read_text())
    future = json.loads((room / "tafeng_future.json").read_text())
    rows = [
        (user, number, str(item))
        for user, baskets in history.items()
        for number, basket in enumerate(baskets[1:-1])
        for item in basket
    ]
    customer, basket, product = zip(*rows, strict=True)
    table = pa.table({"customer": pa.array(customer), "basket": pa.array(basket), "product": pa.array(product)})
    return Histories(read_baskets(table), {user: set(map(str, basket[1])) for user, basket in future.items()})


def read_fold(folder: Path, history: Histories, fold: int, part: str) -> tuple[Ints, Truth]:
    """Places of the users of "val" or "test", and what their next baskets held."""
    users = json.loads((folder / "tafeng_baskets" / f"tafeng_keyset_{fold}.json").read_text())[part]
    names = [str(user) for user in users]
    baskets = history.baskets
    rows = np.searchsorted(baskets.customers.astype(str), names)
    size = np.array([len(history.future[name]) for name in names])
    bought = np.concatenate([sorted(history.future[name]) for name in names])
    place = np.searchsorted(baskets.products.astype(str), bought)
    inside = place < len(baskets.products)
    inside[inside] = baskets.products.astype(str)[place[inside]] == bought[inside]
    row = np.repeat(np.arange(len(names)), size)
    before = matrix(baskets, np.ones(len(baskets.customer)))[rows]
    return rows, Truth.of(row[inside], place[inside], size, before)
