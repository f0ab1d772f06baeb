"""Coupons: how codes look, who may use them, and that what is taken is what was used."""

from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given as over
from hypothesis import strategies as st
from tests.members.shop import ANN, AT, OURS, THEIRS, enrol
from tests.programme.promotions_made import (
    TENTH,
    basket,
    given,
    issued,
    offer,
    promotion,
    series,
    used,
    why,
)
from tests.statements import counted

from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.members.erasing import erase
from regulars.members.merging import merge, unmerge
from regulars.programme import people_coupons
from regulars.programme.coupons import codes
from regulars.programme.coupons.moves import Binding, Gift, OldCode
from regulars.programme.coupons.offering import offers_for
from regulars.programme.coupons.terms import SERIES
from regulars.programme.coupons.wallet import listed, wallet
from regulars.programme.errors import (
    CouponClash,
    CouponClosed,
    UnknownCoupon,
    UnknownTerms,
    WrongTerms,
)
from regulars.programme.models import Coupon, CouponUse, LevelCoupon, Use
from regulars.programme.services import coupons as verbs
from regulars.programme.services import coupons_handing, coupons_issuing, coupons_using
from regulars.programme.services.terms import publish
from regulars.rules.pricing import GiftDue, Points
from regulars.rules.reasons import Why

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECRET = b"s" * 32


@over(st.integers(0, codes.MOST - 1))
def test_a_code_leads_back_to_its_number_however_it_is_typed(number: int) -> None:
    text = codes.write(number, SECRET)
    assert codes.read(f" {text.lower().replace('-', ' ')}", SECRET) == number
    assert codes.read(text, b"t" * 32) is None


@over(st.integers(0, codes.MOST - 1), st.integers(0, codes.LENGTH - 1), st.sampled_from(codes.LETTERS))
def test_a_mistyped_letter_is_no_code(number: int, place: int, letter: str) -> None:
    plain = codes.normal(codes.write(number, SECRET))
    wrong = plain[:place] + letter + plain[place + 1 :]
    swapped = plain[:place] + plain[place : place + 2][::-1] + plain[place + 2 :]
    assert wrong == plain or codes.read(wrong, SECRET) is None
    assert swapped == plain or codes.read(swapped, SECRET) is None


def test_codes_look_nothing_alike_and_have_no_letter_that_is_read_for_another() -> None:
    made = [codes.normal(codes.write(number, SECRET)) for number in range(1000)]
    assert len(set(made)) == 1000
    assert len({code[:4] for code in made}) > 990, "of 279,841 possible"
    assert not set("".join(made)) & set("01258BILOQSUZ")


@pytest.mark.django_db
def test_a_code_is_not_kept_and_can_still_be_listed_by_who_has_the_key() -> None:
    series()
    made = issued(3)
    assert [one.code for one in listed(organisation=OURS, at=AT, series="spring")] == [one.code for one in made]
    assert list(Coupon.objects.values_list("text", "mark")) == [(None, None)] * 3
    assert Entry.objects.filter(what="coupons.issue").count() == 1


@pytest.mark.django_db
def test_a_coupon_is_good_once() -> None:
    series()
    (one,) = issued()
    assert used(basket(one.code)).priced.discount == 100
    again = used(basket(one.code))
    assert (again.priced.discount, why(again)) == (0, {"spring": Why.USED})
    assert [each.state for each in listed(organisation=OURS, at=AT)] == ["redeemed"]


@pytest.mark.django_db
def test_unknown_made_up_and_foreign_codes_are_answered_alike() -> None:
    series()
    series(organisation=THEIRS)
    (foreign,) = issued(organisation=THEIRS)
    coupons_issuing.issue_shared("spring", ["THEIRS"], organisation=THEIRS, actor=ANN, at=AT)
    shown = ["NOSUCH", "theirs", str(foreign.code), "3333-3333-3333-3333"]
    told = used(basket(*shown))
    assert {one.reason.why for one in told.priced.not_applied} == {Why.UNKNOWN_CODE}
    assert {one.reference for one in told.priced.not_applied} == set(shown)
    assert [one.coupon for one in told.shown] == [None] * 4


@pytest.mark.django_db
def test_shared_codes_are_good_for_many_and_cannot_be_taken_twice() -> None:
    series()
    coupons_issuing.issue_shared("spring", ["Spring-26"], organisation=OURS, actor=ANN, at=AT)
    assert [used(basket("spring26")).priced.discount for _ in range(3)] == [100] * 3
    for text in ("SPRING 26", "ab", str(issued()[0].code)):
        with pytest.raises(CouponClash):
            coupons_issuing.issue_shared("spring", [text], organisation=OURS, actor=ANN, at=AT)
    assert [one.code for one in listed(organisation=OURS, at=AT) if one.shared] == ["SPRING26"]


