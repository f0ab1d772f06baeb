"""S21, an airline: miles and segments over a rolling 12 months raise and keep silver, gold, platinum and lifetime
platinum; partners accrue and burn; awards are tickets, upgrades and goods of a mall; each tier carries benefits that
desks see and use up."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.api.shop import ANN, BEGUN, Shop, line, now, promise
from tests.api.world import Till, World

from regulars.basics.ids import typed
from regulars.basics.periods import day_of, months_after, start_of
from regulars.journal.moves import Actor
from regulars.ledger.models import Transfer
from regulars.ledger.services import define_unit
from regulars.programme.services.reviewing import begin_due, review_due

pytestmark = pytest.mark.django_db
ZONE = "Europe/London"
FOUNDED = BEGUN.replace(year=2023)
LEVELS = [
    {"code": "member"},
    {"code": "silver", "name": "Silver", "reach": [{"tier-miles": 1000}, {"segments": 4}]},
    {"code": "gold", "name": "Gold", "reach": [{"tier-miles": 2500}, {"segments": 10}], "keep": [{"tier-miles": 2000}]},
    {"code": "platinum", "name": "Platinum", "reach": [{"tier-miles": 6000}], "lifetime": [{"tier-miles": 12_000}]},
]
JOB = Actor.job("tiers.review")


@pytest.fixture
def airline(world: World) -> Shop:
    """The first merchant flies, the second keeps hotels."""
    for code, name in (("miles", "Miles"), ("tier-miles", "Tier miles"), ("segments", "Segments")):
        define_unit(code, name, zone=ZONE, actor=ANN, at=FOUNDED)
    flights = {"what": {"categories": ["flight"]}}
    hotel = {"conditions": {"where": {"merchants": [typed("mrc", world.other)]}}}
    a_pound = {"type": "per-amount", "units": 1, "per": 100}
    gold = {"permille": 1500, "conditions": {"who": {"tiers": ["status/gold", "status/platinum"]}}}
    ladder = {
        "name": "Status", "levels": LEVELS, "window": {"kind": "rolling", "months": 12}, "review": "daily",
        "zone": ZONE,
    }  # fmt: skip
    told: list[tuple[str, str, dict[str, Any]]] = [
        ("ladder", "status", ladder),
        ("earn", "miles", {"unit": "miles", "award": a_pound, **flights, "multipliers": [gold]}),
        ("earn", "tier-miles", {"unit": "tier-miles", "award": a_pound, **flights}),
        ("earn", "segments", {"unit": "segments", "award": {"type": "per-piece", "units": 1}, **flights}),
        ("earn", "hotel", {"unit": "miles", "award": {"type": "per-amount", "units": 2, "per": 100}, **hotel}),
        ("benefit", "lounge", {"name": "Lounge", "ladder": "status",
                               "levels": {"silver": 2, "gold": 4, "platinum": None}}),
        ("benefit", "baggage", {"name": "A second bag", "ladder": "status",
                                "levels": {"gold": None, "platinum": None}}),
        ("reward", "ticket", {"name": "Ticket", "fulfilled_later": True,
                              "prices": [{"unit": "miles", "amount": 1500}]}),
        ("reward", "upgrade", {"name": "Upgrade", "prices": [
            {"code": "gold", "unit": "miles", "amount": 300, "who": {"tiers": ["status/gold", "status/platinum"]}},
            {"unit": "miles", "amount": 500},
            {"code": "with-money", "unit": "miles", "amount": 100, "money": 4000, "currency": "GBP"},
        ]}),
        ("points-payment", "miles", {"unit": "miles", "currency": "GBP", "points": 1, "worth": 1}),
        ("family", "home", {"unit": "miles", "age_from": 2, "spends_from": 12, "most_members": 8}),
        ("reward", "suitcase", {"name": "Suitcase", "category": "mall", "stock": 3,
                                "merchant": typed("mrc", world.other),
                                "prices": [{"unit": "miles", "amount": 800}]}),
    ]  # fmt: skip
    for kind, code, document in told:
        promise(world, kind, code, document, begins_at=FOUNDED)
    till = Till(world.key("till"))
    return Shop(world, till, till.done("/members", {"facts": {"given_name": "Ada"}})["id"])


def fly(airline: Shop, pounds: int, days_ago: int, legs: int = 1) -> dict[str, Any]:
    legs_flown = [line(pounds * 100 // legs, f"leg-{leg}", category="flight/europe") for leg in range(legs)]
    return airline.buy(*legs_flown, effective_at=(now() - timedelta(days=days_ago)).isoformat())


def night() -> None:
    """What the worker does every minute."""
    begin_due(actor=JOB, at=now())
    while review_due(actor=JOB, at=now()):
        pass


def status(airline: Shop) -> dict[str, Any]:
    (one,) = airline.till.get(f"/members/{airline.member}/tiers").json()["items"]
    assert isinstance(one, dict)
    return one


def level_then(airline: Shop, days_ago: int) -> str:
    then = (now() - timedelta(days=days_ago)).isoformat()
    return str(airline.till.get(f"/members/{airline.member}/tiers/then", as_of=then).json()["levels"]["status"])


def test_miles_or_segments_of_a_rolling_year_raise_and_keep(airline: Shop) -> None:
    fly(airline, 1100, days_ago=500)
    fly(airline, 600, days_ago=300)
    fly(airline, 1200, days_ago=200)
    fly(airline, 900, days_ago=100)
    night()
    held = [level_then(airline, days) for days in (501, 499, 299, 199, 130, 99, 1)]
    assert held == ["member", "silver", "silver", "gold", "silver", "gold", "gold"]  # the first flight left meanwhile
    told = status(airline)
    assert (told["held"]["level"], told["held"]["because"]) == ("gold", "reached")
    assert told["rise"][0]["alternatives"] == [{"tier-miles": 6000 - 2700}]
    # 600 of the 2,700 leave first, and 2,100 still keep gold; then 1,200 leave.
    flown_on = day_of(now() - timedelta(days=200), ZONE)
    assert datetime.fromisoformat(told["held"]["until"]) == start_of(months_after(flown_on, 12), ZONE)
    assert told["projected"]["level"] == "silver"
    assert told["stay"]["alternatives"] == [{"tier-miles": 2000 - 900}]


def test_segments_alone_are_enough_and_a_return_takes_them_back(airline: Shop) -> None:
    fly(airline, 80, days_ago=30, legs=2)
    last = fly(airline, 80, days_ago=10, legs=2)
    assert status(airline)["held"]["level"] == "silver"
    airline.back(last, {"number": 1}, {"number": 2})
    night()
    assert status(airline)["stay"]["alternatives"] == [{"tier-miles": 920}, {"segments": 2}]
    tomorrow = start_of(day_of(now(), ZONE) + timedelta(days=1), ZONE)
    assert datetime.fromisoformat(status(airline)["held"]["until"]) == tomorrow


def test_lifetime_platinum_stays_whatever_comes(airline: Shop) -> None:
    for days_ago in (1000, 900, 800):
        fly(airline, 4100, days_ago=days_ago)
    night()
    told = status(airline)
    assert (told["held"]["level"], told["held"]["because"], told["held"]["until"]) == ("platinum", "lifetime", None)
    assert (told["rise"], told["stay"]) == ([], None)


def test_partners_accrue_and_burn_and_are_told_apart_in_the_books(airline: Shop) -> None:
    hotel = typed("mrc", airline.world.other)
    airline.buy(line(50_000, "night", category="room"), merchant=hotel)
    assert (airline.points("miles")[0], status(airline)["held"]["level"]) == (1000, "member")
    offered = {one["reward"]: one for one in airline.till.get(f"/members/{airline.member}/rewards").json()["items"]}
    assert {code: one["affordable"] for code, one in offered.items()} == {
        "suitcase": True, "ticket": False, "upgrade": True,
    }  # fmt: skip
    assert offered["ticket"]["missing"] == 500
    bought = airline.till.done(f"/members/{airline.member}/redemptions", {"reward": "suitcase", "merchant": hotel})
    taken = Transfer.objects.get(kind="spend")
    assert (bought["merchant"], taken.merchant, airline.points("miles")[0]) == (hotel, hotel, 200)
    assert [one["left"] for one in airline.till.get("/rewards").json()["items"] if one["reward"] == "suitcase"] == [2]


def test_awards_cost_less_in_gold_and_a_ticket_is_held_until_it_is_written(airline: Shop) -> None:
    fly(airline, 2600, days_ago=40)
    fly(airline, 100, days_ago=1)
    assert airline.points("miles")[0] == 2600 + 150  # half as much again for gold
    redemptions = f"/members/{airline.member}/redemptions"
    assert airline.till.done(redemptions, {"reward": "upgrade"})["amount"] == 300
    mixed = airline.till.done(redemptions, {"reward": "upgrade", "price": "with-money"})
    assert (mixed["amount"], mixed["money"], mixed["currency"]) == (100, 4000, "GBP")
    ticket = airline.till.done(redemptions, {"reward": "ticket"})
    assert (ticket["state"], airline.points("miles")[0]) == ("reserved", 850)
    assert airline.till.done(f"/redemptions/{ticket['id']}/fulfil")["state"] == "fulfilled"
    again = airline.till.post(redemptions, {"reward": "ticket"})
    assert (again.json()["code"], again.json()["missing"]) == ("not-enough", 650)
    airline.till.done(f"/redemptions/{ticket['id']}/cancel", {"reason": "flight cancelled"})
    assert airline.points("miles")[0] == 2350


def test_desks_see_the_benefits_of_a_tier_and_use_them_up(airline: Shop) -> None:
    fly(airline, 1200, days_ago=20)
    desk = {"merchant": typed("mrc", airline.world.merchant)}
    lounge = f"/members/{airline.member}/benefits/lounge/uses"
    airline.till.done(lounge, {**desk, "count": 2})
    assert airline.till.post(lounge, desk).json()["code"] == "benefit-used-up"
    fly(airline, 1400, days_ago=2)
    seen = airline.till.get(f"/members/{airline.member}/benefits").json()["items"]
    assert [(one["name"], one["level"], one["left"]) for one in seen] == [
        ("A second bag", "gold", None),
        ("Lounge", "gold", 4),
    ]
    used = airline.till.done(lounge, desk)
    assert used["left"] == 3


def test_another_airlines_gold_is_matched_and_kept_by_flying(airline: Shop) -> None:
    administrator = Till(airline.world.key("administrator"))
    match = {
        "ladder": "status", "level": "gold", "way": "matched", "ends_at": (now() + timedelta(days=90)).isoformat(),
        "challenge": [{"tier-miles": 300}], "partner": "Skyways", "reason": "card shown",
    }  # fmt: skip
    administrator.done(f"/members/{airline.member}/tiers", match)
    assert status(airline)["held"]["because"] == "matched"
    airline.buy(line(30_000, "leg", category="flight"))
    assert (status(airline)["held"]["level"], status(airline)["held"]["because"]) == ("gold", "challenge")


def traveller(airline: Shop, birthday: str | None) -> str:
    facts = {"given_name": "Somebody"} | ({"birth_on": birthday} if birthday else {})
    return str(airline.till.done("/members", {"facts": facts})["id"])


def years_ago(years: int, days: int = 0) -> str:
    """Whose birthday that many years ago was so many days from today."""
    return months_after(day_of(now() + timedelta(days=days), ZONE), -12 * years).isoformat()


def miles(airline: Shop, *members: str) -> list[int]:
    return [Shop(airline.world, airline.till, one).points("miles")[0] for one in members]


def test_a_family_flies_on_one_account_from_two_years_on_and_books_from_twelve(airline: Shop) -> None:
    mother, teenager = traveller(airline, years_ago(40)), traveller(airline, years_ago(12))
    child, baby = traveller(airline, years_ago(12, days=2)), traveller(airline, years_ago(2, days=2))
    for member, pounds in ((mother, 700), (teenager, 500), (child, 400), (baby, 300)):
        airline.buy(line(pounds * 100, "leg", category="flight/europe"), member=member)
    home = {"members": [mother, teenager, child, baby], "head": mother}
    airline.till.done("/households", home)
    (told,) = airline.till.get(f"/members/{child}/family").json()["items"]
    assert told["available"] == 1600
    assert {one["member"]: one["part"] for one in told["members"]} == {
        mother: "spends", teenager: "spends", child: "brings",
    }  # fmt: skip
    assert [(one["member"], one["why"]) for one in told["apart"]] == [(baby, "too-young")]

    family = {"reward": "ticket", "from": "family"}
    refused = airline.till.post(f"/members/{child}/redemptions", family).json()
    assert (refused["code"], refused["why"], refused["age"]) == ("family-refused", "too-young", 12)
    ticket = airline.till.done(f"/members/{teenager}/redemptions", family)
    assert ({one["member"]: one["amount"] for one in ticket["paid_by"]}, ticket["state"]) == (
        {teenager: 500, mother: 700, child: 300}, "reserved",
    )  # fmt: skip
    assert miles(airline, mother, teenager, child, baby) == [0, 0, 100, 300]
    airline.till.done(f"/redemptions/{ticket['id']}/fulfil")
    airline.till.done(f"/redemptions/{ticket['id']}/cancel", {"reason": "flight cancelled"})
    assert miles(airline, mother, teenager, child, baby) == [700, 500, 400, 300]

    bill = airline.buy(
        line(2000, "seat", quantity="4"), member=mother, points=[{"unit": "miles", "points": 1200, "from": "family"}]
    )
    back = airline.back(bill, {"number": 1, "quantity": "1"})
    given = {one["member"]: one["amount"] for one in back["effects"]}
    assert (sorted(given.values()), set(given) - {mother, teenager, child}, back["refund"]) == ([125, 175], set(), 200)
    airline.back(bill)
    assert miles(airline, mother, teenager, child, baby) == [700, 500, 400, 300]
    airline.till.done(f"/members/{teenager}/household/leave")
    assert airline.till.post(f"/members/{teenager}/redemptions", family).json()["why"] == "no-household"
