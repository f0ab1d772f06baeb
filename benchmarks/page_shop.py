"""A shop as two years would have left it, for its pages to be measured: members with names, cards, levels, coupons,
scores and cases, bills with their points, a trail. Rows are made inside the database but for what is sealed."""

import itertools
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from benchmarks.checkout_shop import BEGUN, member_id
from benchmarks.measuring import DATA
from benchmarks.page_rows import BILLS, FIRST, FUNCTIONS, PEOPLE

PLACE: Final = DATA / "pages-bench"
BLOCK: Final = 50_000  # members sealed and copied at a time
SOLD: Final = 100_000  # bills written at a time
OPEN: Final = 100_000  # bills of the day that is not closed yet
CASES: Final = 20_000
LADDER: Final[dict[str, Any]] = {
    "name": "Status",
    "levels": [
        {"code": "green"},
        {"code": "silver", "reach": [{"points": 100}]},
        {"code": "gold", "reach": [{"points": 400}]},
    ],
}
SERIES: Final[dict[str, Any]] = {
    "name": "Spring",
    "life": "90D",
    "offer": {"benefit": {"type": "percent", "permille": 100}},
}
HAN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国志文辉力云林海波宁龙凤飞鹏程宇浩轩梓涵欣怡子"
FAMILY: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
SOUNDS: Final = tuple(map("".join, itertools.product("bdfgklmnrst", "aeiou", ("", "n", "r"))))


def publish_terms(home: UUID, now: datetime) -> UUID:
    """Levels, coupons and a kind of case; the version of the coupons."""
    from regulars.care.moves import Kind
    from regulars.care.services.kinds import set_kind
    from regulars.journal.moves import Actor
    from regulars.programme.models import Terms
    from regulars.programme.services.terms import publish

    actor = Actor.job("bench")
    for kind, code, document in (("ladder", "status", LADDER), ("coupon-series", "spring", SERIES)):
        publish(kind, code, document, organisation=home, begins_at=BEGUN, moving_in=True, actor=actor, at=now)
    set_kind(Kind(home, "complaint", "Complaint", 8, False, 2, queue="clerk"), actor=actor, at=now)
    found: UUID = Terms.objects.get(kind="coupon-series").id
    return found


def write_people(home: UUID, members: int) -> None:
    """Names, a card and a phone number for everybody, as the room itself writes them."""
    from django.db import connection, transaction

    from regulars.journal.moves import Actor
    from regulars.members.services.cards import make_range

    cards = make_range(
        organisation=home, programme="club", name="Club", prefix="2700", serial_digits=8, actor=Actor.job("bench"),
        at=BEGUN,
    )  # fmt: skip
    for start in range(0, members, BLOCK):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            _block(range(start, min(start + BLOCK, members)), home, cards)


