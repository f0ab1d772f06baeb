"""The SQL that turns raw cells into purchase lines, each with the reason to refuse it or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from regulars.basics.money import minor_digits
from regulars.history import dates, fees, numbers
from regulars.history.finding import listed
from regulars.history.moves import FileMapping, RawTable
from regulars.history.probe import among, as_text

MOST_MINOR = 10**13  # a larger amount on one line is a slip of the keyboard

# Beyond the usual blanks: what tills write for somebody without a card.
NOBODY = (
    "0", "guest", "anonymous", "anon", "unknown", "walk-in", "walkin", "walk in", "cash", "cash customer", "no card",
    "nocard", "not registered", "unregistered", "x", "?", "散客", "非会员", "非會員", "无", "無", "无卡", "匿名",
    "游客", "现金", "普通顾客", "零售客户", "未知", "临时客户",
)  # fmt: skip
TOTALS = (
    "total", "totals", "subtotal", "sub total", "sub-total", "grand total", "sum", "total:", "grand total:", "合计",
    "总计", "小计", "合計", "總計", "小計", "总和", "共计", "本页合计", "合计：", "合计:",
)  # fmt: skip
# For columns where a blank costs nothing more than a NULL: the writings as programs write them, compared as they stand.
_EMPTY = ("", "NULL", "null", "Null", "N/A", "n/a", "NaN", "nan", "None", "none", "-", "\\N", "#N/A", "(null)")
_TEXTS = ("receipt_line", "channel", "product_name", "category", "brand", "brand_kind", "status")
_IDS = ("receipt", "store", "product")
# Texts of a closed set are written to Parquet as texts all the same, but need not be compared row by row on the way.
_NO_TEXT = "CAST(NULL AS ENUM(''))"
_ODD_SPACES = "' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(12288)"


@dataclass(frozen=True, slots=True)
class Plan:
    """What judging needs to know of one file beyond its mapping."""

    raw: RawTable
    mapping: FileMapping
    types: Mapping[str, str]
    odd_spaces: frozenset[str] = frozenset()  # fields whose texts carry tabs and such
    wide: bool = False  # numbers with more than six decimals
    fee_names: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()  # codes that are fees elsewhere, and goods in this file
    texts: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> int | None:
        return self.mapping.columns.get(name)

    def heading(self, name: str) -> str:
        position = self.mapping.columns[name]
        return self.mapping.headings[position]

    def has(self, name: str) -> bool:
        return name in self.mapping.columns


def text_list(words: Sequence[str]) -> str:
    return "(" + ", ".join("'" + word.replace("'", "''") + "'" for word in words) + ")"


def cell(plan: Plan, name: str) -> str:
    """SQL: a field's cell as trimmed text."""
    column = f"c{plan.column(name)}"
    if plan.types[column] == "VARCHAR" and name in plan.odd_spaces:
        return f"trim({column}, {_ODD_SPACES})"
    return as_text(column, plan.types[column])


def _said(plan: Plan, name: str) -> str:
    """SQL: the same, where it is rarely asked for. A typed cell is put into words only then, not for every row."""
    typed = plan.types[f"c{plan.column(name)}"] != "VARCHAR"
    return f"({cell(plan, name)})" if typed else f"t_{name}"


def _kept(text: str) -> str:
    return f"CASE WHEN {among(text, _EMPTY)} THEN NULL ELSE {text} END"


def _blank(text: str) -> str:
    return among(f"coalesce(lower({text}), '')", (word.lower() for word in _EMPTY))


def _id(text: str) -> str:
    """Codes that went through a spreadsheet lose their '.0'; leading zeros stay."""
    short = f"left({text}, length({text}) - 2)"
    return (
        f"CASE WHEN ends_with({text}, '.0') AND TRY_CAST({short} AS HUGEINT) IS NOT NULL THEN {short} ELSE {text} END"
    )


def _customer(plan: Plan) -> str:
    if not plan.has("customer"):
        return "CAST(NULL AS VARCHAR)"
    more = listed(plan.mapping.options.get("anonymous"))
    nobody = [*(word.lower() for word in _EMPTY), *NOBODY, *(word.lower() for word in more)]
    zeros = "(starts_with(t_customer, '0') AND ltrim(t_customer, '0') IN ('', '.0'))"
    known = f"CASE WHEN {among('lower(t_customer)', nobody)} OR {zeros} OR t_customer = '.0' THEN NULL"
    return f"{known} ELSE {_id('t_customer')} END"


