"""Who needs what again, and when: the whole road from lines to dates that were checked."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.basics.errors import RegularsError
from regulars.history.engine import Engine
from regulars.insight.lines import as_of, complete
from regulars.insight.replenishment.check import RULES, checked, later_period
from regulars.insight.replenishment.dates import WINDOW, Foretold, fits_better, foretell
from regulars.insight.replenishment.moves import Due, Purchases
from regulars.insight.replenishment.purchases import busy_days, purchases
from regulars.insight.replenishment.rhythm import Rhythm
from regulars.insight.replenishment.seasons import plain, seasonal

_EPOCH: Final = date(1970, 1, 1)
_ITEMS_SHOWN: Final = 12
_EXAMPLES: Final = 8


class NothingAgain(RegularsError):
    """No product is bought again by enough customers, or the history is too short to check a date."""

    code = "nothing-bought-again"


@dataclass(frozen=True, slots=True)
class DueDates:
    """What was found, and the table of every customer × item with a date."""

    found: Due
    # customer, item, status (due, overdue, later), chance (of a purchase within the fortnight), next_on,
    # from_on, until_on (90 %), last_on, purchases, typical_days, active (chance of still using it)
    table: pa.Table


def due_dates(lines: ir.Table, *, engine: Engine, cut_off: date, level: str = "product", seed: int = 7) -> DueDates:
    """The next purchase of every customer × item bought again by enough customers, with a 90 % window.

    `lines` is a table the engine can read (LINES contract); `level` is "product" or "category". Learned as of the end
    of `cut_off`; checked by doing the same at an earlier day and looking at what came. Raises NothingAgain and
    WrongColumns.
    """
    assert level in ("product", "category"), level
    seen = as_of(complete(lines), cut_off)
    bought = purchases(seen, engine, level=level)
    cut = (cut_off - _EPOCH).days
    until = later_period(bought, cut)
    if until is None:
        raise NothingAgain("No product is bought again by enough customers over enough weeks to foretell a date.")
    busy = busy_days(seen, engine)
    first = int(busy["day"].cast(pa.int32())[0].as_py())
    # What the clock is may be learned from what was known then only.
    slow, quick = plain(first, until), seasonal(busy, until)
    early = bought.until(until)
    with_seasons = bool(len(early)) and fits_better(early, quick, slow)
    check = checked(bought, quick if with_seasons else slow, cut, until, seed=seed)
    if check is None:
        raise NothingAgain("In the later period nothing was bought again, so that no date can be checked.")
    foretold, rhythm = foretell(bought, seasonal(busy, cut) if with_seasons else plain(first, cut), cut)
    worse = [rule for rule in RULES if check.gain[rule][1] <= 0]
    table = _table(bought, foretold)
    return DueDates(
        Due(
            level=level,
            customers=len(np.unique(foretold.customer[foretold.dated])),
            items=len(np.unique(foretold.item[foretold.dated])),
            due=int(foretold.due.sum()),
            overdue=int(foretold.overdue.sum()),
            usable=not worse,
            why_not="not-better-than-baseline" if worse else "",
            checked=check,
            by_item=_by_item(bought, foretold, rhythm),
            examples=_examples(table),
            seasonal=with_seasons,
        ),
        table,
    )


def _table(bought: Purchases, foretold: Foretold) -> pa.Table:
    status = np.where(foretold.overdue, "overdue", np.where(foretold.due, "due", "later"))
    columns: dict[str, Any] = {
        "customer": bought.customers.take(_places(foretold.customer)),
        "item": bought.items.take(_places(foretold.item)),
        "status": status,
        "chance": foretold.chance,
        "next_on": _dates(foretold.days[:, WINDOW.index(0.5)]),
        "from_on": _dates(foretold.days[:, 0]),
        "until_on": _dates(foretold.days[:, -1]),
        "last_on": _dates(foretold.last),
        "purchases": foretold.times,
        "typical_days": foretold.typical_days,
        "active": foretold.active,
    }
    table = pa.table(columns)
    order = np.lexsort((foretold.item, foretold.customer, -foretold.chance))
    return table.take(order[foretold.dated[order]])


def _places(codes: Any) -> Any:
    return pa.array(codes)


def _dates(days: Any) -> Any:
    return pa.array(days.astype("datetime64[D]"))


def _by_item(bought: Purchases, foretold: Foretold, rhythm: Rhythm) -> pa.Table:
    count = len(bought.items)
    counted = [np.bincount(foretold.item, mask, count).astype(np.int64) for mask in (foretold.due, foretold.overdue)]
    buyers = np.bincount(foretold.item[foretold.dated], minlength=count)
    table = pa.table(
        {
            "item": bought.items,
            "buyers": buyers,
            "typical_days": np.exp(rhythm.mu),
            "regularity": np.sqrt(rhythm.sigma2),
            "due": counted[0],
            "overdue": counted[1],
        }
    )
    return table.filter(pa.array(buyers > 0)).sort_by([("due", "descending"), ("item", "ascending")])[:_ITEMS_SHOWN]


def _examples(table: pa.Table) -> pa.Table:
    """Some that are due, one a customer, those known best first."""
    due = table.filter(pc.equal(table["status"], pa.scalar("due"))).sort_by(
        [("purchases", "descending"), ("customer", "ascending"), ("item", "ascending")]
    )
    names = due["customer"].to_pylist()[: 50 * _EXAMPLES]
    firsts = [place for place, name in enumerate(names) if name not in names[:place]]
    return due.take(pa.array(firsts[:_EXAMPLES], pa.int64()))
