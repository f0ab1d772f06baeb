"""The conditions there are: a closed list, each strict about what it says. Names of columns come from here alone."""

from datetime import date
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from regulars.basics.ids import WrongId, untyped

LARGEST: Final = 9_007_199_254_740_991  # what every JSON reader keeps exactly
MANY: Final = 1000  # values in one list

Word = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", strip_whitespace=True)
]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Days = Annotated[int, Field(ge=1, le=36_600)]
Whole = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Number = Annotated[int, Field(ge=0, le=LARGEST)]
Percent = Annotated[int, Field(ge=0, le=100)]
ScoredStage = Literal["acquaintance", "development", "stability", "decline", "lost"]
Words = Annotated[tuple[Word, ...], Field(min_length=1, max_length=MANY)]
Some = Annotated[tuple[Word, ...], Field(max_length=MANY)]


def _id_of(prefix: str, text: str) -> str:
    try:
        untyped(prefix, text)
    except WrongId as wrong:
        raise PydanticCustomError("id", "{why}", {"why": str(wrong)}) from wrong
    return text


StoreText = Annotated[str, AfterValidator(lambda text: _id_of("str", text))]
MerchantText = Annotated[str, AfterValidator(lambda text: _id_of("mrc", text))]
Stores = Annotated[tuple[StoreText, ...], Field(max_length=MANY)]
Merchants = Annotated[tuple[MerchantText, ...], Field(max_length=MANY)]


class Condition(BaseModel):
    """One thing asked of a member."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    def _one_of(self, *names: str) -> None:
        if all(getattr(self, name) in (None, ()) for name in names):
            said = ", ".join(names)
            raise PydanticCustomError("nothing_asked", "Say at least one of: {said}.", {"said": said})

    def _in_order(self, low: str, high: str) -> None:
        first, last = getattr(self, low), getattr(self, high)
        if first is not None and last is not None and first > last:
            raise PydanticCustomError("order", "{low} is above {high}.", {"low": low, "high": high})


class FactIs(Condition):
    """What is known of the member, in plain columns."""

    type: Literal["fact"]
    name: Literal["town", "language", "country", "sex"]
    any_of: Words


class FieldIs(Condition):
    """A field of one's own, or a built-in fact that names nobody; personal ones are sealed and never fit."""

    type: Literal["field"]
    name: Code
    any_of: Annotated[tuple[bool | Whole | Word, ...], Field(min_length=1, max_length=MANY)]


