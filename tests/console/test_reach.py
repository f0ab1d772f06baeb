"""Campaigns, templates, messages, the policy and what it all brought, on pages; who decides, and what is told."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils.translation import override

from regulars.access.models import Role
from regulars.basics.ids import new_id, typed
from regulars.console.forms_campaign import CampaignForm, initial_of
from regulars.console.selectors.names import names_of
from regulars.console.selectors.proof import sentence
from regulars.journal.models import Entry
from regulars.journal.moves import Actor
from regulars.outreach.campaigns.working import work_due
from regulars.outreach.gate.words import Blocked
from regulars.outreach.models import Campaign, CampaignResult, Message, Policy, Suppression, Template
from regulars.outreach.moves import NewCampaign
from regulars.outreach.services import campaigns
from regulars.outreach.services.messages import came_back
from tests.console.conftest import Entering
from tests.console.town import SETUP, Town
from tests.statements import counted

FORM = {"name": "Summer & sun", "audience": "vips", "series": "dessert", "email": "hello@1", "prefer": "email",
        "purpose": "marketing", "holdout": "20", "window_days": "14", "currency": "GBP", "budget": "50",
        "coupon": "3", "redeemed": "25", "cost_email": "0.01", "priority": "0"}  # fmt: skip
JOB = Actor.job("campaigns.work")


def post(browser: Any, path: str, **fields: str | list[str]) -> Any:
    return browser.post(path, {"key": str(uuid4()), **fields})


def worked(town: Town) -> None:
    while work_due(actor=JOB, at=town.at):
        pass


def test_a_campaign_goes_from_the_form_to_the_launch_and_somebody_else_decides(town: Town, enter: Entering) -> None:
    marketer, administrator = enter("marketer"), enter("administrator")
    assert post(marketer, "/reach/campaigns/new", **{**FORM, "audience": ""}).status_code == 422
    kept = post(marketer, "/reach/campaigns/new", **FORM)
    where = kept.headers["Location"]
    assert where == "/reach/campaigns/code/summer-sun"
    assert 'data-load="?"' in marketer.get(where).text  # it is being worked out
    worked(town)
    page = marketer.get(where).text
    assert "has not agreed" in page
    assert "members?arm=held&amp;why=no-consent" in page
    listed = marketer.get(f"{where}/members?arm=held")
    assert "Ada Wong" in listed.text
    looks = Entry.objects.filter(what="members.read", actor_name="Marketer", after__by="campaign")
    assert set(looks.values_list("subject", flat=True)) == {typed("mbr", town.members[0])}
    refused = post(marketer, f"{where}/ask")
    assert refused.status_code == 409  # nobody would get it
    assert "dry" not in refused.text
    Campaign.objects.filter(code="summer-sun").update(
        state="asked", asked_by=typed("stf", town.staff["marketer"]), asked_at=town.at
    )
    assert "nobody approves what they planned" in marketer.get(where).text
    assert post(marketer, f"{where}/approve").status_code == 422
    assert "waits for your decision" in administrator.get("/").text
    assert "waits for your decision" not in marketer.get("/").text
    assert "Approve it" in administrator.get(where).text
    back = post(administrator, f"{where}/send-back", reason="Too dear.")
    assert back.status_code == 302
    assert Campaign.objects.get(code="summer-sun").state == "draft"
    assert Entry.objects.get(what="campaigns.send_back").reason == "Too dear."


def test_what_a_campaign_form_takes_it_gives_back(town: Town) -> None:
    known: dict[str, Any] = {
        "audiences": [("vips", "V")], "series": [("dessert", "D")], "currencies": ["GBP"],
        "templates": [("hello", "H", 1, frozenset({"email", "sms"}))],
    }  # fmt: skip
    form = CampaignForm(known, {**FORM, "sms": "@", "prefer": "sms", "starts_at": "2026-06-01T08:00"})
    assert form.is_valid(), form.errors
    document = form.document()
    assert [one["channel"] for one in document["messages"]] == ["sms", "email"]
    assert (document["holdout_share"], document["budget"], document["cost"]["redeemed"]) == (2000, 5000, 2500)
    shown = initial_of(document, "Summer", 1)
    again = CampaignForm(known, {name: str(value) for name, value in shown.items() if value not in (None, "")})
    again.data["starts_at"] = "2026-06-01T08:00"  # type: ignore[index]
    assert again.is_valid(), again.errors
    assert again.document() == document


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"email": ""}, "gives a coupon, says something"), ({"coupon": ""}, "what a coupon costs at most"),
        ({"budget": "much"}, "This is no amount."), ({"holdout": "80"}, "50"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_campaign_is_said_at_its_field(
    changed: dict[str, str], told: str, town: Town, enter: Entering
) -> None:
    fields = {**FORM, **changed} | ({"series": ""} if "email" in changed else {})
    answer = post(enter("marketer"), "/reach/campaigns/new", **fields)
    assert answer.status_code == 422
    assert told in answer.text


def outcome(name: str, value: float, low: float, high: float) -> dict[str, Any]:
    span = {"value": value, "low": low, "high": high}
    relative = {"value": 0.1, "low": 0.02, "high": 0.2}
    return {"name": name, "treated": 1240.0, "holdout": 1100.0, "difference": span, "raw": span, "total": span,
            "relative": relative, "p_value": 0.01}  # fmt: skip


def result(town: Town, conclusion: str, *spans: float, campaign: Campaign | None, share: str = "") -> CampaignResult:
    day = town.at.date()
    told = {"about": "revenue_minor", "cost_minor": 1200, "outcomes": [], "coupons": {"discount_minor": 300}}
    told |= {"curve": [{"on": "2026-01-01", "treated": 1, "holdout": 0}, {"on": "2026-01-02", "treated": 3}]}
    told["outcomes"] = [outcome("revenue_minor", *spans), outcome("buyers", 12, 2, 30)] if spans else []
    row = CampaignResult(
        id=new_id(town.at), organisation=town.organisation, campaign=campaign.id if campaign else None,
        period=None if campaign else 0, made_at=town.at, from_on=day - timedelta(days=9), until_on=day,
        planned_until_on=day, final=True, conclusion=conclusion, treated=900, holdout=100, currency="GBP", told=told,
    )  # fmt: skip
    row.save(force_insert=True)
    return row


def test_what_was_brought_is_told_in_words_and_drawn_around_nothing(town: Town, enter: Entering) -> None:
    browser, spring = enter("analyst"), Campaign.objects.get(code="spring")
    assert "Nobody can say what the programme as a whole brings" in browser.get("/prove").text
    result(town, "works", 1_230_000, 410_000, 2_040_000, campaign=spring)
    result(town, "not-shown", 1_000, -50_000, 60_000, campaign=None)
    told = "This brought £12,300 more revenue than nothing would have, between £4,100 and £20,400."
    page = browser.get("/reach/campaigns/code/spring").text
    assert told in page
    assert 'class="span more"' in page
    proof = browser.get("/prove").text
    assert told in proof
    assert "No effect was shown: it lies between −£500.00 and £600.00" in proof
    assert 'href="/reach/campaigns/code/spring"' in proof
    assert "1230000,410000,2040000,GBP,works" in browser.get("/prove.csv").text
    assert "One bar in twenty misses it by chance" in proof
    zh = browser.get("/prove", headers={"accept-language": "zh-hans"}).text
    assert "销售额多了 £12,300" in zh


def test_the_figures_of_a_period_open_its_members_and_what_knowing_costs_is_told(town: Town, enter: Entering) -> None:
    spring = Campaign.objects.get(code="spring")
    whole = result(town, "not-shown", 1_000, -50_000, 60_000, campaign=None)
    Policy.objects.update_or_create(
        organisation=town.organisation, defaults={"document": {}, "secret": b"s" * 32, "began_on": town.at.date(),
                                                  "changed_at": town.at})  # fmt: skip
    CampaignResult.objects.filter(pk=whole.id).update(
        told=whole.told | {"share": 5_000}, from_on=town.at.date() + timedelta(days=1)
    )
    one = result(town, "works", 90_000, 60_000, 120_000, campaign=spring)
    means = {"treated": {"revenue_minor": 450_000}}
    CampaignResult.objects.filter(pk=one.id).update(told=one.told | {"means": means})
    browser = enter("marketer")
    proof = " ".join(browser.get("/prove").text.split())
    assert "would look 5 times as good as they were" in proof
    assert '\u00a3100.00</strong><span class="small dim">what those who were kept without' in proof
    found = []
    for arm in ("treated", "holdout"):
        assert f'href="/prove/members?period=0&amp;arm={arm}"' in proof
        found += re.findall(
            r'row-link" href="/members/(mbr_\w+)"', browser.get(f"/prove/members?period=0&arm={arm}").text
        )
    assert sorted(found) == sorted(typed("mbr", one) for one in town.members)


@pytest.mark.parametrize(
    ("conclusion", "spans", "told"),
    [
        ("no-holdout", (), "Nobody was kept without it"), ("too-few", (), "Too few"),
        ("sample-ratio-mismatch", (5, 1, 9), "cannot be compared"), ("harms", (-500, -900, -100), "This lost £5.00"),
    ],
)  # fmt: skip
def test_what_proves_nothing_says_so(conclusion: str, spans: tuple[float, ...], told: str, town: Town) -> None:
    with override("en"):
        assert told in sentence(result(town, conclusion, *spans, campaign=Campaign.objects.get(code="spring")))


def test_a_template_is_checked_kept_and_read_in_a_page_of_its_own(town: Town, enter: Entering) -> None:
    browser = enter("marketer")
    wrong = post(browser, "/reach/templates/new", name="Bad", code="bad", email_en_subject="S",
                 email_en_text="Hi\n{{ member.phone }}")  # fmt: skip
    assert wrong.status_code == 422
    assert "Line 2, column" in wrong.text
    words = {"name": "Good", "email_en_subject": "Hi {{ member.first_name }}", "email_en_text": "Come.",
             "email_zh_subject": "您好", "email_zh_text": "请来。", "version": "1"}  # fmt: skip
    assert post(browser, "/reach/templates/code/hello", **words).status_code == 302
    assert post(browser, "/reach/templates/code/hello", **words | {"email_en_text": "Go."}).status_code == 422  # stale
    page = browser.get("/reach/templates/code/hello")
    frame = f"/reach/templates/code/hello/as/{typed('mbr', max(town.members))}?channel=email"
    assert frame in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    read = browser.get(f"{frame}&language=zh")
    assert "请来。" in read.text
    policy = read.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "allow-" not in policy
    assert "script-src" not in policy
    assert read.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "<b>Hi</b>" in browser.get(f"{frame}&version=1").text
    assert browser.get(f"{frame}&version=9").status_code == 404
    other = f"/reach/templates/code/hello/as/{typed('mbr', town.foreign_member)}"
    assert browser.get(other).status_code == 404
    led = post(browser, "/reach/templates/code/hello", **words, do="as", who="ada.wong@example.com")
    assert ["as Ada Wong reads them" in led.text, " data-typed" in led.text] == [True, True]
    assert typed("mbr", town.members[0]) in led.text
    nobody = post(browser, "/reach/templates/code/hello", **words, do="as", who="nobody@example.com")
    assert (nobody.status_code, "Nobody is found." in nobody.text) == (422, True)
    assert "Thank you for your purchase" in browser.get("/reach/templates/new?service=receipt").text
    assert "?ready=greeting" in browser.get("/reach/templates").text
    begun = browser.get("/reach/templates/new?ready=greeting").text
    assert ["A happy birthday from" in begun, " data-typed" in begun] == [True, True]
    assert " data-typed" not in browser.get("/reach/templates/new").text
    assert post(browser, "/reach/templates/code/hello/retire").status_code == 302
    assert Template.objects.get(code="hello").retired_at is not None


def test_a_template_is_read_as_it_is_typed_before_it_is_kept(town: Town, enter: Entering) -> None:
    browser, where = enter("marketer"), "/reach/templates/draft?channel=email&language=en"
    words = {"reader": typed("mbr", town.members[0]), "email_en_subject": "Hi {{ member.first_name }}"}
    read = post(browser, where, **words, email_en_text="Come & see.", email_en_html="<b>Come</b><script>x</script>")
    assert ["<b>Come</b>" in read.text, "<script" in read.text, "Hi Ada" in read.text] == [True, False, True]
    assert read.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    looks = Entry.objects.filter(what="members.read", after__by="preview", actor_name="Marketer")
    assert looks.last().subject == typed("mbr", town.members[0])  # type: ignore[union-attr]
    wrong = post(browser, where, **words, email_en_text="Hi\n{{ member.phone }}")
    assert (wrong.status_code, "Line 2, column" in wrong.text) == (422, True)
    assert "Nothing is said here yet." in post(browser, "/reach/templates/draft?channel=sms&language=zh", **words).text
    words["reader"] = typed("mbr", town.foreign_member)
    assert post(browser, where, **words, email_en_text="Hi").status_code == 404
    assert Template.objects.get(code="hello").version == 1


def test_messages_are_listed_with_their_reasons_and_a_blocked_address_is_opened_again(
    town: Town, enter: Entering
) -> None:
    browser = enter("marketer")
    assert town.message is not None
    assert "Ada Wong" in browser.get("/reach/messages").text
    assert "No such message." in browser.get("/reach/messages?state=held").text
    came_back(town.message, Blocked.BOUNCE, organisation=town.organisation, actor=SETUP, at=town.at)
    page = browser.get(f"/reach/messages/{typed('msg', town.message)}").text
    assert "it bounced" in page
    assert "It may be written to again" in page
    assert "Ada Wong" in browser.get("/reach/blocked").text
    assert post(browser, f"/reach/messages/{typed('msg', town.message)}/lift").status_code == 302
    assert not Suppression.objects.filter(ended_at=None).exists()
    assert "No address is blocked." in browser.get("/reach/blocked").text
    member = browser.get(f"/members/{typed('mbr', town.members[0])}").text
    assert "What they were told" in member


def test_the_policy_is_a_form_and_a_sentence(town: Town, enter: Entering) -> None:
    browser = enter("marketer")
    page = browser.get("/reach/policy").text
    assert "No marketing from 21:00 to 08:00" in page
    assert "cannot be told" in page
    fields = {"begins_all": "22:00", "ends_all": "07:00", "most_0": "2", "days_0": "7", "channel_0": "sms"}
    fields |= {"share": "2.5", "months": "6"}
    assert post(browser, "/reach/policy", **fields | {"ends_all": ""}).status_code == 422
    assert post(browser, "/reach/policy", **fields).status_code == 302
    document = Policy.objects.get(organisation=town.organisation).document
    assert document["quiet"] == [{"channel": None, "begins": "22:00", "ends": "07:00"}]
    assert document["caps"] == [{"most": 2, "days": 7, "channel": "sms"}]
    assert document["holdout"] == {"share": 250, "months": 6}
    assert "2.5% of the members get no marketing at all" in browser.get("/reach/policy").text
    names = {"email_sender": "hello@shop.example", "email_sender_name": "Riverside", "post_from_lines": "Quay 1\nLeeds"}
    assert post(browser, "/reach/policy/senders", **names | {"email_sender": "no address"}).status_code == 422
    assert post(browser, "/reach/policy/senders", **names).status_code == 302
    page = browser.get("/reach/policy").text
    assert 'value="hello@shop.example"' in page
    assert "Quay 1" in page


def test_how_members_are_reached_is_changed_by_who_approves_alone_as_over_the_api(town: Town, enter: Entering) -> None:
    assert town.message is not None
    browser, message = enter("marketer"), typed("msg", town.message)
    rights = Role.objects.get(organisation=town.organisation, code="marketer").rights
    less = [one for one in rights if one != "outreach.approve"]
    post(enter("administrator"), "/set-up/roles/marketer", name="Marketer", rights=less)
    came_back(town.message, Blocked.COMPLAINT, organisation=town.organisation, actor=SETUP, at=town.at)
    fields = {"begins_all": "", "ends_all": "", "share": "0", "months": "6"}
    assert post(browser, "/reach/policy", **fields).status_code == 403
    assert post(browser, "/reach/policy/senders", email_sender="mine@evil.example").status_code == 403
    assert post(browser, f"/reach/messages/{message}/lift").status_code == 403
    assert Suppression.objects.filter(ended_at=None).exists()
    for path in ("policy", "blocked", f"messages/{message}"):
        page = browser.get(f"/reach/{path}")
        assert (page.status_code, "Keep it" in page.text, "/lift" in page.text) == (200, False, False)


def test_who_may_send_and_not_read_members_sees_no_names(town: Town, enter: Entering) -> None:
    assert town.message is not None
    came_back(town.message, Blocked.COMPLAINT, organisation=town.organisation, actor=SETUP, at=town.at)
    browser, name = enter("marketer"), names_of([town.members[0]])[town.members[0]]
    paths = ("messages", f"messages/{typed('msg', town.message)}", "blocked")
    assert all(name in browser.get(f"/reach/{path}").text for path in paths)
    post(enter("administrator"), "/set-up/roles/marketer", name="Marketer", rights=["outreach.send"])
    pages = [browser.get(f"/reach/{path}") for path in paths]
    assert [(page.status_code, name in page.text) for page in pages] == [(200, False)] * 3


def test_longer_lists_ask_no_more(town: Town, enter: Entering) -> None:
    browser = enter("marketer")
    few, many = {}, {}
    paths = ("/reach/campaigns", "/reach/messages", "/prove", "/reach/templates")
    for path in paths:
        browser.get(path)
        with counted() as found:
            browser.get(path)
        few[path] = len(found)
    assert town.message is not None
    spring, message = Campaign.objects.get(code="spring"), Message.objects.get(pk=town.message)
    for number in range(4):
        campaigns.save(
            NewCampaign(town.organisation, f"c{number}", f"C{number}", spring.document),
            actor=SETUP,
            at=town.at,
        )
        row = Campaign.objects.get(code=f"c{number}")
        result(town, "works", 5, 1, 9, campaign=row)
        message.id, message.key, message.member = new_id(town.at), f"k{number}", town.members[number % 3]
        message.save(force_insert=True)
    for path in paths:
        with counted() as found:
            browser.get(path)
        many[path] = len(found)
    assert {path: many[path] - few[path] for path in paths if many[path] > few[path] + 1} == {}
    assert max(many.values()) <= 18
