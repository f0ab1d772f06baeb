"""Tables of cells as people type or paste them: a row a line, columns by their headings, several names parted by |."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.forms import ValidationError
from django.utils.translation import gettext as _

# Heading → where it is kept.
COLUMNS: Final[Mapping[str, str]] = {
    "class": "classes", "stage": "stages", "need": "needs", "level": "levels", "why": "why",
    "points from": "points_from", "coupon": "series",
}  # fmt: skip
_NUMBER: Final = "points_from"
_SEVERAL: Final = "|"


def read(text: str) -> list[dict[str, Any]]:
    """The rows; none of no text. Raises ValidationError with the line that cannot be read."""
    if not text.strip():
        return []
    head, *lines = text.strip().splitlines()
    delimiter = next((one for one in ("\t", ";") if one in head), ",")
    names = [name.strip().lower() for name in next(csv.reader([head], delimiter=delimiter))]
    if unknown := [name for name in names if name not in COLUMNS]:
        known = ", ".join(COLUMNS)
        raise ValidationError(
            _("No column is called %(name)s; there are %(known)s.") % {"name": unknown[0], "known": known}
        )
    if "coupon" not in names:
        raise ValidationError(_("The column “coupon” is missing: what whoever is in the cell gets."))
    rows = []
    for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), 2):
        if any(cell.strip() for cell in cells):
            rows.append(_row(dict(zip(names, cells, strict=False)), number))
    return rows


def _row(cells: Mapping[str, str], number: int) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, text in cells.items():
        said = [part.strip() for part in text.split(_SEVERAL) if part.strip()]
        if COLUMNS[name] == _NUMBER:
            if said and not said[0].isdigit():
                raise ValidationError(_("Line %(number)d: points are a whole number.") % {"number": number})
            row[_NUMBER] = int(said[0]) if said else 0
        elif said:
            row[COLUMNS[name]] = said
    if not row.get("series"):
        raise ValidationError(_("Line %(number)d names no coupon.") % {"number": number})
    return row


def written(rows: Sequence[Mapping[str, Any]]) -> str:
    """As it can be read again: the columns that any row fills.

    >>> print(written([{"classes": ["vip"], "needs": ["tea", "jam"], "series": ["a"], "points_from": 0}]))
    class,need,coupon
    vip,tea|jam,a
    """
    if not rows:
        return ""
    names = [name for name, kept in COLUMNS.items() if any(row.get(kept) for row in rows)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(row.get(COLUMNS[name])) for name in names] for row in rows)
    return out.getvalue().strip()


def _cell(value: Any) -> str:
    if isinstance(value, Iterable) and not isinstance(value, str):
        return _SEVERAL.join(map(str, value))
    return str(value) if value else ""