def _number(plan: Plan, name: str) -> str:
    kind = numbers.WIDE if plan.wide and name in ("amount", "price", "cost") else numbers.FAST
    column = f"c{plan.column(name)}"
    if plan.types[column] != "VARCHAR":
        return f"TRY_CAST({column} AS {kind})"
    return numbers.number(f"t_{name}", decimal_comma=plan.mapping.decimal_comma, kind=kind)


def _moment(plan: Plan) -> str:
    column = f"c{plan.column('sold_at')}"
    kind = plan.types[column]
    if kind == "TIMESTAMP WITH TIME ZONE":
        day = f"make_timestamp(epoch_us({column}))"
    elif kind.startswith(("TIMESTAMP", "DATE")):
        day = f"TRY_CAST({column} AS TIMESTAMP)"
    else:
        day = dates.moment("t_sold_at", plan.mapping.date_format or dates.ISO)
    formats = listed(plan.mapping.options.get("time_format"))
    if plan.has("time") and formats:
        clock = dates.time_of_day("t_time", formats)
        return f"{day} + coalesce({clock}, INTERVAL 0 SECOND)"
    return day


def _numbers(plan: Plan) -> dict[str, str]:
    """The number columns, by the name they get."""
    found = {
        name: _number(plan, name) for name in ("quantity", "amount", "price", "cost", "discount") if plan.has(name)
    }
    return {f"n_{name}": sql for name, sql in found.items()}


def _paid(plan: Plan) -> str:
    """SQL: what the line cost the customer, in minor units, signs as written."""
    digits = minor_digits(plan.mapping.currency)
    if plan.has("amount") and plan.mapping.amount_is != "unit":
        return numbers.minor("n_amount", digits)
    price = "n_price" if plan.has("price") else "n_amount"
    if not plan.has("quantity"):
        return numbers.minor(price, digits)
    # A discount column beside unit prices is what came off the line; its sign in the file does not matter.
    off = f" - coalesce(abs(n_discount), 0) * sign(n_quantity) * sign({price})" if plan.has("discount") else ""
    return numbers.minor_product("n_quantity", price, digits, less=off)


def _returned(plan: Plan) -> str:
    numbers_below = [f"n_{name}" for name in ("amount", "price", "quantity") if plan.has(name)]
    tests = [f"coalesce({name} < 0, false)" for name in ("paid_minor", *numbers_below)]
    if plan.has("status"):
        tests.append(fees.takes_back("status", plan.heading("status")))
    # Every number begins with nothing: an empty text would take everything back.
    prefixes = [prefix for prefix in listed(plan.mapping.options.get("cancelled_receipts")) if prefix]
    if plan.has("receipt"):
        tests += [f"coalesce(starts_with(receipt, {text_list([prefix])[1:-1]}), false)" for prefix in prefixes]
    return "(" + " OR ".join(tests) + ")"


def _fee(plan: Plan) -> str:
    if not plan.has("product"):
        return "false"
    options = plan.mapping.options
    return fees.is_fee(
        "product",
        "product_name" if plan.has("product_name") else None,
        plan.fee_names,
        tuple(listed(options.get("fee_products"))),
        (*plan.goods, *listed(options.get("not_fees"))),
    )


def _at_any_size(plan: Plan, name: str) -> str:
    """SQL: a number too large for its column, to tell a slip of the keyboard from what is no number."""
    column = f"c{plan.column(name)}"
    if plan.types[column] != "VARCHAR":
        return f"TRY_CAST({column} AS DOUBLE)"
    number = numbers.number(f"t_{name}", decimal_comma=plan.mapping.decimal_comma, kind=numbers.WIDE)
    return f"coalesce(TRY_CAST({number} AS DOUBLE), TRY_CAST(t_{name} AS DOUBLE))"


def value_field(plan: Plan) -> str:
    return "amount" if plan.has("amount") else "price"