@pytest.mark.django_db
def test_codes_of_an_older_programme_go_on() -> None:
    ada = enrol(("email", "ada@example.com"))
    series()
    old = [OldCode("XK-99-0001", member=ada), OldCode("XK-99-0002", expires_at=AT + HOUR)]
    coupons_issuing.take_over("spring", old, organisation=OURS, actor=ANN, at=AT)
    assert used(basket("xk990001")).priced.discount == 100
    assert why(used(basket("xk990001"))) == {"spring": Why.USED}
    assert why(used(basket("XK-99-0002", at=AT + HOUR))) == {"spring": Why.TOO_LATE}
    assert not Coupon.objects.exclude(text=None).exists()


@pytest.mark.django_db
def test_a_coupon_of_one_alone_and_one_that_anyone_may_use() -> None:
    ada, bob = enrol(("email", "ada@example.com")), enrol(("email", "bob@example.com"))
    series(transferable=False)
    (own,) = given(ada, binding=Binding.HARD).coupons
    (soft,) = given(ada).coupons
    assert {one.id for one in wallet(ada, organisation=OURS, at=AT)} == {own.id, soft.id}
    assert why(used(basket(own.code, member=bob))) == {"spring": Why.OTHER_PERSON}
    assert why(used(basket(own.code))) == {"spring": Why.OTHER_PERSON}
    assert used(basket(soft.code, member=bob)).priced.discount == 100
    with pytest.raises(CouponClosed):
        verbs.assign([(own.id, bob)], Binding.HARD, organisation=OURS, actor=ANN, at=AT)
    assert used(basket(own.code, member=ada)).priced.discount == 100
    assert wallet(ada, organisation=OURS, at=AT) == []
    assert len(wallet(ada, organisation=OURS, at=AT, also_over=True)) == 2


@pytest.mark.django_db
def test_many_members_are_given_one_each_and_once_for_a_thing() -> None:
    members = [enrol(("email", f"m{n}@example.com")) for n in range(3)]
    series()
    to = [Gift(member, f"gold 2026 {member}") for member in members]
    first = coupons_issuing.issue("spring", organisation=OURS, to=to, actor=ANN, at=AT)
    again = coupons_issuing.issue("spring", organisation=OURS, to=to, actor=ANN, at=AT)
    assert ([one.member for one in first.coupons], again.coupons) == (members, ())
    assert Coupon.objects.count() == 3


@pytest.mark.django_db
def test_lives_end_at_the_end_of_a_day_or_with_the_window() -> None:
    series("lives", life="30D@day")
    (one,) = issued(code="lives")
    assert one.expires_at == (AT + 31 * DAY).replace(hour=0, minute=0)
    window = {"when": {"ends_on": "2026-05-10"}, **offer()["conditions"]}
    series("windowed", life="30D", offer=offer(conditions=window))
    (other,) = issued(code="windowed")
    assert other.expires_at == AT.replace(day=11, hour=0, minute=0)
    assert used(basket(one.code, at=one.expires_at - DAY)).priced.discount == 100
    assert why(used(basket(other.code, at=other.expires_at))) == {"windowed": Why.TOO_LATE}


@pytest.mark.django_db
def test_due_coupons_are_marked_and_were_good_for_nothing_before() -> None:
    series(life="1D")
    (one,) = issued()
    later = AT + DAY
    assert [each.state for each in listed(organisation=OURS, at=later)] == ["expired"]
    assert verbs.expire_due(actor=ANN, at=later - HOUR) == 0
    assert (verbs.expire_due(actor=ANN, at=later), verbs.expire_due(actor=ANN, at=later)) == (1, 0)
    assert Coupon.objects.get().state == "expired"
    # A till that was offline delivers what happened while it was good.
    assert used(basket(one.code, at=later - HOUR), at=later + DAY).priced.discount == 100


@pytest.mark.django_db
def test_sem_34_codes_that_were_handed_out_keep_their_promise() -> None:
    series(life="1Y")
    (old,) = issued()
    later = AT + DAY
    publish(SERIES, "spring", {"name": "Less", "offer": offer({**TENTH, "permille": 10})}, organisation=OURS,
            actor=ANN, at=later)  # fmt: skip
    (new,) = issued(at=later)
    assert used(basket(old.code, at=later)).priced.discount == 100
    assert used(basket(new.code, at=later)).priced.discount == 10
    told = CouponUse.objects.values_list("discount", flat=True)
    assert sorted(told) == [10, 100]


