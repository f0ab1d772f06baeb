"""S29, a department store's gold card: the top group has soft benefits, and a control group gets nothing from the first
day on; what both spend is compared for years, with its cost."""

from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from tests.members.shop import ANN
from tests.outreach.campaigns.given import AT, EARLIER, JOB, Shop

from regulars.console.selectors.knowing import cost_of
from regulars.outreach.campaigns import selectors
from regulars.outreach.campaigns.working import measure_due
from regulars.outreach.models import Arm, Campaign
from regulars.programme.checkout.booking import check_out
from regulars.programme.checkout.moves import NewPurchase, NewReturn
from regulars.programme.checkout.returning import take_back
from regulars.programme.services.terms import publish
from regulars.rules.occasion import Line
from regulars.sales.models import Sale
from regulars.sales.moves import Place, SoldLine

TENTH = {
    "name": "A tenth off with the gold card",
    "offer": {"benefit": {"type": "percent", "permille": 100}, "conditions": {"who": {"segments": ["campaign:gold"]}}},
}
YEARS = 2


def visit(shop: Shop, member: UUID, day: int, amount: int) -> NewPurchase:
    place = Place(shop.home, "till", f"{member}/{day}", shop.merchant, shop.store)
    lines = (SoldLine(Line(1, "coat", amount), cost=amount // 2),)
    return NewPurchase(place, "GBP", lines, AT + timedelta(days=day, hours=2), True, member, member)


@pytest.mark.django_db
def test_the_gold_card_is_proved_against_those_who_never_had_it() -> None:
    shop = Shop(150)
    publish("promotion", "gold", TENTH, organisation=shop.home, begins_at=EARLIER, actor=ANN, at=EARLIER)
    chance = Random(3)
    usual = {member: chance.randint(2_000, 9_000) for member in shop.members}
    before = [visit(shop, member, day, usual[member]) for member in shop.members for day in (-60, -20)]
    check_out(before, actor=ANN, at=AT)
    row = shop.launched("gold", series=None, messages=[], mark=True, window_days=365 * YEARS, holdout_share=4000)
    assert row.launch is not None
    gold, control = (
        {one.member for one in selectors.members_of(row.launch, arm=arm, limit=1_000)}
        for arm in (Arm.TREATED, Arm.HOLDOUT)
    )
    visits = [visit(shop, member, day, usual[member]) for member in shop.members for day in (30, 400)]
    visits += [visit(shop, member, 90, 6_000) for member in sorted(gold)]  # what the card brings
    check_out(visits, actor=ANN, at=AT + timedelta(days=401))

    coat = Sale.objects.filter(effective_at__gte=AT, member__in=gold).latest("effective_at")
    home = Place(shop.home, "till", "one comes back", shop.merchant, shop.store)
    take_back(NewReturn(coat.id, home, AT + timedelta(days=402)), actor=ANN, at=AT + timedelta(days=402))

    after = Sale.objects.filter(effective_at__gte=AT)
    assert set(after.filter(discount__gt=0).values_list("member", flat=True)) == gold
    assert not after.filter(discount__gt=0, member__in=control).exists()
    for day in (120, 366, 365 * YEARS):
        assert measure_due(actor=JOB, at=AT + timedelta(days=day)) == 1
    found = selectors.results_of(row)
    given = sum(after.filter(member__in=gold).values_list("discount", flat=True)) - coat.discount
    assert found[0].told["offers"] == {"bills": 3 * len(gold), "discount_minor": given}
    assert cost_of(found[0]) == given
    looks = [(one.conclusion, one.final, one.told["about"]) for one in reversed(found)]
    assert looks == [
        ("works", False, "margin_minor"),
        ("works", False, "margin_minor"),
        ("works", True, "margin_minor"),
    ]
    assert Campaign.objects.get(code="gold").state == "measured"
    earned = next(one for one in found[0].told["outcomes"] if one["name"] == "margin_minor")["difference"]
    # A further coat of 60.00 that cost half, a tenth off it and off the usual two.
    expected = 3_000 - 600 - sum(2 * usual[member] // 10 for member in gold) / len(gold)
    assert earned["low"] < expected < earned["high"], expected
