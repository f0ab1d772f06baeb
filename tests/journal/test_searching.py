"""The trail is searched by person, actor, deed, place and time, page by page, and only as far as one may see."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from regulars.journal.moves import MEMBER, Actor, Deed, Line, Seen, Sought
from regulars.journal.people import export
from regulars.journal.selectors import search, search_all
from regulars.journal.services import read, record

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
ALL = Seen(everything=True)


def fill(count: int = 120) -> None:
    """Each n: member n mod 7, actor n mod 5, deed n mod 3, store n mod 4; two lines share each moment."""
    for n in range(count):
        actor = Actor("staff", f"stf_{n % 5}", f"Clerk {n % 5}")
        deed = Deed(("members.read", "ledger.post", "members.write")[n % 3], f"mbr_{n % 7}", "mrc_1", f"str_{n % 4}")
        record([deed], actor=actor, at=AT + timedelta(minutes=n // 2))


def listed(sought: Sought, seen: Seen = ALL, limit: int = 7) -> list[Line]:
    lines: list[Line] = []
    after = None
    while True:
        page = search(sought, seen=seen, after=after, limit=limit)
        assert len(page.lines) <= limit
        lines += page.lines
        if (after := page.next) is None:
            return lines


@pytest.mark.parametrize(
    ("case", "sought", "expected"),
    [
        ("everything", Sought(), 120),
        ("a person", Sought(subject="mbr_3"), 17),
        ("an actor", Sought(actor="stf_2"), 24),
        ("a deed", Sought(what="ledger.post"), 40),
        ("a store", Sought(store="str_1"), 30),
        ("a merchant", Sought(merchant="mrc_1"), 120),
        ("an hour", Sought(since=AT, until=AT + timedelta(minutes=10)), 20),
        ("who looked at a person", Sought(subject="mbr_3", what="members.read"), 6),
        ("nobody", Sought(subject="mbr_99"), 0),
    ],
)
def test_lines_are_found_whole_and_once_newest_first(case: str, sought: Sought, expected: int) -> None:
    fill()
    lines = listed(sought)
    assert len(lines) == expected, case
    order = [(line.at, line.id) for line in lines]
    assert order == sorted(set(order), reverse=True)
    assert lines == list(search_all(sought, seen=ALL))


def test_lines_written_meanwhile_do_not_shift_the_pages() -> None:
    fill(20)
    first = search(Sought(), seen=ALL, limit=10)
    record([Deed("members.read", "mbr_new")], actor=Actor.job("x"), at=AT + timedelta(days=1))
    second = search(Sought(), seen=ALL, after=first.next, limit=10)
    assert len({line.id for line in first.lines + second.lines}) == 20
    assert second.next is None


def test_one_sees_lines_of_one_s_own_places_alone() -> None:
    fill()
    record([Deed("access.hire", "stf_9")], actor=Actor.job("x"), at=AT)
    record([Deed("members.read", "mbr_1", "mrc_2", "str_9")], actor=Actor.job("x"), at=AT)
    assert {line.store for line in listed(Sought(), Seen(stores=frozenset({"str_1", "str_2"})))} == {"str_1", "str_2"}
    assert {line.merchant for line in listed(Sought(), Seen(merchants=frozenset({"mrc_2"})))} == {"mrc_2"}
    assert listed(Sought(), Seen()) == []
    assert listed(Sought(store="str_9"), Seen(merchants=frozenset({"mrc_1"}))) == []


@pytest.mark.slow
def test_every_search_uses_an_index() -> None:
    """On 60,000 lines: no plan reads the whole table or sorts it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into journal_entry (at, actor_kind, actor_id, actor_name, request_id, address, what, subject,"
            " merchant, store, before, after, reason) select timestamptz '2026-01-01' + n * interval '1 minute',"
            " 'staff', 'stf_' || n %% 50, '', '', '', 'deed.' || n %% 40, 'mbr_' || n %% 5000, 'mrc_' || n %% 3,"
            " 'str_' || n %% 60, '{}', '{}', '' from generate_series(1, %s) n",
            [60_000],
        )
        cursor.execute("analyze journal_entry")
        for sought in (
            Sought(),
            Sought(subject="mbr_17"),
            Sought(actor="stf_7"),
            Sought(what="deed.3"),
            Sought(store="str_5"),
            Sought(merchant="mrc_1"),
            Sought(since=AT - timedelta(days=90), until=AT),
        ):
            with connection.execute_wrapper(_explained):
                search(sought, seen=ALL, after=(AT, 1))
                assert "Seq Scan" not in PLANS[-1], PLANS[-1]
                assert "Index" in PLANS[-1], PLANS[-1]


PLANS: list[str] = []


def _explained(execute: object, sql: str, params: object, many: bool, context: dict[str, object]) -> object:
    assert callable(execute)
    execute("explain " + sql, params, many, context)
    PLANS.append("\n".join(row[0] for row in context["cursor"].fetchall()))  # type: ignore[attr-defined]
    return execute(sql, params, many, context)


def test_looks_are_lines_and_part_of_what_a_person_may_have() -> None:
    read(["mbr_1", "mbr_2"], store="str_1", actor=Actor("staff", "stf_1", "Ann"), at=AT)
    record([Deed("members.merge", "mbr_1", after={"into": "mbr_2"})], actor=Actor.job("x"), at=AT + timedelta(days=1))
    assert [(line.what, line.subject) for line in export(["mbr_1"])] == [
        ("members.merge", "mbr_1"),
        ("members.read", "mbr_1"),
    ]


PERSONAL = ("Ada", "Lovelace", "ada@example.org", "138 0013 8000", "13800138000", "203.0.113.7")


def test_nothing_personal_gets_into_a_line() -> None:
    """What a member does is kept by the id alone; what staff type into a reason is cleared of mails and numbers."""
    ada = Actor(MEMBER, "mbr_1", "Ada Lovelace", request_id="req_1", address="203.0.113.7")
    record([Deed("members.write", "mbr_1", after={"fields": ["phone"]})], actor=ada, at=AT)
    typed = Deed(
        "ledger.adjust",
        "acc_1",
        after={"amount": 5},
        reason="asked by ada@example.org, phone 138 0013 8000 or 13800138000",
    )
    record([typed], actor=Actor("staff", "stf_1", "Bob"), at=AT)
    with connection.cursor() as cursor:
        cursor.execute("select e::text from journal_entry e")
        kept = "\n".join(row[0] for row in cursor.fetchall())
    assert [text for text in PERSONAL if text in kept] == []
    assert "asked by […]" in kept
    assert "Bob" in kept, "staff are named"


@pytest.mark.parametrize(
    "fact", [{"mail": "ada@example.org"}, {"to": ["+86 138 0013 8000"]}, {"x": {"ada@example.org": 1}}]
)
def test_a_contact_among_the_facts_is_our_own_bug(fact: dict[str, object]) -> None:
    with pytest.raises(AssertionError):
        record([Deed("members.write", "mbr_1", after=fact)], actor=Actor.job("x"), at=AT)
