"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class CampaignTold(TypedDict):
    """A campaign as it stands."""

    id: str
    code: str
    name: str
    version: int
    state: Literal["draft", "asked", "approved", "launching", "running", "measured", "ended", "stopped"]
    why: str
    merchant: str | None
    store: str | None
    document: dict[str, Any]
    audience_version: int | None
    starts_at: str | None
    changed_at: str
    asked_at: str | None
    approved_at: str | None
    launched_at: str | None
    from_on: str | None
    until_on: str | None
    stopped_at: str | None
    ended_at: str | None


class CampaignAsked(TypedDict):
    """A campaign as it shall be: new, or the next version of one that is still planned."""

    name: str
    document: dict[str, Any]
    version: NotRequired[int | None]


class CampaignsTold(TypedDict):
    """The newest first."""

    items: list[CampaignTold]


class PlanTold(TypedDict):
    """What a campaign would do, or what its launch did. `told` is empty until it is done."""

    id: str
    version: int
    audience_version: int
    launches: bool
    state: Literal["waiting", "working", "done", "failed"]
    why: str
    as_of: str | None
    done_at: str | None
    told: dict[str, Any]


class CampaignMember(TypedDict):
    """What was decided for one member."""

    member: str
    arm: Literal["treated", "holdout", "held"]
    why: str
    channel: str


class CampaignMembers(TypedDict):
    """In the order of their ids."""

    items: list[CampaignMember]
    next: str | None


class CampaignReason(TypedDict):
    """Why."""

    reason: str


class ResultTold(TypedDict):
    """What it brought, counted over everyone assigned up to `until_on`."""

    made_at: str
    period: int | None
    from_on: str
    until_on: str
    planned_until_on: str
    final: bool
    conclusion: Literal[
        "works", "harms", "not-shown", "too-few", "sample-ratio-mismatch", "arms-not-alike", "no-holdout"
    ]
    treated: int
    holdout: int
    currency: str
    told: dict[str, Any]


class ResultsTold(TypedDict):
    """The newest first."""

    items: list[ResultTold]


class Campaigns(Calling):
    """Addresses of campaigns."""

    __slots__ = ()

    def save_campaign(
        self, campaign: str, body: CampaignAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CampaignTold:
        """Makes a campaign, or its next version, at the place of its audience. The same again makes none. Needs the
        right `outreach.send`."""
        told: CampaignTold = self._write(
            "PUT", f"/campaigns/{part(campaign)}", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def get_campaign(self, campaign: str) -> CampaignTold:
        """One campaign as it stands. Needs the right `audiences.read`."""
        told: CampaignTold = self._read("GET", f"/campaigns/{part(campaign)}")
        return told

    def list_campaigns(
        self,
        *,
        state: Literal["draft", "asked", "approved", "launching", "running", "measured", "ended", "stopped"]
        | None = None,
    ) -> CampaignsTold:
        """Those of the places that the key may see. Needs the right `audiences.read`."""
        told: CampaignsTold = self._read("GET", "/campaigns", state=state)
        return told

    def try_campaign(self, campaign: str, *, dry_run: bool = False, idempotency_key: str | None = None) -> PlanTold:
        """Asks what it would do as it stands now; the worker reckons it, and `plan` tells. Needs the right
        `outreach.send`."""
        told: PlanTold = self._write(
            "POST", f"/campaigns/{part(campaign)}/dry-run", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def get_campaign_plan(self, campaign: str) -> PlanTold:
        """The newest dry run, ready or not; of a campaign that was launched what the launch did. Needs the right
        `audiences.read`."""
        told: PlanTold = self._read("GET", f"/campaigns/{part(campaign)}/plan")
        return told

    def list_campaign_members(
        self,
        campaign: str,
        *,
        arm: Literal["treated", "holdout", "held"] | None = None,
        why: str | None = None,
        limit: int | None = None,
    ) -> Iterator[CampaignMember]:
        """Who gets it, who is kept without it, who is held back and why: a page at a time. Each look is written
        down. Needs the right `members.read`."""
        return self._each(f"/campaigns/{part(campaign)}/members", arm=arm, why=why, limit=limit)

    def ask_for_approval(
        self, campaign: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CampaignTold:
        """Asks somebody else to approve it, with the newest dry run. Needs the right `outreach.send`."""
        told: CampaignTold = self._write(
            "POST", f"/campaigns/{part(campaign)}/ask", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def approve_campaign(
        self, campaign: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CampaignTold:
        """The second person agrees: it begins at its moment. Only the own key of another person can; a till's key
        is nobody. Needs the right `outreach.approve`."""
        told: CampaignTold = self._write(
            "POST", f"/campaigns/{part(campaign)}/approve", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def send_campaign_back(
        self, campaign: str, body: CampaignReason, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CampaignTold:
        """It is a draft again, as long as it has not begun: the second person says no, or its planner thinks again.
        Needs the right `outreach.send`, or `outreach.approve`."""
        told: CampaignTold = self._write(
            "POST", f"/campaigns/{part(campaign)}/send-back", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def launch_campaign(
        self, campaign: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CampaignTold:
        """An approved one begins now, not at the moment it was planned for. Needs the right `outreach.send`."""
        told: CampaignTold = self._write(
            "POST", f"/campaigns/{part(campaign)}/launch", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def stop_campaign(
        self, campaign: str, body: CampaignReason, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> CampaignTold:
        """Nothing more is given or said. Coupons that were given stay good. Needs the right `outreach.send`."""
        told: CampaignTold = self._write(
            "POST", f"/campaigns/{part(campaign)}/stop", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def end_campaign(self, campaign: str, *, dry_run: bool = False, idempotency_key: str | None = None) -> CampaignTold:
        """One that was measured, or stopped, is over. Needs the right `outreach.send`."""
        told: CampaignTold = self._write(
            "POST", f"/campaigns/{part(campaign)}/end", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_campaign_results(self, campaign: str) -> ResultsTold:
        """Every look at what it brought. Needs the right `audiences.read`."""
        told: ResultsTold = self._read("GET", f"/campaigns/{part(campaign)}/results")
        return told

    def list_programme_results(self) -> ResultsTold:
        """All marketing against the universal holdout, period by period. Needs the right `audiences.read`."""
        told: ResultsTold = self._read("GET", "/programme-results")
        return told