def name_of(number: int) -> tuple[str, str]:
    """Given and family name of a member: a third are Chinese."""
    chance = random.Random(number)
    if number % 3 == 0:
        return "".join(chance.choices(HAN, k=1 + number % 2)), chance.choice(FAMILY)
    given, family = ("".join(chance.choices(SOUNDS, k=2 + turn % 2)).capitalize() for turn in (number, number // 2))
    return given, family


def card_of(number: int) -> str:
    from regulars.members.keys import card_secret
    from regulars.members.numbers import number_of

    return number_of("2700", number, 8, card_secret())


def phone_of(number: int) -> str:
    return f"+86138{number:08d}"


def _block(numbers: range, home: UUID, cards: UUID) -> None:
    from django.db import connection

    from regulars.basics.ids import new_ids
    from regulars.members.copying import as_array, copy_in, fact_numbers
    from regulars.members.intake import as_json, fact_context
    from regulars.members.keys import keyring
    from regulars.members.naming import grams, spellings

    newest, at, ids = keyring().newest, BEGUN.isoformat(), new_ids(BEGUN, len(numbers))
    facts, named = iter(fact_numbers(2 * len(numbers))), []
    rows = []
    for number in numbers:
        member = member_id(FIRST + number)
        names = dict(zip(("given_name", "family_name"), name_of(number), strict=True))
        for name, value in names.items():
            sealed = newest.seal(as_json(value), fact_context(member, name))
            rows.append((next(facts), member, name, None, sealed, newest.number, "till", "bench", at, at, at))
        birthday = (1 + number % 12) * 100 + 1 + number % 28
        named.append((member, as_array(grams(spellings(names), str(home), newest)), birthday))
    copy_in("members_fact", rows)
    copy_in(
        "members_card",
        (
            (card, home, cards, number, "plastic", member_id(FIRST + number), "active", "", "", at, at)
            for number, card in zip(numbers, ids, strict=True)
        ),
    )
    copy_in("members_identifier", _identifiers(numbers, ids, home))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE named (id uuid, grams int[], birthday int) ON COMMIT DROP")
        with cursor.copy("COPY named FROM STDIN") as copy:
            for row in named:
                copy.write_row(row)
        cursor.execute(
            "UPDATE members_member m SET name_grams = n.grams, name_key = %s, birthday = n.birthday,"
            " town = (array['Leeds', 'York', 'Hull'])[1 + n.birthday %% 3] FROM named n WHERE n.id = m.id",
            [newest.number],
        )


def _identifiers(numbers: Sequence[int], cards: Sequence[UUID], home: UUID) -> Iterator[tuple[object, ...]]:
    from regulars.basics.ids import new_ids
    from regulars.members.identifying import tail
    from regulars.members.intake import identifier_context
    from regulars.members.keys import keyring
    from regulars.members.selectors.recognition import blind_parts

    newest, at = keyring().newest, BEGUN.isoformat()
    ids = iter(new_ids(BEGUN, 2 * len(numbers)))
    for number, card in zip(numbers, cards, strict=True):
        for kind, value, of in (("card", card_of(number), card), ("phone", phone_of(number), None)):
            one, last = next(ids), tail(kind, value)
            blinds = (newest.blind(*blind_parts(home, kind, "", value)), newest.blind(str(home), "tail", str(last)))
            head = (one, home, member_id(FIRST + number), of, kind, "")
            yield (*head, newest.seal(value, identifier_context(one)), newest.number, *blinds, True, "active", "",
                   "till", at, at)  # fmt: skip


def write_rest(home: UUID, members: int, bills: int, terms: UUID, now: datetime) -> None:
    """Bills with their points over two years, the last of them of the present day; levels, coupons, scores, cases."""
    from django.db import connection, transaction

    from regulars.basics.periods import day_of, start_of

    today = start_of(day_of(now, "Asia/Shanghai"), "Asia/Shanghai")
    begins = datetime(today.year - 2, today.month, 1, tzinfo=UTC)
    houses = {"issued": UUID(int=91), "redeemed": UUID(int=92)}
    values: dict[str, Any] = {
        "home": home, "members": members, "terms": terms, "now": now, "today": today, "begins": begins,
        "open": bills - OPEN, "rest": OPEN, "cases": CASES, **houses,
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(FUNCTIONS)
        for role, number in houses.items():
            cursor.execute(
                "INSERT INTO ledger_account (id, unit, role, scope, floor, held, owed, opened_at)"
                " VALUES (%s, 'points', %s, '', 0, 0, 0, %s)",
                [number, role, BEGUN],
            )
        _score_one(home, now)
        for statement in PEOPLE:
            cursor.execute(statement, values)
    for start in range(0, bills, SOLD):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(FUNCTIONS)
            for statement in BILLS:
                cursor.execute(statement, values | {"from": start, "upto": min(start + SOLD, bills) - 1})
        _seal(min(now, begins + (today - begins) * ((start + SOLD) / (bills - OPEN))))
    with transaction.atomic(), connection.cursor() as cursor:
        # The trail as it stands in an installation: sealed but for its last lines.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE journal_entry SET number = id, seal = decode(repeat('00', 32), 'hex') WHERE number IS NULL"
        )
        cursor.execute("UPDATE journal_chain SET number = (SELECT max(number) FROM journal_entry)")
    _write_subjects(now)
    close_days(now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _score_one(home: UUID, now: datetime) -> None:
    """The run that counts, and the scores of one member, which the others' are like."""
    from regulars.scorebook.models import Run, Score

    run, day = UUID(int=93), now.date()
    moments = {"made_at": now, "begun_at": now, "ended_at": now}
    Run.objects.create(
        id=run, organisation=home, state="done", present=True, cut_off=day - timedelta(days=1), currency="CNY",
        actor="bench", **moments,
    )  # fmt: skip
    Score.objects.create(
        run=run, member=member_id(FIRST), visits=20, first_on=day - timedelta(days=400),
        last_on=day - timedelta(days=9), spend_minor=50_000, spend_365_minor=20_000, usual_gap_days=14.0,
        value_class="A", stage="stability", silence_chance=0.2, leave_chance=0.3, lifetime_minor=90_000,
        lifetime_low_minor=70_000, lifetime_high_minor=110_000, expected_purchases=9.0, expected_spend_minor=30_000,
        alive_chance=0.8,
    )  # fmt: skip


def _write_subjects(now: datetime) -> None:
    """What the cases are called, sealed."""
    from regulars.basics.ids import new_ids
    from regulars.care.models import CareText, Case
    from regulars.care.sealing import text_context
    from regulars.members.keys import keyring

    newest, cases = keyring().newest, list(Case.objects.values_list("id", flat=True))
    CareText.objects.bulk_create(
        (
            CareText(
                id=one, about=case, part="subject", sealed=newest.seal("Cold soup", text_context(one)),
                key=newest.number, actor="bench", recorded_at=now,
            )
            for one, case in zip(new_ids(now, len(cases)), cases, strict=True)
        ),
        batch_size=2_000,
    )  # fmt: skip


def _seal(at: datetime) -> None:
    from regulars.ledger.sending import seal_due

    while seal_due(at=at):
        pass


def close_days(now: datetime) -> None:
    """As the worker would have done, night by night."""
    from regulars.journal.moves import Actor
    from regulars.ledger.sending import close_due

    while close_due(actor=Actor.job("bench"), at=now):
        pass
