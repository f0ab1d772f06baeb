"""How tills number their receipts: running, anew every day, or with the date in front."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.sample.lines import Lines, column
from regulars.sample.seasons import SECONDS

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Numbered:
    """Lines in the order of the journal, with the numbers their receipts and places got."""

    lines: Lines
    place: Ints  # within the receipt, from 1
    running: Ints  # of the receipt within its shop, from 1
    today: Ints  # of the receipt within its shop and day, from 1
    cancels_running: Ints  # the same of the receipt that is cancelled; 0 for none
    cancels_today: Ints


def numbered(lines: Lines) -> Numbered:
    """Sorted by moment, shop and receipt, and numbered."""
    lines = lines[np.lexsort((lines["receipt"], lines["shop"], lines["at"]))]
    receipt = column(lines, "receipt")
    starts = np.flatnonzero(np.diff(receipt, prepend=-1))
    length = np.diff(np.append(starts, len(receipt)))
    head = lines[starts]
    shop, day = column(head, "shop"), column(head, "at") // SECONDS
    running = _within(shop)
    today = _within(shop * (1 + int(day.max(initial=0))) + day)
    by_receipt = np.zeros((2, int(receipt.max(initial=0)) + 2), dtype=np.int64)  # the last stays 0: cancels nothing
    by_receipt[0, receipt[starts]] = running
    by_receipt[1, receipt[starts]] = today
    cancels = column(lines, "cancels")
    return Numbered(
        lines,
        np.arange(len(receipt)) - np.repeat(starts, length) + 1,
        np.repeat(running, length),
        np.repeat(today, length),
        by_receipt[0, cancels],
        by_receipt[1, cancels],
    )


def _within(group: Ints) -> Ints:
    """1, 2, 3 … within each group, in the order given.

    >>> _within(np.array([7, 7, 4, 7])).tolist()
    [1, 2, 1, 3]
    """
    order = np.argsort(group, kind="stable")
    ranked = group[order]
    first = np.searchsorted(ranked, ranked)
    answer = np.empty(len(group), dtype=np.int64)
    answer[order] = np.arange(len(group)) - first + 1
    return answer
