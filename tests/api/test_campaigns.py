"""Campaigns over the API: who may plan, who may approve, what is told of whom."""

from typing import Any

from regulars.access import gate
from regulars.access.services.roles import write_role
from regulars.journal.models import Entry
from regulars.journal.moves import Actor
from regulars.outreach.campaigns.working import work_due
from tests.api.test_care import own_key
from tests.api.world import AT, SETUP, Till, World

EVERYBODY: dict[str, Any] = {"name": "Everybody", "document": {"type": "never-bought"}}
SPRING: dict[str, Any] = {
    "name": "Spring",
    "document": {"audience": "all", "currency": "GBP", "messages": [{"channel": "app"}], "holdout_share": 5000},
}


def worked() -> None:
    while work_due(actor=Actor.job("campaigns.work"), at=AT):
        pass


def key_that(world: World, *rights: str) -> str:
    """A key of a role of one's own with just these rights."""
    code = "-".join(rights)
    write_role(world.organisation, code, name=code, rights=rights, by=gate.HOUSE, actor=SETUP, at=AT)
    return world.key(code)


def test_a_campaign_needs_two_people_and_tells_what_it_does(world: World, administrator: Till) -> None:
    members = [administrator.done("/members", {"facts": {"given_name": "Ada"}})["id"] for _ in range(12)]
    publish = {"purpose": "marketing", "language": "en", "version": "1", "text": "Yes?"}
    wording = administrator.done("/wordings", publish)["id"]
    for member in members[:10]:
        said = {"channel": "app", "purpose": "marketing", "given": True, "source": "form", "wording": wording}
        administrator.done(f"/members/{member}/consents", said)
    assert administrator.send("PUT", "/audiences/all", EVERYBODY).status_code == 200
    planner, second = (Till(own_key(world, mail)) for mail in ("ann@example.org", "bob@example.org"))
    assert planner.send("PUT", "/campaigns/spring", SPRING).json()["state"] == "draft"
    assert planner.post("/campaigns/spring/ask").json()["code"] == "campaign-plan-needed"
    tried = planner.post("/campaigns/spring/dry-run")
    assert (tried.status_code, tried.json()["state"]) == (202, "waiting")
    worked()
    plan = planner.get("/campaigns/spring/plan").json()
    assert (plan["told"]["held"], plan["told"]["why"]) == (2, {"no-consent": 2})
    held = planner.get("/campaigns/spring/members", arm="held").json()
    assert {one["member"] for one in held["items"]} == set(members[10:])
    assert {row.subject for row in Entry.objects.filter(what="members.read")} >= set(members[10:])
    assert planner.done("/campaigns/spring/ask")["state"] == "asked"
    for key in (planner, administrator):  # who planned it; a shop's key, which is no person
        assert key.post("/campaigns/spring/approve").json()["code"] == "needs-second-approver"
    only_decides = Till(key_that(world, "outreach.approve", "audiences.read"))
    assert only_decides.done("/campaigns/spring/send-back", {"reason": "Too dear."})["state"] == "draft"
    neither = Till(key_that(world, "audiences.read")).post("/campaigns/spring/send-back", {"reason": "No."})
    assert (neither.status_code, neither.json()["code"]) == (403, "not-allowed")
    assert planner.done("/campaigns/spring/dry-run")["state"] == "waiting"
    worked()
    assert planner.done("/campaigns/spring/ask")["state"] == "asked"
    assert second.done("/campaigns/spring/approve")["audience_version"] == 1
    worked()
    told = second.get("/campaigns/spring").json()
    assert (told["state"], told["from_on"]) == ("running", "2026-05-04")
    assert planner.send("PUT", "/campaigns/spring", SPRING | {"name": "Other"}).json()["code"] == "campaign-elsewhere"
    assert second.get("/campaigns/spring/results").json() == {"items": []}
    assert second.done("/campaigns/spring/stop", {"reason": "Sold out."})["state"] == "stopped"
    assert [one["code"] for one in second.get("/campaigns", state="stopped").json()["items"]] == ["spring"]


def test_faults_have_their_place_and_places_are_kept_apart(world: World, administrator: Till) -> None:
    document = {"audience": "none", "currency": "GBP", "series": "none", "budget": -1}
    wrong: dict[str, Any] = {"name": "x", "document": document}
    told = administrator.send("PUT", "/campaigns/x", wrong).json()
    assert (told["code"], told["errors"][0]["pointer"]) == ("wrong-campaign-document", "/document/budget")
    wrong["document"]["budget"] = 5
    pointers = [one["pointer"] for one in administrator.send("PUT", "/campaigns/x", wrong).json()["errors"]]
    assert pointers == ["/document/audience", "/document/series", "/document/cost/coupon"]
    for code in ("a\0", "\ud800"):
        wrong["document"]["audience"] = code
        assert administrator.send("PUT", "/campaigns/x", wrong).json()["code"] == "wrong-campaign-document"
    mine = Till(world.key("marketer", merchant=world.merchant))
    theirs = Till(world.key("marketer", merchant=world.other))
    assert mine.send("PUT", "/audiences/all", EVERYBODY).status_code == 200
    assert mine.send("PUT", "/campaigns/market", SPRING).status_code == 200
    assert theirs.send("PUT", "/campaigns/other", SPRING).json()["code"] == "not-allowed"
    assert theirs.get("/campaigns").json()["items"] == []
    assert theirs.get("/campaigns/market").json()["code"] == "campaign-unknown"
    assert theirs.post("/campaigns/market/dry-run").json()["code"] == "campaign-unknown"
    assert mine.get("/programme-results").json()["code"] == "not-allowed"
    assert administrator.get("/programme-results").json() == {"items": []}
