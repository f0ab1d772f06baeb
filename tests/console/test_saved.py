"""Views that are kept, what is on a page as a file, and what Ctrl-K finds."""

import csv
import io
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from regulars.basics.ids import typed
from regulars.console.exporting import Reader
from regulars.console.models import SavedView
from regulars.console.pages import PAGES
from regulars.journal.models import Entry
from tests.console.conftest import Entering
from tests.console.test_map import BY_NAME, address, ids
from tests.console.town import Town
from tests.statements import counted

TABLES = [page for page in PAGES if page.table and "EVERY" not in page.reach.name]


def send(browser: Client, path: str, **fields: Any) -> Any:
    return browser.post(path, {"key": str(uuid4()), **fields})


def file_of(browser: Client, path: str) -> list[list[str]]:
    answer = browser.get(path + ("&" if "?" in path else "?") + "as=csv")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text)))


def test_a_view_is_kept_found_renamed_dropped_and_brought_back(town: Town, enter: Entering) -> None:
    browser = enter("marketer")
    where = "/members?state=active&show=town&before=mbr_00000000000000000000000007"
    page = browser.get(where).text
    query = re.search(r'name="query" value="([^"]*)"', page)
    assert query
    assert "before" not in query[1]
    kept = send(browser, "/views/keep", page="members", name="Towns", query="state=active&show=town&before=x")
    assert kept.headers["Location"] == "/members?show=town&state=active"
    page = browser.get(kept.headers["Location"]).text
    assert 'class="tag good" href="/members?show=town&amp;state=active" aria-current="true">Towns' in page
    assert 'class="no-2 no-3 no-5"' in page
    row = SavedView.objects.get()
    of = f"/views/{typed('viw', row.id)}"
    assert "Towns" in browser.post("/find", {"q": "tow"}).text
    assert "Towns" not in enter("administrator").get("/views").text  # it is not shared
    assert send(enter("administrator"), f"{of}/drop").status_code == 404
    assert send(browser, of, name="By town", shared="on").status_code == 302
    assert "By town" in enter("administrator").get("/members").text
    assert "By town" not in enter("foreign").get("/views").text
    assert "By town" not in enter("analyst").get("/views").text  # who may not come to the page
    assert "By town" in send(enter("clerk"), "/find", q="town").text
    assert send(enter("support"), of, name="Mine").status_code == 404
    dropped = send(browser, f"{of}/drop")
    page = browser.get(dropped.headers["Location"]).text
    assert ("By town" in page.partition("toasts")[0], f"{of}/back" in page) == (False, True)
    send(browser, f"{of}/back")
    assert "By town" in browser.get("/views").text
    words = list(Entry.objects.filter(what__startswith="console.").order_by("id").values_list("what", flat=True))
    assert words == [f"console.{one}_view" for one in ("keep", "change", "drop", "keep")]


def test_a_view_is_of_a_page_that_its_keeper_may_see_and_two_have_two_names(town: Town, enter: Entering) -> None:
    browser = enter("analyst")
    for page, name in (("members", "x"), ("palette", "x"), ("campaign", "x"), ("sales", " ")):
        assert send(browser, "/views/keep", page=page, name=name, query="a=b").status_code == 422
    for name in ("One", "Two", "One"):
        send(browser, "/views/keep", page="sales", name=name, query="first_on=2026-01-01")
    assert sorted(SavedView.objects.values_list("name", flat=True)) == ["One", "Two"]
    two = SavedView.objects.get(name="Two")
    again = send(browser, f"/views/{typed('viw', two.id)}", name="One")
    assert (again.status_code, "is called so" in again.text) == (422, True)


def test_what_is_on_the_page_is_in_the_file_plainly_and_to_its_end(
    town: Town, enter: Entering, monkeypatch: pytest.MonkeyPatch
) -> None:
    from regulars.console.views import today

    monkeypatch.setattr(today, "PAGE", 1)  # two bills are two pages
    rows = file_of(enter("support"), "/sales?show=who&show=paid")
    assert rows[0] == ["Id", "When", "Who", "Paid", "Currency"]
    assert [row[3:] for row in rows[1:]] == [["15.70", "GBP"], ["16.20", "GBP"]]
    assert rows[1][2] == "Ada Wong"
    assert [row[0] for row in rows[1:]] == [typed("sal", one) for one in town.sales[:2]]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", rows[1][1])
    told = Entry.objects.get(what="console.export")
    assert (told.after["page"], told.actor_name) == ("sales", "Support")
    looks = Entry.objects.filter(what="members.read", after__by="bills").values_list("subject", flat=True)
    assert set(looks) == {typed("mbr", one) for one in town.members[:2]}


