"""A shop as two years would have left it, for its pages to be measured: members with names, cards, levels, coupons,
scores and cases, bills with their points, a trail. Rows are made inside the database but for what is sealed."""

import itertools
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from benchmarks.checkout_shop import ACCOUNT, BEGUN, MEMBER, member_id
from benchmarks.measuring import DATA

PLACE: Final = DATA / "pages-bench"
FIRST: Final = 100_001
BLOCK: Final = 50_000  # members sealed and copied at a time
SOLD: Final = 100_000  # bills written at a time
OPEN: Final = 100_000  # bills of the day that is not closed yet
STRIDE: Final = 7_919  # from one bill's member to the next: a prime
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

FUNCTIONS: Final = f"""
create or replace function pg_temp.made(kind int, n bigint) returns uuid language sql immutable as
$$ select ('019b' || lpad(to_hex(n), 16, '0') || '7000800' || kind || '0000')::uuid $$;
create or replace function pg_temp.member(n bigint, members bigint) returns uuid language sql immutable as
$$ select ('{MEMBER}' || lpad(({FIRST} + (n * {STRIDE}) % members)::text, 12, '0'))::uuid $$;
create or replace function pg_temp.account(n bigint, members bigint) returns uuid language sql immutable as
$$ select ('{ACCOUNT}' || lpad(({FIRST} + (n * {STRIDE}) % members)::text, 12, '0'))::uuid $$;
create temp table if not exists shops as
select row_number() over (order by id) - 1 as place, id as store, merchant_id as merchant from access_store;
"""
# Bills in the order of their time; those from %(open)s on are of the present day.
_EACH: Final = """from generate_series(%(from)s::bigint, %(upto)s::bigint) n, lateral (select
    case when n < %(open)s then %(begins)s::timestamptz + n * (%(today)s::timestamptz - %(begins)s) / %(open)s
    else %(today)s::timestamptz + (n - %(open)s) * (%(now)s::timestamptz - %(today)s) / %(rest)s end) as m(at),
    lateral (select pg_temp.made(1, n), pg_temp.made(2, n), pg_temp.made(3, n), pg_temp.member(n, %(members)s),
        pg_temp.account(n, %(members)s)) as i(sale, transfer, lot, member, account),
    lateral (select store, merchant from shops where place = n %% (select count(*) from shops)) as p"""