class Born(Condition):
    """In these decades, both included. The year itself is sealed."""

    type: Literal["born"]
    from_decade: Annotated[int, Field(ge=1850, le=2990, multiple_of=10)] | None = None
    to_decade: Annotated[int, Field(ge=1850, le=2990, multiple_of=10)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        self._one_of("from_decade", "to_decade")
        self._in_order("from_decade", "to_decade")
        return self


class Birthday(Condition):
    """Has a birthday from so many days after today to so many (below nothing: before), both included."""

    type: Literal["birthday"]
    first_day: Annotated[int, Field(ge=-366, le=366)] = 0
    last_day: Annotated[int, Field(ge=-366, le=366)] = 0

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        self._in_order("first_day", "last_day")
        return self


class Enrolled(Condition):
    """Where and when the member joined; both days are included."""

    type: Literal["enrolled"]
    stores: Stores = ()
    merchants: Merchants = ()
    since: date | None = None
    until: date | None = None
    within_days: Days | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        self._one_of("stores", "merchants", "since", "until", "within_days")
        self._in_order("since", "until")
        return self


class InHousehold(Condition):
    """Lives in a household of at least so many."""

    type: Literal["household"]
    members_at_least: Annotated[int, Field(ge=1, le=100)] = 1


class Identified(Condition):
    """Has such an identifier in use."""

    type: Literal["identifier"]
    kind: Literal["card", "phone", "email", "external", "open_id"]
    verified: bool | None = None


class Consented(Condition):
    """Has said yes to this channel and purpose, and not no since."""

    type: Literal["consent"]
    channel: Code
    purpose: Code


class Tagged(Condition):
    """Has one of these tags."""

    type: Literal["tag"]
    any_of: Words


class Marked(Condition):
    """What analysis says: that there is such a mark, that it is one of these values, or between two numbers."""

    type: Literal["mark"]
    name: Word
    any_of: Annotated[tuple[bool | Whole | float | Word, ...], Field(max_length=MANY)] = ()
    at_least: Whole | Annotated[float, Field(allow_inf_nan=False)] | None = None
    at_most: Whole | Annotated[float, Field(allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        self._in_order("at_least", "at_most")
        return self


class OnLevel(Condition):
    """Is shown on one of these levels of a ladder."""

    type: Literal["tier"]
    ladder: Word
    levels: Words


class Balance(Condition):
    """Has so much of a unit to spend: neither held, nor expired, nor still to begin."""

    type: Literal["balance"]
    unit: Word
    at_least: Whole | None = None
    at_most: Whole | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        self._one_of("at_least", "at_most")
        self._in_order("at_least", "at_most")
        return self


class Expiring(Condition):
    """So much of a unit expires within days."""

    type: Literal["expiring"]
    unit: Word
    within_days: Days
    at_least: Annotated[int, Field(ge=1, le=LARGEST)] = 1


class Goods(Condition):
    """Which purchases are meant: of one of these goods, at one of these places. Nothing said: any."""

    items: Some = ()
    categories: Some = ()  # a path takes in all below it
    brands: Some = ()
    stores: Stores = ()
    merchants: Merchants = ()
    channels: Some = ()

    @property
    def of_goods(self) -> bool:
        return bool(self.items or self.categories or self.brands)


class Bought(Goods):
    """So many purchases, or for so much in all, counting what was not brought back; days are both included."""

    type: Literal["bought"]
    within_days: Days | None = None
    since: date | None = None
    until: date | None = None
    times_at_least: Annotated[int, Field(ge=0, le=10**6)] | None = None
    times_at_most: Annotated[int, Field(ge=0, le=10**6)] | None = None
    amount_at_least: Number | None = None
    amount_at_most: Number | None = None
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        self._in_order("since", "until")
        self._in_order("times_at_least", "times_at_most")
        self._in_order("amount_at_least", "amount_at_most")
        if self.currency is None and (self.amount_at_least is not None or self.amount_at_most is not None):
            raise PydanticCustomError("currency", "An amount needs its currency.")
        return self


class LastBought(Goods):
    """When the last such purchase was; who never bought has none. Both days are included."""

    type: Literal["last-bought"]
    since: date | None = None
    until: date | None = None
    days_ago_at_least: Days | None = None
    days_ago_at_most: Days | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        self._one_of("since", "until", "days_ago_at_least", "days_ago_at_most")
        self._in_order("since", "until")
        self._in_order("days_ago_at_least", "days_ago_at_most")
        return self


class NeverBought(Goods):
    """No such purchase, ever; one that was brought back whole is none."""

    type: Literal["never-bought"]


class Scored(Condition):
    """What the present run of scores found. Percentages are whole but those of the best, who are counted by spend:
    from 0 to 2.5 are the best 2.5 percent of those who have scores."""

    type: Literal["scored"]
    classes: Annotated[tuple[Literal["prospect", "ordinary", "important", "vip"], ...], Field(max_length=4)] = ()
    stages: Annotated[tuple[ScoredStage, ...], Field(max_length=5)] = ()
    reasons: Annotated[tuple[Code, ...], Field(max_length=40)] = ()  # of decline
    leave_percent_at_least: Percent | None = None
    leave_percent_at_most: Percent | None = None
    worth_at_least: Whole | None = None
    worth_at_most: Whole | None = None
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")] | None = (
        None  # of worth; of a run in another, nobody
    )
    best_percent_from: Annotated[float, Field(ge=0, lt=100)] | None = None
    best_percent_to: Annotated[float, Field(gt=0, le=100)] | None = None
    buys_percent_at_least: Percent | None = None  # something that is due, within a fortnight

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        self._one_of(
            "classes", "stages", "reasons", "leave_percent_at_least", "leave_percent_at_most", "worth_at_least",
            "worth_at_most", "best_percent_from", "best_percent_to", "buys_percent_at_least",
        )  # fmt: skip
        for name in ("leave_percent_at", "worth_at"):
            self._in_order(f"{name}_least", f"{name}_most")
        self._in_order("best_percent_from", "best_percent_to")
        if self.currency is None and (self.worth_at_least is not None or self.worth_at_most is not None):
            raise PydanticCustomError("currency", "An amount needs its currency.")
        return self


Leaf = (
    FactIs | FieldIs | Born | Birthday | Enrolled | InHousehold | Identified | Consented | Tagged | Marked | OnLevel
    | Balance | Expiring | Bought | LastBought | NeverBought | Scored
)  # fmt: skip
KINDS: Final[dict[str, type[Condition]]] = {
    str(one.model_fields["type"].annotation.__args__[0]): one for one in Leaf.__args__
}


def uuids(prefix: str, texts: tuple[str, ...]) -> list[UUID]:
    """The ids of typed texts."""
    return [untyped(prefix, text) for text in texts]
