"""The chain: append-only by triggers, sealed in order, and any tampering found at the line where it was done."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import Error, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from regulars.journal.chain import BEGINNING, seal
from regulars.journal.models import Chain, Entry
from regulars.journal.moves import Actor, Anchor, Deed, Seen, Sought
from regulars.journal.selectors import search
from regulars.journal.sending import check, seal_due
from regulars.journal.services import record
from regulars.journal.verifying import CHANGED, CUT_SHORT, HEADLESS, MISSING, REWRITTEN, Break, head, recomputed, verify

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
ANN = Actor("staff", "stf_1", "Ann 安", request_id="req_1", address="127.0.0.1")


def write(count: int, *, first: int = 0) -> None:
    deeds = [
        Deed(
            "ledger.adjust", f"acc_{n}", "mrc_1", "str_1", {"amount": 0}, {"amount": n, "rate": 1.5, "ok": True}, "gift"
        )
        for n in range(first, first + count)
    ]
    record(deeds, actor=ANN, at=AT + timedelta(microseconds=first))


@contextmanager
def unguarded() -> Iterator[None]:
    """As somebody with all rights of the database."""
    with connection.cursor() as cursor:
        for table in ("journal_entry", "journal_chain"):
            cursor.execute(f"alter table {table} disable trigger user")
        yield
        for table in ("journal_entry", "journal_chain"):
            cursor.execute(f"alter table {table} enable trigger user")


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "update journal_entry set reason = 'x'",
        "update journal_entry set number = 7, seal = '\\x00', reason = 'x' where number is null",
        "update journal_entry set number = 99, seal = seal where number = 1",
        "update journal_entry set number = null, seal = null where number = 1",
        "update journal_entry set after = '{}' where number = 1",
        "delete from journal_entry where number is null",
        "delete from journal_entry where number = 1",
        "delete from journal_chain",
        "update journal_chain set number = 0",
        "update journal_chain set seal = '\\x00'",
    ],
)
def test_the_database_refuses_every_change_of_the_trail(statement: str) -> None:
    write(2)
    seal_due(at=AT)
    write(1, first=2)
    with pytest.raises(Error, match=r"append-only|only goes on"), transaction.atomic():
        run(statement)
    assert verify().broken is None


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["journal_entry", "journal_chain"])
def test_the_database_refuses_to_empty_the_trail(table: str) -> None:
    run(f"alter table {table} enable trigger user")  # tests work without this one: see tests/conftest.py
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        run(f"truncate {table}")


@pytest.mark.django_db
def test_lines_are_sealed_onto_each_other_in_batches_of_any_size() -> None:
    write(7)
    assert verify().unsealed == 7
    assert seal_due(at=AT, at_once=3) == 7
    assert seal_due(at=AT) == 0
    write(2, first=7)
    assert seal_due(at=AT, at_once=2) == 2
    verdict = verify()
    assert (verdict.head.number, verdict.unsealed, verdict.broken) == (9, 0, None)
    assert verdict.head == head()
    assert list(Entry.objects.order_by("number").values_list("subject", flat=True)) == [f"acc_{n}" for n in range(9)]


@pytest.mark.django_db
def test_a_seal_is_what_the_documentation_says() -> None:
    """Computed a second way, from the words of docs/journal.md alone."""
    write(2)
    seal_due(at=AT)
    last = bytes(32)
    for entry in Entry.objects.order_by("number"):
        line = {
            "number": entry.number,
            "id": entry.id,
            "at": "2026-05-04T09:30:00.000000+00:00",
            **{n: getattr(entry, n) for n in ("actor_kind", "actor_id", "actor_name", "request_id", "address")},
            **{n: getattr(entry, n) for n in ("what", "subject", "merchant", "store", "reason")},
            "before": {"amount": 0},
            "after": {"amount": entry.after["amount"], "rate": {"decimal": "1.5"}, "ok": True},
        }
        text = json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        last = hashlib.sha256(last + text.encode()).digest()
        assert entry.seal is not None
        assert bytes(entry.seal) == last


@pytest.mark.django_db
def test_sem_45_audit_lines_hold_actor_reason_request_before_and_after_and_are_chained() -> None:
    write(3)
    seal_due(at=AT)
    for line in search(Sought(), seen=Seen(everything=True)).lines:
        assert (line.actor_id, line.request_id, line.reason) == ("stf_1", "req_1", "gift")
        assert (line.before, "amount" in line.after) == ({"amount": 0}, True)
    night = Actor.job("journal.check")
    assert check(actor=night, at=AT) == 0
    with unguarded():
        run("update journal_entry set reason = 'thanks' where number = 2")
    assert check(actor=night, at=AT) == 1
    told = Entry.objects.get(what="journal.broken")
    assert (told.after, told.actor_id) == ({"number": 2, "reason": CHANGED}, "journal.check")


TAMPERING = {
    "at": "at + interval '1 microsecond'",
    "actor_kind": "'key'",
    "actor_id": "'stf_2'",
    "actor_name": "'Ann'",
    "request_id": "''",
    "address": "'::1'",
    "what": "'ledger.post'",
    "subject": "'acc_9'",
    "merchant": "''",
    "store": "''",
    "before": """'{"amount": 1}'""",
    "after": """after || '{"rate": 1.50000000000000000001}'""",
    "reason": "reason || ' '",
    "seal": "sha256(seal)",
}


@pytest.mark.django_db
@pytest.mark.parametrize("column", TAMPERING)
def test_a_change_of_any_column_is_found_at_any_line(column: str) -> None:
    write(6)
    seal_due(at=AT)
    for number in range(1, 7):
        with transaction.atomic():
            with unguarded():
                run(f"update journal_entry set {column} = {TAMPERING[column]} where number = {number}")
            assert verify().broken == Break(number, CHANGED)
            transaction.set_rollback(True)
    assert verify().broken is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("case", "statement", "found"),
    [
        ("a line removed", "delete from journal_entry where number = {n}", Break(3, MISSING)),
        (
            "a line removed and the gap closed",
            "delete from journal_entry where number = {n};"
            "update journal_entry set number = -number where number > {n};"
            "update journal_entry set number = -number - 1 where number < 0",
            Break(3, CHANGED),
        ),
        (
            "two lines swapped",
            "update journal_entry set number = 100 where number = {n};"
            "update journal_entry set number = {n} where number = {n} + 1;"
            "update journal_entry set number = {n} + 1 where number = 100",
            Break(3, CHANGED),
        ),
        (
            "a seal taken off",
            "update journal_entry set number = null, seal = null where number = {n}",
            Break(3, MISSING),
        ),
        ("the end cut off", "delete from journal_entry where number > {n}", Break(4, CUT_SHORT)),
        ("the head removed", "delete from journal_chain", Break(1, HEADLESS)),
        ("the head put back", "update journal_chain set number = {n}", Break(3, REWRITTEN)),
    ],
)
def test_lines_removed_moved_or_unsealed_are_found(case: str, statement: str, found: Break) -> None:
    write(6)
    seal_due(at=AT)
    with unguarded():
        run(statement.format(n=3))
    assert verify().broken == found


@pytest.mark.django_db
def test_a_database_rewritten_as_a_whole_shows_against_an_anchor() -> None:
    write(6)
    seal_due(at=AT)
    anchor = Anchor.read(str(head()))
    with unguarded():
        run("update journal_entry set reason = 'never happened' where number = 3")
        run("update journal_entry set number = null, seal = null; delete from journal_chain")
    seal_due(at=AT)
    assert verify().broken is None, "in itself the new chain holds"
    assert verify([anchor]).broken == Break(6, REWRITTEN)
    with unguarded():
        run(
            "delete from journal_entry where number = 6; update journal_chain set number = 5, seal = s.seal"
            " from (select seal from journal_entry where number = 5) s"
        )
    assert verify().broken is None
    assert verify([anchor]).broken == Break(6, CUT_SHORT)
    write(3, first=6)
    seal_due(at=AT)
    assert verify([anchor]).broken == Break(6, REWRITTEN)


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=30), st.data())
def test_any_line_changed_is_where_the_chain_breaks(contents: list[bytes], data: st.DataObject) -> None:
    lines, last = [], BEGINNING
    for number, content in enumerate(contents, 1):
        last = seal(last, content)
        lines.append((number, last, content))
    end = Anchor(len(lines), last)
    assert recomputed(lines, [end]) == (end, None)
    at = data.draw(st.integers(0, len(lines) - 1))
    number, kept, content = lines[at]
    other = data.draw(st.binary(max_size=20).filter(lambda b: b != content))
    assert recomputed([*lines[:at], (number, kept, other), *lines[at + 1 :]], [end])[1] == Break(number, CHANGED)
    gap = recomputed([*lines[:at], *lines[at + 1 :]], [end])[1]
    assert gap == Break(number, MISSING if at < len(lines) - 1 else CUT_SHORT)


@pytest.mark.django_db
def test_an_empty_trail_holds() -> None:
    assert seal_due(at=AT) == 0
    assert verify() == verify([Anchor(0, BEGINNING)])
    assert verify().broken is None
    assert not Chain.objects.filter(number__gt=0).exists()
