"""The rows of a batch of purchases, by plain set-based SQL and nothing else: what the database itself can do.

As pgbench repeats it: each transaction is a batch of 500 bills of one or two lines, of members a stride apart, with all
rows that the checkout leaves for them. Nothing is claimed, locked, read or decided, and no JSON but that of the row.
"""

BATCH = 500
STRIDE = 7_919  # from one member of a batch to the next; a prime, so that none comes twice

FUNCTIONS = """
create or replace function bare_id(kind int, n bigint) returns uuid language sql immutable as
$$ select ('019b' || lpad(to_hex(n), 16, '0') || '7000800' || kind || '0000')::uuid $$;
create or replace function bare_member(prefix text, base bigint, n bigint, members bigint) returns uuid
language sql immutable as
$$ select (prefix || lpad((100001 + (base + n * 7919) % members)::text, 12, '0'))::uuid $$;
"""
_EACH = """generate_series(1, 500) n, lateral (select :made::bigint + n) as m(number),
lateral (select bare_id(1, m.number), bare_id(2, m.number)) as i(sale, transfer)"""
_MEMBER = "bare_member('{prefix}', :base::bigint, n, {members})"
_STEPS = (
    """insert into sales_key (source, external_id, fingerprint, answer)
select 'till-' || n % 40, 'bare/' || m.number, decode(md5(n::text), 'hex'), i.sale from {each}""",
    """insert into ledger_transfer (id, kind, unit, giver, taker, owner, amount, effective_at, recorded_at, source,
    external_id, reason, merchant, store, funder, rule, actor, request_id, details)
select i.transfer, 'earn', 'points', '{issued}', {account}, {member}, 1 + n % 8, now(), now(), '', '', '',
    'mrc_01kdvdna00fjgtdh7w7jrpt86f', 'str_01kdvdna00fy39xfq1azhdpj2b', '', 'one-for-ten/1', 'key_bench', '',
    ('{{"sale": "sal_01m81g8xaned9sxt6gm' || n || '"}}')::jsonb from {each}""",
    """insert into ledger_lot (id, account, unit, transfer, amount, remaining, held, earned_at, starts_at, usable_from,
    is_open)
select bare_id(3, m.number), {account}, 'points', i.transfer, 1 + n % 8, 1 + n % 8, 0, now(), now(), now(), true
from {each}""",
    """update ledger_account a set balance = a.balance + 1 + new.n % 8 from (select n, {account} as id
from generate_series(1, 500) n) new where a.id = new.id""",
    """insert into sales_sale (id, organisation, merchant, store, source, external_id, channel, state, member, currency,
    amount, discount, tax, returned, effective_at, recorded_at, actor)
select i.sale, '{home}', '{merchant}', '{store}', 'till-' || n % 40, 'bare/' || m.number, 'till', 'complete',
    {member}, 'CNY', 1250 + n, 0, 90, 0, now(), now(), 'key_bench' from {each}""",
    """insert into sales_line (sale_id, number, item, name, quantity, amount, discount, tax, category, brand, vendor,
    marks, returned_quantity)
select i.sale, l, '69012345' || n || l, 'Goods ' || l, 1000, 1250 + n, 0, 90, '', '', '', '{{}}', 0
from {each}, lateral generate_series(1, 1 + n % 2) l""",
    "insert into sales_outbox (kind, subject) select 'sale', i.sale from {each}",
    """insert into programme_checkout (sale, organisation, member, shown, facts, parts, gains, told, given, paid)
select i.sale, '{home}', {member}, {member}, replace({facts}, '@', n::text)::jsonb, '[]',
    replace({gains}, '@', n::text)::jsonb, replace({told}, '@', n::text)::jsonb, '[1]', '[]' from {each}""",
    """insert into journal_entry (at, actor_kind, actor_id, actor_name, request_id, address, what, subject, merchant,
    store, before, after, reason)
select now(), 'key', 'key_bench', '', '', '', what, '', '', '', '{{}}', '{{"sales": 500}}', ''
from (values ('ledger.post'), ('sales.record')) as v(what)""",
)
FACTS = """'{"member": {"joined_on": "2026-01-01"}, "occasion": {"at": "2026-11-22T11:29:08.170173+00:00", "zone":
"Asia/Shanghai", "store": "str_01kdvdna00fy39xfq1azhdpj2b", "channel": "till", "currency": "CNY", "merchant":
"mrc_01kdvdna00fjgtdh7w7jrpt86f"}, "n": @}'"""
GAINS = """'[{"kind": "earn", "unit": "points", "owner": "00000000-0000-7000-8001-000000170339", "shown":
"00000000-0000-7000-8001-000000170339", "amount": @, "effect": {"id": "01a202dc-f3e5-7c54-8059-544432be423f", "code":
"one-for-ten", "unit": "points", "facts": {"basis": 1588, "permille": 1000, "quantity": 1000}, "lines": {"1": 1},
"amount": 1, "wanted": 1, "version": 1}, "transfer": "01a20304-7555-7eaf-bbfc-129cef2fabe5"}]'"""
TOLD = """'{"id": "sal_01m81g8xaned9sxt6gmd3chxrp", "due": 1588, "tax": 90, "lines": [{"tax": 90, "item":
"6901234573381", "paid": 1588, "amount": 1588, "number": 1, "offers": [], "discount": 0}, {"tax": 90, "item":
"6901234573382", "paid": 1588, "amount": 1588, "number": 2, "offers": [], "discount": 0}], "state": "complete",
"amount": @, "member": "mbr_0000000000e00800800001e0ss", "effects": [{"code": "one-for-ten", "kind": "earn", "unit":
"points", "lines": [{"amount": 1, "number": 1}], "amount": 1, "pending": false, "version": 1}], "balances": [],
"currency": "CNY", "discount": 0, "lapses_at": null, "not_applied": [], "paid_with_value": 0, "paid_with_points": 0}'"""


def script(*, home: str, merchant: str, store: str, issued: str, members: int, prefixes: tuple[str, str]) -> str:
    """The transaction, as pgbench reads it."""
    member, account = (_MEMBER.format(prefix=prefix, members=members) for prefix in prefixes)
    said = {
        "each": _EACH, "member": member, "account": account, "home": home, "merchant": merchant, "store": store,
        "issued": issued, "facts": FACTS, "gains": GAINS, "told": TOLD,
    }  # fmt: skip
    lines = ["\\set n :n + 1", "\\set made (:n * 64 + :client_id) * 1000", f"\\set base random(0, {members - 1})"]
    steps = (" ".join(step.format(**said).split()) + ";" for step in _STEPS)
    return "\n".join([*lines, "begin;", *steps, "commit;", ""])
