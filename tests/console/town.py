"""A small organisation with staff of every role, a programme, members who buy, and a second organisation beside it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from regulars.access import gate
from regulars.access.moves import NewMerchant, NewStore, Place
from regulars.access.services.places import found_organisation, open_merchants, open_stores
from regulars.access.services.roles import assign
from regulars.access.services.staff import hire
from regulars.care.moves import Kind, NewCase
from regulars.care.services.cases import open_case
from regulars.care.services.kinds import set_kind
from regulars.journal.moves import Actor
from regulars.ledger.services import define_unit
from regulars.ledger.words import UnitKind
from regulars.members.fields import Definition
from regulars.members.moves import NewIdentifier, NewMember
from regulars.members.services import cards, consents, extras, people
from regulars.members.services.groups import make_household
from regulars.outreach.moves import NewAudience, NewCampaign, NewMessage, NewTemplate
from regulars.outreach.services.audiences import save as save_audience
from regulars.outreach.services.campaigns import save as save_campaign
from regulars.outreach.services.messages import ask
from regulars.outreach.services.templates import save as save_template
from regulars.programme.checkout.booking import check_out
from regulars.programme.checkout.moves import NewPurchase
from regulars.programme.coupons.moves import Gift
from regulars.programme.previews.asking import ask as ask_preview
from regulars.programme.previews.asking import last_days
from regulars.programme.previews.moves import NewPreview
from regulars.programme.previews.working import work_due as work_previews
from regulars.programme.services.coupons_issuing import issue
from regulars.programme.services.terms import publish
from regulars.rules.occasion import Line
from regulars.sales.moves import Place as At
from regulars.sales.moves import SoldLine
from regulars.webhooks import services as webhooks
from tests.imports.brought import tried

SETUP: Final = Actor.job("setup")
PASSWORD: Final = "correct horse battery"
TERMS: Final[list[tuple[str, str, dict[str, Any]]]] = [
    ("earn", "base", {"unit": "points", "currency": "GBP",
                      "award": {"type": "per-amount", "units": 1, "per": 100}, "validity": "12M@month"}),
    ("points-payment", "points", {"unit": "points", "currency": "GBP", "points": 1, "worth": 5}),
    ("ladder", "status", {"name": "Status", "zone": "Europe/London", "levels": [
        {"code": "green", "name": "Green"}, {"code": "silver", "name": "Silver", "reach": [{"points": 100}]},
        {"code": "gold", "name": "Gold", "reach": [{"points": 400}]}]}),
    ("coupon-series", "dessert", {"name": "A dessert on the house", "life": "60D",
                                  "offer": {"benefit": {"type": "percent", "permille": 100}}}),
    ("goodwill", "clerk", {"units": {"points": {"per_deed": 200, "per_day": 500}},
                           "reasons": ["long-wait", "wrong-dish"]}),
    ("goodwill", "administrator", {"units": {"points": {"per_deed": 1000, "per_day": 5000}}, "reasons": ["complaint"]}),
]  # fmt: skip
PEOPLE: Final = [
    ("Ada", "Wong", "ada.wong@example.com", "+442071838750"), ("明丽", "周", "zhou@example.com", "+8613800138000"),
    ("Bram", "de Vries", "bram@example.org", "+31201234567"),
    ("Chioma", "Okafor", "chioma@example.net", "+442071838751"),
    ("小明", "王", "xiaoming@example.cn", "+8613900139000"), ("Inés", "García", "ines@example.es", "+34911234567"),
]  # fmt: skip


@dataclass
class Town:
    """Ids of what was made, by name."""

    organisation: UUID
    other: UUID
    merchant: UUID
    bakery: UUID
    quay: UUID
    hill: UUID
    foreign_merchant: UUID
    foreign_member: UUID
    at: datetime
    staff: dict[str, UUID] = field(default_factory=dict)
    members: list[UUID] = field(default_factory=list)
    sales: list[UUID] = field(default_factory=list)
    range: UUID | None = None
    card: str = ""
    case: UUID | None = None
    brought: UUID | None = None  # files that were tried
    message: UUID | None = None
    webhook: UUID | None = None
    draft: UUID | None = None  # of terms, with what it would have cost


def make_town(at: datetime, *, members: int = 3, sales: int = 2) -> Town:
    """Everything as of `at`; purchases on days before it."""
    one = found_organisation("Riverside", zone="Europe/London", by=gate.HOUSE, actor=SETUP, at=at)
    later = at + timedelta(milliseconds=1)  # of two places as wide the older comes first
    two = found_organisation("Hillside", zone="Europe/London", by=gate.HOUSE, actor=SETUP, at=later)
    market, bakery = open_merchants(
        one, [NewMerchant("Market", "Europe/London", "GBP"), NewMerchant("Bakery", "Europe/London", "GBP")],
        by=gate.HOUSE, actor=SETUP, at=at,
    )  # fmt: skip
    quay, hill = open_stores(
        market, [NewStore("Quay", "001"), NewStore("Hill", "002")], by=gate.HOUSE, actor=SETUP, at=at
    )
    (far,) = open_merchants(two, [NewMerchant("Far", "Europe/London", "GBP")], by=gate.HOUSE, actor=SETUP, at=at)
    long_ago = at - timedelta(days=400)
    define_unit("points", "Points", zone="Europe/London", actor=SETUP, at=long_ago)
    define_unit("GBP-value", "Gift card", kind=UnitKind.PAID, scale=2, currency="GBP", actor=SETUP, at=long_ago)
    for kind, code, document in TERMS:
        publish(kind, code, document, organisation=one, begins_at=long_ago, moving_in=True, actor=SETUP, at=at)
    foreign = people.enrol([NewMember(two, "test", at, {"given_name": "Far"})], actor=SETUP, at=at)[0]
    town = Town(one, two, market, bakery, quay, hill, far, foreign, at)
    _staff(town)
    _members(town, members, sales)
    vips = NewAudience(one, "vips", "Friends of the house", {"all": [{"type": "tag", "any_of": ["vip"]}]})
    save_audience(vips, actor=SETUP, at=at)
    _outreach(town)
    set_kind(Kind(one, "complaint", "Complaint", 8, True, 2, queue="clerk"), actor=SETUP, at=at)
    case = NewCase(one, "complaint", "Cold soup", "It came cold twice.", "counter", market, quay, town.members[0])
    town.brought = tried(one, at)
    town.case = open_case(case, actor=SETUP, at=at).id
    doubled = {**TERMS[0][2], "award": {"type": "per-amount", "units": 2, "per": 100}}
    wanted = NewPreview(one, "earn", "base", doubled, *last_days(at.date()))
    town.draft = ask_preview(wanted, actor=SETUP, at=at)
    work_previews(at=at)
    hears = webhooks.create("https://hooks.example/a", ["members.*"], Place(one), actor=SETUP, at=at)
    town.webhook = hears[0].id
    return town


def _outreach(town: Town) -> None:
    """A template, a campaign that is planned, and a receipt."""
    document = {
        "email": {"en": {"subject": "Hello {{ member.first_name }}", "text": "Come again.", "html": "<b>Hi</b>"}}
    }
    save_template(NewTemplate(town.organisation, "hello", "Hello again", document), actor=SETUP, at=town.at)
    campaign = {
        "audience": "vips",
        "currency": "GBP",
        "messages": [{"channel": "email", "template": "hello", "version": 1}],
    }
    save_campaign(NewCampaign(town.organisation, "spring", "Spring", campaign), actor=SETUP, at=town.at)
    receipt = NewMessage("receipt/1", town.members[0], "email", service="receipt")
    (message,) = ask([receipt], organisation=town.organisation, actor=SETUP, at=town.at)
    town.message = message.id


def _staff(town: Town) -> None:
    places = {
        "clerk": Place(town.organisation, town.merchant, town.quay),
        "till": Place(town.organisation, town.bakery),
    }
    for role in ("administrator", "marketer", "analyst", "clerk", "till", "auditor", "support"):
        made = hire(
            f"{role}@shop.example", name=role.capitalize(), password=PASSWORD, by=gate.HOUSE, actor=SETUP, at=town.at
        )
        assign(role, places.get(role, Place(town.organisation)), staff=made, by=gate.HOUSE, actor=SETUP, at=town.at)
        town.staff[role] = made
    made = hire("foreign@shop.example", name="Foreign", password=PASSWORD, by=gate.HOUSE, actor=SETUP, at=town.at)
    assign("administrator", Place(town.other), staff=made, by=gate.HOUSE, actor=SETUP, at=town.at)
    town.staff["foreign"] = made


def _members(town: Town, members: int, sales: int) -> None:
    at, home = town.at, town.organisation
    for number in range(members):
        given, family, mail, phone = PEOPLE[number % len(PEOPLE)]
        again = number // len(PEOPLE)
        ways = [NewIdentifier("email", mail if not again else f"{again}.{mail}")]
        ways += [] if again else [NewIdentifier("phone", phone)]
        birth = (at + timedelta(days=number)).date().replace(year=1985).isoformat()
        facts = {"given_name": given, "family_name": family, "town": "Leeds", "language": "en", "birth_on": birth}
        since = at - timedelta(days=300 - number)
        new = NewMember(home, "till", since, facts, ways, town.merchant, town.quay)
        town.members += people.enrol([new], actor=SETUP, at=at)
    town.range = cards.make_range(
        organisation=home, programme="Riverside", name="Cards", prefix="602144", serial_digits=6, actor=SETUP, at=at
    )
    (card,) = cards.issue_to(town.range, town.members[:1], organisation=home, form="plastic", actor=SETUP, at=at)
    town.card = card.number
    extras.tag(town.members[:1], ["vip"], organisation=home, source="test", actor=SETUP, at=at)
    hall = Definition("hall", "choice", choices=("red", "blue"))
    extras.define_field(hall, organisation=home, label="Hall", actor=SETUP, at=at)
    extras.write_note(town.members[0], "Likes a table by the window.", organisation=home, actor=SETUP, at=at)
    consents.publish(
        organisation=home, purpose="marketing", language="en", version="1", text="Send me offers.", actor=SETUP, at=at
    )
    make_household(town.members[:2], organisation=home, head=town.members[0], actor=SETUP, at=at)
    for number in range(sales):
        town.sales.append(_sale(town, number))
    gifts = [Gift(town.members[0])]
    issue("dessert", organisation=home, to=gifts, actor=SETUP, at=at)


def _sale(town: Town, number: int) -> UUID:
    at = town.at - timedelta(days=2 + 3 * number, hours=number % 5)
    lines = tuple(
        SoldLine(Line(place, name.lower(), amount, 1000), name)
        for place, (name, amount) in enumerate([("Coffee beans", 1250 + 50 * number), ("Oat milk", 320)], 1)
    )
    member = town.members[number % len(town.members)]
    source = f"test/{number}"
    place = At(town.organisation, source, "1", town.merchant, town.hill if number % 2 else town.quay, "till")
    wanted = NewPurchase(place, "GBP", lines, at, True, member, member)
    (done,) = check_out([wanted], actor=SETUP, at=town.at)
    return done.id
