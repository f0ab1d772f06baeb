"""Past purchases under other terms: exact sums over a small town whose purchases are known."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from regulars.access import gate
from regulars.access.moves import NewMerchant
from regulars.access.services.places import found_organisation, open_merchants
from regulars.basics.ids import typed
from regulars.journal.moves import Actor
from regulars.ledger.services import define_unit
from regulars.members.moves import NewMember
from regulars.members.services import people
from regulars.programme.book import book
from regulars.programme.checkout.before import record_before
from regulars.programme.checkout.booking import check_out
from regulars.programme.checkout.moves import NewPurchase, PointsWanted
from regulars.programme.coupons.moves import Gift
from regulars.programme.errors import PreviewRefused, TermsClash, UnknownPreview
from regulars.programme.models.previews import Preview
from regulars.programme.previews import working
from regulars.programme.previews.adding import Totals
from regulars.programme.previews.asking import again, ask, drop, last_days, publish_draft, stop
from regulars.programme.previews.moves import Bill, Came, NewPreview
from regulars.programme.previews.reading import DRAWN, Days, Reader
from regulars.programme.previews.selectors import behind, on_level, preview
from regulars.programme.services.coupons_issuing import issue
from regulars.programme.services.terms import publish
from regulars.rules.occasion import Line, Occasion
from regulars.sales.moves import Place, SoldLine

SETUP: Final = Actor.job("setup")
AT: Final = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
BASE: Final[dict[str, Any]] = {
    "unit": "points", "currency": "GBP", "award": {"type": "per-amount", "units": 1, "per": 100},
}  # fmt: skip
VISIT: Final[dict[str, Any]] = {
    "unit": "points", "award": {"type": "fixed", "units": 10}, "limits": [{"most": 1, "every": "month"}],
}  # fmt: skip
TEA: Final[dict[str, Any]] = {
    "name": "A tenth off tea",
    "offer": {"benefit": {"type": "percent", "permille": 100}, "what": {"categories": ["drinks/tea"]}},
}
SERIES: Final[dict[str, Any]] = {
    "name": "Two pounds",
    "offer": {"benefit": {"type": "amount", "amount": 200}, "currency": "GBP",
              "conditions": {"least": {"purchase": 2000}}},
}  # fmt: skip
PAYING: Final[dict[str, Any]] = {"unit": "points", "currency": "GBP", "points": 1, "worth": 5}
LADDER: Final[dict[str, Any]] = {
    "levels": [{"code": "green"}, {"code": "gold", "reach": [{"points": 40}]}], "zone": "Europe/London",
}  # fmt: skip
TERMS: Final = [
    ("earn", "base", BASE), ("earn", "visit", VISIT), ("promotion", "tea", TEA), ("coupon-series", "two", SERIES),
    ("points-payment", "points", PAYING), ("ladder", "status", LADDER),
]  # fmt: skip
# Days before AT, who, category, minor units, points paid with. Of the first nothing is looked at: it is too long ago.
BOUGHT: Final = [
    (95, "ann", "food", 5000, 0),
    (60, "ann", "food", 1570, 0),  # 15 points, and 10 for the visit
    (50, "bo", "drinks/tea", 2000, 0),  # 200 off: 18 points, and 10
    (49, "bo", "food", 3050, 0),  # 30 points: no second visit in that month
    (30, "ann", "food", 999, 20),  # 100 of it by points: 8 points, and 10
    (20, "", "drinks/tea", 500, 0),
]


@dataclass
class Shop:
    home: UUID
    merchant: UUID
    members: dict[str, UUID] = field(default_factory=dict)
    sales: list[UUID] = field(default_factory=list)

    def buy(
        self, days: int, who: str, category: str, amount: int, points: int = 0, codes: tuple[str, ...] = ()
    ) -> UUID:
        (done,) = check_out([self.bill(days, who, category, amount, points, codes)], actor=SETUP, at=AT)
        return done.id

    def bill(
        self, days: int, who: str, category: str, amount: int, points: int = 0, codes: tuple[str, ...] = ()
    ) -> NewPurchase:
        member = self.members.get(who)
        wanted = (PointsWanted("points", points),) if points else ()
        line = SoldLine(Line(1, "goods", amount, category=category), "Goods")
        place = Place(self.home, "till", uuid4().hex, self.merchant, None, "till")
        then = AT - timedelta(days=days)
        return NewPurchase(place, "GBP", (line,), then, True, member, member, codes, wanted)

    def ask(self, kind: str, code: str, document: dict[str, Any]) -> UUID:
        days = last_days(AT.date())
        return ask(NewPreview(self.home, kind, code, document, *days), actor=SETUP, at=AT)

    def told(self, kind: str, code: str, document: dict[str, Any], *, most: int = working.MOST) -> dict[str, Any]:
        number = self.ask(kind, code, document)
        claim = uuid4()
        Preview.objects.filter(id=number).update(state="running", claim=claim)
        working.work(number, claim, most=most)
        row = preview(number, organisation=self.home)
        assert row.state == "done"
        found: dict[str, Any] = row.told
        return found


def open_shop() -> Shop:
    since = AT - timedelta(days=400)
    home = found_organisation("Riverside", zone="Europe/London", by=gate.HOUSE, actor=SETUP, at=since)
    (market,) = open_merchants(
        home, [NewMerchant("Market", "Europe/London", "GBP")], by=gate.HOUSE, actor=SETUP, at=since
    )
    define_unit("points", "Points", zone="Europe/London", actor=SETUP, at=since)
    for kind, code, document in TERMS:
        publish(kind, code, document, organisation=home, begins_at=since, moving_in=True, actor=SETUP, at=AT)
    shop = Shop(home, market)
    names = ["ann", "bo"]
    made = people.enrol([NewMember(home, "till", since, {"given_name": one}) for one in names], actor=SETUP, at=AT)
    shop.members = dict(zip(names, made, strict=True))
    shop.sales = [shop.buy(*one) for one in BOUGHT]
    return shop


@pytest.fixture(scope="module")
def _built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Shop]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield open_shop()
        transaction.set_rollback(True)


@pytest.fixture
def shop(_built: Shop, db: None) -> Shop:
    return _built


DOUBLE: Final = {**BASE, "award": {"type": "per-amount", "units": 2, "per": 100}}


def test_an_earn_rule_doubled_costs_so_much_more(shop: Shop) -> None:
    told = shop.told("earn", "base", DOUBLE)
    assert told["units"] == {"points": [101, 175, 101, None]}  # 31 + 36 + 61 + 17, and 30 for visits
    assert (told["bills"], told["replayed"], told["of_members"], told["earlier"]) == (5, 5, 4, 0)
    assert told["discount"] == {"GBP": [200, 200, 200]}
    assert told["paid"] == {"GBP": [100, 100, 100]}
    assert told["cost"] == {"GBP": [200 + 101 * 5, 200 + 175 * 5, None]}
    assert told["members"] == {"more": 2, "fewer": 0, "same": 0}
    assert [one["units"]["points"] for one in told["largest"]] == [[30, 61], [28, 46], [25, 41], [18, 27]]
    assert told["largest"][0]["sale"] == typed("sal", shop.sales[3])
    assert told["largest"][0]["after"] - told["largest"][0]["before"] == 31 * 5
    sums = [sum(one[side] for one in told["weeks"]) for side in ("before", "after")]
    assert sums == told["cost"]["GBP"][:2]


def test_an_exclusion_takes_what_it_excludes(shop: Shop) -> None:
    told = shop.told("earn", "base", {**BASE, "what": {"not_categories": ["drinks/tea"]}})
    assert told["units"] == {"points": [101, 83, 101, None]}
    assert told["members"] == {"more": 0, "fewer": 1, "same": 1}
    assert [one["sale"] for one in told["largest"]] == [typed("sal", shop.sales[2])]


@pytest.mark.parametrize(("kind", "code", "document"), TERMS, ids=[kind for kind, _, _ in TERMS])
def test_terms_that_do_not_change_cost_nothing(kind: str, code: str, document: dict[str, Any], shop: Shop) -> None:
    told = shop.told(kind, code, document)
    for before, after, *_ in (*told["units"].values(), *told["cost"].values(), *told["discount"].values()):
        assert before == after
    assert told["largest"] == []
    assert told["members"] == {"more": 0, "fewer": 0, "same": 2}
    assert told["units"]["points"][0] == told["units"]["points"][2]  # and the replay is what was booked


def test_limits_count_on_from_what_was_used_before(shop: Shop) -> None:
    for days in (92, 80):  # of one month, the first before these days: it took the visit
        shop.buy(days, "ann", "food", 500)
    told = shop.told("earn", "visit", {**VISIT, "award": {"type": "fixed", "units": 20}})
    assert told["units"]["points"] == [106, 106 + 30, 106, None]
    told = shop.told("earn", "visit", {**VISIT, "limits": [{"most": 2, "every": "month"}]})
    assert told["units"]["points"][:2] == [106, 106 + 20]  # one for Ann, one for Bo


def test_a_limit_that_slides(shop: Shop) -> None:
    told = shop.told("earn", "visit", {**VISIT, "limits": [{"most": 1, "sliding": "20D"}]})
    assert told["units"]["points"][:2] == [101, 101]
    told = shop.told("earn", "visit", {**VISIT, "limits": [{"most": 1, "sliding": "36D"}]})
    assert told["units"]["points"][:2] == [101, 91]  # Ann came after thirty days, and after thirty-five


def test_rules_that_share_a_group_or_a_budget_are_decided_together(shop: Shop) -> None:
    """The rule that was outranked gives, where the draft takes the other's place away."""
    first = {**BASE, "group": "one", "priority": 2, "conditions": {"least": {"purchase": 2000}}}
    rate = {"type": "per-amount", "units": 1, "per": 1000}
    shared = {"most": 3, "of": "units", "per": "all", "shared": "pot"}
    since = AT - timedelta(days=399)
    for code, document in (
        ("first", first), ("second", {**BASE, "award": rate, "group": "one", "limits": [shared]}),
        ("third", {"unit": "points", "award": {"type": "fixed", "units": 1}, "limits": [shared]}),
    ):  # fmt: skip
        publish("earn", code, document, organisation=shop.home, begins_at=since, moving_in=True, actor=SETUP, at=AT)
    told = shop.told("earn", "first", first)
    before = told["units"]["points"][0]
    # "second" and "third" share the pot: of a bill each gets 1, of the next "second" the last; "first" gives 30.
    assert before == told["units"]["points"][1] == 101 + 1 + 1 + 1 + 30
    told = shop.told("earn", "first", {**first, "conditions": {"least": {"purchase": 1500}}})
    # "first" is for three bills now, and keeps "second" out: the pot is "third"'s alone.
    assert told["units"]["points"][:2] == [before, 101 + 15 + 18 + 30 + 3]


