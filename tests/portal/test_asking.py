"""A question of a member: asked on their page, answered by staff on theirs and by mail, read and gone on with."""

import re
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from regulars.basics.ids import typed
from regulars.care.models import Case
from regulars.care.moves import NewCase
from regulars.care.services.cases import open_case
from regulars.outreach.models import Message
from regulars.outreach.sealing import kept
from tests.console.conftest import entered
from tests.console.town import SETUP
from tests.portal.village import Village, browser_of

ASKED = "Do you have the blue cup?\nI broke mine <b>today</b>."


def test_a_question_is_asked_once_answered_where_it_was_asked_and_gone_on_with(village: Village) -> None:
    ada, desk = browser_of(village.ada), entered(village.town, "support")
    for _ in range(2):
        assert ada.post("/my/ask", {"text": ASKED}).status_code == 302
    row = Case.objects.get(kind="question")
    assert (row.member, row.channel, row.opened_by) == (village.ada, "web", typed("mbr", village.ada))
    where = f"/serve/cases/{typed('cas', row.id)}"
    assert "Do you have the blue cup?</a>" in desk.get("/serve/cases").text
    page = desk.get(where).text
    assert "On the web" in page
    assert "&lt;b&gt;today&lt;/b&gt;" in page

    def written(**more: str) -> None:
        answer = desk.post(f"{where}/text", {"key": str(uuid4()), **more})
        assert answer.status_code == 302

    written(part="note", text="She always breaks them.")
    written(part="answer", text="It comes on Friday.", send="email", waits="on")
    assert "on its way to them" in desk.get(where).text
    (message,) = Message.objects.filter(service="case-answer")
    assert (message.member, message.state, message.channel) == (village.ada, "released", "email")
    assert kept([message.id])[message.id] == {"subject": "Do you have the blue cup?", "answer": "It comes on Friday."}
    page = ada.get("/my/ask").text
    assert "It comes on Friday." in page
    assert "your turn" in page
    assert "breaks them" not in page
    more = reverse("my-ask-more", args=[row.id])
    ada.post(more, {"text": "Keep one for me."})
    assert Case.objects.get(id=row.id).state == "open"
    desk.post(f"{where}/close", {"key": str(uuid4()), "outcome": "solved", "note": "Kept."})
    ada.post(more, {"text": "It was green."})
    assert Case.objects.get(id=row.id).reopened == 1
    assert re.findall(r"<p>(.*?)</p>", ada.get("/my/ask").text)[-3:] == [
        "It comes on Friday.", "Keep one for me.", "It was green."]  # fmt: skip


def test_what_is_anothers_or_of_the_staff_is_not_there_and_few_wait_at_a_time(village: Village) -> None:
    ada, bram, home = browser_of(village.ada), browser_of(village.bram), village.town.organisation
    ada.post("/my/ask", {"text": ASKED})
    theirs = NewCase(home, "question", "About Ada", "She shouted.", "web", member=village.ada)
    told = open_case(theirs, actor=SETUP, at=timezone.now())
    assert "shouted" not in ada.get("/my/ask").text
    assert "blue cup" not in bram.get("/my/ask").text
    for browser, case in ((bram, Case.objects.exclude(id=told.id).get(kind="question")), (ada, told)):
        assert browser.post(reverse("my-ask-more", args=[case.id]), {"text": "More."}).status_code == 404
    for number in range(6):
        ada.post("/my/ask", {"text": f"And {number}?"})
    assert Case.objects.filter(kind="question", opened_by=typed("mbr", village.ada)).count() == 5
    assert "We answer these first" in ada.get("/my/ask").text
