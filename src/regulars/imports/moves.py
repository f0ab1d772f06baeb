"""Values handed in and out of the room."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from uuid import UUID

PREFIX: Final = "inb"  # of an import's typed id
MOST: Final = 1 << 30  # bytes that one import may bring over the pages
FILES: Final = 40
KEPT_DAYS: Final = 30  # for which the files of an import that is over are kept
# What a table was taken for.
SALES: Final = "sales"
PEOPLE: Final = "people"
QUESTION: Final = "question"
OTHER: Final = "other"
WAITS: Final = "under-way"  # said of scores: a run is at work, and another follows it
# What booking does, one after another; a done step is not done again.
STEPS: Final = ("people", "stores", "bills", "returns", "duplicates", "scores")
# Fields of a purchase that a column may be, as `history` names them, and of a person, as `members` does.
SALES_FIELDS: Final = (
    "customer", "sold_at", "time", "amount", "quantity", "price", "discount", "cost", "receipt", "receipt_line",
    "product", "product_name", "category", "brand", "store", "channel", "status",
)  # fmt: skip
PEOPLE_FIELDS: Final = (
    "external", "phone", "email", "full_name", "given_name", "family_name", "birth_on", "sex", "language", "town",
    "street", "postcode", "region", "country", "title",
)  # fmt: skip
CUSTOMER_IS: Final = ("external", "phone", "email")
ENCODINGS: Final = ("", "utf-8", "gb18030", "big5", "cp1252", "utf-16", "shift_jis")


@dataclass(frozen=True, slots=True)
class Corrected:
    """What somebody says of one table: its columns by position, and how its values are written."""

    table: str
    columns: Mapping[str, str] = field(default_factory=dict)  # position → field; "": not taken
    complete: bool = False  # what is not named among them is not there; else it is looked for
    currency: str = ""
    date_format: str = ""
    amount_is: str = ""
    decimal_comma: bool = False
    customer_is: str = ""
    returns_begin: str = ""  # numbers of receipts that begin so take a sale back
    encoding: str = ""
    skip: bool = False

    def plain(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Wish:
    """How an import is to be booked."""

    merchant: UUID
    source: str = "till"  # whose customer numbers these are
    points: bool = False
    merge: bool = True  # the duplicates that are certain
    open_stores: bool = True  # for names that no store has
    scores: bool = True
