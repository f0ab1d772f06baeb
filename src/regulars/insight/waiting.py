"""How long until something happens, where for some it has not happened yet: Kaplan & Meier (1958)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Waits:
    """Waits by whole days: `ended` waits of just `days` (rising), `came` of them by the event, the rest by the cut-off.

    >>> waits = Waits(np.array([1, 2, 3]), np.array([1, 0, 1]), np.array([1, 1, 2]))
    >>> waits.share_by(1), waits.share_by(3), waits.median()
    (0.25, 0.625, 3.0)
    """

    days: Ints
    came: Ints
    ended: Ints

    def shares(self) -> Floats:
        """Share to whom it has happened by the end of each of `days`, as if all had had the time."""
        waiting = np.cumsum(self.ended[::-1])[::-1]
        return np.asarray(1 - np.cumprod(1 - self.came / waiting), np.float64)

    def share_by(self, day: float) -> float:
        before = int(np.searchsorted(self.days, day, side="right"))
        return float(self.shares()[before - 1]) if before else 0.0

    def median(self) -> float | None:
        """The first day by which it has happened to half; None where it has not come so far."""
        reached = np.flatnonzero(self.shares() >= 0.5)
        return float(self.days[reached[0]]) if len(reached) else None

    def curve(self, step: int) -> pa.Table:
        """days (upper edge, every `step`), share, waiting (people still watched and waiting after that day)."""
        last = int(self.days[-1]) if len(self.days) else 0
        edges = np.arange(step, last + step, step) if last else np.empty(0, np.int64)
        before = np.searchsorted(self.days, edges, side="right")
        shares, ended = np.append(0.0, self.shares()), np.append(0, np.cumsum(self.ended))
        return pa.table({"days": edges, "share": shares[before], "waiting": ended[-1] - ended[before]})
