"""A later end: for what is about to expire, and for what has."""

from datetime import timedelta

import pytest

from regulars.journal.moves import Actor
from regulars.ledger.services import expire_due
from tests.api.pages import run_page
from tests.api.shop import Shop, now, open_shop
from tests.api.world import Till, World


@pytest.fixture
def shop(world: World) -> Shop:
    found = open_shop(world)
    for number, (amount, days) in enumerate(((30, -1), (50, 10), (70, 400)), 1):
        earned = {
            "kind": "earn", "member": found.member, "unit": "points", "amount": amount, "source": "s",
            "external_id": str(number), "effective_at": moment(-30), "expires_at": moment(days),
        }  # fmt: skip
        found.till.done("/transfers", earned)
    while expire_due(actor=Actor.job("test"), at=now()):
        pass
    return found


def moment(days: int) -> str:
    return (now() + timedelta(days=days)).isoformat()


def test_sem_6_a_later_end_is_previewed_and_names_each_lot_with_the_end_it_had(shop: Shop, world: World) -> None:
    support = Till(world.key("support"))
    asked = {"unit": "points", "ending_before": moment(30), "expires_at": moment(90), "reason": "long-illness"}
    tried = support.done(f"/members/{shop.member}/extensions?dry_run=true", asked)
    done = support.done(f"/members/{shop.member}/extensions", asked)
    assert (tried["amount"], done["amount"], len(done["lots"])) == (50, 50, 1)
    lots = {
        one["amount"]: one["expires_at"][:10] for one in shop.till.get(f"/members/{shop.member}/lots").json()["items"]
    }
    assert lots == {50: moment(90)[:10], 70: moment(400)[:10]}
    assert done["lots"][0]["before"][:10] == moment(10)[:10]
    assert support.done(f"/members/{shop.member}/extensions", asked)["amount"] == 0
    past = support.post(f"/members/{shop.member}/extensions", asked | {"expires_at": moment(-1)})
    assert past.json()["code"] == "wrong-posting"
    assert shop.till.post(f"/members/{shop.member}/extensions", asked).status_code == 403


def test_what_has_expired_comes_back_once_with_a_new_end(shop: Shop, world: World) -> None:
    support = Till(world.key("support"))
    assert shop.points() == (120, 0, 0)
    asked = {"unit": "points", "expired_since": moment(-7), "expires_at": moment(60), "reason": "long-illness"}
    done = support.done(f"/members/{shop.member}/reinstatements", asked)
    assert (done["amount"], len(done["items"]), shop.points()) == (30, 1, (150, 0, 0))
    assert support.done(f"/members/{shop.member}/reinstatements", asked)["amount"] == 0
    [lot] = [one for one in shop.till.get(f"/members/{shop.member}/lots").json()["items"] if one["amount"] == 30]
    assert lot["expires_at"][:10] == moment(60)[:10]
    past = support.post(f"/members/{shop.member}/reinstatements", asked | {"expired_since": moment(0)})
    assert past.json()["amount"] == 0


def test_the_page_on_later_ends_runs(shop: Shop, world: World) -> None:
    shop.till = Till(world.key("support"))
    run_page("extending.md", shop, {"member": shop.member, "soon": moment(30), "ago": moment(-7)})
