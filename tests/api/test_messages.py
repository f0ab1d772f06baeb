"""The gate over the API."""

from typing import Any

from tests.api.world import Till, World


def wish(member: str, key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "member": member, "channel": "email", **more}


def test_the_gate_answers_counts_and_hears_what_came_back(administrator: Till) -> None:
    mail = [{"kind": "email", "value": "ada@example.com"}]
    ada = administrator.done("/members", {"facts": {"given_name": "Ada"}, "identifiers": mail})["id"]
    wanted = [wish(ada, "r/1", service="receipt"), wish(ada, "m/1", purpose="marketing")]
    receipt, offer = administrator.done("/messages", {"messages": wanted})["items"]
    assert (receipt["state"], receipt["address"][:4]) == ("released", "idn_")
    assert (offer["state"], offer["why"], offer["address"]) == ("held", "no-consent", None)
    assert administrator.get(f"/messages/{receipt['id']}").json() == receipt
    back = administrator.done(f"/messages/{receipt['id']}/returned", {"why": "bounce"})
    assert (back["state"], back["why"]) == ("returned", "bounce")
    (again,) = administrator.done("/messages", {"messages": [wish(ada, "r/2", service="receipt")]})["items"]
    assert (again["state"], again["why"]) == ("held", "suppressed")
    assert administrator.done(f"/messages/{receipt['id']}/lift")["state"] == "returned"
    first = administrator.get(f"/members/{ada}/messages", limit=2).json()
    rest = administrator.get(f"/members/{ada}/messages", limit=2, cursor=first["next"]).json()
    assert [one["key"] for one in first["items"] + rest["items"]] == ["r/2", "m/1", "r/1"]


def test_a_dry_run_counts_nothing(administrator: Till) -> None:
    ada = administrator.done("/members", {"facts": {"given_name": "Ada"}})["id"]
    wanted = {"messages": [wish(ada, "a/1", service="receipt", channel="app")]}
    assert administrator.post("/messages?dry_run=true", wanted).json()["items"][0]["state"] == "released"
    assert administrator.get(f"/members/{ada}/messages").json()["items"] == []


def test_the_policy_is_changed_by_who_may_approve(world: World, administrator: Till) -> None:
    caps = {"document": {"caps": [{"most": 2, "days": 7}]}}
    assert administrator.send("PUT", "/outreach-policy", caps).status_code == 200
    assert administrator.get("/outreach-policy").json()["document"]["caps"][0]["most"] == 2
    wrong = administrator.send("PUT", "/outreach-policy", {"document": {"caps": [{"most": -1, "days": 7}]}}).json()
    assert (wrong["code"], wrong["errors"][0]["pointer"]) == ("wrong-policy", "/document/caps/0/most")
    assert Till(world.key("till")).send("PUT", "/outreach-policy", caps).json()["code"] == "not-allowed"
    foreign = Till(world.key("administrator", foreign=True))
    ada = administrator.done("/members", {"facts": {"given_name": "Ada"}})["id"]
    asked = {"messages": [wish(ada, "x", service="receipt", channel="app")]}
    assert foreign.post("/messages", asked).json()["code"] == "unknown-member"
    merchant = Till(world.key("marketer", merchant=world.merchant))
    assert merchant.post("/messages", asked).json()["code"] == "not-allowed"