def test_members_leave_in_a_file_only_by_who_may_export_them(town: Town, enter: Entering) -> None:
    marketer, analyst = enter("marketer"), enter("analyst")
    assert "as=csv" not in marketer.get("/sales").text
    assert marketer.get("/sales?as=csv").status_code == 403
    assert not Entry.objects.filter(what="console.export").exists()
    assert "as=csv" in analyst.get("/sales").text  # who sees no names there takes none away
    assert [row[2] for row in file_of(analyst, "/sales")[1:]] == ["a member", "a member"]
    assert [row[1] for row in file_of(marketer, "/reach/campaigns")] == ["State", "Draft"]


@pytest.mark.parametrize("page", TABLES, ids=lambda page: page.name)
def test_every_table_has_a_file(page: Any, town: Town, enter: Entering) -> None:
    browser, where = enter("administrator"), address(page.name, ids(town))
    shown = browser.get(where).text
    if page.own_file:
        assert ".csv" in shown or "As a file" not in shown
    else:
        assert "as=csv" in shown
        file_of(browser, where)


def test_no_page_with_a_table_lacks_its_file(town: Town, enter: Entering) -> None:
    """But pages of one thing, forms, and what is done at them."""
    one = {"member", "sale", "counter-member", "case", "audience", "audience-why", "terms-code", "simulator",
           "member-account", "import", "views", "know", "start", "waiting", "audience-edit"}  # fmt: skip
    browser = enter("administrator")
    looked = [page for page in PAGES if not page.posted and "GET" in page.methods and page.name not in one]
    found = {
        page.name
        for page in looked
        if not page.path.endswith(".csv") and "<table" in browser.get(address(page.name, ids(town))).text
    }
    assert found - {page.name for page in PAGES if page.table} == set()


def test_cells_are_harmless_and_hidden_columns_stay_here() -> None:
    text = (
        '<h1>T</h1><table class="no-2"><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>'
        '<a class="row-link" href="/members/mbr_01kdvdna00e008000000000001">=1+1</a><br><small>x &amp; y</small>'
        '<span class="narrow-only"><br>again</span><button>Press</button></td><td>secret</td></tr></tbody></table>'
        '<a rel="next" href="?a=b&amp;before=c">Further</a>'
    )
    found = Reader(text)
    assert [row.cells for row in found.tables[0].rows] == [["A", "B"], ["=1+1 x & y", "secret"]]
    assert (found.tables[0].hidden, found.next) == (frozenset({1}), "a=b&before=c")
    assert found.tables[0].rows[1].id == "mbr_01kdvdna00e008000000000001"


def test_hostile_names_do_nothing_in_a_file(town: Town, enter: Entering) -> None:
    from regulars.outreach.models import Audience

    Audience.objects.update(name='=HYPERLINK("http://evil.example")')
    rows = file_of(enter("administrator"), "/audiences")
    assert rows[1][0].startswith("'=HYPERLINK")


def test_everything_is_found_by_its_name_within_the_rights_of_who_looks(town: Town, enter: Entering) -> None:
    assert town.case is not None
    for role, text, told in (
        ("administrator", "spring", "/reach/campaigns/code/spring"), ("marketer", "friends", "/audiences/code/vips"),
        ("marketer", "hello ag", "/reach/templates/code/hello"), ("analyst", "dessert", "/coupon-series/dessert"),
        ("support", "cold so", f"/serve/cases/{typed('cas', town.case)}"),
        ("administrator", "quay", f"/set-up/stores/{typed('str', town.quay)}"),
        ("support", typed("cas", town.case), "Cold soup"), ("clerk", "counter", "/counter"),
        ("marketer", "new camp", "/reach/campaigns/new"), ("support", "new case", "/serve/cases/new"),
        ("administrator", "import", "/import"), ("administrator", "new role", "/set-up/roles/new"),
    ):  # fmt: skip
        assert told in send(enter(role), "/find", q=text).text, (role, text)
    for role, text in (("clerk", "spring"), ("auditor", "hello"), ("till", "cold so"), ("foreign", "friends"),
                       ("auditor", "new case"), ("till", "new camp"), ("marketer", "cold so")):  # fmt: skip
        assert "href" not in send(enter(role), "/find", q=text).text, (role, text)


def test_finding_asks_few_queries(town: Town, enter: Entering) -> None:
    browser = enter("administrator")
    send(browser, "/find", q="ada wong")
    for text in ("ada wong", "spring", "a"):
        with counted() as asked:
            send(browser, "/find", q=text)
        assert len(asked) <= 18  # two of them tell who looks


def test_a_role_of_ones_own_is_made(town: Town, enter: Entering) -> None:
    browser = enter("administrator")
    fields = {"name": "Night desk", "code": "night-desk", "rights": ["members.read", "care.read"]}
    assert send(browser, "/set-up/roles/new", **fields | {"code": "Night!"}).status_code == 422
    assert send(browser, "/set-up/roles/new", **fields).status_code == 302
    assert "Night desk" in browser.get("/set-up/roles").text
    again = send(browser, "/set-up/roles/new", **fields)
    assert (again.status_code, "There is a role of this code." in again.text) == (422, True)
    assert BY_NAME["role-new"].path == "set-up/roles/new"
