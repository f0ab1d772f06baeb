"""What lets somebody in, and what is given once, asked for several times at the same instant: it is so once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client, override_settings

from regulars.basics.errors import RegularsError
from regulars.journal.moves import SYSTEM, Actor
from regulars.members.models import Card
from regulars.portal.models import Code, Session
from regulars.portal.services import codes, links
from tests.console.town import SETUP, make_town
from tests.portal.village import MAIL, browser_of

TIMES = 4


def at_once(*acts: Callable[[], Any]) -> Counter[Any]:
    """What each of them answers, or how it was refused."""
    ready = Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        connection.ensure_connection()
        ready.wait()
        try:
            return act()
        except RegularsError as refusal:
            return type(refusal).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as doors:
        return Counter(doors.map(one, acts))


@pytest.mark.django_db(transaction=True)
def test_what_lets_in_lets_in_once_and_a_card_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        town = make_town(datetime.now(UTC), members=2, sales=0)
    at, home, ada, zhou = datetime.now(UTC), town.organisation, *town.members
    visitor = Actor(SYSTEM, "portal", "", "", "192.0.2.7")
    here: dict[str, Any] = {"device": "Firefox", "actor": visitor, "at": at}
    monkeypatch.setattr("regulars.portal.marks.new_code", lambda: "123456")

    def code() -> str:
        asked = {"organisation": home, "region": None, "language": "en"}
        token = codes.ask(MAIL, **asked, actor=visitor, at=at)  # type: ignore[arg-type]
        codes.send_due(actor=SETUP, at=at)
        return token

    def tried(token: str, text: str) -> Callable[[], str]:
        return lambda: type(codes.check(token, text, **here)).__name__

    token = code()
    assert at_once(*[tried(token, "123456")] * TIMES) == {"Begun": 1, "WrongLogInCode": TIMES - 1}
    token = code()
    assert at_once(*[tried(token, "654321")] * 3 * TIMES) == {"WrongLogInCode": 3 * TIMES}
    assert Code.objects.get(used_at=None).tries == codes.TRIES
    assert at_once(tried(token, "123456")) == {"WrongLogInCode": 1}
    text = links.make(ada, organisation=home, actor=SETUP, at=at)
    used = at_once(*[lambda: type(links.use(text, **here)).__name__] * TIMES)
    assert used == {"Begun": 1, "WrongLogInCode": TIMES - 1}
    assert Session.objects.count() == 2
    browser = browser_of(zhou)

    def press() -> int:
        other = Client()
        other.cookies = browser.cookies
        return int(other.post("/my/card/new").status_code)

    assert at_once(*[press] * TIMES) == {302: TIMES}
    assert Card.objects.filter(member=zhou).count() == 1
