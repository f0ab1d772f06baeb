"""Conditions about purchases: what was kept of them, by the root of whose card was shown."""

from regulars.outreach.audiences.forms import Bought, Goods, LastBought, NeverBought, uuids
from regulars.outreach.audiences.parts import Asked, Binder, Part, only_of

# Few members were merged into another: a small table beside millions of sales.
_ROOT = "LEFT JOIN members_member g ON g.id = t.member AND g.root_id <> g.id AND (g.root_id = g.id) IS FALSE"


def bought(given: Bought, name: str, asked: Asked, bind: Binder) -> Part:
    joined = _sums(given, asked, bind, spans=_spans(given, asked, bind), currency=given.currency)
    least, times, amount = given.times_at_least, f"coalesce({name}.times, 0)", f"coalesce({name}.amount, 0)"
    if least is None and all(one is None for one in (given.times_at_most, given.amount_at_least, given.amount_at_most)):
        least = 1
    tests = [
        f"{what} {sign} {bind.one(bound, 'bigint')}"
        for what, sign, bound in (
            (times, ">=", least),
            (times, "<=", given.times_at_most),
            (amount, ">=", given.amount_at_least),
            (amount, "<=", given.amount_at_most),
        )
        if bound is not None
    ]
    fact = (
        f"jsonb_build_object('times', {times}, 'amount', CASE WHEN {name}.currencies > 1 THEN NULL ELSE {amount} END,"
        f" 'currency', {name}.currency, 'last_at', {name}.last_at)"
    )
    absent = not least and not given.amount_at_least
    once = len(tests) == 1 and least == 1 and given.currency is None  # no number beside: whoever has one such bill
    ids = _buyers(given, asked, bind, spans=_spans(given, asked, bind)) if once else ""
    return Part(f"({' AND '.join(tests)})", fact, joined, absent, ids)


def last_bought(given: LastBought, name: str, asked: Asked, bind: Binder) -> Part:
    joined = _sums(given, asked, bind)
    last, tests = f"{name}.last_at", []
    for sign, moment in (
        (">=", given.since and asked.begins(given.since)),
        ("<", given.until and asked.ends(given.until)),
        (">=", given.days_ago_at_most and asked.days_ago(given.days_ago_at_most + 1)),
        ("<", given.days_ago_at_least and asked.days_ago(given.days_ago_at_least)),
    ):
        if moment is not None:
            tests.append(f"{last} {sign} {bind.one(moment, 'timestamptz')}")
    return Part(f"coalesce({' AND '.join(tests)}, false)", f"jsonb_build_object('last_at', {last})", joined)


def never_bought(given: NeverBought, name: str, asked: Asked, bind: Binder) -> Part:
    joined = _sums(given, asked, bind)
    return Part(
        f"({name}.id IS NULL)",
        f"jsonb_build_object('last_at', {name}.last_at)",
        joined,
        True,
        _buyers(given, asked, bind),
    )


def _spans(given: Bought, asked: Asked, bind: Binder) -> str:
    tests = []
    if given.within_days is not None:
        tests.append(f"s.effective_at >= {bind.one(asked.days_ago(given.within_days), 'timestamptz')}")
    if given.since is not None:
        tests.append(f"s.effective_at >= {bind.one(asked.begins(given.since), 'timestamptz')}")
    if given.until is not None:
        tests.append(f"s.effective_at < {bind.one(asked.ends(given.until), 'timestamptz')}")
    return "".join(f" AND {one}" for one in tests)


