"""The rows of such a shop that are made inside the database: bills with their points and lines of the trail; levels,
coupons, scores and cases of everybody."""

from typing import Final

from benchmarks.checkout_shop import ACCOUNT, MEMBER

FIRST: Final = 100_001
STRIDE: Final = 7_919  # from one bill's member to the next: a prime

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
