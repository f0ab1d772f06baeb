"""The demo: stopped in the middle it goes on where it was left, and what is there then adds up."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from regulars.access.services.sessions import log_in
from regulars.care.models import Case, FollowUp
from regulars.demo.filling import fill
from regulars.demo.member import PHONE
from regulars.demo.setting import keep, kept
from regulars.demo.terms import POINTS
from regulars.ledger.models import Transfer
from regulars.ledger.verify import verify
from regulars.members.models import Identifier, Member
from regulars.outreach.models import Campaign, CampaignResult
from regulars.portal.services import links
from regulars.programme.models import Coupon, CouponUse, Standing
from regulars.sales.models import Sale
from regulars.scorebook.models import Run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


class Stopped(Exception):
    """Somebody pressed Ctrl-C."""


def test_the_demo_goes_on_where_it_was_left_and_adds_up(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []

    def until_the_first_bills(**what: Any) -> None:
        told.append(what)
        if what.get("step") == "bills":
            raise Stopped

    with pytest.raises(Stopped):
        fill(tmp_path, 200, tell=until_the_first_bills)
    early, members = Sale.objects.count(), Member.objects.count()
    assert early > 0
    behind = kept(tmp_path / "demo.json")  # as if it had been killed before it noted its last steps
    assert behind is not None
    behind.bills = 0
    keep(behind, tmp_path / "demo.json")
    fill(tmp_path, 200, tell=lambda **what: told.append(what))
    state = kept(tmp_path / "demo.json")
    assert state is not None
    assert Member.objects.count() == members
    bills = [what for what in told if what.get("step") == "bills"]
    assert bills[-1]["done"] == bills[-1]["of"] == state.bills
    campaigns = Campaign.objects.order_by("launched_at")
    assert [one.state for one in campaigns] == ["ended", "ended"]
    bought = Sale.objects.filter(external_id__startswith="coupon/").count()
    assert bought == CouponUse.objects.count() > 0
    results = {one.campaign: one for one in CampaignResult.objects.all()}
    assert [results[one.id].final and results[one.id].holdout > 0 for one in campaigns] == [True, True]
    assert results[campaigns[0].id].told["coupons"]["redeemed"] == bought
    assert results[campaigns[1].id].conclusion == "not-shown"  # the lots are such that what is true is seen
    assert early < Sale.objects.count() <= state.bills + bought
    assert Transfer.objects.filter(unit=POINTS, kind="earn").count() > 0.9 * Sale.objects.count()
    assert {"silver", "gold"} & set(Standing.objects.values_list("shown_level", flat=True))
    assert Coupon.objects.filter(series="welcome-back").count() > 0.9 * members
    assert {"open", "waiting", "done"} >= set(Case.objects.values_list("state", flat=True)) > {"done"}
    assert FollowUp.objects.count() == 3
    run = Run.objects.get(state="done")
    assert run.present
    assert run.members > 0.9 * members
    assert verify(at=timezone.now()).right
    again = Sale.objects.count(), Case.objects.count(), Run.objects.count()
    fill(tmp_path, 200, tell=lambda **what: told.append(what))
    assert (Sale.objects.count(), Case.objects.count(), Run.objects.count()) == again
    mine = [what["member"] for what in told if "member" in what]
    assert (len(mine), {one["phone"] for one in mine}) == (2, {PHONE})
    assert Identifier.objects.filter(kind="phone").count() == 1
    assert links.holds(mine[-1]["link"], at=timezone.now())
    logins = next(what["logins"] for what in told if "logins" in what)
    assert {"administrator", "clerk", "marketer", "support"} <= {one["role"] for one in logins}
    for one in logins:
        log_in(one["email"], one["password"], at=timezone.now())
    assert (tmp_path / "demo.json").stat().st_mode & 0o077 == 0