BILLS: Final = (
    f"""insert into sales_sale (id, organisation, merchant, store, source, external_id, channel, state, member,
    currency, amount, discount, tax, returned, effective_at, recorded_at, actor)
select sale, %(home)s, merchant, store, 'till-' || n %% 40, 'bill/' || n, 'till', 'complete', member, 'CNY',
    2500 + n %% 700, 0, 90, 0, at, at, 'key_bench' {_EACH}""",
    f"""insert into sales_line (sale_id, number, item, name, quantity, amount, discount, tax, category, brand, vendor,
    marks, returned_quantity) select sale, l, 'item-' || (n * 31 + l) %% 5000, 'Goods ' || (n * 31 + l) %% 5000, 1000,
    1250 + n %% 350, 0, 45, '', '', '', '{{}}', 0 {_EACH}, generate_series(1, 2) l""",
    f"""insert into programme_checkout (sale, organisation, member, shown, facts, parts, gains, told, given, paid)
select sale, %(home)s, member, member, '{{}}', '[]', '[]', jsonb_build_object('amount', 2500, 'effects',
    jsonb_build_array(jsonb_build_object('kind', 'earn', 'unit', 'points', 'code', 'one-for-ten', 'amount',
    1 + n %% 8, 'pending', false)), 'not_applied', '[]'::jsonb, 'lines', '[]'::jsonb, 'currency', 'CNY', 'discount', 0,
    'due', 2500, 'tax', 90, 'paid_with_points', 0, 'paid_with_value', 0, 'balances', '[]'::jsonb), '[1]', '[]'
    {_EACH}""",
    f"""insert into ledger_transfer (id, kind, unit, giver, taker, owner, amount, effective_at, recorded_at, merchant,
    store, rule, actor, source, external_id, reason, funder, request_id, details)
select transfer, 'earn', 'points', %(issued)s::uuid, account, member, 1 + n %% 8, at, at, 'mrc_' || merchant,
    'str_' || store, 'one-for-ten/1', 'key_bench', '', '', '', '', '', jsonb_build_object('sale', 'sal_' || sale)
    {_EACH} order by n""",
    f"""insert into ledger_transfer (id, kind, unit, giver, taker, owner, amount, effective_at, recorded_at, merchant,
    store, rule, actor, source, external_id, reason, funder, request_id)
select pg_temp.made(4, n), 'spend', 'points', account, %(redeemed)s::uuid, member, 1, at, at, 'mrc_' || merchant,
    'str_' || store, '', 'key_bench', '', '', '', '', '' {_EACH} where n %% 5 = 0 order by n""",
    f"""insert into ledger_lot (id, account, unit, transfer, amount, remaining, held, earned_at, starts_at, expires_at,
    usable_from, is_open) select lot, account, 'points', transfer, 1 + n %% 8, left_over, 0, at, at,
    at + interval '800 days', at, left_over > 0 {_EACH},
    lateral (select 1 + n %% 8 - case n %% 5 when 0 then 1 else 0 end) as r(left_over)""",
    f"""insert into ledger_lot_use (transfer, lot, account, amount, effective_at)
select pg_temp.made(4, n), lot, account, 1, at {_EACH} where n %% 5 = 0""",
    f"""update ledger_account a set balance = a.balance + b.more from (select account, sum(1 + n %% 8
    - case n %% 5 when 0 then 1 else 0 end) as more {_EACH} group by account) b where a.id = b.account""",
    f"""insert into journal_entry (at, actor_kind, actor_id, actor_name, request_id, address, what, subject, merchant,
    store, before, after, reason)
select at, 'staff', 'stf_' || n %% 50, 'Clerk ' || n %% 50, '', '', (array['members.read', 'sales.record',
    'members.change'])[1 + n %% 3], 'mbr_' || member, 'mrc_' || merchant, 'str_' || store, '{{}}', '{{}}', ''
    {_EACH} order by n""",
)
PEOPLE: Final = (
    """insert into programme_standing (member, ladder, organisation, joined_at, level, since, qualified_at, because,
    floor, held, landed, shown_level, shown_since, shown_because, decided_at)
select id, 'status', organisation, enrolled_at, level, enrolled_at, enrolled_at, why, '', '{}', false, level,
    enrolled_at, why, enrolled_at from members_member, lateral (select right(id::text, 1)) as d(digit),
    lateral (select case digit when '0' then 'gold' when '1' then 'silver' when '2' then 'silver' else 'green' end,
    case when digit in ('0', '1', '2') then 'reached' else 'start' end) as l(level, why)""",
    """insert into programme_coupon (id, organisation, series, terms, batch, number, member, hard, issued_at,
    expires_at, uses, taken, kept, state)
select pg_temp.made(5, n), organisation, 'spring', %(terms)s::uuid, %(home)s::uuid, n, id, false, %(now)s,
    %(now)s::timestamptz + interval '60 days', 1, used, used, case used when 1 then 'redeemed' else 'issued' end
from (select row_number() over (order by id) as n, id, organisation from members_member) m,
    lateral (select case n %% 4 when 0 then 1 else 0 end) as u(used)""",
    """insert into members_permission (member_id, channel, purpose, given, effective_at)
select id, 'email', 'marketing', right(id::text, 1) > '3', enrolled_at from members_member""",
    """insert into members_tag (member_id, tag, source, recorded_at)
select id, 'vip', 'till', enrolled_at from members_member where right(id::text, 2) = '07'""",
    """insert into scorebook_score select p.* from scorebook_score s, members_member m,
    lateral (select ascii(right(m.id::text, 1)) %% 3) as r(d), lateral jsonb_populate_record(s, jsonb_build_object(
    'member', m.id, 'value_class', (array['A', 'B', 'C'])[1 + d],
    'stage', (array['stability', 'decline', 'acquaintance'])[1 + d],
    'at_risk_minor', abs(hashtext(m.id::text)) %% 100000, 'spend_place', abs(hashtext(m.id::text)) %% 1000000)) p
where m.id <> s.member""",
    """insert into care_case (id, organisation, merchant, store, member, kind, priority, channel, owner, queue, state,
    due_at, opened_at, opened_by, outcome, reopened, answered_at, done_at)
select pg_temp.made(7, n), %(home)s, merchant, store, pg_temp.member(n, %(members)s), 'complaint', 2, 'counter', null,
    'clerk', case when done then 'done' else 'open' end, at + interval '8 hours', at, 'staff:bench',
    case when done then 'solved' else '' end, 0, case when done then at + interval '3 hours' end,
    case when done then at + interval '5 hours' end
from generate_series(1::bigint, %(cases)s) n, lateral (select n %% 10 > 1, %(now)s::timestamptz
    - n * interval '15 minutes') as m(done, at),
    lateral (select store, merchant from shops where place = n %% (select count(*) from shops)) as p""",
)


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
