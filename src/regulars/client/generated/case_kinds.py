"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from regulars.client.calling import Calling, part


class CaseKindTold(TypedDict):
    """A kind of case."""

    code: str
    name: str
    answer_hours: int
    in_working_hours: bool
    priority: int
    owner: str | None
    queue: str
    retired_at: str | None


class CaseKindsTold(TypedDict):
    """By code."""

    items: list[CaseKindTold]


class CaseKindAsked(TypedDict):
    """A kind as it shall be: who gets its cases, and how soon they are answered."""

    name: str
    answer_hours: int
    in_working_hours: NotRequired[bool]
    priority: NotRequired[int]
    owner: NotRequired[str | None]
    queue: NotRequired[str | None]


class WorkingHoursTold(TypedDict):
    """When the organisation works; Monday to Friday from nine to five where nobody said otherwise."""

    days: dict[str, list[list[str]]]
    closed_on: list[str]


class WeekSaid(TypedDict):
    """The hours of each day. A day that is left out is free."""

    monday: NotRequired[list[list[str]]]
    tuesday: NotRequired[list[list[str]]]
    wednesday: NotRequired[list[list[str]]]
    thursday: NotRequired[list[list[str]]]
    friday: NotRequired[list[list[str]]]
    saturday: NotRequired[list[list[str]]]
    sunday: NotRequired[list[list[str]]]


class WorkingHoursAsked(TypedDict):
    """When the organisation works, in its own zone."""

    days: WeekSaid
    closed_on: NotRequired[list[str]]


class CaseKinds(Calling):
    """Addresses of case_kinds."""

    __slots__ = ()

    def list_case_kinds(self, *, retired: bool | None = None) -> CaseKindsTold:
        """What cases may be about. Needs the right `care.read`."""
        told: CaseKindsTold = self._read("GET", "/case-kinds", retired=retired)
        return told

    def set_a_case_kind(
        self, case_kind: str, body: CaseKindAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CaseKindTold:
        """Makes a kind, or changes it for cases to come; those there are keep their time. Needs the right
        everywhere. Needs the right `care.manage`."""
        told: CaseKindTold = self._write(
            "PUT", f"/case-kinds/{part(case_kind)}", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def retire_a_case_kind(
        self, case_kind: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CaseKindTold:
        """No new cases of it. Put again, it is there again. Needs the right `care.manage`."""
        told: CaseKindTold = self._write(
            "POST", f"/case-kinds/{part(case_kind)}/retire", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def read_working_hours(self) -> WorkingHoursTold:
        """When the organisation works. Needs the right `care.read`."""
        told: WorkingHoursTold = self._read("GET", "/working-hours")
        return told

    def set_working_hours(
        self, body: WorkingHoursAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> WorkingHoursTold:
        """For what will be due from now on. Needs the right everywhere. Needs the right `care.manage`."""
        told: WorkingHoursTold = self._write(
            "PUT", "/working-hours", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
