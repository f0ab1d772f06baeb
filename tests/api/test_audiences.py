"""Audiences over the API: who may see which, faults with their place, looks that are written down."""

from typing import Any

from regulars.journal.models import Entry
from tests.api.world import Till, World

VIP: dict[str, Any] = {"name": "Important", "document": {"type": "tag", "any_of": ["vip"]}}


def test_an_audience_is_saved_counted_listed_and_explained(administrator: Till) -> None:
    ada, bob = (administrator.done("/members", {"facts": {"given_name": name}})["id"] for name in ("Ada", "Bob"))
    assert administrator.post(f"/members/{ada}/tags", {"tags": ["vip"]}).status_code == 200
    saved = administrator.send("PUT", "/audiences/vip", VIP).json()
    assert (saved["version"], saved["sentence"]) == (1, "Members who have the tag vip.")
    assert administrator.get("/audiences/vip/count").json()["members"] == 1
    assert administrator.get("/audiences/vip/members").json() == {"items": [ada], "next": None}
    told = administrator.get(f"/audiences/vip/members/{bob}", language="zh-hans").json()
    assert (told["inside"], told["conditions"][0]["sentence"]) == (False, "带有标签vip")
    assert {row.subject for row in Entry.objects.filter(what="members.read")} >= {ada, bob}
    nobody = {"document": {"not": {"any": [VIP["document"], {"not": VIP["document"]}]}}}
    assert administrator.look("/audience-counts", nobody).json()["members"] == 0
    assert [one["version"] for one in administrator.get("/audiences/vip/versions").json()["items"]] == [1]
    assert administrator.post("/audiences/vip/retire").json()["retired_at"]
    assert administrator.get("/audiences").json() == {"items": []}
    assert [one["code"] for one in administrator.get("/audiences", retired="true").json()["items"]] == ["vip"]


def test_lists_go_on_where_they_ended(administrator: Till) -> None:
    members = sorted(administrator.done("/members", {"facts": {"given_name": "Ada"}})["id"] for _ in range(3))
    everybody = {"name": "All", "document": {"type": "never-bought"}}
    assert administrator.send("PUT", "/audiences/all", everybody).status_code == 200
    first = administrator.get("/audiences/all/members", limit=2).json()
    second = administrator.get("/audiences/all/members", limit=2, cursor=first["next"]).json()
    assert first["items"] + second["items"] == members
    assert second["next"] is None


def test_faults_have_their_place_in_what_was_sent(administrator: Till) -> None:
    wrong = {"name": "x", "document": {"all": [{"type": "tag", "any_of": ["x"]}, {"type": "nonsense"}]}}
    told = administrator.send("PUT", "/audiences/x", wrong).json()
    assert (told["code"], told["errors"][0]["pointer"]) == ("wrong-audience", "/document/all/1/type")


def test_a_key_of_a_merchant_sees_that_merchants_alone(world: World, administrator: Till) -> None:
    assert administrator.send("PUT", "/audiences/vip", VIP).status_code == 200
    theirs = Till(world.key("marketer", merchant=world.other))
    mine = Till(world.key("marketer", merchant=world.merchant))
    foreign = Till(world.key("marketer", foreign=True))
    assert mine.send("PUT", "/audiences/market", VIP).status_code == 200
    assert [one["code"] for one in mine.get("/audiences").json()["items"]] == ["market"]
    assert theirs.get("/audiences").json()["items"] == []
    for key in (theirs, foreign):
        for path in ("", "/count", "/members", "/changes", "/versions"):
            assert key.get(f"/audiences/market{path}").json()["code"] == "audience-unknown", path
        assert key.post("/audiences/market/retire").json()["code"] == "audience-unknown"
    assert theirs.send("PUT", "/audiences/market", VIP).json()["code"] == "audience-changed"
    analyst = Till(world.key("analyst"))
    assert analyst.get("/audiences/vip/count").status_code == 200
    assert analyst.get("/audiences/vip/members").json()["code"] == "not-allowed"