def test_an_offer_takes_more_off_and_leaves_less_to_earn(shop: Shop) -> None:
    told = shop.told(
        "promotion", "tea", {**TEA, "offer": {**TEA["offer"], "benefit": {"type": "percent", "permille": 200}}}
    )
    assert told["discount"] == {"GBP": [200, 400, 200]}
    assert told["units"]["points"][:2] == [101, 99]


def test_points_that_pay_more_are_owed_more(shop: Shop) -> None:
    told = shop.told("points-payment", "points", {**PAYING, "worth": 10})
    assert told["paid"] == {"GBP": [100, 200, 100]}
    assert told["cost"] == {"GBP": [300, 400, None]}
    assert told["units"]["points"][:2] == [101, 100]  # what is paid with points earns none
    assert told["held"] == [{"unit": "points", "currency": "GBP", "units": 141, "before": 705, "after": 1410}]


def test_coupons_that_were_shown_are_shown_again(shop: Shop) -> None:
    issued = issue("two", organisation=shop.home, to=[Gift(shop.members["ann"])] * 2, actor=SETUP, at=AT).coupons
    used, short = (str(one.code) for one in issued)
    shop.buy(10, "ann", "food", 2500, codes=(used,))
    shop.buy(9, "ann", "food", 1500, codes=(short,))  # below the minimum
    offer = {**SERIES["offer"], "benefit": {"type": "amount", "amount": 500}}
    assert shop.told("coupon-series", "two", {**SERIES, "offer": offer})["discount"] == {"GBP": [400, 700, 400]}
    lower = {**SERIES["offer"], "conditions": {"least": {"purchase": 1000}}}
    assert shop.told("coupon-series", "two", {**SERIES, "offer": lower})["discount"] == {"GBP": [400, 600, 400]}


