"""mapping.toml: what was understood of each file, written so that a person can read, correct and hand it back."""

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from regulars.history.dates import BETWEEN, KEYWORDS, is_date_format, is_strptime
from regulars.history.moves import FileMapping
from regulars.history.reasons import coded, in_words
from regulars.history.refusals import BadMapping

FIELDS: Final = (
    "customer", "sold_at", "time", "amount", "quantity", "price", "discount", "cost", "product", "product_name",
    "category", "brand", "brand_kind", "receipt", "receipt_line", "store", "channel", "status",
)  # fmt: skip
_LISTS: Final = (
    "store_brands", "fee_products", "not_fees", "anonymous", "cancelled_receipts", "time_format",
)  # fmt: skip
_FLAGS: Final = ("basket_a_line",)
_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "decimal": (".", ","),
    "amount_is": ("line", "unit", "receipt"),
    "cost_is": ("line", "unit"),
    "shape": ("sales", "baskets"),
}
_HEAD: Final = """\
# What was understood of each file. Correct what is wrong and pass this file back with --mapping.
#
# ["name or pattern of a file"]   * and ? stand for any text
# field = "heading" or the column's number, from 1; "" means that the file has no such column
# A field that is left out is found by itself. docs/reading.md explains every key.
"""
_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_NUMBERED: Final = re.compile(r"column (\d+)")


def write_mappings(path: Path, mappings: Mapping[str, FileMapping]) -> None:
    """Writes the mappings, by name of file, with the reason for each column beside it."""
    parts = [_HEAD]
    for name, mapping in mappings.items():
        parts.append("\n".join([f"[{_quoted(name)}]", *_columns(mapping), *_settings(mapping)]) + "\n")
    path.write_text("\n".join(parts), encoding="utf-8")


def _columns(mapping: FileMapping) -> list[str]:
    lines = []
    for field in sorted(mapping.columns, key=_place):
        position = mapping.columns[field]
        heading = mapping.headings[position] if position < len(mapping.headings) else f"column {position + 1}"
        numbered = _NUMBERED.fullmatch(heading) or list(mapping.headings).count(heading) > 1 or not heading
        value = str(position + 1) if numbered else _quoted(heading)
        why = " ".join(in_words(mapping.reasons.get(field, "")).split())
        lines.append(f"{field} = {value}" + (f"  # {why}" if why else ""))
    lines += [f'{field} = ""' for field in _texts(mapping.options.get("without"))]
    return lines


def _place(field: str) -> int:
    return FIELDS.index(field) if field in FIELDS else len(FIELDS)


def _settings(mapping: FileMapping) -> list[str]:
    lines = []
    if mapping.date_format is not None:
        lines.append(f"date_format = {_quoted(mapping.date_format)}")
    lines.append(f'decimal = "{"," if mapping.decimal_comma else "."}"')
    lines.append(
        f'amount_is = "{mapping.amount_is}"  # "line": the line\'s total; "unit": of one piece; "receipt": of all lines'
    )
    lines.append(f'currency = "{mapping.currency}"')
    for name in (*_CHOICES, *_LISTS, *_FLAGS):
        value = mapping.options.get(name)
        if isinstance(value, bool):
            lines.append(f"{name} = {str(value).lower()}")
        elif isinstance(value, str):
            lines.append(f"{name} = {_quoted(value)}")
        elif isinstance(value, list | tuple):
            lines.append(f"{name} = [{', '.join(_quoted(str(entry)) for entry in value)}]")
    return lines


def _quoted(text: str) -> str:
    """A TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found.group()):04x}", escaped) + '"'


def _texts(value: object) -> list[str]:
    return [str(entry) for entry in value] if isinstance(value, list | tuple) else []


def read_mappings(path: Path) -> dict[str, FileMapping]:
    """Pattern of file names → mapping whose columns are positions in its own `headings`; `understand` fits them to a
    file. Raises BadMapping naming file, key and line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadMapping(
            f"{path}: cannot be read as a mapping: {error}.", file=str(path), key=None, line=None
        ) from None
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        at = int(line.group(1)) if line else None
        raise BadMapping(f"{path}: {error}.", file=str(path), key=None, line=at) from None
    return {pattern: _mapping(_Section(path, text, pattern), entries) for pattern, entries in tables.items()}


