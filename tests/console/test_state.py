"""The page of the state: copies, steps of the worker; channels and trial messages."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from procrastinate.contrib.django.models import ProcrastinateJob

from regulars.access import gate
from regulars.access.alerts.transports import MailServer
from regulars.access.moves import Place
from regulars.access.services.roles import assign
from regulars.console.views import channels
from regulars.journal.models import Entry
from regulars.outreach.channels.base import Outcome
from regulars.outreach.channels.mail import Mail
from regulars.server import steps, tasks
from regulars.server.backup import noting
from regulars.server.backup.contents import Contents, File
from regulars.server.models import StepDone
from regulars.server.place import Place as Folder
from tests.console.conftest import Entering
from tests.console.test_saved import file_of, send
from tests.console.town import SETUP, Town
from tests.statements import counted


@pytest.fixture
def everywhere(town: Town, enter: Entering) -> Any:
    """Who administrates all organisations."""
    other = Place(town.other)
    assign("administrator", other, staff=town.staff["administrator"], by=gate.HOUSE, actor=SETUP, at=town.at)
    return enter("administrator")


def test_the_state_tells_of_copies_and_of_what_it_runs_on(
    everywhere: Any, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Folder(tmp_path)
    monkeypatch.setattr(settings, "PLACE", place)
    page = everywhere.get("/set-up/health").text
    assert ["none was ever made" in page, "no worker answers" in page, "PostgreSQL" in page] == [True, True, True]
    at = town.at - timedelta(days=9)
    contents = Contents("0.9", at.isoformat(), 18, {"a": 1200, "b": 34}, {}, {}, {"database.dump": File(2048, "x")})
    noting.note_made(place, tmp_path / "copy-1", contents)
    with (tmp_path / noting.NAME).open("a") as notes:
        notes.write("cut off {\n")
    page = everywhere.get("/set-up/health").text
    assert ["older than a week" in page, "1,234 rows" in page, "copy-1" in page, "never" in page] == [True] * 4
    noting.note_verified(place, tmp_path / "copy-1", contents, at=town.at)
    assert noting.copies(place)[0].verified_at == town.at
    with counted() as asked:
        everywhere.get("/set-up/health")
    assert len(asked) <= 12


def test_a_step_that_fails_stands_first_with_its_reason_and_is_begun_at_once(everywhere: Any, town: Town) -> None:
    with pytest.raises(ValueError, match="nothing"), steps.Noting("api.jobs"):
        raise ValueError("nothing to do\nDETAIL: Key (mail)=(ann@example.com)")
    for name in ("journal.seal", "ledger.seal"):
        with steps.Noting(name):
            pass
    with steps.Noting("journal.seal"):
        pass  # within half a minute it is not noted again
    StepDone.objects.filter(name="ledger.seal").update(done_at=town.at - timedelta(hours=3))
    told = {one.name: one for one in steps.told(tasks.STEPS, at=town.at)}
    assert [one.name for one in steps.told(tasks.STEPS, at=town.at)][:1] == ["api.jobs"]
    assert (told["api.jobs"].problem, told["journal.seal"].problem) == ("ValueError: nothing to do", "")
    assert told["journal.seal"].next_at > town.at
    page = everywhere.get("/set-up/health").text
    assert ["ValueError: nothing to do" in page, "ann@example.com" in page] == [True, False]
    assert send(everywhere, "/set-up/health/run", step="api.jobs").status_code == 302
    job = ProcrastinateJob.objects.get(task_name="api.jobs", status="todo")
    assert job.queueing_lock == "api.jobs"
    send(everywhere, "/set-up/health/run", step="api.jobs")
    assert ProcrastinateJob.objects.filter(task_name="api.jobs").count() == 1
    waits = [row.after["waits"] for row in Entry.objects.filter(what="console.run_step").order_by("id")]
    assert waits == [False, True]
    assert send(everywhere, "/set-up/health/run", step="rm").status_code == 404
    with steps.Noting("api.jobs"):
        pass
    assert not any(one.failing for one in steps.told(tasks.STEPS, at=town.at + timedelta(minutes=1)))


def test_channels_are_told_and_tried(town: Town, enter: Entering, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = enter("marketer")
    monkeypatch.setenv("REGULARS_SMTP_URL", "smtp://ann:secret-word@mail.example:2525?from=hi@shop.example")
    page = browser.get("/set-up/channels").text
    assert ["mail.example:2525, hi@shop.example" in page, "secret-word" in page] == [True, False]
    gone: list[Any] = []

    def sent(self: Any, parcels: Any) -> Any:
        gone.extend(parcels)
        yield Outcome(parcels[0].id, len(gone) < 2, "550 to the address")

    monkeypatch.setattr(Mail, "send", sent)
    assert send(browser, "/set-up/channels/email").status_code == 302
    assert (gone[0].to, "Riverside" in gone[0].said.text) == ("marketer@shop.example", True)
    assert "It went." in browser.get("/set-up/channels").text
    send(browser, "/set-up/channels/email")
    assert "It did not go: 550 to the address" in browser.get("/set-up/channels").text
    told = [row.after for row in Entry.objects.filter(what="console.try_channel").order_by("id")]
    assert told == [{"channel": "email", "went": True}, {"channel": "email", "went": False}]
    assert [row[0] for row in file_of(browser, "/set-up/channels")] == ["Channel", "Mail", "Text message", "Letter"]


def test_a_trial_text_goes_to_a_phone_and_a_trial_letter_is_a_file(
    town: Town, enter: Entering, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = enter("marketer")
    monkeypatch.setattr(settings, "PLACE", Folder(tmp_path))
    assert send(browser, "/set-up/channels/sms", phone="soup").status_code == 422
    assert send(browser, "/set-up/channels/sms", phone="020 7183 8750").status_code == 302
    (line,) = (tmp_path / "outbox" / "texts.jsonl").read_text().splitlines()
    assert json.loads(line)["to"] == "+442071838750"
    assert not Entry.objects.filter(what="console.try_channel", after__icontains="7183").exists()
    letter = send(browser, "/set-up/channels/post")
    assert (letter.status_code, letter.content[:5]) in ((201, b"%PDF-"), (201, b"<!doc"), (201, b"<!DOC"))
    monkeypatch.setattr(channels, "TRIALS", 2)
    send(browser, "/set-up/channels/email")
    assert "Ten trials an hour" in browser.get("/set-up/channels").text
    assert MailServer.here() is None
