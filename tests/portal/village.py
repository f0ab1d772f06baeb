"""The town of the console's tests with what members' pages have besides: a family account, a field of taste, scores."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.test import Client

from regulars.basics.ids import new_id
from regulars.journal.moves import Actor
from regulars.members.fields import Definition
from regulars.members.services.cards import issue_to
from regulars.members.services.extras import define_field
from regulars.portal import cookies
from regulars.portal.services import sessions
from regulars.programme.services.terms import publish
from regulars.scorebook.models import Run, RunState, Score
from tests.console.town import SETUP, Town, make_town

MAIL: Final = "ada.wong@example.com"


@dataclass
class Village:
    """Ada (who has everything), Zhou of her household, Bram of none; and somebody of another organisation."""

    town: Town
    ada: UUID
    zhou: UUID
    bram: UUID
    foreign: UUID
    at: datetime

    @property
    def sale(self) -> UUID:
        """Of Ada's."""
        return self.town.sales[0]

    @property
    def others_sale(self) -> UUID:
        return self.town.sales[1]


def make_village(at: datetime) -> Village:
    town = make_town(at)
    home = town.organisation
    long_ago = at - timedelta(days=400)
    terms = {"unit": "points", "most_members": 6, "order": "own-first"}
    publish("family", "home", terms, organisation=home, begins_at=long_ago, moving_in=True, actor=SETUP, at=at)
    drinks = Definition("drinks", "choices", choices=("coffee", "tea"))
    define_field(drinks, organisation=home, label="Drinks", is_preference=True, actor=SETUP, at=at)
    issue_to(town.range or home, town.members[2:3], organisation=home, actor=SETUP, at=at)
    _scores(home, town.members[0], at)
    ada, zhou, bram = town.members
    return Village(town, ada, zhou, bram, town.foreign_member, at)


def _scores(home: UUID, member: UUID, at: datetime) -> None:
    run = Run.objects.create(
        id=new_id(at), organisation=home, state=RunState.DONE, present=True, cut_off=at.date(), actor="job", made_at=at
    )
    due = [{"item": "oat milk", "status": "due", "next_on": date(2026, 5, 4).isoformat(), "chance": 0.7}]
    likely = [{"item": "tea", "name": "Assam tea", "why": "", "because_of": ""}]
    Score.objects.create(
        run=run.id, member=member, visits=1, spend_minor=1, spend_365_minor=1, due=due, next_products=likely
    )


def browser_of(member: UUID, at: datetime | None = None) -> Client:
    """A browser in which this member is logged in."""
    then = at or datetime.now(UTC)
    begun = sessions.begin(member, how="email", device="Firefox, Linux", actor=Actor.job("test"), at=then)
    browser = Client(raise_request_exception=False)
    browser.cookies[cookies.SESSION] = begun.text
    return browser