def test_a_higher_threshold_of_a_ladder_keeps_members_below(shop: Shop) -> None:
    gold = {
        **BASE,
        "award": {"type": "per-amount", "units": 1, "per": 10},
        "conditions": {"who": {"tiers": ["status/gold"]}},
    }
    publish("earn", "gold", gold, organisation=shop.home, begins_at=AT - timedelta(days=399), moving_in=True,
            actor=SETUP, at=AT)  # fmt: skip
    shop.buy(10, "bo", "food", 1000)  # 10 points, and 10; and 100 as he is gold by the two bills before
    told = shop.told("ladder", "status", LADDER)
    # Ann is gold since before these days (60 points): what she has then stays.
    assert told["units"]["points"] == [121 + 157 + 89 + 100, 121 + 157 + 89 + 100, 221, None]
    assert told["levels"] == {"gold": [2, 2]}
    higher = {**LADDER, "levels": [{"code": "green"}, {"code": "gold", "reach": [{"points": 200}]}]}
    told = shop.told("ladder", "status", higher)
    assert told["units"]["points"][:2] == [467, 367]
    assert told["members"] == {"more": 0, "fewer": 1, "same": 1}
    assert told["levels"] == {"gold": [2, 1], "green": [0, 1]}
    number, ann, bo = Preview.objects.get(document=higher).id, shop.members["ann"], shop.members["bo"]
    assert [one.member for one in on_level(number, "gold", drafted=False)] == [bo, ann]  # the largest difference first
    assert [one.member for one in on_level(number, "gold", drafted=True)] == [ann]
    fewer, same = behind(number, -1), behind(number, 0)
    assert [(one.member, one.told["units"]["points"]) for one in (*fewer, *same)] == [
        (bo, [178, 78]),
        (ann, [289, 289]),
    ]


