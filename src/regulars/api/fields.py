"""The kinds of fields in requests and answers, strict in both directions: no guessing of types, no unknown fields."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar, Final, Self
from uuid import UUID

from ninja import Schema
from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from regulars.basics.ids import WrongId, typed, untyped
from regulars.basics.periods import moment_text

LARGEST: Final = 9_007_199_254_740_991  # what every JSON reader keeps exactly
_ID: Final = "[0-7][0-9a-hjkmnp-tv-z]{25}"


def _shown(schema: dict[str, Any], kind: Any) -> None:
    if kind.EXAMPLE:
        schema["examples"] = [kind.EXAMPLE]


class Asking(Schema):
    """What a request says. Unknown fields are refused, since a misspelt one would be lost in silence."""

    EXAMPLE: ClassVar[dict[str, Any]] = {}  # shown in the document

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra=_shown)

    @model_validator(mode="wrap")
    @classmethod
    def _run_root_validator(cls, values: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        """Instead of Ninja's, which looks at each value twice, the second time as an attribute of a row."""
        return handler(values)


class Telling(Schema):
    """What an answer says."""

    model_config = ConfigDict(extra="forbid")


def _id_reader(prefix: str) -> Any:
    def read(value: object) -> UUID:
        if isinstance(value, UUID):
            return value
        if not isinstance(value, str):
            raise PydanticCustomError("id", "An id is a text that begins with {prefix}_.", {"prefix": prefix})
        try:
            return untyped(prefix, value)
        except WrongId as wrong:
            raise PydanticCustomError("id", "{why}", {"why": str(wrong)}) from wrong

    return read


def _id_schema(prefix: str) -> Any:
    example = typed(prefix, UUID("019b76da-a800-7000-8000-000000000001"))
    return WithJsonSchema({"type": "string", "pattern": f"^{prefix}_{_ID}$", "examples": [example]})


def _text_id(prefix: str) -> Any:
    return PlainSerializer(lambda value: typed(prefix, value), return_type=str)


