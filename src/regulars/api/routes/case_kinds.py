"""Kinds of cases, and when an organisation works: by both a case gets its owner and its time."""

from datetime import date
from typing import Annotated, Any, ClassVar

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api.doors import read, write
from regulars.api.fields import PRINTED, Asking, Day, Moment, StaffId, Telling
from regulars.api.keys import Request
from regulars.api.places import organisation, whole_organisation
from regulars.care.models import CaseKind
from regulars.care.moves import Kind
from regulars.care.selectors import hours_of, kinds
from regulars.care.services.kinds import retire_kind, set_hours, set_kind
from regulars.rules import working_hours

router = Router(tags=["Cases"])

KindCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$"), Field(examples=["complaint"])]
KindName = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=PRINTED)]
QueueCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,79}$"),
    Field(description="A role: whoever has it takes from this queue.", examples=["support"]),
]
Priority = Annotated[int, Field(ge=1, le=4, description="1 is the most urgent.")]
Time = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$"), Field(examples=["09:00"])]
Hours = Annotated[list[Time], Field(min_length=2, max_length=2, description="From, to; 00:00 at the end: midnight.")]
Spans = Annotated[list[Hours], Field(max_length=6, default_factory=list, description="Empty: nobody works.")]


class CaseKindAsked(Asking):
    """A kind as it shall be: who gets its cases, and how soon they are answered."""

    EXAMPLE: ClassVar = {"name": "Complaint", "queue": "support", "answer_hours": 8}

    name: KindName
    answer_hours: Annotated[int, Field(ge=1, le=2000)]
    in_working_hours: Annotated[bool, Field(description="Hours count only while the organisation works.")] = True
    priority: Priority = 3
    owner: Annotated[StaffId | None, Field(description="Who gets its cases; or a queue, or nobody.")] = None
    queue: QueueCode | None = None


class CaseKindTold(Telling):
    """A kind of case."""

    code: str
    name: str
    answer_hours: int
    in_working_hours: bool
    priority: int
    owner: StaffId | None
    queue: str
    retired_at: Moment | None


class CaseKindsTold(Telling):
    """By code."""

    items: list[CaseKindTold]


class WeekSaid(Asking):
    """The hours of each day. A day that is left out is free."""

    monday: Spans
    tuesday: Spans
    wednesday: Spans
    thursday: Spans
    friday: Spans
    saturday: Spans
    sunday: Spans


class WorkingHoursAsked(Asking):
    """When the organisation works, in its own zone."""

    EXAMPLE: ClassVar = {
        "days": {"monday": [["09:00", "12:30"], ["13:30", "18:00"]], "saturday": [["10:00", "14:00"]]},
        "closed_on": ["2026-12-25"],
    }

    days: WeekSaid
    closed_on: Annotated[list[Day], Field(max_length=400, default_factory=list)]


class WorkingHoursTold(Telling):
    """When the organisation works; Monday to Friday from nine to five where nobody said otherwise."""

    days: dict[str, list[list[str]]]
    closed_on: list[Day]


@read(router, "/case-kinds", right=Right.CARE_READ, answer=CaseKindsTold)
def list_case_kinds(request: Request, retired: bool = False) -> CaseKindsTold:
    """What cases may be about."""
    home = organisation(request.call, Right.CARE_READ)
    return CaseKindsTold(items=[_kind(row) for row in kinds(home, retired=retired)])


@write(router, "PUT", "/case-kinds/{case_kind}", right=Right.CARE_MANAGE, answer=CaseKindTold)
def set_a_case_kind(request: Request, case_kind: KindCode, body: CaseKindAsked) -> CaseKindTold:
    """Makes a kind, or changes it for cases to come; those there are keep their time. Needs the right everywhere."""
    call = request.call
    wanted = Kind(
        organisation=whole_organisation(call, Right.CARE_MANAGE),
        code=case_kind,
        name=body.name,
        answer_hours=body.answer_hours,
        in_working_hours=body.in_working_hours,
        priority=body.priority,
        owner=body.owner,
        queue=body.queue or "",
    )
    return _kind(set_kind(wanted, actor=call.actor, at=call.at))


@write(router, "POST", "/case-kinds/{case_kind}/retire", right=Right.CARE_MANAGE, answer=CaseKindTold)
def retire_a_case_kind(request: Request, case_kind: KindCode) -> CaseKindTold:
    """No new cases of it. Put again, it is there again."""
    call = request.call
    home = whole_organisation(call, Right.CARE_MANAGE)
    return _kind(retire_kind(home, case_kind, actor=call.actor, at=call.at))


@read(router, "/working-hours", right=Right.CARE_READ, answer=WorkingHoursTold)
def read_working_hours(request: Request) -> WorkingHoursTold:
    """When the organisation works."""
    return _hours(working_hours.plain(hours_of(organisation(request.call, Right.CARE_READ))))


@write(router, "PUT", "/working-hours", right=Right.CARE_MANAGE, answer=WorkingHoursTold)
def set_working_hours(request: Request, body: WorkingHoursAsked) -> WorkingHoursTold:
    """For what will be due from now on. Needs the right everywhere."""
    call = request.call
    document = {"days": body.days.model_dump(), "closed_on": [day.isoformat() for day in body.closed_on]}
    home = whole_organisation(call, Right.CARE_MANAGE)
    return _hours(set_hours(home, document, actor=call.actor, at=call.at))


def _hours(document: dict[str, Any]) -> WorkingHoursTold:
    return WorkingHoursTold(days=document["days"], closed_on=[date.fromisoformat(day) for day in document["closed_on"]])


def _kind(row: CaseKind) -> CaseKindTold:
    return CaseKindTold(
        code=row.code,
        name=row.name,
        answer_hours=row.answer_hours,
        in_working_hours=row.in_working_hours,
        priority=row.priority,
        owner=row.owner,
        queue=row.queue,
        retired_at=row.retired_at,
    )
