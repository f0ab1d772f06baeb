"""A file that says who was in which arm, as this house or another one writes it."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from regulars.history.headings import meanings
from regulars.insight.uplift.errors import WrongCampaign
from regulars.insight.uplift.sending_days import iso_days

_HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "customer": (
        "customer",
        "customer id",
        "card",
        "card no",
        "member",
        "member no",
        "id",
        "顾客",
        "会员",
        "卡号",
        "会员卡号",
    ),
    "arm": ("arm", "group", "treatment", "treated", "variant", "组", "组别", "分组"),
    "campaign": ("campaign", "campaign name", "活动"),
    "sent_on": ("sent on", "sent", "sent at", "date", "发送日期", "日期"),
    "stratum": ("stratum", "分层"),
    "control_share": ("control share",),
    "reward_minor": ("reward minor",),
    "contact_minor": ("contact minor",),
    "reward": ("reward cost", "reward", "奖励成本", "礼品成本"),
    "contact": ("contact cost", "联系成本", "发送成本"),
}
_MAJOR: Final = ("reward", "contact")  # in units of the currency, as offices write them
_NUMBERS: Final = ("control_share", "reward_minor", "contact_minor", *_MAJOR)


def read_table(path: Path) -> pa.Table:
    """A CSV (UTF-8 or GB18030; comma, semicolon or tab) or Parquet file as Arrow. Raises WrongCampaign."""
    if not path.is_file():
        raise WrongCampaign(f"There is no file {path}.", file=str(path))
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return pq.read_table(path)
    import pyarrow.csv as pv

    text = _text(path)
    heading = text.split("\n", 1)[0]
    separator = max(",;\t", key=heading.count)
    try:
        return pv.read_csv(io.BytesIO(text.encode()), parse_options=pv.ParseOptions(delimiter=separator))
    except pa.ArrowInvalid as error:
        raise WrongCampaign(f"{path.name} could not be read as a table: {error}", file=path.name) from error


def read_assignments(path: Path, *, minor_digits: int = 2) -> Mapping[str, pa.Table]:
    """campaign → customer, arm and what else is known of sent_on, stratum, control_share, reward_minor, contact_minor.

    A reward or contact cost in units of the currency becomes minor units of so many decimals. Headings are understood
    in English and Chinese, with blanks or underscores. Without a column for the campaign there is one, named after the
    file. Raises WrongCampaign.
    """
    given = read_table(path)
    places = _places(given.column_names)
    missing = [name for name in ("customer", "arm") if name not in places]
    if missing:
        raise WrongCampaign(
            f"{path.name} has no column for {' and '.join(missing)}; it has {', '.join(given.column_names)}.",
            file=path.name,
        )
    table = pa.table({name: _column(given[heading], name) for name, heading in places.items()})
    table = _in_minor(table, minor_digits)
    if "campaign" not in places:
        return {path.stem: table}
    names = sorted(str(name) for name in pc.unique(table["campaign"]).to_pylist() if name is not None)
    return {
        name: table.filter(pc.is_in(table["campaign"], pa.array([name]))).drop_columns(["campaign"]) for name in names
    }


def with_customer(given: pa.Table, name: str) -> pa.Table:
    """The table with its customers' column called `customer`. `name` is the file's, for the refusal: WrongCampaign."""
    heading = _places(given.column_names).get("customer")
    if heading is None:
        raise WrongCampaign(f"{name} has no column for customers; it has {', '.join(given.column_names)}.", file=name)
    return given.rename_columns({heading: "customer"})


def _in_minor(table: pa.Table, digits: int) -> pa.Table:
    for name in _MAJOR:
        if name in table.column_names:
            amounts = pc.round(pc.multiply(table[name], 10.0**digits))
            table = table.drop_columns([name])
            if f"{name}_minor" not in table.column_names:
                table = table.append_column(f"{name}_minor", amounts)
    return table


def _text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")


def _places(headings: list[str]) -> dict[str, str]:
    plain = {heading.strip().lower().replace("_", " "): heading for heading in reversed(headings)}
    found = {name: next((plain[one] for one in names if one in plain), None) for name, names in _HEADINGS.items()}
    if found["customer"] is None:
        meant = {heading: meanings(heading).get("customer", 0.0) for heading in headings}
        found["customer"] = max((one for one in headings if meant[one] > 0), key=lambda one: meant[one], default=None)
    return {name: heading for name, heading in found.items() if heading is not None}


def _column(column: Any, name: str) -> Any:
    if name in _NUMBERS:
        return column.cast(pa.float64())
    return iso_days(column) if name == "sent_on" else column.cast(pa.string())
