"""Families of attacks, made from the map of addresses: every route of the whole server belongs to a table; what each
answer says to browsers and caches; the life of a session; ids of others in forms; names that want to be more."""

import csv
import io
import re
from typing import Any, Final
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from regulars.access import gate
from regulars.access.models import Assignment, Staff
from regulars.access.services import staff as hiring
from regulars.api.urls import api
from regulars.basics.ids import typed
from regulars.console.pages import PAGES
from regulars.ledger.models import Account, Transfer
from regulars.members.models import Card, Identifier, Member, Note, Tag
from regulars.members.moves import NewIdentifier, NewMember
from regulars.members.services import extras, people
from regulars.portal.pages import PAGES as PORTAL
from regulars.programme.models import Coupon
from tests.console.conftest import Entering
from tests.console.pages_told import OUTSIDE, WHO
from tests.console.test_map import BY_NAME, address, ids
from tests.console.test_member import path, send
from tests.console.town import SETUP, Town

OF_THE_API: Final = {"api-root", "openapi-json", "openapi-view"}  # its document, which names nobody
PUBLIC_API: Final = {"/api/v1/openapi.json", "/api/v1/reference"}
TABLES: Final = {page.name for page in PAGES} | {page.name for page in PORTAL}
LOOKED: Final = [page.name for page in PAGES if not page.posted and "A" in WHO.get(page.name, "")]
NOT_OURS: Final = {"members-export", "trail-export", "template-preview", "template-draft"}  # files, and what others say
HOSTILE: Final = (
    '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onmouseover='x", "=HYPERLINK(\"http://x\")",
    "@SUM(1)", "-2+3", "{{ 7|add:7 }}", "{% load i18n %}", "javascript:alert(1)", "Robert'); DROP TABLE members;--",
    "‮gnitset", "x" * 100, "&lt;b&gt;", "`${7*7}`",
)  # fmt: skip


def every_route() -> list[tuple[str, URLPattern]]:
    """All that the server answers to, whatever room it is of: its path and its pattern."""
    found: list[tuple[str, URLPattern]] = []

    def walk(resolver: URLResolver, before: str) -> None:
        for one in resolver.url_patterns:
            if isinstance(one, URLPattern):
                found.append((before + str(one.pattern), one))
            else:
                walk(one, before + str(one.pattern))

    walk(get_resolver(), "/")
    return found


def operations() -> list[tuple[str, str, str]]:
    """Name, method and path of each call of the API, ids filled in."""
    return [
        (operation.view_func.__name__, method, re.sub(r"{[^}]+}", "x", f"/api/v1{where}"))
        for _prefix, router in api._routers
        for where, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    ]


def test_every_route_of_the_server_is_in_a_table() -> None:
    calls = {where for _name, _method, where in operations()}
    strangers = {
        (where, route.name)
        for where, route in every_route()
        if route.name not in TABLES | OUTSIDE | OF_THE_API and re.sub(r"<[^>]+>", "x", where) not in calls | PUBLIC_API
    }
    assert strangers == set()
    assert len(calls) > 100


def test_without_a_key_the_api_does_nothing(town: Town) -> None:
    """Every call: refused before anything else is looked at."""
    browser = Client()
    told = {
        (name, method): browser.generic(method, where, b"{}", content_type="application/json").status_code
        for name, method, where in operations()
    }
    assert {call: status for call, status in told.items() if status != 401} == {}


def kept_safe(answer: Any) -> list[str]:
    """What is wrong with the headers of an answer. What was written by somebody (a message) is shown in a sandbox."""
    policy = answer.headers.get("Content-Security-Policy", "")
    wrong = []
    boxed = policy.startswith("sandbox;") and "script" not in policy and "frame-ancestors 'self'" in policy
    if "default-src 'none'" not in policy or not (
        boxed or ("unsafe" not in policy and "frame-ancestors 'none'" in policy)
    ):
        wrong.append(f"policy: {policy}")
    if not {"no-store", "private"} & set(re.split(r"[,\s]+", answer.headers.get("Cache-Control", ""))):
        wrong.append("it may be kept by others")
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        wrong.append("what it is may be guessed")
    return wrong


def test_every_answer_tells_browsers_and_caches_to_take_care(town: Town, enter: Entering) -> None:
    """And no page has a script or a style of its own, which the policy would let nobody run."""
    browser, nobody = enter("administrator"), Client()
    asked = {name: browser.get(address(name, ids(town))) for name in LOOKED}
    for name in set(LOOKED) - NOT_OURS:
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:", asked[name].text, re.I), (
            name
        )
    asked |= {f"{name}, logged out": nobody.get(address(name, ids(town))) for name in ("start", "member")}
    asked |= {"refused": enter("auditor").get("/members/new"), "nowhere": browser.get("/members/mbr_none")}
    asked |= {"log-in": nobody.get("/login"), "wrong": nobody.post("/login", {"email": "x@y.z", "password": "no"})}
    assert {name: wrong for name, answer in asked.items() if (wrong := kept_safe(answer))} == {}