@pytest.mark.django_db
def test_revoked_coupons_are_good_for_nothing_one_by_one_or_by_batch() -> None:
    series()
    batch = coupons_issuing.issue("spring", 3, organisation=OURS, actor=ANN, at=AT)
    one, two, _ = batch.coupons
    used(basket(one.code))
    assert verbs.revoke([two.id], organisation=OURS, reason="lost", actor=ANN, at=AT) == 1
    assert why(used(basket(two.code))) == {"spring": Why.REVOKED}
    assert verbs.revoke(batch=batch.batch, organisation=OURS, reason="recalled", actor=ANN, at=AT) == 1
    assert [each.state for each in listed(organisation=OURS, at=AT, batch=batch.batch)] == [
        "redeemed",
        "revoked",
        "revoked",
    ]
    for wrong in ({"coupons": [uuid4()]}, {"batch": uuid4()}):
        with pytest.raises(UnknownCoupon):
            verbs.revoke(**wrong, organisation=OURS, reason="", actor=ANN, at=AT)
    with pytest.raises(UnknownCoupon):
        verbs.revoke([one.id], organisation=THEIRS, reason="", actor=ANN, at=AT)


@pytest.mark.django_db
def test_wallets_follow_a_merge_and_its_undoing() -> None:
    ada, bob = enrol(("email", "ada@example.com")), enrol(("email", "bob@example.com"))
    series()
    (own,) = given(bob, binding=Binding.HARD).coupons
    merge(ada, bob, organisation=OURS, reason="the same", actor=ANN, at=AT)
    assert [one.id for one in wallet(ada, organisation=OURS, at=AT)] == [own.id]
    held = basket(own.code, member=ada)
    assert used(held, until=AT + HOUR).priced.discount == 100
    coupons_using.release([held.id], actor=ANN, at=AT)
    unmerge(bob, organisation=OURS, reason="not the same", actor=ANN, at=AT)
    assert wallet(ada, organisation=OURS, at=AT) == []
    assert why(used(basket(own.code, member=ada))) == {"spring": Why.OTHER_PERSON}
    assert used(basket(own.code, member=bob)).priced.discount == 100


@pytest.mark.django_db
def test_a_batch_sees_what_it_took_itself_in_as_many_statements_as_one() -> None:
    series(limits=[{"most": 2, "per": "all"}])
    made = issued(7)
    used(basket(made[0].code))
    # The edition of the terms; coupons found, locked; counters locked, taken of; uses, coupons, the trail.
    wanted = ["SELECT"] * 4 + ["WITH", "INSERT", "UPDATE", "INSERT"]
    for batch in (made[1:2], made[2:]):
        baskets = [basket(one.code, amount=100 * n) for n, one in enumerate(batch, 1)]
        with counted() as seen:
            told = coupons_using.checkout(baskets, organisation=OURS, actor=ANN, at=AT)
        words = [said.split()[0] for said in seen]
        assert [what for what in words if "SAVEPOINT" not in what and what != "RELEASE"] == wanted
        wanted = wanted[:4]  # nothing is left: nothing is written
    assert {why(one)["spring"] for one in told} == {Why.BUDGET_SPENT}


@pytest.mark.django_db
def test_a_preview_is_the_same_and_writes_nothing() -> None:
    series(limits=[{"most": 1, "per": "all"}])
    one, two = issued(2)
    asked = [basket(one.code), basket(two.code)]
    offers = offers_for(asked, organisation=OURS, locked=False, at=AT)
    tried = [offers.decide(each) for each in asked]
    assert Use.objects.count() == 0
    assert coupons_using.checkout(asked, organisation=OURS, actor=ANN, at=AT) == tried


@pytest.mark.django_db
def test_points_and_gifts_are_told_as_effects() -> None:
    from regulars.ledger.services import define_unit

    define_unit("points", "Points", actor=ANN, at=AT)
    promotion("bonus", offer=offer({"type": "points", "unit": "points", "amount": 5, "per": 100}),
              limits=[{"most": 60, "of": "units", "per": "all"}])  # fmt: skip
    promotion("mug", offer=offer({"type": "gift", "item": "mug"}))
    told = used(basket())
    assert dict(told.effects) == {"bonus": Points("points", 50), "mug": GiftDue("mug", 1)}
    assert dict(used(basket()).effects)["bonus"] == Points("points", 10)