class _Section:
    """Where we are in a mapping file, to say so in an error."""

    def __init__(self, path: Path, text: str, pattern: str) -> None:
        self.path, self.text, self.pattern = path, text, pattern

    def wrong(self, key: str, what: str) -> NoReturn:
        line = self._line(key)
        where = f"{self.path}" + (f", line {line}" if line else "")
        raise BadMapping(f'{where}: {key} of "{self.pattern}": {what}.', file=str(self.path), key=key, line=line)

    def _line(self, key: str) -> int | None:
        inside = False
        for number, line in enumerate(self.text.splitlines(), start=1):
            if line.lstrip().startswith("["):
                inside = _quoted(self.pattern) in line or f"[{self.pattern}]" in line or f"'{self.pattern}'" in line
            if (inside or key == self.pattern) and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", line):
                return number
        return None


def _mapping(section: _Section, entries: Any) -> FileMapping:
    if not isinstance(entries, dict):
        section.wrong(section.pattern, 'fields belong under the name of a file: ["sales.csv"]')
    headings: list[str] = []
    columns: dict[str, int] = {}
    options: dict[str, object] = {}
    without: list[str] = []
    said = [key for key in ("decimal", "amount_is", "currency") if key in entries]
    for key, value in entries.items():
        if key in FIELDS:
            heading = _heading(section, key, value)
            if heading:
                columns[key] = len(headings)
                headings.append(heading)
            else:
                without.append(key)
        elif key in _CHECKS:
            _CHECKS[key](section, key, value)
            if key not in _PLAIN:
                options[key] = value
        else:
            known = ", ".join((*FIELDS, *_CHECKS))
            section.wrong(key, f"no such key; known are {known}")
    if without:
        options["without"] = without
    if said:
        options["said"] = said
    return FileMapping(
        columns=columns,
        headings=tuple(headings),
        reasons=dict.fromkeys(columns, coded("given")),
        date_format=entries.get("date_format"),
        decimal_comma=entries.get("decimal") == ",",
        amount_is=entries.get("amount_is", "line"),
        currency=entries.get("currency", "XXX"),
        options=options,
    )


def _heading(section: _Section, key: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return f"column {value}"
    section.wrong(key, "a heading in quotation marks, or the number of a column from 1")


def _choice(section: _Section, key: str, value: Any) -> None:
    if value not in _CHOICES[key]:
        section.wrong(key, "one of " + ", ".join(f'"{choice}"' for choice in _CHOICES[key]))


def _list(section: _Section, key: str, value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        section.wrong(key, 'a list of texts: ["…", "…"]')


def _flag(section: _Section, key: str, value: Any) -> None:
    if not isinstance(value, bool):
        section.wrong(key, "true or false")


def _currency(section: _Section, key: str, value: Any) -> None:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{3}", value):
        section.wrong(key, "a code of three capitals such as EUR or CNY; XXX when none is stated")


def _date_format(section: _Section, key: str, value: Any) -> None:
    formats = value.split(BETWEEN) if isinstance(value, str) else []
    if not formats or not all(is_date_format(one) for one in formats):
        section.wrong(
            key,
            f'{", ".join(KEYWORDS)}, "days since 2024-01-01" where days are only numbered, or a format such as'
            f' "%d/%m/%Y %H:%M"; several with "{BETWEEN}" between',
        )


def _time_format(section: _Section, key: str, value: Any) -> None:
    _list(section, key, value)
    if not all(is_strptime(one) for one in value):
        section.wrong(key, 'formats such as ["%H:%M"]')


_CHECKS: Final[dict[str, Callable[[_Section, str, Any], None]]] = {
    "date_format": _date_format,
    "currency": _currency,
    **dict.fromkeys(_CHOICES, _choice),
    **dict.fromkeys(_LISTS, _list),
    **dict.fromkeys(_FLAGS, _flag),
    "time_format": _time_format,
}
# Keys that are FileMapping's own; the rest are its options.
_PLAIN: Final = frozenset({"date_format", "currency", "decimal", "amount_is"})