def _sums(given: Goods, asked: Asked, bind: Binder, *, spans: str = "", currency: str | None = None) -> str:
    """By root: how many bills, for how much, the last one. First by who showed a card, so that the big sum is plain."""
    where = _kept(given, asked, bind) + spans
    if currency is not None:
        where += f" AND s.currency = {bind.one(currency, 'text')}"
    if given.of_goods:
        # What came back of a line, at the price it had: rounded down, line by line.
        bills = (
            "SELECT s.id, s.member, s.currency, s.effective_at, sum((l.amount - l.discount) - (l.amount - l.discount)"
            " * l.returned_quantity / l.quantity)::bigint AS kept"
            " FROM sales_line l JOIN sales_sale s ON s.id = l.sale_id"
            f" WHERE l.quantity > l.returned_quantity AND ({_goods(given, bind)}) AND {where} GROUP BY s.id"
        )
    else:
        bills = (
            "SELECT s.id, s.member, s.currency, s.effective_at, s.amount - s.discount - s.returned AS kept"
            f" FROM sales_sale s WHERE {where} AND (s.returned = 0 OR s.amount - s.discount > s.returned)"
        )
    sums = (
        "count(*) AS times, sum(kept)::bigint AS amount, max(effective_at) AS last_at,"
        " min(currency) AS one, max(currency) AS other"
    )
    by_card = f"SELECT member, {sums} FROM ({bills}) b GROUP BY member"
    return (
        "SELECT coalesce(g.root_id, t.member) AS id, sum(t.times)::bigint AS times, sum(t.amount)::bigint AS amount,"
        " max(t.last_at) AS last_at, min(t.one) AS currency,"
        " CASE WHEN min(t.one) = max(t.other) THEN 1 ELSE 2 END AS currencies"
        f" FROM ({by_card}) t {_ROOT} GROUP BY 1"
    )


def _kept(given: Goods, asked: Asked, bind: Binder) -> str:
    """Bills that count, by what the bill itself says."""
    return (
        f"s.organisation = {bind.one(asked.organisation, 'uuid')} AND s.state = 'complete' AND s.member IS NOT NULL"
        f" AND s.effective_at <= {bind.one(asked.at, 'timestamptz')}{only_of('s.member', asked, bind)}"
        f"{_places(given, asked, bind)}"
    )


def _buyers(given: Goods, asked: Asked, bind: Binder, *, spans: str = "") -> str:
    """Whoever has such a bill: nothing is added up."""
    where = _kept(given, asked, bind) + spans
    if given.of_goods:
        source = "sales_line l JOIN sales_sale s ON s.id = l.sale_id"
        where = f"l.quantity > l.returned_quantity AND ({_goods(given, bind)}) AND {where}"
    else:
        source, where = "sales_sale s", f"{where} AND (s.returned = 0 OR s.amount - s.discount > s.returned)"
    return f"SELECT coalesce(g.root_id, t.member) FROM (SELECT s.member FROM {source} WHERE {where}) t {_ROOT}"


def _goods(given: Goods, bind: Binder) -> str:
    tests = []
    for column, wanted in (("item", given.items), ("brand", given.brands), ("category", given.categories)):
        if wanted:
            tests.append(f"l.{column} = ANY({bind.many(wanted, 'text')})")
    for path in given.categories:  # and all below it, as a range that an index of texts by bytes knows
        below, beyond = bind.one(f"{path}/", "text"), bind.one(f"{path}0", "text")
        tests.append(f"(l.category ~>=~ {below} AND l.category ~<~ {beyond})")
    return " OR ".join(tests)


def _places(given: Goods, asked: Asked, bind: Binder) -> str:
    """Where it was bought; of an audience of one merchant or store, only there."""
    tests = []
    if given.stores or given.merchants:
        stores, merchants = uuids("str", given.stores), uuids("mrc", given.merchants)
        tests.append(
            f"(s.store = ANY({bind.many(stores, 'uuid')}) OR s.merchant = ANY({bind.many(merchants, 'uuid')}))"
        )
    if given.channels:
        tests.append(f"s.channel = ANY({bind.many(given.channels, 'text')})")
    if asked.merchant is not None:
        tests.append(f"s.merchant = {bind.one(asked.merchant, 'uuid')}")
    if asked.store is not None:
        tests.append(f"s.store = {bind.one(asked.store, 'uuid')}")
    return "".join(f" AND {one}" for one in tests)
