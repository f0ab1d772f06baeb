"""A small shop for campaigns: members who agreed to mails, an audience, a series of coupons."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.members.shop import ANN

from regulars.access import gate
from regulars.access.moves import NewMerchant, NewStore
from regulars.access.services.places import found_organisation, open_merchants, open_stores
from regulars.basics.ids import typed
from regulars.journal.moves import Actor
from regulars.members.moves import Asked, NewIdentifier, NewMember
from regulars.members.services.consents import publish, tell
from regulars.members.services.people import enrol
from regulars.outreach.campaigns.working import work_due
from regulars.outreach.models import Campaign
from regulars.outreach.moves import NewAudience, NewCampaign
from regulars.outreach.services import campaigns
from regulars.outreach.services.audiences import save as save_audience
from regulars.outreach.services.policies import save_policy
from regulars.programme.services.terms import publish as publish_terms
from regulars.rules.occasion import Line
from regulars.sales.moves import NewSale, Place, SoldLine
from regulars.sales.services import record_sales

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
EARLIER = AT - timedelta(days=200)
BOB = Actor("staff", typed("stf", UUID(int=2)), "Bob")
JOB = Actor.job("campaigns.work")
OPEN: dict[str, Any] = {"quiet": [], "caps": [], "holdout": {"share": 0, "months": 12}}
EVERYBODY: dict[str, Any] = {"type": "enrolled", "since": "2020-01-01"}
DOCUMENT: dict[str, Any] = {
    "audience": "all", "currency": "GBP", "series": "spring", "holdout_share": 3000, "window_days": 14,
    "messages": [{"channel": "email"}],
}  # fmt: skip


class Shop:
    """One organisation with everything that a campaign names."""

    def __init__(self, people: int, *, agreed: int | None = None) -> None:
        told: dict[str, Any] = {"by": gate.HOUSE, "actor": ANN, "at": EARLIER}
        self.home = found_organisation("Riverside", zone="UTC", **told)
        (self.merchant,) = open_merchants(self.home, [NewMerchant("Market", "UTC", "GBP")], **told)
        (self.store,) = open_stores(self.merchant, [NewStore("Quay", "001")], **told)
        self.wording = publish(
            organisation=self.home, purpose="marketing", language="en", version="1", text="Yes?", actor=ANN, at=EARLIER
        )
        self.members: list[UUID] = []
        self.agreeing(people, agreed=agreed)
        save_policy(self.home, OPEN, actor=ANN, at=EARLIER)
        five = {"name": "Spring", "offer": {"benefit": {"type": "amount", "amount": 500}, "currency": "GBP"}}
        publish_terms("coupon-series", "spring", five, organisation=self.home, begins_at=EARLIER, actor=ANN, at=EARLIER)
        save_audience(NewAudience(self.home, "all", "All", EVERYBODY), actor=ANN, at=EARLIER)

    def agreeing(self, people: int, *, agreed: int | None = None) -> list[UUID]:
        """So many more members, of whom the first like to get mails."""
        first = len(self.members)
        new = [
            NewMember(
                self.home, "till", EARLIER, identifiers=[NewIdentifier("email", f"m{n}@example.org")],
                merchant=self.merchant,
            )
            for n in range(first, first + people)
        ]  # fmt: skip
        made = list(enrol(new, actor=ANN, at=EARLIER))
        yes = [Asked(one, "email", "marketing", True, "form", EARLIER, self.wording) for one in made[:agreed]]
        tell(yes, organisation=self.home, actor=ANN, at=EARLIER)
        self.members += made
        return made

    def planned(self, code: str = "spring", *, at: datetime = AT, **more: Any) -> Campaign:
        """A campaign that was tried out, by Ann."""
        campaigns.save(NewCampaign(self.home, code, code.title(), DOCUMENT | more), actor=ANN, at=at)
        campaigns.try_out(self.home, code, actor=ANN, at=at)
        worked(at=at)
        return Campaign.objects.get(organisation=self.home, code=code)

    def approved(self, code: str = "spring", *, at: datetime = AT, **more: Any) -> Campaign:
        self.planned(code, at=at, **more)
        campaigns.ask(self.home, code, actor=ANN, at=at)
        return campaigns.approve(self.home, code, grants=gate.HOUSE, actor=BOB, at=at)

    def launched(self, code: str = "spring", *, at: datetime = AT, **more: Any) -> Campaign:
        self.approved(code, at=at, **more)
        worked(at=at)
        return Campaign.objects.get(organisation=self.home, code=code)

    def sold(self, bills: Sequence[tuple[UUID, date, int]], *, at: datetime) -> None:
        """Who, when and for how much."""
        record_sales([self._sale(*one) for one in bills], actor=ANN, at=at)

    def _sale(self, member: UUID, day: date, amount: int) -> NewSale:
        place = Place(self.home, "till", str(uuid4()), self.merchant, self.store)
        line = SoldLine(Line(1, "tea", amount, quantity=1000, category="food"))
        return NewSale(
            uuid4(), place, "GBP", (line,), datetime(day.year, day.month, day.day, 12, tzinfo=UTC), member=member
        )


def worked(*, at: datetime = AT) -> int:
    """What the worker does until nothing is left."""
    times = 0
    while work_due(actor=JOB, at=at):
        times += 1
        assert times < 1_000
    return times
