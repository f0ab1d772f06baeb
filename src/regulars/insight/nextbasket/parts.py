"""Products worth a look for each customer, and what speaks for each: one array per source."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from regulars.insight.nextbasket.baskets import Ints, Singles
from regulars.insight.nextbasket.rowwise import best_codes

SOURCES: Final = ("own", "also", "alike", "popular")
# How many products each source may propose; the own ones last, because most that is bought is bought again.
_OWN, _ALIKE, _ALSO, _POPULAR = 100, 80, 40, 60

Powers = dict[tuple[str, float], Singles]


@dataclass(frozen=True, slots=True)
class Mix:
    """Weights of the four sources, and how much a product's rate of coming back and a pair's due-ness count."""

    own: float = 0.15
    alike: float = 0.6
    also: float = 0.1
    popular: float = 0.15
    repeat: float = 1.0
    due: float = 0.5
    doubt: float = 1.0  # own counts of a customer with so many baskets weigh half


@dataclass(frozen=True, slots=True)
class Parts:
    """Customers × proposed products. A product proposed twice, or a place that nothing fills, is not `valid`."""

    product: Ints
    valid: npt.NDArray[np.bool_]
    own: Singles
    repeat: Singles
    due: Singles
    also: Singles
    alike: Singles
    popular: Singles
    history: Singles  # customers × 1: baskets

    def by_source(self, mix: Mix, powers: Powers | None = None) -> tuple[Singles, ...]:
        """What each of SOURCES adds to the score. `powers`: those taken before, where many mixes are tried."""
        powers = {} if powers is None else powers
        own = self.own * (mix.own * self.history / (self.history + np.float32(mix.doubt)))
        for name, exponent in (("repeat", mix.repeat), ("due", mix.due)):
            if exponent:
                key = (name, exponent)
                if key not in powers:
                    powers[key] = getattr(self, name) ** exponent
                own = own * powers[key]
        return own, mix.also * self.also, mix.alike * self.alike, mix.popular * self.popular

    def score(self, mix: Mix, powers: Powers | None = None) -> Singles:
        """The sum; −1 where not valid."""
        own, also, alike, popular = self.by_source(mix, powers)
        return np.where(self.valid, own + also + alike + popular, np.float32(-1))


_FIELDS: Final = tuple(Parts.__dataclass_fields__)


def propose(own: Any, due: Singles, repeat: Singles, also: Any, alike: Any, popular: Singles, history: Ints) -> Parts:
    """The best few of every source. `own`, `also`, `alike`: customers × products, CSR of float32; `repeat` and
    `popular` by product. The columns of `own` are sorted, and `due` goes with its entries.
    """
    from scipy import sparse

    count, width = own.shape
    row, code = np.repeat(np.arange(count), np.diff(own.indptr)), own.indices.astype(np.int64)
    chosen = [
        best_codes(sparse.csr_array((own.data * repeat[code], own.indices, own.indptr), shape=own.shape), _OWN),
        best_codes(alike, _ALIKE),
        best_codes(also, _ALSO),
        np.repeat(best_codes(sparse.csr_array(popular[None, :]), _POPULAR), count, axis=0),
    ]
    product = np.sort(np.concatenate(chosen, axis=1), axis=1)
    valid = product < width
    valid[:, 1:] &= product[:, 1:] != product[:, :-1]
    # Own entries are few: each is looked for in its row, and so is found at the first of equal products.
    base = width + 1
    place = np.searchsorted((np.arange(count)[:, None] * base + product).ravel(), row * base + code)
    place = np.minimum(place, product.size - 1)
    there = (product.ravel()[place] == code) & (place // product.shape[1] == row)
    own_at, due_at = np.zeros(product.size, np.float32), np.ones(product.size, np.float32)
    own_at[place[there]], due_at[place[there]] = own.data[there], due[there]
    product = np.minimum(product, width - 1)
    return Parts(
        product=product,
        valid=valid,
        own=own_at.reshape(product.shape),
        repeat=repeat[product],
        due=due_at.reshape(product.shape),
        also=np.take_along_axis(also.toarray(), product, axis=1),
        alike=np.take_along_axis(alike.toarray(), product, axis=1),
        popular=popular[product],
        history=np.maximum(history, 1).astype(np.float32)[:, None],
    )


def joined(parts: list[Parts]) -> Parts:
    """Blocks of customers below each other; narrow ones are filled up with places that nothing fills."""
    width = max(part.product.shape[1] for part in parts)
    return Parts(*(np.concatenate([_widened(part, name, width) for part in parts]) for name in _FIELDS))


def taken(parts: Parts, rows: Ints) -> Parts:
    """Of some customers, in this order."""
    return Parts(*(getattr(parts, name)[rows] for name in _FIELDS))


def _widened(part: Parts, name: str, width: int) -> Any:
    field = getattr(part, name)
    missing = 0 if name == "history" else width - field.shape[1]
    return np.pad(field, ((0, 0), (0, missing))) if missing else field
