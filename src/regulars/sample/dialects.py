"""How each till spells a line: SQL that makes one text of a row, its heading and its encoding."""

from dataclasses import dataclass
from typing import Final

from regulars.sample.shops import Till

# Money in major units; pieces as whole numbers, kilograms with three decimals; an amount that was lost is blank.
MACROS: Final = """
CREATE MACRO money(minor, mark) AS
    CASE WHEN minor < 0 THEN '-' ELSE '' END || (abs(minor) // 100) || mark
        || lpad((abs(minor) % 100)::VARCHAR, 2, '0');
CREATE MACRO amount_of(thousandths, mark) AS CASE WHEN thousandths % 1000 = 0 THEN (thousandths // 1000)::VARCHAR
    ELSE CASE WHEN thousandths < 0 THEN '-' ELSE '' END || (abs(thousandths) // 1000) || mark
        || lpad((abs(thousandths) % 1000)::VARCHAR, 3, '0') END;
CREATE MACRO paid(minor, mark, fault) AS CASE WHEN fault = 2 THEN '' ELSE money(minor, mark) END;
CREATE MACRO words(content) AS CASE WHEN content = '' THEN '<c/>'
    ELSE '<c t="inlineStr"><is><t xml:space="preserve">' || content || '</t></is></c>' END;
CREATE MACRO figure(content) AS '<c><v>' || content || '</v></c>';
"""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One till's export. `row` is an SQL expression over the columns of `tills._sheet`, ending the line itself."""

    headings: tuple[str, ...]
    row: str
    separator: str = ""
    end: str = "\n"
    encodings: tuple[str, ...] = ("utf-8",)  # more than one: each serves an equal part of the files, in order
    chinese: bool = False
    brand_kinds: tuple[str, str, str] = ("", "", "")  # none, national, own
    quoted: str = ""  # texts with this separator in them are put in quotation marks
    brand_note: str = ""  # what follows the own brand's name
    markup: bool = False

    @property
    def top(self) -> str:
        return self.separator.join(self.headings) + self.end


def _row(separator: str, end: str, *cells: str) -> str:
    return f"concat_ws('{separator}', {', '.join(cells)}) || '{end}'"


DIALECTS: Final = {
    Till.RIVERSIDE: Dialect(
        headings=(
            "Receipt no",
            "Line no",
            "Date",
            "Time",
            "Store",
            "Card no",
            "Article no",
            "Description",
            "Category",
            "Brand",
            "Brand type",
            "Quantity",
            "Unit price",
            "Discount",
            "Amount",
            "Cost",
        ),
        separator=",",
        quoted=",",
        brand_kinds=("", "national", "private label"),
        row=_row(
            ",",
            "\n",
            "shop_code || '-' || lpad(running::VARCHAR, 7, '0')",
            "place::VARCHAR",
            "CASE WHEN fault = 1 THEN ['0000-00-00', '2025-02-30', ''][1 + n % 3]"
            " ELSE strftime(moment, '%Y-%m-%d') END",
            "strftime(moment, '%H:%M:%S')",
            "shop",
            "card",
            "code",
            "name",
            "category",
            "brand",
            "brand_kind",
            "amount_of(quantity, '.')",
            "money(price, '.')",
            "money(discount, '.')",
            "paid(amount, '.', fault)",
            "money(cost, '.')",
        ),
    ),
    Till.STONEBRIDGE: Dialect(
        headings=(
            "Date",
            "Receipt",
            "Store",
            "Customer no",
            "Product code",
            "Product",
            "Product group",
            "Brand",
            "Quantity",
            "Price",
            "Discount",
            "Total",
        ),
        separator=";",
        end="\r\n",
        encodings=("cp1252", "utf-8-sig"),  # the till was updated half-way
        brand_note=" (own brand)",
        row=_row(
            ";",
            "\r\n",
            "CASE WHEN fault = 1 THEN ['00.00.0000 00:00', '31.02.2025 11:15', ''][1 + n % 3]"
            " ELSE strftime(moment, '%d.%m.%Y %H:%M') END",
            "CASE WHEN cancels_today > 0 THEN 'C' || lpad(cancels_today::VARCHAR, 4, '0')"
            " ELSE lpad(today::VARCHAR, 4, '0') END",
            "shop",
            "card",
            "code",
            "name",
            "category",
            "brand",
            "amount_of(quantity, ',')",
            "money(price, ',')",
            "money(discount, ',')",
            "paid(amount, ',', fault)",
        ),
    ),
    Till.NORTHGATE: Dialect(
        headings=(
            "门店",
            "会员号",
            "小票号",
            "行号",
            "日期",
            "时间",
            "商品编码",
            "商品名称",
            "类别",
            "品牌",
            "品牌类型",
            "数量",
            "单价",
            "优惠金额",
            "金额",
        ),
        separator="\t",
        end="\r\n",
        encodings=("gb18030",),
        chinese=True,
        brand_kinds=("", "全国品牌", "自有品牌"),
        row=_row(
            "\t",
            "\r\n",
            "shop",
            "card",
            "strftime(moment, '%Y%m%d') || shop_code[2:] || lpad(today::VARCHAR, 4, '0')",
            "place::VARCHAR",
            "CASE WHEN fault = 1 THEN ['0000/00/00', '2025/13/01', '—'][1 + n % 3]"
            " ELSE strftime(moment, '%Y/%m/%d') END",
            "strftime(moment, '%H:%M')",
            "code",
            "name",
            "category",
            "brand",
            "brand_kind",
            "amount_of(quantity, '.')",
            "money(price, '.')",
            "money(discount, '.')",
            "paid(amount, '.', fault)",
        ),
    ),
    Till.CORNER: Dialect(
        headings=(
            "Receipt",
            "Date",
            "Member",
            "Article no",
            "Article",
            "Category",
            "Brand",
            "Qty",
            "Price",
            "Discount",
            "Total",
        ),
        markup=True,
        row=_row(
            "",
            "</row>",
            "'<row>' || figure((10000 + running)::VARCHAR)",
            "'<c s=\"1\"><v>' || printf('%.8f', epoch(moment) / 86400 + 25569) || '</v></c>'",
            "words(card)",
            "words(code)",
            "words(name)",
            "words(category)",
            "words(brand)",
            "figure(amount_of(quantity, '.'))",
            "figure(money(price, '.'))",
            "figure(money(discount, '.'))",
            "figure(money(amount, '.'))",
        ),
    ),
}

# The web shop has no text to spell: typed columns, decimals for money.
WEB_COLUMNS: Final = """
    CASE WHEN cancels_running > 0 THEN 'CW' || lpad(cancels_running::VARCHAR, 7, '0')
        ELSE 'W' || lpad(running::VARCHAR, 7, '0') END AS order_id,
    place::INTEGER AS order_line, moment::TIMESTAMP AS ordered_at, nullif(card, '') AS member_id, code AS sku,
    name AS product_name, category, nullif(brand, '') AS brand, nullif(brand_kind, '') AS brand_kind,
    (quantity * 0.001)::DECIMAL(12, 3) AS quantity, (price * 0.01)::DECIMAL(18, 2) AS unit_price,
    (discount * 0.01)::DECIMAL(18, 2) AS discount, (amount * 0.01)::DECIMAL(18, 2) AS amount,
    (cost * 0.01)::DECIMAL(18, 2) AS cost, 'web' AS channel, shop AS store"""
WEB: Final = Dialect(headings=(), row="", brand_kinds=("", "national", "store"))