# A typed id: a UUID inside, a text with a prefix outside. Spelled out, since type checkers read no calls here.
MemberId = Annotated[UUID, BeforeValidator(_id_reader("mbr")), _text_id("mbr"), _id_schema("mbr")]
IdentifierId = Annotated[UUID, BeforeValidator(_id_reader("idn")), _text_id("idn"), _id_schema("idn")]
CardId = Annotated[UUID, BeforeValidator(_id_reader("crd")), _text_id("crd"), _id_schema("crd")]
AccountId = Annotated[UUID, BeforeValidator(_id_reader("acc")), _text_id("acc"), _id_schema("acc")]
TransferId = Annotated[UUID, BeforeValidator(_id_reader("txn")), _text_id("txn"), _id_schema("txn")]
LotId = Annotated[UUID, BeforeValidator(_id_reader("lot")), _text_id("lot"), _id_schema("lot")]
HoldId = Annotated[UUID, BeforeValidator(_id_reader("hld")), _text_id("hld"), _id_schema("hld")]
OrganisationId = Annotated[UUID, BeforeValidator(_id_reader("org")), _text_id("org"), _id_schema("org")]
MerchantId = Annotated[UUID, BeforeValidator(_id_reader("mrc")), _text_id("mrc"), _id_schema("mrc")]
StoreId = Annotated[UUID, BeforeValidator(_id_reader("str")), _text_id("str"), _id_schema("str")]
RangeId = Annotated[UUID, BeforeValidator(_id_reader("rng")), _text_id("rng"), _id_schema("rng")]
WordingId = Annotated[UUID, BeforeValidator(_id_reader("wrd")), _text_id("wrd"), _id_schema("wrd")]
MergeId = Annotated[UUID, BeforeValidator(_id_reader("mrg")), _text_id("mrg"), _id_schema("mrg")]
AdjustmentId = Annotated[UUID, BeforeValidator(_id_reader("adj")), _text_id("adj"), _id_schema("adj")]
HouseholdId = Annotated[UUID, BeforeValidator(_id_reader("hsh")), _text_id("hsh"), _id_schema("hsh")]
CompanyId = Annotated[UUID, BeforeValidator(_id_reader("cmp")), _text_id("cmp"), _id_schema("cmp")]
NoteId = Annotated[UUID, BeforeValidator(_id_reader("nte")), _text_id("nte"), _id_schema("nte")]
SaleId = Annotated[UUID, BeforeValidator(_id_reader("sal")), _text_id("sal"), _id_schema("sal")]
SaleBackId = Annotated[UUID, BeforeValidator(_id_reader("ret")), _text_id("ret"), _id_schema("ret")]
CouponId = Annotated[UUID, BeforeValidator(_id_reader("cpn")), _text_id("cpn"), _id_schema("cpn")]
BatchId = Annotated[UUID, BeforeValidator(_id_reader("bat")), _text_id("bat"), _id_schema("bat")]
ReservationId = Annotated[UUID, BeforeValidator(_id_reader("rsv")), _text_id("rsv"), _id_schema("rsv")]
ActivityId = Annotated[UUID, BeforeValidator(_id_reader("act")), _text_id("act"), _id_schema("act")]
TermsId = Annotated[UUID, BeforeValidator(_id_reader("trm")), _text_id("trm"), _id_schema("trm")]
GivenId = Annotated[UUID, BeforeValidator(_id_reader("gvn")), _text_id("gvn"), _id_schema("gvn")]
BenefitUseId = Annotated[UUID, BeforeValidator(_id_reader("bnu")), _text_id("bnu"), _id_schema("bnu")]
RedemptionId = Annotated[UUID, BeforeValidator(_id_reader("rdm")), _text_id("rdm"), _id_schema("rdm")]
GoodwillId = Annotated[UUID, BeforeValidator(_id_reader("gdw")), _text_id("gdw"), _id_schema("gdw")]
ReferralId = Annotated[UUID, BeforeValidator(_id_reader("rfr")), _text_id("rfr"), _id_schema("rfr")]
EnrolmentId = Annotated[UUID, BeforeValidator(_id_reader("enr")), _text_id("enr"), _id_schema("enr")]
ResetId = Annotated[UUID, BeforeValidator(_id_reader("rst")), _text_id("rst"), _id_schema("rst")]
StaffId = Annotated[UUID, BeforeValidator(_id_reader("stf")), _text_id("stf"), _id_schema("stf")]
WebhookId = Annotated[UUID, BeforeValidator(_id_reader("whk")), _text_id("whk"), _id_schema("whk")]
DeliveryId = Annotated[UUID, BeforeValidator(_id_reader("dlv")), _text_id("dlv"), _id_schema("dlv")]
EventId = Annotated[UUID, BeforeValidator(_id_reader("evt")), _text_id("evt"), _id_schema("evt")]
MoveInId = Annotated[UUID, BeforeValidator(_id_reader("mvi")), _text_id("mvi"), _id_schema("mvi")]
AudienceId = Annotated[UUID, BeforeValidator(_id_reader("aud")), _text_id("aud"), _id_schema("aud")]
CampaignId = Annotated[UUID, BeforeValidator(_id_reader("cam")), _text_id("cam"), _id_schema("cam")]
PlanId = Annotated[UUID, BeforeValidator(_id_reader("pln")), _text_id("pln"), _id_schema("pln")]
ScoresRunId = Annotated[UUID, BeforeValidator(_id_reader("scr")), _text_id("scr"), _id_schema("scr")]
CaseId = Annotated[UUID, BeforeValidator(_id_reader("cas")), _text_id("cas"), _id_schema("cas")]
FollowUpId = Annotated[UUID, BeforeValidator(_id_reader("fup")), _text_id("fup"), _id_schema("fup")]
MessageId = Annotated[UUID, BeforeValidator(_id_reader("msg")), _text_id("msg"), _id_schema("msg")]
KeyId = Annotated[UUID, BeforeValidator(_id_reader("key")), _text_id("key"), _id_schema("key")]


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    wrong = PydanticCustomError("moment", "A moment is written as in RFC 3339: 2026-05-04T09:30:00Z.")
    if not isinstance(value, str) or len(value) < 20 or value[10] not in "Tt " or not value.isascii():
        raise wrong
    try:
        found = datetime.fromisoformat(value.upper())
    except ValueError as cause:
        raise wrong from cause
    if found.tzinfo is None or not 1900 <= found.year <= 9000:
        raise wrong
    return found.astimezone(UTC)


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    wrong = PydanticCustomError("day", "A day is written YYYY-MM-DD.")
    if not isinstance(value, str) or len(value) != 10:
        raise wrong
    try:
        return date.fromisoformat(value)
    except ValueError as cause:
        raise wrong from cause


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    PlainSerializer(moment_text, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-05-04T09:30:00Z"]}),
]
Day = Annotated[
    date,
    BeforeValidator(_day),
    PlainSerializer(lambda value: value.isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["1980-02-29"]}),
]
# PostgreSQL keeps no NUL; other control characters have no place in a name or a note.
PRINTED: Final = r"^[^\x00-\x1f\x7f]*$"
Word = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/+-]*$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=PRINTED)]
Note = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
Amount = Annotated[int, Field(ge=1, le=10**15)]
Whole = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Limit = Annotated[int, Field(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[
    str, StringConstraints(min_length=1, max_length=500), Field(description="`next` of the page before.")
]
