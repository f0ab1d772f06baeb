"""What an organisation settles about its members: fields of its own, and how long things are kept."""

from typing import Annotated, ClassVar, Literal

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api.doors import read, write
from regulars.api.fields import PRINTED, Asking, Moment, Telling
from regulars.api.keys import Request
from regulars.api.places import organisation, whole_organisation
from regulars.api.routes.people import FactName
from regulars.members import models
from regulars.members.fields import Definition
from regulars.members.selectors import settings as settled
from regulars.members.services import extras, retention

router = Router(tags=["Settings"])

FieldKind = Literal["text", "whole", "decimal", "day", "flag", "choice", "choices"]
Choice = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=PRINTED)]
KeptKind = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}(:[a-z][a-z0-9_]{0,59})?$"),
    Field(
        description="fact_history, ended_identifier, note, tag, mark, or fact:NAME of a present fact.",
        examples=["fact_history"],
    ),
]


class FieldAsked(Asking):
    """A kind of fact of one's own. Its kind and whether it is personal never change."""

    EXAMPLE: ClassVar = {"label": "Room", "kind": "choice", "choices": ["quiet", "sea view"], "is_preference": True}

    label: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=PRINTED)]
    kind: FieldKind
    choices: Annotated[list[Choice], Field(max_length=200)] = Field(default_factory=list)
    is_preference: Annotated[bool, Field(description="Something a member prefers.")] = False
    is_personal: Annotated[bool, Field(description="Kept sealed.")] = False
    length_max: Annotated[int, Field(ge=1, le=4000)] = 200


class FieldTold(Telling):
    """A kind of fact of one's own."""

    name: str
    label: str
    kind: FieldKind
    choices: list[str]
    is_preference: bool
    is_personal: bool
    length_max: int
    retired_at: Moment | None


class FieldsTold(Telling):
    """Every field of one's own, by name; also those that take no new values."""

    items: list[FieldTold]


class PeriodAsked(Asking):
    """How long it is kept; null: as long as the member."""

    EXAMPLE: ClassVar = {"days": 730}

    days: Annotated[int, Field(ge=1, le=36_500)] | None


class PeriodOfTold(Telling):
    """A kind of thing and how many days it is kept."""

    kind: str
    days: int


class RetentionTold(Telling):
    """What is kept for a time; everything else is kept as long as the member."""

    items: list[PeriodOfTold]


def _field(row: models.Field) -> FieldTold:
    return FieldTold(
        name=row.name,
        label=row.label,
        kind=row.kind,  # type: ignore[arg-type]
        choices=row.choices,
        is_preference=row.is_preference,
        is_personal=row.is_personal,
        length_max=row.length_max,
        retired_at=row.retired_at,
    )


@read(router, "/fields", right=Right.MEMBERS_READ, answer=FieldsTold)
def list_fields(request: Request) -> FieldsTold:
    """What is kept of members besides the built-in facts."""
    home = organisation(request.call, Right.MEMBERS_READ)
    return FieldsTold(items=[_field(row) for row in settled.fields(home, retired=True)])


@write(router, "PUT", "/fields/{name}", right=Right.MEMBERS_MANAGE, answer=FieldTold)
def define_a_field(request: Request, name: FactName, body: FieldAsked) -> FieldTold:
    """Makes a field, or gives one new choices, another label or length; what is kept stays as it was told. Needs the
    right everywhere."""
    call = request.call
    home = whole_organisation(call, Right.MEMBERS_MANAGE)
    wanted = Definition(
        name, body.kind, personal=body.is_personal, choices=tuple(body.choices), length_max=body.length_max
    )
    extras.define_field(
        wanted,
        organisation=home,
        label=body.label,
        is_preference=body.is_preference,
        actor=call.actor,
        at=call.at,
    )
    return _field(settled.field(home, name))


@write(router, "POST", "/fields/{name}/retire", right=Right.MEMBERS_MANAGE, answer=FieldTold)
def retire_a_field(request: Request, name: FactName) -> FieldTold:
    """It takes no new values; those there stay. Needs the right everywhere."""
    call = request.call
    home = whole_organisation(call, Right.MEMBERS_MANAGE)
    extras.retire_field(name, organisation=home, actor=call.actor, at=call.at)
    return _field(settled.field(home, name))


@read(router, "/retention", right=Right.MEMBERS_READ, answer=RetentionTold)
def list_retention_periods(request: Request) -> RetentionTold:
    """How long what is kept."""
    home = organisation(request.call, Right.MEMBERS_READ)
    return RetentionTold(items=[PeriodOfTold(kind=row.kind, days=row.days) for row in settled.periods(home)])


@write(router, "PUT", "/retention/{kind}", right=Right.MEMBERS_MANAGE, answer=RetentionTold)
def set_a_retention_period(request: Request, kind: KeptKind, body: PeriodAsked) -> RetentionTold:
    """What is older is taken out by a job, within a day. Needs the right everywhere."""
    call = request.call
    home = whole_organisation(call, Right.MEMBERS_MANAGE)
    retention.keep(kind, body.days, organisation=home, actor=call.actor, at=call.at)
    return RetentionTold(items=[PeriodOfTold(kind=row.kind, days=row.days) for row in settled.periods(home)])
