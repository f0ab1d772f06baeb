"""The client has a method for each address of this API, and works against the real thing."""

import pytest
from pytest_django.live_server_helper import LiveServer
from tests.api.world import make_world
from tools.client import generated, kept

from regulars.client import Refused, Regulars, answered, new_key


def test_the_client_is_the_one_that_the_document_makes() -> None:
    """Where this fails: make client."""
    assert kept() == generated()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_day_at_the_counter(live_server: LiveServer) -> None:
    shop = Regulars(live_server.url, make_world(alone=True).key("administrator"))
    shop.write_a_unit({"code": "points", "name": "Points"})
    member = shop.enrol_a_member(
        {"facts": {"given_name": "Ada"}, "identifiers": [{"kind": "phone", "value": "+441134960000"}]}
    )
    assert (
        shop.recognise_a_member({"kind": "phone", "value": "0113 496 0000", "region": "GB"})["member"] == member["id"]
    )
    key = new_key()
    for _ in range(2):
        earned = shop.post_a_transfer(
            {"kind": "earn", "member": member["id"], "unit": "points", "amount": 120}, idempotency_key=key
        )
    assert answered(earned).replayed
    tried = shop.post_a_transfer(
        {"kind": "spend", "member": member["id"], "unit": "points", "amount": 20}, dry_run=True
    )
    hold = shop.place_a_hold({"member": member["id"], "unit": "points", "amount": 80})
    shop.capture_a_hold(hold["id"], {"amount": 50})
    (balance,) = shop.read_balances(member["id"])["items"]
    assert (balance["available"], tried["amount"]) == (70, 20)
    with pytest.raises(Refused) as refused:
        shop.post_a_transfer({"kind": "spend", "member": member["id"], "unit": "points", "amount": 999})
    assert (refused.value.code, refused.value.facts["available"]) == ("not-enough", 70)
    assert len(list(shop.list_transfers(member["id"], limit=1))) == 2
    seen = answered(shop.read_a_member(member["id"])).headers["etag"]
    shop.change_a_member(member["id"], {"facts": {"town": "Leeds"}}, if_match=seen)
    with pytest.raises(Refused) as stale:
        shop.change_a_member(member["id"], {"facts": {"town": "York"}}, if_match=seen)
    assert stale.value.code == "version-stale"
