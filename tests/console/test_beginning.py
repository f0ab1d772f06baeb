"""A house that has only just begun: what its pages lead to before anything else is there."""

import json
from datetime import UTC, datetime

from django.test import Client, override_settings

from regulars.access import gate
from regulars.access.models import Staff
from regulars.access.moves import Place
from regulars.access.services.places import found_organisation
from regulars.access.services.roles import assign
from regulars.access.services.staff import hire
from regulars.console.session import LATER
from regulars.ledger.services import define_unit
from regulars.programme.terms import kinds
from tests.console.test_member import send
from tests.console.test_reward import begun
from tests.console.town import PASSWORD, SETUP


def test_the_first_terms_lead_to_what_must_be_there_before_them(db: None) -> None:
    at = datetime.now(UTC)
    home = found_organisation("New", zone="Asia/Tokyo", by=gate.HOUSE, actor=SETUP, at=at)
    browsers = []
    for role in ("administrator", "marketer"):
        with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
            mail = f"{role}@new.example"
            number = hire(mail, name="New", password=PASSWORD, by=gate.HOUSE, actor=SETUP, at=at)
        assign(role, Place(home), staff=number, by=gate.HOUSE, actor=SETUP, at=at)
        browsers.append(Client(raise_request_exception=False))
        browsers[-1].force_login(Staff.objects.get(pk=number))
        session = browsers[-1].session
        session[LATER] = True
        session.save()
    browser, marketer = browsers
    assert 'href="/reward/terms/new?kind=ladder"' in begun(browser, "benefit")[0]
    page, given = begun(browser, "points-payment")
    led = ['href="/set-up/units/new"' in page, 'href="/set-up"' in page, 'value="publish"' in page]
    assert led == [True, True, False]
    assert "An administrator does that" in begun(marketer, "reward")[0]
    define_unit("stars", "Stars", actor=SETUP, at=at)
    send(browser, "/set-up/merchants", name="Cafe", currency="JPY", zone="")
    for kind in sorted(kinds(), key=lambda one: (one != "ladder", one == "earn")):
        page, given = begun(marketer, kind)
        answer = send(marketer, "/reward/terms/new", **given, do="publish")
        assert answer.status_code == 302, (kind, answer.text)
    assert json.loads(given["document"]) == {
        "unit": "stars", "currency": "JPY", "award": {"type": "per-amount", "units": 1, "per": 100},
        "multipliers": [{"permille": 1500, "conditions": {"who": {"tiers": ["status/gold"]}}}],
    }  # fmt: skip