def test_days_that_a_draft_names_are_left_out_where_they_lie_elsewhere(shop: Shop) -> None:
    coming = {**BASE, "conditions": {"when": {"begins_on": "2026-06-01", "ends_on": "2026-06-30"}}}
    told = shop.told("earn", "june", coming)
    assert told["undated"] is True
    assert told["units"]["points"][:2] == [101, 101 + 71]


def test_purchases_of_before_the_programme_count_as_members_are_now(shop: Shop) -> None:
    record_before([shop.bill(5, "bo", "food", 1000)], actor=SETUP, at=AT)
    told = shop.told("earn", "base", DOUBLE)
    assert (told["bills"], told["earlier"]) == (6, 1)
    assert told["units"]["points"][:3] == [101 + 20, 175 + 30, 101]


def test_it_is_stopped_and_asked_again(shop: Shop) -> None:
    number = shop.ask("earn", "base", DOUBLE)
    stop(number, organisation=shop.home, actor=SETUP, at=AT)
    assert preview(number, organisation=shop.home).state == "stopped"
    assert working.work_due(at=AT) == 0
    again(number, date(2026, 3, 1), date(2026, 3, 31), organisation=shop.home, actor=SETUP, at=AT)
    with pytest.raises(PreviewRefused):
        again(number, date(2026, 3, 1), date(2026, 3, 31), organisation=shop.home, actor=SETUP, at=AT)
    assert working.work_due(at=AT) == 1
    row = preview(number, organisation=shop.home)
    assert (row.state, row.part, row.whole, row.told["units"]["points"][:2]) == ("done", 3, 3, [83, 148])
    with pytest.raises(PreviewRefused):
        stop(number, organisation=shop.home, actor=SETUP, at=AT)
    with pytest.raises(UnknownPreview):
        stop(number, organisation=uuid4(), actor=SETUP, at=AT)


