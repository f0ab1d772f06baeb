"""What a campaign brought, found again in what the tills booked."""

from collections.abc import Collection
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from tests.members.shop import ANN
from tests.outreach.campaigns.given import AT, EARLIER, JOB, OPEN, Shop, worked

from regulars.journal.models import Entry
from regulars.outreach.campaigns import selectors
from regulars.outreach.campaigns.working import measure_due
from regulars.outreach.models import Arm, Campaign, CampaignResult
from regulars.outreach.services import campaigns
from regulars.outreach.services.policies import save_policy

DAY = timedelta(days=1)
AFTER = AT + 15 * DAY
RECKON = JOB


@pytest.fixture(autouse=True)
def lots(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same ids and secrets each time, and so the same lots: of lots by chance one in twenty finds what is not
    there, as it must."""
    for place in ("regulars.basics.ids", "regulars.outreach.services.policies"):
        monkeypatch.setattr(f"{place}.token_bytes", Random(place).randbytes)


def members(row: Campaign, arm: Arm) -> list[UUID]:
    assert row.launch is not None
    return [one.member for one in selectors.members_of(row.launch, arm=arm, limit=10_000)]


def reckoned(*, at: Any = AFTER) -> int:
    times = 0
    while measure_due(actor=RECKON, at=at):
        times += 1
        assert times < 20
    return times


def habit(shop: Shop, people: Collection[UUID], *, more: Collection[UUID] = (), extra: int = 0, seed: int = 3) -> None:
    """Everybody spends by their own habit before and after; some spend so much more after."""
    chance, lifted, bills = Random(seed), set(more), []
    for member in people:
        usual = chance.randint(500, 5_000)
        for days in (-40, -12, 3, 9):
            amount = usual + chance.randint(-300, 300) + (extra if days > 0 and member in lifted else 0)
            bills.append((member, (AT + days * DAY).date(), amount))
    shop.sold(bills, at=AFTER)


def outcome(made: CampaignResult, name: str = "revenue_minor") -> dict[str, Any]:
    return next(one for one in made.told["outcomes"] if one["name"] == name)


@pytest.mark.django_db
def test_what_was_planted_is_found_and_what_was_not_is_not() -> None:
    shop = Shop(400)
    good, bad = shop.launched("good"), shop.launched("bad", series=None)
    habit(shop, shop.members, more=members(good, Arm.TREATED), extra=400)
    assert reckoned() == 2
    worked_, idle = (selectors.result_of(row) for row in (good, bad))
    assert worked_ is not None
    assert idle is not None
    assert (worked_.conclusion, idle.conclusion) == ("works", "not-shown")
    assert worked_.final
    assert worked_.until_on == good.until_on
    found = outcome(worked_)["difference"]
    assert found["low"] < 800 < found["high"], found
    assert found["high"] - found["low"] < 800
    idle_difference = outcome(idle)["difference"]
    assert idle_difference["low"] < 0 < idle_difference["high"]
    assert worked_.told["reached"] == worked_.treated
    curve = worked_.told["curve"]
    assert (len(curve), curve[0]["treated"]) == (14, 0)
    assert curve[-1]["treated"] - curve[-1]["holdout"] == pytest.approx(outcome(worked_)["raw"]["value"], abs=1e-3)
    assert {row.state for row in Campaign.objects.all()} == {"measured"}
    assert reckoned() == 0
    assert campaigns.end(shop.home, "good", actor=ANN, at=AFTER).state == "ended"


@pytest.mark.django_db
def test_a_look_before_the_end_is_wider_and_without_a_holdout_nothing_is_proved() -> None:
    shop = Shop(120)
    row, alone = shop.launched("early", series=None), shop.launched("alone", series=None, holdout_share=0)
    habit(shop, shop.members)
    assert reckoned(at=AT + 6 * DAY) == 2
    assert reckoned(at=AT + 6 * DAY) == 0
    assert reckoned(at=AT + 7 * DAY) == 2
    assert reckoned(at=AFTER) == 2
    looks = selectors.results_of(row)
    assert [one.final for one in looks] == [True, False, False]
    assert looks[1].told["progress"] < 1
    first = selectors.result_of(alone)
    assert first is not None
    assert (first.conclusion, first.holdout, first.told["outcomes"]) == ("no-holdout", 0, [])
    assert first.told["means"]["treated"]["buyers"] == 120


@pytest.mark.django_db
def test_all_marketing_against_the_universal_holdout() -> None:
    shop = Shop(300)
    save_policy(shop.home, OPEN | {"holdout": {"share": 3000, "months": 12}}, actor=ANN, at=EARLIER)
    habit(shop, shop.members)
    row = shop.launched("spring", holdout_share=0)
    assert row.state == "running"
    told = selectors.ready_plan(row).told
    assert told["why"] == {"universal-holdout": told["held"]}
    reckoned()
    (whole,) = selectors.programme_results(shop.home)
    assert (whole.period, whole.final, whole.holdout) == (0, False, told["held"])
    assert whole.from_on == (EARLIER + DAY).date()
    assert whole.conclusion in ("not-shown", "works", "harms")
    assert Entry.objects.filter(what="campaigns.measure").count() == 2
    assert reckoned() == 0
    worked()
