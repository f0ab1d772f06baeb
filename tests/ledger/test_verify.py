"""Verification: everything agrees after the ledger's own verbs, and each thing that is wrong is named."""

import json
from contextlib import nullcontext
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from tests.ledger.books_made import AT, earn, some, spend, tampering, undone, without_checks
from typer.testing import CliRunner

from regulars.basics.ids import typed
from regulars.cli import app
from regulars.journal.moves import Actor
from regulars.ledger import seals, verify_chain
from regulars.ledger import verify as verifying
from regulars.ledger.books_closing import close_due
from regulars.ledger.models import Account, Hold, Lot, Transfer, Verification
from regulars.ledger.moves import Holder, House, NewHold, Posting, Reversal
from regulars.ledger.services import capture, place_hold, post, reverse
from regulars.ledger.verify import Verified, verify
from regulars.ledger.words import Kind, Role

JOB = Actor.job("test")


def whole() -> list[UUID]:
    """Books with something of everything: earns, spends, holds, a debt, a pending earn, closed days."""
    first, second, third = some()
    place_hold(NewHold(first, "points", 40, AT + timedelta(days=9)), actor=JOB, at=AT + timedelta(hours=1))
    capture(
        place_hold(NewHold(second, "points", 40, AT + timedelta(days=9)), actor=JOB, at=AT + timedelta(hours=1)).id,
        25, actor=JOB, at=AT + timedelta(hours=2),
    )  # fmt: skip
    ends = House(Role.ISSUED), Holder(first, Role.PENDING)
    post([Posting(Kind.EARN, "points", 60, *ends)], actor=JOB, at=AT + timedelta(hours=3))
    given = earn(second, 500, at=AT + timedelta(hours=4))
    spend(second, 740, at=AT + timedelta(hours=4))
    reverse(Reversal(given), actor=JOB, at=AT + timedelta(hours=5))
    close_due(actor=JOB, at=AT + timedelta(days=2))
    return [first, second, third]


def found(verified: Verified) -> set[str]:
    return {one.what for one in verified.differences}


@pytest.mark.django_db
def test_sem_45_all_agrees_after_the_ledgers_own_verbs() -> None:
    whole()
    verified = verify(at=AT)
    assert verified.differences == []
    assert verified.right
    assert verified.looked["transfers"] == verified.looked["sealed"] == Transfer.objects.count()
    assert (verified.looked["holds"], verified.looked["lots"]) == (2, Lot.objects.count())
    assert verified.looked["days"] > 0
    (unit,) = verified.units
    assert unit.holders == -unit.house > 0


