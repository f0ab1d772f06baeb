"""One site for the scenarios that go through a browser: a town whose pages are served, its members, scores, terms
and audiences as the rows name them. Nothing in it is in another's place.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import mean
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from tests.api.world import Till
from tests.browsing import aside, served_by
from tests.console.scored_town import scored
from tests.console.test_console_in_a_browser import session_of
from tests.console.town import SETUP, Town, make_town
from tests.outreach.campaigns.given import OPEN, worked

from regulars.access import gate
from regulars.access.models import Staff
from regulars.access.moves import Place
from regulars.access.services.keys import create_key
from regulars.basics.ids import typed
from regulars.journal.moves import Actor
from regulars.members.moves import Asked, NewIdentifier, NewMember
from regulars.members.services import cards, consents, extras, people
from regulars.outreach.campaigns.drawing import Draw
from regulars.outreach.campaigns.working import measure_due
from regulars.outreach.models import Arm, Policy
from regulars.outreach.moves import NewAudience, NewTemplate
from regulars.outreach.services.audiences import save as save_audience
from regulars.outreach.services.policies import save_policy
from regulars.outreach.services.templates import save as save_template
from regulars.portal import cookies
from regulars.portal.services import sessions
from regulars.programme.checkout.booking import check_out
from regulars.programme.checkout.moves import NewPurchase
from regulars.programme.coupons.moves import Gift
from regulars.programme.services.coupons_issuing import issue
from regulars.programme.services.terms import publish
from regulars.rules.occasion import Line
from regulars.sales.moves import NewSale, SoldLine
from regulars.sales.moves import Place as Sold
from regulars.sales.services import record_sales
from regulars.scorebook.computing.counting import counted
from regulars.scorebook.models import Picture, Score

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROLES: Final = ("administrator", "marketer", "clerk", "support")
CROWD: Final = 60  # members of each of the two audiences with a control group
FADING: Final = (["returns", "silent"], ["returns", "silent"], ["returns", "silent", "slowing"])
FIVE: Final = {"benefit": {"type": "amount", "amount": 500}, "currency": "GBP"}
LIST: Final = "Your list: {{ list.code | barcode }}{% for one in list.lines %} {{ one.name }} {{ one.off }}{% endfor %}"
STATEMENT: Final = (
    "Dear {{ member.first_name }}, you have {{ balances.points }} points.{% for one in coupons %} {{ one.name }}:"
    " {{ one.code }}.{% endfor %} In the quarter you earned {{ values.statement.earned }}."
)


def percent(name: str, permille: int, **more: Any) -> dict[str, Any]:
    return {"name": name, "offer": {"benefit": {"type": "percent", "permille": permille}, **more}}


def terms() -> list[tuple[str, str, dict[str, Any]]]:
    """Quiet are today and tomorrow: midnight may come in between."""
    today = datetime.now(ZoneInfo("Europe/London")).isoweekday()
    quiet = [today, today % 7 + 1]
    busy = [day for day in range(1, 8) if day not in quiet]
    return [
        ("coupon-series", "from-list", percent("From your list", 200) | {"per_item": True}),
        ("commission", "nights", {"agents": {"agent": 150}, "direct": ["phone"], "instead": "agent"}),
        ("promotion", "member-rate", percent(
            "Member rate", 80, what={"items": ["night"]},
            conditions={"where": {"channels": ["web", "app", "phone", "desk"]}})),
        ("promotion", "gold", percent("Gold card", 100, conditions={"who": {"segments": ["campaign:gold"]}})),
        ("coupon-series", "quiet", {
            "name": "Quiet days", "offer": {**FIVE, "conditions": {"when": {"weekdays": quiet}}}}),
        ("coupon-series", "busy", {
            "name": "Other days", "offer": {**FIVE, "conditions": {"when": {"weekdays": busy}}}}),
        ("coupon-series", "voucher", {"name": "Voucher of the quarter", "offer": FIVE}),
        ("earn", "month-paid", {
            "unit": "points", "occasions": ["month-paid"], "award": {"type": "fixed", "units": 12}}),
        ("reset", "late-bill", {"event": "bill-late", "unit": "points", "appeal_within": "14D"}),
    ]  # fmt: skip


@dataclass
class Site:
    """Where it is served, who is logged in where, and the browser."""

    town: Town
    crowds: dict[str, list[UUID]]
    staff: dict[str, str]
    members: dict[UUID, str]
    till: Till
    url: str = ""
    browser: "Browser" = None  # type: ignore[assignment]
    open: dict[str, "Page"] = field(default_factory=dict)  # by whose it is
    noise: list[str] = field(default_factory=list)

    def at_desk(self, role: str) -> Any:
        """A page of the console in which somebody of this role is logged in."""
        return self._page(settings.SESSION_COOKIE_NAME, self.staff[role])

    def at_home(self, member: UUID) -> Any:
        """A page of the portal in which this member is logged in."""
        return self._page(cookies.SESSION, self.members[member])

    @contextmanager
    def _page(self, name: str, session: str) -> Iterator["Page"]:
        """Everybody has one, which stays open."""
        if session not in self.open:
            context = self.browser.new_context(base_url=self.url, locale="en-GB")
            context.add_cookies([{"name": name, "value": session, "domain": "localhost", "path": "/"}])
            self.open[session] = context.new_page()
            self.open[session].on("pageerror", lambda error: self.noise.append(str(error)))
        yield self.open[session]
        assert self.noise == []

    def member(self, number: int) -> str:
        return typed("mbr", self.town.members[number])

    def worker(self) -> None:
        """What it does of campaigns until nothing is left."""
        aside(lambda: worked(at=datetime.now(UTC)))

    def days_later(self, days: int, bills: Sequence[tuple[UUID, int]]) -> None:
        """These members bought for so much in between; the worker reckons anew."""
        now = datetime.now(UTC)
        later = now + timedelta(days=days)
        sold = [bought(self.town, member, amount, now + timedelta(days=1)) for member, amount in bills]

        def done() -> None:
            check_out(sold, actor=SETUP, at=later)
            while measure_due(actor=Actor.job("campaigns.reckon"), at=later):
                pass

        aside(done)


def bill(town: Town, member: UUID, amount: int, at: datetime) -> NewSale:
    place = Sold(town.organisation, "till", str(uuid4()), town.merchant, town.quay)
    line = SoldLine(Line(1, "coat", amount), cost=amount // 2)
    return NewSale(uuid4(), place, "GBP", (line,), at, member=member)


def bought(town: Town, member: UUID, amount: int, at: datetime) -> NewPurchase:
    """As `bill`, at what it costs this member."""
    plain = bill(town, member, amount, at)
    return NewPurchase(plain.place, plain.currency, plain.lines, at, True, member, member)


def usual(number: int) -> int:
    """What the member of this number spends each time."""
    return 4_000 + 37 * (number % 50)


def made() -> Site:
    at = datetime.now(UTC)
    town = make_town(at, members=4)
    crowds = _crowds(town)
    _scores(town, crowds["gold"][:3])
    long_ago = at - timedelta(days=400)
    for kind, code, document in terms():
        publish(
            kind, code, document, organisation=town.organisation, begins_at=long_ago, moving_in=True, actor=SETUP, at=at
        )
    told: dict[str, Any] = {"organisation": town.organisation, "actor": SETUP, "at": at}
    ada, zhou, bram, chioma = town.members
    assert town.range is not None
    cards.issue_to(town.range, [zhou, chioma], form="plastic", **told)
    extras.tag([zhou], ["weekly-list"], source="list", **told)
    record_sales([bill(town, zhou, 21_000, at - timedelta(days=30))], actor=SETUP, at=at)  # more than 25 a week
    extras.tag([ada], ["wine"], source="form", **told)
    issue("busy", to=[Gift(bram)], **told)
    key = create_key("Billing", "administrator", Place(town.organisation), by=gate.HOUSE, actor=SETUP, at=at)
    staff = {role: session_of(Staff.objects.get(pk=town.staff[role])) for role in ROLES}
    members = {
        one: sessions.begin(one, how="email", device="Firefox, Linux", actor=Actor.job("test"), at=at).text
        for one in town.members
    }
    return Site(town, crowds, staff, members, Till(key.text))


def _crowds(town: Town) -> dict[str, list[UUID]]:
    """Two audiences of members who agreed to mails and bought before."""
    home, at = town.organisation, town.at
    earlier = at - timedelta(days=200)
    told: dict[str, Any] = {"organisation": home, "actor": SETUP, "at": at}
    new = [
        NewMember(
            home, "till", earlier, {"given_name": f"Guest {n}"}, [NewIdentifier("email", f"guest{n}@example.org")],
            town.merchant, town.quay,
        )
        for n in range(2 * CROWD)
    ]  # fmt: skip
    everybody = list(people.enrol(new, actor=SETUP, at=at))
    crowds = {"gold": everybody[:CROWD], "quiet": everybody[CROWD:]}
    wording = consents.publish(purpose="marketing", language="en", version="2", text="Send me offers?", **told)
    agreed = [*everybody, *town.members]
    consents.tell([Asked(one, "email", "marketing", True, "form", at, wording) for one in agreed], **told)
    save_policy(home, OPEN, actor=SETUP, at=at)
    _seeded(home, crowds)
    for code, name in (("gold", "Gold members"), ("quiet", "Guests of quiet days")):
        extras.tag(crowds[code], [code], source="list", **told)
        save_audience(NewAudience(home, code, name, {"type": "tag", "any_of": [code]}), actor=SETUP, at=at)
    save_audience(
        NewAudience(home, "listed", "On the list", {"type": "tag", "any_of": ["weekly-list"]}), actor=SETUP, at=at
    )
    for code, name, text in (("statement", "Statement", STATEMENT), ("list", "Your list", LIST)):
        document = {"email": {"en": {"subject": name, "text": text, "html": text}}}
        save_template(NewTemplate(home, code, name, document), actor=SETUP, at=at)
    days = (at - timedelta(days=20), at - timedelta(days=60))
    record_sales(
        [bill(town, one, usual(n), day) for n, one in enumerate(everybody) for day in days], actor=SETUP, at=at
    )
    return crowds


def _seeded(home: UUID, crowds: dict[str, list[UUID]]) -> None:
    """A secret with which the lots fall fairly: the checks of a draw doubt one in 1,000 that chance made."""

    def fair(secret: bytes, code: str, audience: str) -> bool:
        draw = Draw(secret, b"", universal_share=0, campaign=code, share=4_000)
        spent: dict[Arm, list[int]] = {Arm.TREATED: [], Arm.HOLDOUT: []}
        for n, one in enumerate(crowds[audience]):
            spent[draw.of(one, {}).arm].append(usual(n))
        treated, holdout = spent[Arm.TREATED], spent[Arm.HOLDOUT]
        return 20 <= len(holdout) <= 28 and abs(mean(treated) - mean(holdout)) < 250

    secrets = (bytes([n]) * 32 for n in range(256))
    fairest = next(one for one in secrets if fair(one, "gold", "gold") and fair(one, "quiet-days", "quiet"))
    Policy.objects.filter(organisation=home).update(secret=fairest)


def _scores(town: Town, fading: Sequence[UUID]) -> None:
    """Of a run, with three more members in decline, whose reasons differ."""
    run = scored(town)
    for place, (member, reasons) in enumerate(zip(fading, FADING, strict=True), 4):
        Score.objects.create(
            run=run.id, member=member, visits=2, first_on=run.cut_off, last_on=run.cut_off, spend_minor=100,
            spend_365_minor=100, spend_place=place, value_class="ordinary", stage="decline", gone_chance=0.6,
            silence_chance=0.05, usual_gap_days=9.0, decline_because=reasons,
        )  # fmt: skip
    run.members = 6
    run.save(update_fields=["members"])
    Picture.objects.filter(run=run.id, name="counts").update(told=counted(run.id, run.cut_off))


@contextmanager
def served() -> Iterator[Site]:
    """Everything is gone afterwards."""
    with served_by(made) as site:
        yield site
