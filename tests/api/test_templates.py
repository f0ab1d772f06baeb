"""Templates, senders and what comes back, through the API."""

from typing import Any

from tests.api.world import Till, World

WORDS: dict[str, Any] = {
    "email": {"en": {"subject": "For {{ member.first_name }}", "text": "Hello"}},
    "sms": {"en": {"text": "Hello"}},
}


def test_templates_are_saved_tried_and_sent(world: World) -> None:
    till = Till(world.key("administrator"))
    saved = till.send("PUT", "/templates/spring", {"name": "Spring", "document": WORDS}).json()
    assert (saved["code"], saved["version"]) == ("spring", 1)
    wrong = till.send("PUT", "/templates/spring", {"name": "Spring", "document": {"sms": {"en": {"text": "a\n{{ b"}}}})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["pointer"] == "/document/sms/en/text"
    assert wrong.json()["errors"][0]["line"] == 2
    who = {"facts": {"given_name": "Ada"}, "identifiers": [{"kind": "phone", "value": "+49 151 23456789"}]}
    member = till.done("/members", who)["id"]
    tried = till.look("/template-previews", {"document": WORDS, "channel": "email", "member": member}).json()
    assert (tried["subject"], tried["problem"]) == ("For Ada", "")
    nothing = till.look("/template-previews", {"document": WORDS, "channel": "post", "member": member})
    assert (nothing.status_code, nothing.json()["code"]) == (422, "wrong-channel")
    till.send("PUT", "/templates/receipt", {"name": "Receipt", "document": WORDS})
    asked = {"key": "1", "member": member, "channel": "sms", "service": "receipt", "template": "spring"}
    assert till.post("/messages", {"messages": [asked]}).status_code == 422  # no service carries other words
    asked["template"] = "receipt"
    (row,) = till.done("/messages", {"messages": [asked]})["items"]
    assert (row["state"], row["template"], row["version"]) == ("released", "receipt", 1)
    assert [one["what"] for one in till.get(f"/messages/{row['id']}/events").json()["items"]] == ["planned"]
    told = till.done(f"/messages/{row['id']}/delivered")["items"]
    assert [one["what"] for one in told] == ["planned", "delivered"]
    text = {"external_id": "g1", "sender": "+4915123456789", "text": "退订"}
    assert till.done("/messages/replies", text) == {"meaning": "stop", "known": True}
    asked["key"] = "2"
    assert till.done("/messages", {"messages": [asked]})["items"][0]["why"] == "suppressed"
    assert till.done("/templates/spring/retire")["retired_at"]
    assert [one["code"] for one in till.get("/templates").json()["items"]] == ["receipt"]
    assert [one["version"] for one in till.get("/templates/spring/versions").json()["items"]] == [1]
    assert {"path": "member.first_name"}.items() <= till.get("/template-facts").json()["items"][0].items()


def test_senders_are_set_by_who_may_and_cannot_forge_a_line(world: World) -> None:
    till = Till(world.key("administrator"))
    sender = {"document": {"sender": "club@shop.example", "sender_name": "Riverside"}}
    assert till.send("PUT", "/outreach-channels/email", sender).json()["document"]["sender_name"] == "Riverside"
    for bad in ({"sender_name": "A\r\nBcc: x@y.example"}, {"sender": "no address"}, {"password": "x"}):
        answer = till.send("PUT", "/outreach-channels/email", {"document": bad})
        assert (answer.status_code, answer.json()["code"]) == (422, "wrong-channel")
    assert [one["channel"] for one in till.get("/outreach-channels").json()["items"]] == ["email", "sms", "post"]
    assert Till(world.key("till")).get("/templates").status_code == 403
