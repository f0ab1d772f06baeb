"""Personal lists: each once for its period, a coupon a product, the newest in force; at the till by card or by code."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.api.shop import now
from tests.api.world import Till, make_world
from tests.members.shop import ANN, AT, OURS, enrol
from tests.programme.promotions_made import given, series, used, why

from regulars.basics.ids import new_id, typed, untyped
from regulars.members.merging import merge
from regulars.programme import people_coupons
from regulars.programme.coupons.lists import OpenList, open_lists
from regulars.programme.coupons.moves import Basket
from regulars.programme.errors import CouponNeedsProduct
from regulars.programme.models import Coupon, OfferList
from regulars.programme.services.offer_lists import NewLine, NewList, end, make
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Line, Occasion
from regulars.rules.reasons import Why

DAY = timedelta(days=1)
TENTH, FIFTH = ({"benefit": {"type": "percent", "permille": permille}} for permille in (100, 200))


def published() -> None:
    series("tenth", offer=TENTH, per_item=True, life="20D")
    series("fifth", offer=FIFTH, per_item=True)


def made(member: UUID, period: str = "one", *, at: object = AT) -> int:
    lines = (NewLine("tea", "Tea", "due", None, "tenth"), NewLine("jam", "Jam", "habit", None, "fifth"),
             NewLine("salt", "Salt", "with"))  # fmt: skip
    return make([NewList(member, lines)], organisation=OURS, made_for=period, actor=ANN, at=at)  # type: ignore[arg-type]


def of(member: UUID, *, at: object = AT) -> OpenList:
    return open_lists([member], organisation=OURS, at=at)[member]  # type: ignore[arg-type]


def bill(*items: str, member: UUID | None = None, codes: tuple[str, ...] = (), at: object = AT) -> Basket:
    lines = tuple(Line(number, item, 1000) for number, item in enumerate(items, 1))
    occasion = Occasion(at, currency="GBP", lines=lines)  # type: ignore[arg-type]
    return Basket(new_id(AT), occasion, MemberFacts() if member else None, member, member, codes)


@pytest.mark.django_db
def test_a_list_is_made_once_for_its_period_and_redeemed_by_whoever_it_is_for() -> None:
    ada, bob = enrol(("email", "ada@example.com")), enrol(("email", "bob@example.com"))
    published()
    assert (made(ada), made(ada), made(bob)) == (1, 0, 1)
    assert Coupon.objects.count() == 4
    mine = of(ada)
    assert [(one.item, one.version.code if one.version else None) for one in mine.lines] == [
        ("tea", "tenth"), ("jam", "fifth"), ("salt", None),
    ]  # fmt: skip
    assert mine.until == AT + 20 * DAY
    told = used(bill("tea", "jam", "salt", "rice", member=ada))
    assert [line.discount for line in told.priced.lines] == [100, 200, 0, 0]
    assert used(bill("tea", member=ada)).priced.discount == 0  # each once
    assert [one.used for one in of(ada).lines] == [True, True, False]
    theirs = used(bill("tea", member=ada, codes=(of(bob).code,)))
    assert (theirs.priced.discount, why(theirs)) == (0, {of(bob).code: Why.OTHER_PERSON})
    assert why(used(bill("tea", codes=(of(bob).code,)))) == {of(bob).code: Why.NO_MEMBER}
    with pytest.raises(CouponNeedsProduct):
        given(ada, code="tenth")


@pytest.mark.django_db
def test_a_new_list_ends_the_one_before_and_a_late_bill_is_judged_by_its_own_time() -> None:
    ada, ann = enrol(("email", "ada@example.com")), enrol(("email", "ann@example.com"))
    published()
    made(ada)
    made(ann)
    first, later = of(ada), AT + 14 * DAY
    merge(ada, ann, organisation=OURS, reason="one", actor=ANN, at=AT + DAY)
    made(ada, "two", at=later)  # of one person now: both lists are over
    assert OfferList.objects.filter(ends_at=later).count() == 2
    gone = used(bill("tea", member=ada, codes=(first.code,), at=later))
    assert (gone.priced.discount, why(gone)[first.code]) == (100, Why.TOO_LATE)  # that of the new one
    late = used(bill("tea", member=ada, at=AT + 2 * DAY), at=later + DAY)
    assert late.priced.discount == 100
    assert end(["two"], organisation=OURS, actor=ANN, at=later + 2 * DAY) == 1
    assert end(["two"], organisation=OURS, actor=ANN, at=later + 2 * DAY) == 0
    assert open_lists([ada], organisation=OURS, at=later + 2 * DAY) == {}
    assert used(bill("jam", member=ada, at=later + 2 * DAY)).priced.discount == 0
    exported = people_coupons.export([ada, ann])
    assert [one["products"] for one in exported["offer_lists"]] == [["Tea", "Jam", "Salt"]] * 3
    assert people_coupons.erase([ada, ann], deed=UUID(int=1), actor=ANN, at=later)["lists"] == 3
    assert not OfferList.objects.exists()


@pytest.mark.django_db
def test_at_the_till_the_code_alone_does_what_the_card_does(db: None) -> None:
    world = make_world()
    office, till = Till(world.key("administrator")), Till(world.key("till"))
    for code, one in (("tenth", TENTH), ("fifth", FIFTH)):
        document = {"name": code.title(), "per_item": True, "offer": one}
        said = office.done("/programme/terms", {"kind": "coupon-series", "code": code, "document": document})
        assert "each for one product, which is named on it" in said["sentence"]
    ada = till.done("/members", {"facts": {"given_name": "Ada"}})["id"]
    member, home, at = untyped("mbr", ada), world.organisation, now()
    lines = (NewLine("tea", "Tea", "due", None, "tenth"), NewLine("jam", "Jam", "due", None, "fifth"))
    for period in ("one", "two"):
        make([NewList(member, lines)], organisation=home, made_for=period, actor=ANN, at=at)
        code = open_lists([member], organisation=home, at=at)[member].code
        asked = {
            "source": "till-1", "external_id": period, "merchant": typed("mrc", world.merchant), "currency": "GBP",
            "lines": [
                {"item": "tea", "amount": 1000}, {"item": "jam", "amount": 1000}, {"item": "rice", "amount": 500},
            ],
        }  # fmt: skip
        who = {"coupons": [code]} if period == "one" else {"member": ada}
        seen = till.look("/baskets/validate", {**{n: asked[n] for n in ("currency", "lines")}, **who}).json()
        sold = till.done("/purchases", {**asked, **who})
        again = till.done("/purchases", {**asked, **who})
        assert (seen["discount"], sold["discount"], sold["member"]) == (300, 300, ada)
        assert (again["id"], again["discount"], again["replayed"]) == (sold["id"], 300, True)
        assert [one.used for one in open_lists([member], organisation=home, at=now())[member].lines] == [True, True]
    other = {**asked, "external_id": "three", "coupons": [code]}
    assert till.done("/purchases", other)["discount"] == 0
    points = till.post("/purchases", {**other, "external_id": "four", "points": [{"unit": "points"}]})
    assert points.status_code == 422  # a list is no card
