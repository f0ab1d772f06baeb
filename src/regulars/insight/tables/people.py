"""Who a row is about, what the customer is worth, how to reach them: columns found by heading and content."""

from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.history.headings import tokens
from regulars.insight.tables.leaving import there
from regulars.insight.tables.moves import CustomerTable

_ROW: Final = "regulars row"
_ID_WORDS: Final = frozenset(
    ["id", "number", "no", "nr", "key", "code", "account", "编号", "号", "卡号", "会员号", "客户号", "编码", "用户"]
)
_PER_MONTH: Final = frozenset(
    [
        "monthlycharge",
        "monthlycharges",
        "monthlyfee",
        "monthlyfees",
        "monthlyspend",
        "monthlyrevenue",
        "monthlybill",
        "monthlypayment",
        "arpu",
        "月租",
        "月租费",
        "月费",
        "月消费",
        "月消费额",
        "月均消费",
        "月账单",
        "月收入贡献",
    ]
)
_CONTACT: Final = frozenset(
    [
        "name",
        "firstname",
        "lastname",
        "fullname",
        "phone",
        "mobile",
        "tel",
        "telephone",
        "email",
        "mail",
        "姓名",
        "手机",
        "手机号",
        "电话",
        "邮箱",
        "客户姓名",
    ]
)


def find_id(table: CustomerTable, named: str | None = None) -> str | None:
    """The column with the customer: as named, else one value per row, named as customers are first. None: the rows.

    Raises NoSuchColumn where the named one is not there.
    """
    if named is not None:
        there(table, named, "--id")
        return named
    listed = [*table.customer_like, *(c for c in table.texts.column_names if _ID_WORDS & set(tokens(c)))]
    return next((column for column in dict.fromkeys(listed) if _one_per_row(table.texts[column])), None)


def each_once(table: CustomerTable, named: str | None = None) -> CustomerTable:
    """Without rows that say the same of the same customer again, so that nobody counts twice.

    Where no column is `named` as the customer, rows go only if one then has a value of its own in every row: else two
    equal rows may be two people.
    """
    rows = pa.array(range(table.texts.num_rows), pa.int64())
    numbered = table.texts.append_column(_ROW, rows)
    first = numbered.group_by(table.texts.column_names).aggregate([(_ROW, "min")])[f"{_ROW}_min"].combine_chunks()
    if len(first) == len(rows):
        return table
    if named in table.texts.column_names:
        unnamed = np.flatnonzero(table.texts[named].is_null().to_numpy())
        first = pc.unique(pa.concat_arrays([first, pa.array(unnamed, pa.int64())]))
    kept = table.texts.take(first.sort())
    without = replace(table, texts=kept, repeated_rows=len(rows) - kept.num_rows)
    return without if named is not None or find_id(without) is not None else table


def find_value(table: CustomerTable) -> str | None:
    """A column that is plainly money per month; None where there is none, or several."""
    found = [m.column for m in table.meanings if m.kind == "number" and "".join(tokens(m.column)) in _PER_MONTH]
    return found[0] if len(found) == 1 else None


def contact_columns(table: CustomerTable) -> list[str]:
    """Names, telephone numbers and addresses for mail, which go with a list."""
    return [
        column
        for column in table.texts.column_names
        if "".join(tokens(column)) in _CONTACT
        or (_CONTACT & set(tokens(column)) and 2 * len(pc.unique(table.texts[column])) > table.texts.num_rows)
    ]


def customers_of(table: CustomerTable, column: str | None) -> "pa.Array[pa.StringScalar]":
    """The customer of each row; "row 1" … where no column says, or the cell is blank."""
    rows = pa.array([f"row {number}" for number in range(1, table.texts.num_rows + 1)], pa.string())
    if column is None:
        return rows
    named = pc.coalesce(table.texts[column], pa.chunked_array([rows]))
    return pa.concat_arrays(named.chunks) if named.num_chunks else pa.array([], pa.string())


def _one_per_row(texts: "pa.ChunkedArray[pa.StringScalar]") -> bool:
    return texts.null_count == 0 and len(texts) > 1 and len(pc.unique(texts)) == len(texts)
