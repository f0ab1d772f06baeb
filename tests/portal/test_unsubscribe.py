"""The link in a mail: a look changes nothing, one click says no, and nobody learns whose it was."""

import re
from datetime import UTC, datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from regulars.members.models import Permission
from regulars.outreach.links import token_of
from regulars.outreach.models import Message, MessageEvent
from regulars.outreach.moves import NewMessage
from regulars.outreach.services.messages import ask
from tests.console.town import SETUP
from tests.portal.village import Village

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def sent(village: Village, **more: Any) -> Message:
    Permission.objects.update_or_create(
        member_id=village.ada, channel="email", purpose="marketing", defaults={"given": True, "effective_at": NOW}
    )
    wanted = NewMessage("letter", village.ada, "email", **(more or {"purpose": "marketing"}))
    return ask([wanted], organisation=village.town.organisation, actor=SETUP, at=NOW)[0]


def agreed(village: Village) -> bool:
    return Permission.objects.get(member=village.ada, channel="email", purpose="marketing").given


def test_a_look_changes_nothing_and_one_click_says_no(village: Village) -> None:
    row = sent(village)
    where = reverse("my-unsubscribe", args=[token_of(row.id)])
    browser = Client(enforce_csrf_checks=True)  # a mail program posts without any token of ours
    page = browser.get(where)
    assert page.status_code == 200
    assert agreed(village)
    for _ in range(2):
        done = browser.post(where, {"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200
    assert not agreed(village)
    assert MessageEvent.objects.filter(message=row.id, what="unsubscribed").count() == 1
    for answer in (page, done):
        assert not re.search(r"\bAda\b", answer.text)
        assert "@" not in answer.text
    chinese = browser.get(where, headers={"Accept-Language": "zh-Hans"}).text
    assert "不再接收" in chinese


def test_other_links_and_services_lead_nowhere(village: Village) -> None:
    row = sent(village, service="receipt")
    for token in (token_of(row.id), "A" * 43, "x"):
        where = reverse("my-unsubscribe", args=[token])
        assert [Client().get(where).status_code, Client().post(where).status_code] == [404, 404]
    assert agreed(village)
