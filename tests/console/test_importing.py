"""The first five minutes, through the pages: a messy file is brought, looked at, corrected, booked, and taken back."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.basics.ids import typed
from regulars.console import uploading
from regulars.imports import folders, sending
from regulars.imports.models import Import
from regulars.members.models import Member, Pair
from regulars.sales.models import Sale
from tests.console.conftest import Entering
from tests.console.town import Town
from tests.imports import messy


def post(browser: Client, path: str, **fields: object) -> str:
    """Where it leads."""
    answer = browser.post(path, {"key": str(uuid4()), **fields})
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def test_a_messy_file_becomes_members_with_purchases_and_goes_again(
    town: Town, enter: Entering, tmp_path: Path
) -> None:
    browser = enter("administrator")
    assert "Begin with a file" not in browser.get("/import").text  # something was brought before
    Import.objects.all().delete()
    assert "Begin with a file" in browser.get("/import").text
    file = tmp_path / "sales.csv"
    rows = messy.write(file, people=5, until=(town.at - timedelta(days=3)).date(), days=150, country="+86")
    where = post(browser, "/import/files", files=SimpleUploadedFile("../sales.csv", file.read_bytes()))
    assert "data-again" in browser.get(where).text
    assert list(folders.coming().iterdir()) == []
    assert sending.run_due(at=town.at) == 1
    page = browser.get(where).text
    assert f">{rows}<" in page
    assert all(word in page for word in ("会员号", "who bought", "gb18030", "assumed", "the date cannot be read"))
    refused = browser.get(f"{where}/refused")
    assert refused.text.count("<td>sales.csv</td>") == messy.JUNK
    assert "没有日期" in browser.get(f"{where}/refused.csv").text

    fields = {"customer": 0, "phone": 1, "full_name": 2, "sold_at": 3, "receipt": 4, "product": 7, "amount": 9}
    said = {f"c{place}": field for field, place in fields.items()}
    post(browser, f"{where}/correct", table="0", answer="999", currency="cny", amount_is="line", decimal=".", **said)
    assert sending.run_due(at=town.at) == 1
    page = browser.get(where).text
    assert "CNY" in page
    assert "assumed" not in page

    form = {"merchant": typed("mrc", town.merchant), "source": "till", "points": "", "merge": "on"}
    assert browser.post(f"{where}/book", {**form, "merchant": "mrc_x", "key": str(uuid4())}).status_code == 422
    before = Member.objects.count()
    post(browser, f"{where}/book", **form)
    assert sending.run_due(at=town.at) == 1
    page = browser.get(where).text
    assert "What next" in page
    assert "Everybody is being looked at" in page
    number = Import.objects.get()
    assert (number.state, number.told["created"], number.told["joined"]) == ("booked", 5 + messy.TWICE, messy.TWICE)
    joined = browser.get("/duplicates").text
    assert joined.count("Part them") == messy.TWICE

    post(browser, f"{where}/undo")
    assert sending.run_due(at=town.at) == 1
    assert "Taken back" in browser.get(where).text
    assert Member.objects.count() == before
    assert not Sale.objects.filter(source__endswith="/files/till", state="complete").exists()
    assert Import.objects.get().told["undone"]["members_stay"] == 0


def test_a_large_file_is_taken(town: Town, enter: Entering) -> None:
    browser, large = enter("administrator"), SimpleUploadedFile("sales.csv", b"Customer,Date,Amount\n" * 200_000)
    where = post(browser, "/import/files", files=large)
    assert Import.objects.latest("id").size == len(b"Customer,Date,Amount\n") * 200_000
    assert browser.get(where).status_code == 200
    assert list(folders.coming().iterdir()) == []


def test_more_than_is_taken_is_told_and_leaves_nothing(
    town: Town, enter: Entering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploading, "MOST", 10)
    file = SimpleUploadedFile("sales.csv", b"Customer,Date,Amount\n")
    answer = enter("administrator").post("/import/files", {"key": str(uuid4()), "files": file})
    assert answer.status_code == 413
    assert "upload-too-large" in answer.text
    assert list(folders.coming().iterdir()) == []


def test_two_who_may_be_one_are_joined_or_told_apart(town: Town, enter: Entering) -> None:
    one, two, three = sorted(town.members)
    for other in (two, three):
        Pair.objects.create(
            one_id=one, two_id=other, organisation=town.organisation, score=0.8, is_exact=False,
            reasons={"name": "same", "phone": "other"}, state="open", found_at=town.at,
        )  # fmt: skip
    browser = enter("support")
    page = browser.get("/duplicates").text
    assert page.count("The same person") == 2
    assert "name: the same" in page
    post(browser, "/duplicates/decide", one=typed("mbr", one), two=typed("mbr", two), do="two")
    post(browser, "/duplicates/decide", one=typed("mbr", three), two=typed("mbr", one), do="join")
    assert Member.objects.get(pk=three).root_id == one
    page = browser.get("/duplicates").text
    assert "The same person" not in page
    assert "Undo" in page
    post(browser, f"/members/{typed('mbr', one)}/unmerge", other=typed("mbr", three))
    assert Member.objects.get(pk=three).root_id == three


def test_figures_of_the_data_open_their_rows(town: Town, enter: Entering) -> None:
    browser = enter("administrator")
    page = browser.get("/set-up/quality").text
    assert 'href="/set-up/quality/no-sex"' in page
    assert browser.get("/set-up/quality/no-sex").text.count("row-link") == len(town.members)
    assert browser.get("/set-up/quality/bills-of-nobody").status_code == 200
    assert browser.get("/set-up/quality/nothing").status_code == 404
    assert browser.get("/set-up/quality/duplicates").status_code == 302