@pytest.mark.parametrize("what", ["logged out", "a new password", "closed", "ended elsewhere", "no role"])
def test_a_session_ends_at_once(what: str, town: Town, enter: Entering) -> None:
    browser, staff, notes = enter("support"), town.staff["support"], Note.objects.count()
    assert browser.get(path(town)).status_code == 200
    match what:
        case "logged out":
            browser.post("/logout")
        case "a new password":
            row = Staff.objects.get(pk=staff)
            row.set_password("another correct horse")
            row.save()
        case "closed":
            hiring.deactivate(staff, by=gate.HOUSE, actor=SETUP, at=timezone.now())
        case "ended elsewhere":
            hiring.end_sessions(staff, actor=SETUP, at=timezone.now())
        case "no role":
            Assignment.objects.filter(staff=staff).delete()
    refused = {403} if what == "no role" else {302}
    kept = {name: ids(town) for name in ("member", "members", "member-account", "cases", "sale")}
    assert {browser.get(address(name, known)).status_code for name, known in kept.items()} == refused
    assert send(browser, path(town, "/note"), text="Still here?").status_code in refused
    assert Note.objects.count() == notes


def foreign(town: Town) -> dict[str, str]:
    """Ids of another organisation, and of another member of ours, by what they are of."""
    there, at = town.foreign_member, timezone.now()
    note = extras.write_note(there, "Theirs.", organisation=town.other, actor=SETUP, at=at)
    (way,) = people_ways(town)
    own = Coupon.objects.filter(member=town.members[0]).values_list("id", flat=True)[0]
    return {
        "mbr": typed("mbr", there), "nte": typed("nte", note), "way": way, "cpn": typed("cpn", own),
        "mrc": typed("mrc", town.foreign_merchant), "org": typed("org", town.other),
        "crd": typed("crd", Card.objects.get().id), "rng": typed("rng", uuid4()), "txn": typed("txn", uuid4()),
    }  # fmt: skip


def people_ways(town: Town) -> list[str]:
    """An identifier of somebody in the other organisation."""
    new = NewMember(town.other, "test", town.at, {"given_name": "Fay"}, [NewIdentifier("email", "fay@far.example")])
    people.enrol([new], actor=SETUP, at=town.at)
    return [str(Identifier.objects.get(organisation=town.other, kind="email").id)]


def state(town: Town) -> tuple[Any, ...]:
    """What must not have changed."""
    return (
        list(Member.objects.order_by("id").values_list("id", "root", "state", "household")),
        list(Identifier.objects.order_by("id").values_list("id", "state")),
        list(Card.objects.order_by("id").values_list("id", "state", "member")),
        list(Coupon.objects.order_by("id").values_list("id", "state")),
        list(Note.objects.order_by("id").values_list("id")), Transfer.objects.count(), Account.objects.count(),
        list(Assignment.objects.order_by("id").values_list("id", "staff", "role")), Tag.objects.count(),
    )  # fmt: skip


