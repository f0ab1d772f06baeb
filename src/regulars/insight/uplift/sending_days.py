"""Days as offices write them in a list of who was sent what: 2026-05-11, 11.05.2026, 5/28/2026, 2026年5月11日."""

from datetime import date, datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

_FORMS: Final = (
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y年%m月%d日", "%Y.%m.%d", "%Y%m%d",
)  # fmt: skip


def iso_days(column: Any) -> Any:
    """The column with days in ISO's form, in the one form that reads most of them; what it does not read stays.

    Where day and month may stand either way and all can be read so, the day is first.

    >>> iso_days(pa.array(["5/28/2026 10:30", "5/4/2026", None, "soon"])).to_pylist()
    ['2026-05-28', '2026-05-04', None, 'soon']
    """
    said = column.cast(pa.string())
    texts = [text for text in pc.unique(said).to_pylist() if text]
    read = [{text: day for text in texts if (day := _day(text, form)) is not None} for form in _FORMS]
    best = max(read, key=len)
    return pa.array([text if text not in best else best[text].isoformat() for text in said.to_pylist()], pa.string())


def _day(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text.strip().replace("T", " ").split(" ")[0], form).date()  # noqa: DTZ007 a day
    except ValueError:
        return None
