"""Every address by the table of who may come: each role, at its own place and at another, nobody, and foreign ids."""

import re
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from regulars.access.selectors import grants_of_staff
from regulars.basics.ids import typed
from regulars.console.page import allowed
from regulars.console.pages import PAGES
from regulars.console.places import open_to
from tests.console.conftest import Entering
from tests.console.pages_told import OUTSIDE, WHO, R
from tests.console.town import Town

BY_NAME = {page.name: page for page in PAGES}
WORDS = {
    "slug:kind": "earn",
    "str:code": "base",
    "str:what": "no-name",
    "str:series": "dessert",
    "slug:channel": "email",
    "str:audience": "vips",
    "str:campaign": "spring",
    "str:template": "hello",
    "str:unit": "points",
    "str:field": "hall",
    "str:kind": "complaint",
}  # the role of that code is none
REFUSED, NOWHERE, TO_LOG_IN = 403, 404, 302


def routes() -> list[URLPattern]:
    """All that is served beside the API."""
    return [one for one in get_resolver().url_patterns if isinstance(one, URLPattern)] + [
        one
        for within in get_resolver().url_patterns
        if not isinstance(within, URLPattern) and str(within.pattern) == ""
        for one in within.url_patterns
        if isinstance(one, URLPattern)
    ]


def test_every_route_has_an_entry_and_every_entry_a_route() -> None:
    names = {route.name for route in routes()}
    assert names - OUTSIDE == WHO.keys() - OUTSIDE
    assert BY_NAME.keys() <= WHO.keys()


def test_there_is_no_way_past_the_table() -> None:
    pages = {page.name for page in PAGES}
    assert {route.name for route in routes() if "regulars.console" in route.callback.__module__} <= pages


def ids(town: Town, *, foreign: bool = False) -> dict[str, str]:
    """What stands in addresses: of this organisation, or of another one."""
    found = {
        "mbr": town.members[0],
        "sal": town.sales[0],
        "stf": town.staff["auditor"],
        "cas": town.case or UUID(int=0),
        "inb": town.brought or UUID(int=0),
        "msg": town.message or UUID(int=0),
        "whk": town.webhook or UUID(int=0),
        "prv": town.draft or UUID(int=0),
        "mrc": town.merchant,
        "str": town.hill,
    }
    if foreign:
        found = {
            "mbr": town.foreign_member,
            "sal": uuid4(),
            "stf": town.staff["foreign"],
            "cas": uuid4(),
            "inb": uuid4(),
            "msg": uuid4(),
            "whk": uuid4(),
            "prv": uuid4(),
            "mrc": town.foreign_merchant,
            "str": uuid4(),
        }
    return {prefix: typed(prefix, number) for prefix, number in found.items()}


def address(name: str, known: dict[str, str]) -> str:
    """A page's address with these ids; made up where the kind has none."""
    path = "/" + BY_NAME[name].path
    while "<" in path:
        before, _, rest = path.partition("<")
        kind, _, after = rest.partition(">")
        prefix = kind.partition(":")[0].removeprefix("id_")
        if kind in WORDS:
            path = before + WORDS[kind] + after
            continue
        path = before + known.get(prefix, typed(prefix, UUID(int=7))) + after
    return path


def ids_told(path: str) -> bool:
    """Whether ids stand in it; codes of the programme are told apart by their book."""
    return "<id_" in path


def ask(browser: Client, name: str, known: dict[str, str]) -> int:
    page = BY_NAME[name]
    where = address(name, known)
    status: int = (browser.post(where, {"key": str(uuid4())}) if page.posted else browser.get(where)).status_code
    return status


@pytest.mark.parametrize("letter", R)
def test_who_may_not_come_is_refused_and_who_may_is_let_in(letter: str, town: Town, enter: Entering) -> None:
    browser = enter(R[letter])
    others = [name for name in BY_NAME if letter not in WHO[name]]
    assert {name: ask(browser, name, ids(town)) for name in others} == dict.fromkeys(others, REFUSED)
    holder = grants_of_staff(town.staff[R[letter]], timezone.now())
    assert holder is not None
    place = open_to(holder)[0]
    assert {name for name, page in BY_NAME.items() if allowed(page, holder.grants, place)} == set(BY_NAME) - set(others)


def test_every_page_is_shown_to_who_may_see_it(town: Town, enter: Entering) -> None:
    browser = enter("administrator")
    told = {name: ask(browser, name, ids(town)) for name in BY_NAME}
    assert {name: status for name, status in told.items() if status >= 500} == {}
    assert {name for name, status in told.items() if status == REFUSED} == {n for n in BY_NAME if "A" not in WHO[n]}
    looked = {name for name in BY_NAME if not BY_NAME[name].posted and "A" in WHO[name]}
    assert {name for name in looked if told[name] != 200} == {"role"}  # of a code that is a rule's


def test_nobody_is_led_to_the_log_in(town: Town) -> None:
    for name in BY_NAME:
        page, where = BY_NAME[name], address(name, ids(town))
        answer = Client().post(where) if page.posted else Client().get(where)
        assert answer.status_code == TO_LOG_IN, name
        assert answer.headers["Location"].startswith(reverse("login")), name


def test_ids_of_another_organisation_lead_nowhere(town: Town, enter: Entering) -> None:
    browser = enter("administrator")
    with_ids = [name for name in BY_NAME if ids_told(BY_NAME[name].path)]
    told = {name: ask(browser, name, ids(town, foreign=True)) for name in with_ids}
    assert told == dict.fromkeys(with_ids, NOWHERE)


def test_a_foreign_administrator_sees_nothing_of_ours(town: Town, enter: Entering) -> None:
    browser = enter("foreign")
    with_ids = [name for name in BY_NAME if ids_told(BY_NAME[name].path)]
    assert {ask(browser, name, ids(town)) for name in with_ids} == {NOWHERE}
    assert not re.search(r"\bAda\b", browser.get("/members").text)


def test_who_works_at_one_store_sees_its_bills_and_no_list(town: Town, enter: Entering) -> None:
    browser = enter("clerk")  # of the Quay; the second bill is of the Hill
    known = [typed("sal", one) for one in town.sales[:2]]
    assert [browser.get(f"/sales/{one}").status_code for one in known] == [200, NOWHERE]
    page = browser.get("/members").text
    assert "Ada Wong" not in page
    assert browser.post("/members/find", {"q": "Wong"}).text.count("Ada") == 0  # no search by name past the own store
    assert browser.post("/members/find", {"q": "ada.wong@example.com"}).status_code == TO_LOG_IN  # to the member


def test_a_role_that_is_taken_away_closes_the_pages_at_once(town: Town, enter: Entering) -> None:
    from regulars.access.models import Assignment

    browser = enter("support")
    assert browser.get("/members").status_code == 200
    Assignment.objects.filter(staff=town.staff["support"]).delete()
    assert browser.get("/members").status_code == REFUSED