def _reason(plan: Plan) -> str:
    """The first thing that is wrong with a row, as "word:field at fault" (no field: the whole row); NULL when kept."""
    field_name = value_field(plan)
    value, moment = _said(plan, field_name), _said(plan, "sold_at")
    named = [_said(plan, name) for name in ("customer", "receipt", "product", "sold_at") if plan.has(name)]
    total = " OR ".join(among(f"lower({text})", TOTALS) for text in named)
    no_name = f"customer IS NULL AND ({total})"
    heading = plan.heading("sold_at").strip().lower().replace("'", "''")
    empty = " AND ".join(f"coalesce({_said(plan, name)}, '') = ''" for name in plan.mapping.columns)
    whens = [
        f"{_fine(plan)} THEN NULL",
        f"sold_at IS NULL AND {empty} THEN 'empty-row'",
        f"sold_at IS NULL AND lower({moment}) = '{heading}' THEN 'repeated-heading'",
        f"sold_at IS NULL AND ({total}) THEN 'total-line'",
        f"sold_at IS NULL AND {_blank(moment)} THEN 'no-date:sold_at'",
        "sold_at IS NULL THEN 'bad-date:sold_at'",
        f"NOT {dates.plausible('sold_at')} THEN 'absurd-date:sold_at'",
        f"{no_name} THEN 'total-line'",
        f"n_{field_name} IS NULL AND {_blank(value)} THEN 'no-amount:{field_name}'",
    ]
    if plan.has("quantity"):
        pieces = _said(plan, "quantity")
        if plan.mapping.amount_is == "unit" or not plan.has("amount"):
            whens.append(f"n_quantity IS NULL AND {_blank(pieces)} THEN 'no-amount:quantity'")
        whens.append(
            f"n_quantity IS NULL AND NOT {_blank(pieces)}"
            f" THEN CASE WHEN abs({_at_any_size(plan, 'quantity')}) >= 1e9 THEN 'absurd-price:quantity'"
            " ELSE 'bad-number:quantity' END"
        )
        whens.append("abs(n_quantity) >= 1e9 THEN 'absurd-price:quantity'")
    whens.append(
        f"n_{field_name} IS NULL THEN CASE WHEN abs({_at_any_size(plan, field_name)}) >= 1e11"
        f" THEN 'absurd-price:{field_name}' ELSE 'bad-number:{field_name}' END"
    )
    whens.append(f"paid_minor IS NULL OR abs(paid_minor) > {MOST_MINOR} THEN 'absurd-price:{field_name}'")
    return "CASE " + " ".join(f"WHEN {when}" for when in whens) + " END"


def _fine(plan: Plan) -> str:
    """SQL: true only for a row with which nothing of what follows can be wrong: nearly every row asks no more."""
    tests = [dates.plausible("sold_at"), "customer IS NOT NULL", f"n_{value_field(plan)} IS NOT NULL"]
    if plan.has("quantity"):
        tests.append("abs(n_quantity) < 1e9")
    return " AND ".join([*tests, f"abs(paid_minor) <= {MOST_MINOR}"])


def _basket(plan: Plan) -> str:
    gap = "chr(31)"
    alone = f"'{plan.raw.sha256[:16]}'"
    store = "store" if plan.has("store") else "''"  # `concat` leaves out what is NULL

    def joined(*parts: str) -> str:
        return f"concat({f', {gap}, '.join(parts)})"

    cases = [f"WHEN customer IS NOT NULL THEN {joined('customer', store, 'sold_at')}"]
    if plan.has("receipt"):
        cases.insert(0, f"WHEN receipt IS NOT NULL THEN {joined(store, 'receipt', 'CAST(sold_at AS DATE)')}")
    return stable_hash(f"CASE {' '.join(cases)} ELSE {joined(alone, 'line')} END")


def stable_hash(text: str) -> str:
    """SQL: a text as a number from 0, the same in every engine and version: the first 60 bits of its SHA-1."""
    return f"CAST('0x' || left(sha1({text}), 15) AS BIGINT)"


