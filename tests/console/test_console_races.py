"""A form that is sent twice at the same instant is done once, and both senders go on to the same place."""

import threading
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client, override_settings

from regulars.access.models import Staff
from regulars.basics.ids import typed
from regulars.console.session import LATER
from regulars.members.models import Note
from tests.console.town import make_town


@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_deed() -> None:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        town = make_town(datetime.now(UTC), members=1, sales=0)
    browser = Client()
    browser.force_login(Staff.objects.get(pk=town.staff["support"]))
    session = browser.session
    session[LATER] = True
    session.save()
    where, asked = f"/members/{typed('mbr', town.members[0])}/note", {"key": str(uuid4()), "text": "Hello"}
    before, gate = Note.objects.count(), threading.Barrier(2)
    went: list[str] = []

    def click() -> None:
        other = Client()
        other.cookies = browser.cookies
        gate.wait()
        answer = other.post(where, asked)
        went.append(f"{answer.status_code} {answer.headers['Location']}")
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert went == [f"302 {where.removesuffix('/note')}"] * 2
    assert Note.objects.count() == before + 1
