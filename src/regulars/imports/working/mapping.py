"""What each column of a table is: as somebody said, else as `history` and `members` take it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from regulars.history.headings import folded
from regulars.history.moves import FileMapping, RawTable
from regulars.imports.moves import CUSTOMER_IS, PEOPLE_FIELDS, SALES_FIELDS
from regulars.members.errors import NoPeople, WrongPolicy
from regulars.members.fields import Definition
from regulars.members.importing_columns import columns_of

_KINDS: Final = {"phone": "phone", "email": "email"}


def given_of(said: Mapping[str, Any] | None) -> FileMapping | None:
    """What somebody said of a table, as `history.understand` takes it."""
    if not said:
        return None
    columns = {field: int(place) for place, field in said["columns"].items() if field in SALES_FIELDS}
    options: dict[str, object] = {"shape": "sales"} if columns else {}
    told = [name for name, value in (("amount_is", said["amount_is"]), ("currency", said["currency"])) if value]
    if said["complete"]:
        options["without"] = [field for field in SALES_FIELDS if field not in columns]
        told.append("decimal")
    if told:
        options["said"] = told
    if said["returns_begin"]:
        options["cancelled_receipts"] = [one for one in said["returns_begin"].replace(",", " ").split() if one]
    return FileMapping(
        columns=columns,
        headings=(),
        date_format=said["date_format"] or None,
        decimal_comma=bool(said["decimal_comma"]),
        amount_is=said["amount_is"] or "line",
        currency=said["currency"] or "XXX",
        options=options,
    )


def people_of(raw: RawTable, said: Mapping[str, Any] | None, known: Mapping[str, Definition]) -> dict[str, str]:
    """Position of a column → what of a person it is. Whatever is a purchase's is not among them unless said."""
    if said and said["complete"]:
        return {place: field for place, field in said["columns"].items() if field in PEOPLE_FIELDS}
    found: dict[str, str] = {}
    for place, heading in enumerate(raw.headings or ()):
        field = meaning(heading, known)
        if field in PEOPLE_FIELDS and field not in found.values():
            found[str(place)] = field
    return found


def meaning(heading: str, known: Mapping[str, Definition]) -> str:
    """What of a person a heading names; empty: nothing."""
    try:
        columns = columns_of([heading, "phone"], known, means={"phone": "phone"}, ways={})
    except (NoPeople, WrongPolicy):  # another phone beside the one that makes it a list
        return "phone" if folded(heading) else ""
    return next((one.field for one in columns if one.place == 0), "")


def customer_is(mapping: FileMapping, said: Mapping[str, Any] | None, cells: Sequence[str], heading_means: str) -> str:
    """What kind of identifier the customer column holds."""
    if said and said["customer_is"] in CUSTOMER_IS:
        return str(said["customer_is"])
    filled = [cell for cell in cells if cell]
    if filled and all("@" in cell for cell in filled):
        return "email"
    return _KINDS.get(heading_means, "external")


def plain_of(mapping: FileMapping) -> dict[str, Any]:
    """As it is kept and shown."""
    return {
        "columns": dict(mapping.columns),
        "reasons": dict(mapping.reasons),
        "date_format": mapping.date_format,
        "decimal_comma": mapping.decimal_comma,
        "amount_is": mapping.amount_is,
        "currency": mapping.currency,
        "returns_begin": " ".join(str(one) for one in _texts(mapping.options.get("cancelled_receipts"))),
    }


def _texts(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []
