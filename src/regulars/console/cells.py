"""Tables as CSV files whose cells do nothing when a spreadsheet opens them."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from django.http import HttpResponse

_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(value: object) -> str:
    """A cell that is text: what could begin a formula gets an apostrophe before it. Whole numbers stay.

    >>> harmless("=1+1"), harmless(-5), harmless("Ada")
    ("'=1+1", '-5', 'Ada')
    """
    text = str(value)
    if isinstance(value, int):
        return text
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS) or text.startswith(_STARTS) else text


def file(name: str, rows: Iterable[Sequence[object]]) -> HttpResponse:
    """UTF-8 with its mark, so that spreadsheets read Chinese names."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