def test_who_is_at_it_looks_up_between_two_batches(shop: Shop) -> None:
    number, claim = shop.ask("earn", "base", DOUBLE), uuid4()
    Preview.objects.filter(id=number).update(state="running", claim=claim)
    stop(number, organisation=shop.home, actor=SETUP, at=AT)
    assert preview(number, organisation=shop.home).state == "running"
    working.work(number, claim)
    assert preview(number, organisation=shop.home).state == "stopped"


def test_what_ended_three_workers_is_given_up(shop: Shop) -> None:
    number = shop.ask("earn", "base", DOUBLE)
    Preview.objects.filter(id=number).update(tries=3)
    working.work_due(at=AT)
    assert preview(number, organisation=shop.home).state == "failed"


def test_a_draft_is_published_once_and_leads_back(shop: Shop) -> None:
    number = shop.ask("earn", "base", DOUBLE)
    made = publish_draft(number, organisation=shop.home, actor=SETUP, at=AT)
    assert (made.version, preview(number, organisation=shop.home).version) == (2, made.id)
    with pytest.raises((PreviewRefused, TermsClash)):
        publish_draft(number, organisation=shop.home, actor=SETUP, at=AT)
    with pytest.raises(PreviewRefused):
        drop(number, organisation=shop.home, actor=SETUP, at=AT)
    other = shop.ask("earn", "base", DOUBLE)
    drop(other, organisation=shop.home, actor=SETUP, at=AT)
    with pytest.raises(UnknownPreview):
        preview(other, organisation=shop.home)


def test_what_past_purchases_say_nothing_about_is_refused(shop: Shop) -> None:
    with pytest.raises(PreviewRefused):
        shop.ask("balance-cap", "points", {"unit": "points", "most": 100})
    with pytest.raises(PreviewRefused):
        shop.ask(
            "earn", "birthday", {"unit": "points", "award": {"type": "fixed", "units": 5}, "occasions": ["birthday"]}
        )
    with pytest.raises(PreviewRefused):
        ask(NewPreview(shop.home, "earn", "base", BASE, AT.date(), AT.date()), actor=SETUP, at=AT)


def test_a_sample_says_so_and_its_interval_holds_the_truth() -> None:
    """Members by chance, each with all their purchases: of 60 samples the interval misses few."""
    chance = random.Random(5)
    town = [(uuid4(), [chance.choice([500, 1200, 9000]) for _ in range(chance.randint(1, 6))]) for _ in range(200)]
    whole = sum(len(bills) for _, bills in town)
    truth = sum(amount // 100 for _, bills in town for amount in bills)
    missed = 0
    for _ in range(60):
        totals = Totals.of({}, {}, sampled=True)
        for member, bills in town:
            if chance.random() < 0.3:
                for amount in bills:
                    occasion = Occasion(AT, currency="GBP", lines=(Line(1, "goods", amount),))
                    bill = Bill(uuid4(), member, member, occasion, None, True, Came())
                    totals.add(bill, Came({"points": amount // 100}), Came({"points": amount // 100 * 2}))
        before, after, _, give = totals.told(whole)["units"]["points"]
        assert give > 0
        missed += not (after - before - give <= truth <= after - before + give)
    assert missed <= 12  # 3 expected


def test_of_too_many_purchases_a_sample_is_looked_at(shop: Shop) -> None:
    days = Days(shop.home, AT - timedelta(days=90), AT, drawn=DRAWN // 2, chance=11)
    book_now = book(shop.home)
    drawn = [bill.id for bills in Reader.of(days, book_now, {}).batches() for bill in bills]
    again_drawn = [bill.id for bills in Reader.of(days, book_now, {}).batches() for bill in bills]
    assert drawn == again_drawn
    by_whom = {1: shop.members["ann"], 2: shop.members["bo"], 3: shop.members["bo"], 4: shop.members["ann"]}
    whole = {who: {shop.sales[n] for n, one in by_whom.items() if one == who} for who in by_whom.values()}
    assert all(not ids & set(drawn) or ids <= set(drawn) for ids in whole.values())  # a member whole, or not at all
    told = shop.told("earn", "base", DOUBLE, most=2)
    assert told["bills"] == 5
    assert told["replayed"] <= 5