WRONGS = {
    "a balance": (
        "update ledger_account set balance = balance + 1 where id = {main}", {"balance", "lots", "double-entry"}
    ),
    "held": ("update ledger_account set held = held - 1 where id = {held}", {"held", "holds"}),
    "what is owed": ("update ledger_account set owed = owed + 1 where id = {owing}", {"owed"}),
    "a debt": (
        "update ledger_account set balance = balance - 1 where role = 'debt'", {"balance", "owed", "double-entry"}
    ),
    "a pending balance": ("update ledger_pending set remaining = remaining - 1", {"pending"}),
    "what is left of a lot": (
        "update ledger_lot set remaining = remaining - 1 where id = {lot}", {"remaining", "lots"}
    ),
    "a lot's amount": (
        "update ledger_lot set amount = amount + 1 where id = {lot}", {"remaining", "lots-of-transfers"}
    ),
    "a lot's account": ("update ledger_lot set account = {held} where id = {lot}", {"lots", "lots-of-transfers"}),
    "a lot given to another transfer": (
        "update ledger_lot set transfer = {transfer} where id = {lot}", {"lots-of-transfers"}
    ),
    "a lot that is gone": ("delete from ledger_lot where id = {lot}", {"lots", "lots-of-transfers"}),
    "a use": ("update ledger_lot_use set amount = amount + 1", {"remaining", "lots-of-transfers"}),
    "a use that is gone": ("delete from ledger_lot_use", {"remaining", "lots-of-transfers"}),
    "a use by another transfer": (
        "update ledger_lot_use set transfer = {transfer} where lot = {used} and amount = 10", {"lots-of-transfers"}
    ),
    "a hold": ("update ledger_hold set amount = amount + 1 where closed_as is null", {"amount", "holds"}),
    "a capture": ("update ledger_hold set captured = captured + 1 where closed_as is not null", {"captured"}),
    "a hold's lot": ("delete from ledger_hold_lot", {"amount", "held"}),
    "an account that is gone": ("delete from ledger_account where id = {main}", {"account-unknown"}),
    "another unit": (
        "update ledger_account set unit = 'miles' where id = {main}", {"unit", "double-entry"}
    ),
    "a transfer's amount": (
        "update ledger_transfer set amount = amount + 1 where id = {transfer}",
        {"balance", "double-entry", "transfer-not-as-sealed", "lots-of-transfers", "day-total"},
    ),
    "a transfer's taker": (
        "update ledger_transfer set taker = {main} where id = {transfer}",
        {"balance", "transfer-not-as-sealed", "lots-of-transfers"},
    ),
    "a transfer that is gone": (
        "delete from ledger_transfer where id = {transfer}", {"balance", "transfer-missing", "day-total", "day-count"}
    ),
    "a reversal of too much": (
        "update ledger_transfer set reverses = {transfer} where kind = 'spend' and amount = 740", {"reversed-too-much"}
    ),
    "a day's total": (
        "update ledger_day_total set amount = amount + 1 where role = 'issued' and kind = 'earn'",
        {"day-total", "day-unbalanced"},
    ),
    "a day's total of holders": (
        "update ledger_day_total set amount = amount + 1 where role = 'main' and kind = 'spend'",
        {"day-total", "day-unbalanced"},
    ),
    "a chain cut short": ("delete from ledger_seal", {"chain-cut"}),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.slow
def test_sem_45_what_is_wrong_is_named(subtests: pytest.Subtests) -> None:
    first, second, third = whole()
    assert verify(at=AT).right
    main, held, owing = (Account.objects.get(owner=owner, role="main").id for owner in (third, first, second))
    named = {
        "main": main, "held": held, "owing": owing,
        "lot": Lot.objects.filter(account=main, remaining__gt=0).order_by("id")[0].id,
        "used": Lot.objects.filter(account=main).order_by("id")[0].id,
        "transfer": Transfer.objects.filter(kind="earn").order_by("number")[0].id,
    }  # fmt: skip
    for wrong, (statement, expected) in WRONGS.items():
        with subtests.test(wrong), undone(), tampering(), connection.cursor() as cursor:
            without_checks()
            cursor.execute(statement.format(**{name: f"'{number}'" for name, number in named.items()}))
            assert cursor.rowcount > 0
            verified = verify(at=AT)
            assert not verified.right
            assert expected <= found(verified)


@pytest.mark.django_db
def test_a_difference_says_which_account_and_by_how_much() -> None:
    account = Account.objects.get(owner=whole()[0], role="main")
    with tampering():
        Account.objects.filter(pk=account.pk).update(balance=(account.balance or 0) + 7)
    told = {(d.what, d.subject): (d.stands, d.should) for d in verify(at=AT).differences}
    assert told["balance", typed("acc", account.id)] == (str((account.balance or 0) + 7), str(account.balance))


@pytest.mark.django_db
def test_a_stopped_verification_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "BATCH", 2)
    monkeypatch.setattr(verifying, "LINKS_AT_ONCE", 2)
    whole()
    calls: list[int] = []

    def stopping(after: int, until: int) -> tuple[int, list[verify_chain.Difference]]:
        calls.append(after)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return verify_chain.look(after, until)

    monkeypatch.setattr(verifying, "look", stopping)
    with pytest.raises(KeyboardInterrupt):
        verify(at=AT)
    stopped = Verification.objects.get()
    assert (stopped.finished_at, stopped.chain) == (None, 6)
    seen: list[tuple[str, int, int]] = []
    verified = verify(at=AT, resume=True, progress=lambda *told: seen.append(told))
    assert verified.right
    assert verified.id == stopped.id
    assert calls[4:6] == [6, 8], "neither the steps nor the links before are looked at again"
    assert {what for what, _, _ in seen} == {"links"}
    assert verified.looked["sealed"] == Transfer.objects.count()