def _brand_kind(plan: Plan) -> str:
    own = listed(plan.mapping.options.get("store_brands"))
    if plan.has("brand_kind"):
        kind = "lower(brand_kind)"
        return (
            f"CASE WHEN regexp_matches({kind}, 'store|own|private|label|自有|自營|自营|^(1|y|yes|true|是)$')"
            f" AND NOT regexp_matches({kind}, 'not|non|非') THEN 'store'"
            f" WHEN {kind} IS NOT NULL THEN 'national' END"
        )
    if plan.has("brand") and own:
        mine = among("lower(brand)", [name.lower() for name in own])
        return f"CASE WHEN {mine} THEN 'store' WHEN brand IS NOT NULL THEN 'national' END"
    return _NO_TEXT


def judged(plan: Plan) -> str:
    """SELECT of every row: the LINES columns without `file`, plus `reason`, the texts `t_…` and the raw columns."""
    names = list(plan.mapping.columns)
    texts = [f"{cell(plan, name)} AS t_{name}" for name in names]
    first = f"SELECT *, {', '.join(texts)} FROM ({plan.raw.query})"
    typed = [f"{_customer(plan)} AS customer", f"{_moment(plan)} AS sold_at"]
    typed += [f"{_kept(_id(f't_{name}'))} AS {name}" for name in _IDS if plan.has(name)]
    typed += [f"{_kept(f't_{name}')} AS {name}" for name in _TEXTS if plan.has(name)]
    typed += [f"{sql} AS {name}" for name, sql in _numbers(plan).items()]
    second = f"SELECT *, {', '.join(typed)} FROM ({first})"
    third = f"SELECT *, {_paid(plan)} AS paid_minor FROM ({second})"
    fourth = (
        f"SELECT *, {_returned(plan)} AS returned, {_fee(plan)} AS is_fee, {_reason(plan)} AS reason FROM ({third})"
    )
    kept = [f"t_{name}" for name in names] + [f"c{place}" for place in range(plan.raw.width)]
    return f"SELECT {', '.join([*_line_columns(plan), 'reason', *kept])} FROM ({fourth})"


def _kind(kind: str) -> str:
    return f"CAST('{kind}' AS ENUM('sale', 'return', 'fee'))"


def _line_columns(plan: Plan) -> list[str]:
    digits = minor_digits(plan.mapping.currency)

    def text(name: str) -> str:
        return f"{name} AS {name}" if plan.has(name) else f"{_NO_TEXT} AS {name}"

    def signed(value: str) -> str:
        return f"CASE WHEN returned THEN -abs({value}) ELSE {value} END"

    quantity = (
        signed("TRY_CAST(n_quantity AS DECIMAL(18,3))") if plan.has("quantity") else "CAST(NULL AS DECIMAL(18,3))"
    )
    discount = numbers.minor("abs(n_discount)", digits) if plan.has("discount") else "CAST(NULL AS BIGINT)"
    cost = "CAST(NULL AS BIGINT)"
    if plan.has("cost"):
        by_piece = plan.has("quantity") and plan.mapping.options.get("cost_is") == "unit"
        value = numbers.minor_product("n_quantity", "n_cost", digits) if by_piece else numbers.minor("n_cost", digits)
        cost = signed(f"({value})")
    return [
        "line",
        "sold_at",
        "customer",
        text("receipt"),
        text("receipt_line"),
        f"CASE WHEN reason IS NULL THEN {_basket(plan)} END AS basket",
        *(text(name) for name in ("store", "channel", "product", "product_name", "category", "brand")),
        f"{_brand_kind(plan)} AS brand_kind",
        f"{quantity} AS quantity",
        f"CASE WHEN reason IS NULL THEN {signed('paid_minor')} END AS amount_minor",
        f"{discount} AS discount_minor",
        f"{cost} AS cost_minor",
        f"CASE WHEN is_fee THEN {_kind('fee')} WHEN returned THEN {_kind('return')} ELSE {_kind('sale')} END AS kind",
    ]


def row_text(plan: Plan) -> str:
    """SQL: the whole row as written, at most 2,000 characters."""
    gap = plan.raw.delimiter or ","
    gap = "chr(9)" if gap == "\t" else text_list([gap])[1:-1]
    cells = ", ".join(f"coalesce(CAST(c{place} AS VARCHAR), '')" for place in range(plan.raw.width))
    return f"left(concat_ws({gap}, {cells}), 2000)"
