"""`regulars staff`, `places`, `keys`, `journal` and `alerts`, as somebody at the machine uses them."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, connections
from tests.access.cast import AT, PASSWORD, SETUP, Town
from tests.access.factor import given_factor
from tests.access.mailing import mail_host
from typer.testing import CliRunner

from regulars.access import gate
from regulars.access.alerts.transports import SMTP_URL
from regulars.access.models import AlertRule
from regulars.access.rights import Right
from regulars.access.selectors import grants_of_key, has_factor, staff_of_email
from regulars.access.services.places import found_organisation
from regulars.cli import app
from regulars.cli.refusing import REFUSED
from regulars.journal.moves import Actor, Deed
from regulars.journal.sending import seal_due
from regulars.journal.services import record
from regulars.server.place import Place

pytestmark = pytest.mark.django_db
Run = Callable[..., str]


@pytest.fixture
def run(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """A command within this test's transaction; gives what it said, and asserts how it ended."""
    monkeypatch.setattr("regulars.cli.operating.place_of", lambda data: Place(tmp_path, "postgresql://own"))
    monkeypatch.setattr(connections, "close_all", lambda: None)
    for name in ("REGULARS_DATA", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.setenv(name, "regulars.server.settings")
    monkeypatch.setenv("COLUMNS", "300")

    def running(*words: str, typed: str = "", status: int = 0) -> str:
        done = CliRunner().invoke(app, list(words), input=typed, env={"NO_COLOR": "1"})
        assert done.exit_code == status, done.output
        return done.output

    return running


def test_a_shop_is_set_up_by_commands(run: Run) -> None:
    found_organisation("Riverside", zone="Asia/Shanghai", by=gate.HOUSE, actor=SETUP, at=AT)
    merchant = run("places", "merchant", "Bakery", "--zone", "Asia/Shanghai", "--currency", "CNY").strip()
    store = run("places", "store", "Downtown", "--at", "Bakery", "--number", "007").strip()
    told = run("places", "list")
    assert merchant in told
    assert re.search(rf"{store}\s+Bakery/Downtown\s+Asia/Shanghai\s+CNY\s+007", told)

    run(
        "staff", "add", "ann@example.org", "--name", "Ann", "--role", "administrator", typed=f"{PASSWORD}\n{PASSWORD}\n"
    )
    run("staff", "add", "bob@example.org", "--name", "Bob", "--role", "clerk", "--at", store, typed=f"{PASSWORD}\n" * 2)
    run("staff", "give", "bob@example.org", "--role", "support", "--at", "Bakery", "--until", "2027-01-01")
    assert "clerk at Bakery/Downtown, support at Bakery" in run("staff", "list")
    run("staff", "take", "bob@example.org", "--role", "support", "--at", merchant)
    assert "support" not in run("staff", "list")

    made = json.loads(run("keys", "create", "Till 1", "--role", "till", "--at", "Bakery/Downtown", "--json"))
    holder = grants_of_key(made["text"], AT)
    assert holder is not None
    assert gate.may(
        holder.grants, Right.LEDGER_POST, holder.grants.given[0].place.merchant, holder.grants.given[0].place.store
    )
    told = run("keys", "list")
    assert re.search(rf"{made['id']}\s+Till 1\s+till at Bakery/Downtown\s+never", told)
    assert made["text"] not in told
    second = run("keys", "rotate", made["id"], "--days", "1")
    assert "rgk_" in second
    run("keys", "revoke", made["id"])
    assert "revoked" in run("keys", "list")
    assert "unknown-key" in run("keys", "revoke", made["id"], status=REFUSED)

    own = run("keys", "create", "Bob's", "--role", "clerk", "--at", store, "--owner", "bob@example.org")
    assert "own keys revoked: 1" in run("staff", "close", "bob@example.org")
    assert grants_of_key(re.findall(r"rgk_\S+", own)[0], AT) is None
    run("staff", "reopen", "bob@example.org")
    run("staff", "password", "bob@example.org", typed="nine brown geese\nnine brown geese\n")
    ann = staff_of_email("ann@example.org")
    assert ann
    given_factor(ann.pk, at=AT)
    assert re.search(rf"ann@example.org\s+Ann\s+{AT:%Y-%m-%d}\s+administrator", run("staff", "list"))
    told = run("staff", "forget-factor", "ann@example.org", "--reason", "the only administrator lost the phone")
    assert "Taken away" in told
    assert not has_factor(ann.pk)
    assert "no-second-factor" in run("staff", "forget-factor", "ann@example.org", status=REFUSED)
    bob = staff_of_email("bob@example.org")
    assert bob is not None
    assert bob.check_password("nine brown geese")


@pytest.mark.parametrize(
    ("case", "words", "code"),
    [
        ("nobody", ["staff", "close", "nobody@example.org"], "unknown-staff"),
        ("the last administrator", ["staff", "close", "ann@example.org"], "last-administrator"),
        ("which organisation", ["keys", "create", "K", "--role", "till"], "unknown-place"),
        ("no such place", ["keys", "create", "K", "--role", "till", "--at", "Moon"], "unknown-place"),
        ("no such role", ["keys", "create", "K", "--role", "pilot", "--at", "Shop"], "unknown-role"),
        ("no id", ["keys", "revoke", "till"], "wrong-id"),
        ("no role there", ["staff", "take", "ann@example.org", "--role", "clerk", "--at", "Shop"], "unknown-role"),
        ("a store of no merchant", ["places", "store", "X", "--at", "Moon"], "unknown-place"),
        ("no rule", ["alerts", "set", "nothing", "--limit", "3"], "wrong-setting"),
        ("no anchor", ["journal", "verify", "--anchor", "abc"], "wrong-anchor"),
        ("no file", ["journal", "verify", "--anchors", "nowhere.txt"], "wrong-anchor"),
    ],
)
def test_what_cannot_be_is_refused_by_its_code(town: Town, run: Run, case: str, words: list[str], code: str) -> None:
    assert code in run(*words, status=REFUSED), case


def test_the_trail_is_searched_and_verified(town: Town, run: Run, tmp_path: Path) -> None:
    deeds = [Deed("members.read", f"mbr_{n}", store="str_1", after={"part": "profile"}) for n in range(3)]
    record(deeds, actor=Actor("staff", "stf_9", "Zoe"), at=AT)
    seal_due(at=AT)
    assert run("journal", "search", "--about", "mbr_1").count("members.read") == 1
    lines = [json.loads(line) for line in run("journal", "search", "--store", "str_1", "--json").splitlines()]
    assert [line["subject"] for line in lines] == ["mbr_2", "mbr_1", "mbr_0"]
    assert run("journal", "search", "--actor", "ann@example.org").count("\n") < 3, "she did nothing yet"
    assert "Zoe" not in run("journal", "search", "--deed", "members.read", "--until", "2026-05-04")
    assert run("journal", "search", "--since", "2026-05-04T09:30:00", "--limit", "2").count("mbr_") == 2

    kept = tmp_path / "anchors.txt"
    anchor = run("journal", "anchor", "--out", str(kept)).strip()
    record(deeds, actor=Actor("staff", "stf_9", "Zoe"), at=AT)
    seal_due(at=AT)
    told = json.loads(run("journal", "verify", "--anchor", anchor, "--anchors", str(kept), "--json"))
    assert (told["unsealed"], told["anchors"]) == (0, 2)
    assert f"{told['lines']:,} lines sealed" in run("journal", "verify")
    with connection.cursor() as cursor:
        cursor.execute("alter table journal_entry disable trigger user")
        cursor.execute("update journal_entry set subject = 'mbr_7' where number = %s", [told["lines"] - 1])
    assert f"does not hold at line {told['lines'] - 1}: changed" in run("journal", "verify", status=REFUSED)


def test_alert_rules_are_shown_and_changed(town: Town, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert re.search(r"many-look-ups\s+subjects per actor\s+60\s+10", run("alerts", "rules"))
    run("alerts", "set", "many-look-ups", "--limit", "80", "--minutes", "15", "--off")
    rule = AlertRule.objects.get(code="many-look-ups")
    assert (rule.threshold, rule.seconds, rule.active) == (80, 900, False)
    assert "rule" in run("alerts", "list")
    monkeypatch.delenv(SMTP_URL, raising=False)
    assert "is not set" in run("alerts", "test", "duty@example.org", status=REFUSED)
    with mail_host() as post:
        monkeypatch.setenv(SMTP_URL, post.url)
        run("alerts", "test", "duty@example.org")
        assert post.told("duty@example.org") == ["Regulars: a test"]
        post.unknown = {"nobody@example.org"}
        assert "550" in run("alerts", "test", "nobody@example.org", status=REFUSED)
