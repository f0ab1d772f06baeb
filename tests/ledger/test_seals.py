"""The hash chain: what is sealed shows every change; sealers and late commits get along."""

import hashlib
import json
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import sql
from tests.ledger.books_made import AT, earn, some, tampering, undone, unit

from regulars.basics.ids import typed
from regulars.ledger import seals
from regulars.ledger.models import Seal, Transfer
from regulars.ledger.verify_chain import Difference, anchored, look

EPOCH = 946_684_800_000_000  # PostgreSQL counts microseconds from the year 2000


def differences() -> list[Difference]:
    return look(0, seals.head().number)[1]


def execute(statement: str, values: Sequence[UUID | int] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.django_db
def test_sem_45_what_is_posted_is_sealed_and_found_unchanged() -> None:
    some()
    sealed = seals.seal(at=AT)
    assert (sealed.transfers, sealed.links, sealed.waiting) == (24, 1, 0)
    assert differences() == []
    assert seals.seal(at=AT).links == 0, "nothing new, no new link"
    earn(uuid4(), 5)
    assert seals.seal(at=AT).transfers == 1
    assert differences() == []


def test_every_column_of_a_transfer_is_sealed() -> None:
    assert set(seals.SEALED) == {field.column for field in Transfer._meta.concrete_fields}


OTHER = {
    "uuid": "'019b76da-a800-7000-8000-00000000beef'::uuid",
    "bigint": "{0} + 1",
    "timestamp with time zone": "{0} - interval '1 microsecond'",
    "text": "{0} || ' '",
    "jsonb": "coalesce({0}, '{{}}') || '{{\"more\": 1}}'",
}


@pytest.mark.django_db
def test_sem_45_a_change_of_any_column_shows(subtests: pytest.Subtests) -> None:
    some()
    seals.seal(at=AT)
    chosen = Transfer.objects.order_by("number")[6]
    with connection.cursor() as cursor:
        cursor.execute(
            "select column_name, data_type from information_schema.columns where table_name = 'ledger_transfer'"
        )
        kinds = dict(cursor.fetchall())
    for name in sorted(seals.SEALED):
        with subtests.test(name), undone(), tampering():
            new = "1000000000" if name == "number" else OTHER[kinds[name]].format(name)
            new = new.replace("-", "+") if name == "recorded_at" else new  # never before it happened
            execute(f"update ledger_transfer set {name} = {new} where id = %s", [chosen.id])
            found = differences()
            assert len(found) == 1, "the one transfer, and no other"
            if name == "number":
                assert found[0].what == "transfer-missing"  # it has left its link
            else:
                assert found[0].what == "transfer-not-as-sealed"
            if name not in ("id", "number"):
                assert found[0].subject == typed("txn", chosen.id)


@pytest.mark.django_db
def test_sem_45_a_deletion_shows_with_its_place() -> None:
    some()
    seals.seal(at=AT)
    with tampering():
        execute("delete from ledger_transfer where id = %s", [Transfer.objects.order_by("number")[6].id])
    (found,) = differences()
    assert found.what == "transfer-missing"
    assert found.should is not None
    assert found.should.startswith("7 of 24 in seal 1")


@pytest.mark.django_db
@pytest.mark.parametrize("number", [3, -5], ids=["beside another", "before the first"])
def test_sem_45_an_insertion_among_what_is_sealed_shows(number: int) -> None:
    some()
    seals.seal(at=AT)
    low = Seal.objects.get().upto - 24
    new, columns = uuid4(), ", ".join(name for name in seals.SEALED if name not in ("id", "number"))
    with tampering():
        execute(
            f"insert into ledger_transfer (id, number, {columns})"
            f" select %s, %s, {columns} from ledger_transfer limit 1",
            [new, low + number if number > 0 else number],
        )
    found = differences()
    assert [(one.what, one.subject) for one in found] == [("transfer-not-as-sealed", typed("txn", new))]


@pytest.mark.django_db
def test_sem_45_two_transfers_that_change_places_show() -> None:
    some()
    seals.seal(at=AT)
    first, second = Transfer.objects.order_by("number")[4:6]
    with tampering():
        execute(
            "update ledger_transfer set number = case id when %s then %s else %s end where id in (%s, %s)",
            [first.id, second.number, first.number, first.id, second.id],
        )
    assert {one.subject for one in differences()} >= {typed("txn", first.id), typed("txn", second.id)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("delete from ledger_seal where number = 2", "link-missing"),
        ("update ledger_seal set digest = sha256('x') where number = 2", "link-changed"),
        ("update ledger_seal set transfers = transfers + 1 where number = 2", "link-changed"),
        ("update ledger_seal set upto = upto - 1 where number = 2", "transfer-missing"),
        ("update ledger_seal set form = 2 where number = 2", "link-form"),
        ("update ledger_seal set leaves = '' where number = 2", None),
    ],
)
def test_sem_45_a_change_of_the_chain_itself_shows(statement: str, what: str | None) -> None:
    for _ in range(3):
        some(holders=1, rounds=1)
        seals.seal(at=AT)
    assert differences() == []
    with tampering():
        execute(statement)
    found = {one.what for one in differences()}
    # The list of leaves only helps to say which transfer differs: the digest does not hang on it.
    assert found == set() if what is None else what in found