@pytest.mark.django_db(transaction=True)
def test_several_connections_find_the_same() -> None:
    whole()
    with tampering(), connection.cursor() as cursor:
        cursor.execute("update ledger_transfer set amount = amount + 1 where kind = 'spend' and amount = 30")
    alone, together = verify(at=AT), verify(at=AT, jobs=3)

    def told(verified: Verified) -> list[tuple[str, str]]:
        return sorted((d.what, d.subject) for d in verified.differences)

    assert told(alone) == told(together) != []
    assert alone.looked == together.looked


@pytest.mark.django_db
def test_many_differences_are_counted_and_some_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "KEPT", 5)
    whole()
    with tampering(), connection.cursor() as cursor:
        cursor.execute("update ledger_transfer set reason = reason || 'x'")
    verified = verify(at=AT)
    assert len(verified.differences) == 5
    assert verified.differing == Transfer.objects.count()


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands work on the database of the tests."""
    # The package's own `ledger` is the group of commands, so the module is asked for by its name.
    monkeypatch.setattr(import_module("regulars.cli.ledger"), "installation", nullcontext)
    return ["--data", str(tmp_path)]


@pytest.mark.django_db
def test_the_command_verifies_and_says_so(asked: list[str]) -> None:
    whole()
    head = CliRunner().invoke(app, ["ledger", "seal", *asked]).stdout.strip()
    right = CliRunner().invoke(app, ["ledger", "verify", "--jobs", "1", "--anchor", head, *asked])
    assert (right.exit_code, "Everything agrees." in right.stdout) == (0, True)
    with tampering():
        Hold.objects.filter(closed_as=None).update(amount=39)
    wrong = CliRunner().invoke(app, ["ledger", "verify", "--jobs", "1", "--json", *asked])
    told = json.loads(wrong.stdout)
    assert (wrong.exit_code, told["right"]) == (1, False)
    assert {"what": "amount", "stands": "39", "should": "40"}.items() <= told["differences"][-1].items()


@pytest.mark.django_db
def test_the_commands_tell_the_books(asked: list[str]) -> None:
    whole()
    rolled = CliRunner().invoke(app, ["ledger", "roll-forward", "--unit", "points", "--json", *asked])
    assert json.loads(rolled.stdout)["closing"] == sum(a.balance or 0 for a in Account.objects.exclude(owner=None))
    shown = CliRunner().invoke(app, ["ledger", "roll-forward", "--unit", "points", "--since", "2026-05-01", *asked])
    assert shown.exit_code == 0
    assert "2026-05" in shown.stdout
    closed = CliRunner().invoke(app, ["ledger", "close", *asked])
    assert (closed.exit_code, "days closed" in closed.stdout) == (0, True)
    month = ["ledger", "statement", "--unit", "points", "--month", "2026-05"]
    frozen = CliRunner().invoke(app, [*month, "--close", "--merchant", "mrc_b", *asked])
    assert (frozen.exit_code, "frozen" in frozen.stdout) == (0, True)
    assert CliRunner().invoke(app, [*month, "--close", *asked]).exit_code == 2
    (statement,) = json.loads(CliRunner().invoke(app, [*month, "--merchant", "mrc_b", "--json", *asked]).stdout)
    assert statement["due"] == 360
