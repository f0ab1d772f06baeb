"""What a customer tends to buy, as a vector over products: older baskets weigh less.

Weights fade within small groups of consecutive baskets and again from group to group, as in TIFU-KNN (Hu, He, Gao and
Zhang, "Modeling personalized item frequency information for next-basket recommendation", SIGIR 2020), and by days
where days are known.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from regulars.insight.nextbasket.baskets import Baskets, Floats


@dataclass(frozen=True, slots=True)
class Fading:
    """`within` a group of `group` baskets, `across` groups, and by half in `half_life_days` (0: never)."""

    within: float = 0.9
    across: float = 0.8
    group: int = 3
    half_life_days: float = 0.0


def weights(baskets: Baskets, fading: Fading) -> Floats:
    """The weight of each row; a product in every basket of equal weight would have about 1 in all."""
    place, number = baskets.age % fading.group, baskets.age // fading.group
    groups = -(-baskets.baskets // fading.group)
    faded = fading.within**place * fading.across**number
    if baskets.day is not None and fading.half_life_days > 0:
        last = np.full(len(baskets.customers), -np.inf)
        np.maximum.at(last, baskets.customer, baskets.day)
        faded = faded * 0.5 ** ((last[baskets.customer] - baskets.day) / fading.half_life_days)
    return np.asarray(faded / (fading.group * groups[baskets.customer]), np.float64)


def vectors(baskets: Baskets, fading: Fading) -> Any:
    """Customers × products, CSR of float32."""
    return matrix(baskets, weights(baskets, fading))


def matrix(baskets: Baskets, values: Any) -> Any:
    """Customers × products, CSR of float32; rows of the same customer and product are added up."""
    from scipy import sparse

    shape = (len(baskets.customers), len(baskets.products))
    made = sparse.csr_array((values.astype(np.float32), (baskets.customer, baskets.product)), shape=shape)
    made.sum_duplicates()
    return made