def test_ids_of_others_in_a_form_change_nothing(town: Town, enter: Entering) -> None:
    browser, of = enter("administrator"), foreign(town)
    member = path(town, "", 1)  # who has no card, coupon or note
    asked: list[tuple[str, dict[str, str]]] = [
        (f"{member}/note/remove", {"note": of["nte"]}),
        (f"{member}/ways/end", {"way": of["way"]}),
        (f"{member}/ways/verify", {"way": of["way"]}),
        (f"{member}/coupons/revoke", {"coupon": of["cpn"]}),
        (f"{member}/cards/{of['crd']}/block", {"why": "lost"}),
        (f"{member}/cards/{of['crd']}", {"why": "lost"}),
        (f"{member}/cards", {"range": of["rng"], "form": "virtual"}),
        (f"{member}/merge", {"other": of["mbr"], "reason": "x"}),
        (f"{member}/merge", {"other": "fay@far.example", "reason": "x"}),
        (f"{member}/unmerge", {"other": of["mbr"]}),
        (f"{member}/household", {"other": "fay@far.example"}),
        (f"{member}/adjust/undo", {"transfer": of["txn"]}),
        ("/set-up/stores", {"merchant": of["mrc"], "name": "Mine now"}),
        (f"/set-up/staff/{typed('stf', town.staff['auditor'])}/roles", {"role": "administrator", "place": of["org"]}),
        (f"/set-up/staff/{typed('stf', town.staff['auditor'])}/withdraw", {"assignment": str(uuid4())}),
        ("/work-at", {"place": of["org"]}),
    ]
    before = state(town)
    told = {where + str(fields): send(browser, where, **fields).status_code for where, fields in asked}
    assert {where: status for where, status in told.items() if status not in (403, 404, 422)} == {}
    assert state(town) == before


def test_a_hostile_name_is_a_name_wherever_it_is_shown(town: Town, enter: Entering) -> None:
    browser, home, at = enter("administrator"), town.organisation, timezone.now()
    new = [NewMember(home, "test", at, {"given_name": name, "family_name": "Zz", "town": name}) for name in HOSTILE]
    made = people.enrol(new, actor=SETUP, at=at)
    for one, name in zip(made, HOSTILE, strict=True):
        extras.tag([one], [name[:60]], organisation=home, source="test", actor=SETUP, at=at)
        extras.write_note(one, name, organisation=home, actor=SETUP, at=at)
    pages = [
        browser.get(f"/members/{typed('mbr', one)}{rest}").text
        for one in made
        for rest in ("", "/account")[: 1 + (one in made[:2])]
    ]
    pages += [browser.get("/members").text, browser.post("/members/find", {"q": "Zz"}).text]
    pages += [browser.post("/find", {"q": "Zz"}).text, browser.get(f"/members?tag={HOSTILE[1]}").text]
    pages += [browser.post("/members/find", {"q": name}).text for name in HOSTILE[:3]]
    pages += [browser.post(f"/members/{typed('mbr', one)}/export").text for one in made[:3]]
    for page in pages:
        assert not re.search(r"<script>|<img src=x|' onmouseover='|<b>&lt;|>14<", page)
    rows = list(csv.reader(io.StringIO(browser.get("/members/export.csv").content.decode("utf-8-sig"))))
    assert len(rows) == 1 + len(made) + len(town.members)
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell]


def test_whatever_stands_in_an_address_or_a_field_no_page_breaks_over_it(town: Town, enter: Entering) -> None:
    browser, known = enter("administrator"), ids(town)
    names = (
        "after",
        "at",
        "before",
        "channel",
        "currency",
        "from",
        "item",
        "line",
        "page",
        "q",
        "reason",
        "sort",
        "to",
    )
    asked = ("audience", "cases", "import-refused", "members", "messages", "prove-direct", "sales", "scores-products",
             "trail", "webhook")  # fmt: skip
    odd = ("\0", "a\0b", "\u00b2", "9" * 5000, "-1", "9999-12-31T23:59:59-14:00", "NaN")
    for shift in range(3):
        query = {name: odd[(place + 2 * shift) % len(odd)] for place, name in enumerate(names)}
        told = {name: browser.get(address(name, known), query).status_code for name in asked}
        assert told == dict.fromkeys(asked, 200)
    for code in ("/audiences/code/%00", "/reward/coupons/a%00", "/reach/templates/code/%00", "/set-up/roles/%00"):
        assert browser.get(code).status_code == 404
    assert send(browser, path(town, "/untag"), tag="vip\0").status_code == 302
    assert not Tag.objects.filter(member=town.members[0]).exists()


def test_what_is_searched_for_goes_into_no_address(town: Town, enter: Entering) -> None:
    """Names and numbers typed into a search are posted: addresses stay in logs and histories."""
    for name in ("members-find", "palette", "counter-find"):
        assert BY_NAME[name].posted
        assert enter("administrator").get(address(name, ids(town)) + "?q=Ada").status_code == 405