@pytest.mark.django_db
def test_all_or_nothing_counts_codes_that_are_unknown() -> None:
    publish("pricing-policy", "default", {"typed": "all-or-nothing"}, organisation=OURS, actor=ANN, at=AT)
    series()
    (one,) = issued()
    told = used(basket(one.code, "NOSUCH"))
    assert why(told) == {"spring": Why.ALL_OR_NOTHING, "NOSUCH": Why.UNKNOWN_CODE}
    assert used(basket(one.code)).priced.discount == 100


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (offer({"type": "percent", "permille": 2000}), "/offer/benefit/permille"),
        (offer({"type": "amount", "amount": 5}), "/offer/currency"),
        (offer({"type": "fixed-price"}, currency="GBP"), "/offer/benefit"),
        (offer({"type": "n-for-m", "take": 2, "pay": 2}), "/offer/benefit/pay"),
        (offer({"type": "cheapest-free", "of": 2, "free": 2}), "/offer/benefit/free"),
        (offer({"type": "bundle", "parts": [], "price": 1}, currency="GBP"), "/offer/benefit/parts"),
        (offer({"type": "gift", "item": ""}), "/offer/benefit/item"),
        (offer({"type": "points", "unit": "nowhere", "amount": 1}), "/offer/benefit/unit"),
        (offer(most=0), "/offer/most"),
        (offer(stacking={"together": 0}), "/offer/stacking/together"),
        (offer(currency="pounds"), "/offer/currency"),
        (offer(colour="red"), "/offer/colour"),
    ],
)  # fmt: skip
def test_terms_that_would_surprise_people_are_refused_with_their_place(document: dict[str, Any], pointer: str) -> None:
    with pytest.raises(WrongTerms) as refused:
        series(offer=document)
    assert [one["pointer"] for one in refused.value.facts["errors"]] == [pointer]  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_a_series_that_is_not_there_or_wrong_gives_no_coupons() -> None:
    with pytest.raises(UnknownTerms):
        issued(code="nowhere")
    for wrong in ({"life": "soon"}, {"uses": 0}, {"name": " "}):
        with pytest.raises(WrongTerms):
            series(**wrong)


@pytest.mark.django_db
def test_the_order_in_which_codes_are_typed_changes_nothing() -> None:
    for code, priority in (("a", 0), ("b", 1), ("c", 0)):
        series(code, offer=offer(stacking={"priority": priority, "group": "" if code == "b" else "g"}))
        issued(1, code)
    typed = {one.series: one.code for one in listed(organisation=OURS, at=AT)}
    for order in permutations("abc"):
        asked = basket(*(typed[code] for code in order))
        told = offers_for([asked], organisation=OURS, locked=False, at=AT).decide(asked)
        assert [one.offered.code for one in told.priced.applied] == ["b", "a"]
        assert why(told) == {"c": Why.OUTRANKED}


@pytest.mark.django_db
def test_sem_23_coupons_of_a_level_are_handed_over_once_and_wait_for_their_series() -> None:
    ada = enrol(("email", "ada@example.com"))
    note = {"organisation": OURS, "member": ada, "own": ada, "ladder": "club", "version": uuid4(), "issued_at": AT}
    for level, name in (("gold", "spring"), ("silver", "later")):
        LevelCoupon.objects.create(**note, level=level, benefit=level, period="2026", series=name, count=2)
    series()
    assert [coupons_handing.hand_over_due(actor=ANN, at=AT) for _ in range(2)] == [1, 0]
    mine = wallet(ada, organisation=OURS, at=AT)
    assert [(one.series, one.hard) for one in mine] == [("spring", True)] * 2
    series("later")
    assert [coupons_handing.hand_over_due(actor=ANN, at=AT) for _ in range(2)] == [1, 0]
    assert len(wallet(ada, organisation=OURS, at=AT)) == 4


@pytest.mark.django_db
def test_an_erasure_revokes_what_was_not_used_and_leaves_the_rest_with_nobody() -> None:
    ada = enrol(("email", "ada@example.com"))
    series()
    one, two = (given(ada, binding=Binding.HARD).coupons[0] for _ in range(2))
    used(basket(one.code, member=ada))
    told = people_coupons.export([ada])
    assert {each["id"]: each["state"] for each in told["coupons"]} == {
        typed("cpn", one.id): "redeemed",
        typed("cpn", two.id): "issued",
    }
    assert [each["discount"] for each in told["coupon_uses"]] == [100]
    assert people_coupons.undo([ada], deed=uuid4(), actor=ANN, at=AT) == [ada]
    erase(ada, organisation=OURS, reason="asked", actor=ANN, at=AT)
    assert set(Coupon.objects.values_list("state", "member", "hard")) == {
        ("redeemed", None, False),
        ("revoked", None, False),
    }
    assert set(CouponUse.objects.values_list("member", "shown")) == {(None, None)}
    assert why(used(basket(two.code))) == {"spring": Why.REVOKED}