@pytest.mark.django_db
def test_sem_45_a_chain_made_anew_shows_beside_a_head_kept_elsewhere() -> None:
    some()
    kept = str(seals.seal(at=AT).head)
    assert anchored([kept]) == []
    with tampering():
        execute(
            "update ledger_transfer set amount = amount + 1 where number = (select min(number) from ledger_transfer)"
        )
        execute("delete from ledger_seal")
        seals.seal(at=AT)
    assert differences() == [], "the forger made all agree"
    assert [one.what for one in anchored([kept])] == ["anchor"]


@pytest.mark.django_db
def test_a_leaf_can_be_made_without_the_database() -> None:
    """The notation that is digested, put together by hand: an export can be checked by anyone."""
    some(holders=1, rounds=1)
    row = Transfer.objects.order_by("number")[0]
    fields = [_field(getattr(row, name), name) for name in seals.SEALED]
    record = struct.pack("!i", len(fields)) + b"".join(fields)
    with connection.cursor() as cursor:
        cursor.execute(f"select {seals.LEAF} from ledger_transfer t where id = %s", [row.id])
        assert bytes(cursor.fetchone()[0]) == hashlib.sha256(record).digest()


def _field(value: object, name: str) -> bytes:
    kinds = {"number": 20, "amount": 20, "effective_at": 1184, "recorded_at": 1184, "details": 3802}
    kinds |= {of: 2950 for of in ("id", "giver", "taker", "owner", "other", "deed", "reverses", "shown")}
    kind = struct.pack("!I", kinds.get(name, 25))
    if value is None:
        return kind + struct.pack("!i", -1)
    if isinstance(value, UUID):
        data = value.bytes
    elif isinstance(value, int):
        data = struct.pack("!q", value)
    elif isinstance(value, str):
        data = value.encode()
    elif isinstance(value, dict):
        data = b"\x01" + json.dumps(value).encode()
    else:
        data = struct.pack("!q", round(value.timestamp() * 1_000_000) - EPOCH)  # type: ignore[attr-defined]
    return kind + struct.pack("!i", len(data)) + data


@pytest.mark.django_db(transaction=True)
def test_what_commits_late_with_an_earlier_number_is_sealed() -> None:
    unit()
    with other_connection() as late, late.cursor() as cursor:
        early = _insert(cursor)  # has drawn its number, and is not committed
        earn(uuid4(), 7)
        sealed = seals.seal(at=AT, patience=0.05)
        assert (sealed.waiting, sealed.transfers) == (1, 0), "sealing past it would leave it out for ever"
        late.commit()
    assert seals.seal(at=AT).transfers == 2
    assert Transfer.objects.order_by("number")[0].id == early
    assert differences() == []


@pytest.mark.django_db(transaction=True)
def test_numbers_of_refused_postings_are_passed_over() -> None:
    unit()
    earn(uuid4(), 7)
    with other_connection() as refused, refused.cursor() as cursor:
        _insert(cursor)
        refused.rollback()
    reached = seals.drawn()
    execute("select setval('ledger_transfer_number', %s + 1000000)", [reached])
    try:
        earn(uuid4(), 7)
        assert seals.seal(at=AT).transfers == 2
        assert differences() == []
    finally:  # no transaction takes a number back, and the tests that follow count links
        execute("select setval('ledger_transfer_number', %s)", [reached])


@pytest.mark.django_db(transaction=True)
def test_sealers_at_once_make_one_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "BATCH", 3)
    monkeypatch.setattr(seals, "AT_ONCE", 2)
    some(holders=5, rounds=3)
    start, answers = threading.Barrier(4), []

    def work() -> None:
        start.wait()
        try:
            answers.append(seals.seal(at=AT))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seals.seal(at=AT)
    assert sum(Seal.objects.values_list("transfers", flat=True)) == 30
    assert sum(answer.transfers for answer in answers) <= 30
    assert differences() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_sealing_while_tills_post_leaves_nothing_out() -> None:
    unit()
    done = threading.Event()

    def till() -> None:
        try:
            for step in range(25):
                with transaction.atomic():
                    earn(uuid4(), 1 + step, at=AT + timedelta(seconds=step))
        finally:
            connection.close()

    def sealer() -> None:
        try:
            while not done.is_set():
                seals.seal(at=AT)
        finally:
            connection.close()

    tills = [threading.Thread(target=till) for _ in range(6)]
    sealers = [threading.Thread(target=sealer) for _ in range(2)]
    for thread in [*tills, *sealers]:
        thread.start()
    for thread in tills:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    seals.seal(at=AT)
    assert sum(Seal.objects.values_list("transfers", flat=True)) == Transfer.objects.count() == 150
    assert differences() == []


@contextmanager
def other_connection() -> Iterator[psycopg.Connection]:
    settings = connection.get_connection_params()
    settings = {name: settings[name] for name in ("dbname", "user", "password", "host", "port") if settings.get(name)}
    with psycopg.connect(**settings) as opened:
        yield opened


def _insert(cursor: psycopg.Cursor) -> UUID:
    new = uuid4()
    cursor.execute(
        sql.SQL(
            "insert into ledger_transfer (id, kind, unit, giver, taker, amount, effective_at, recorded_at, actor,"
            " source, external_id, reason, merchant, store, funder, rule, request_id)"
            " values (%s, 'earn', 'points', %s, %s, 5, %s, %s, 'test', '', '', '', '', '', '', '', '')"
        ),
        [new, uuid4(), uuid4(), AT, AT],
    )
    return new
