"""Audiences among a million members: the compiled statement beside the same question in SQL by hand.

python -m benchmarks.bench_audiences --members 1000000

Rows are written by PostgreSQL itself: each member has a mail address, a yes or no, every tenth a tag, every third a
level, every one points, and on average four bills of two lines within two years. Then three audiences are counted:
about the person alone, about purchases alone, and of everything, nested. Both sides are told the same and must answer
the same; each is asked five times, and the median counts.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from benchmarks.bench_members import _cluster, _let_go, _throw_away

SHOP: Final = UUID(int=1)
AT: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)
ROUNDS: Final = 5
Figure = dict[str, object]

LOAD: Final = (
    "INSERT INTO members_member (id, organisation, root_id, state, source, enrolled_at, created_at, sex, language,"
    " country, town, birthday, name_grams, name_key) SELECT i, %(org)s::uuid, i, 'active', 'till', %(at)s, %(at)s, '',"
    " 'de', 'DE', CASE n %% 20 WHEN 7 THEN 'Kiel' ELSE 'Bonn' END, 101 + n %% 28, '{{}}', 0 FROM ids",
    "INSERT INTO members_identifier (id, organisation, member_id, kind, source, sealed, key, blind, recognises, state,"
    " reason, origin, effective_at, recorded_at) SELECT i, %(org)s::uuid, i, 'email', '', sha256(i::text::bytea), 1,"
    " sha256(i::text::bytea), true, 'active', '', 'till', %(at)s, %(at)s FROM ids",
    "INSERT INTO members_permission (member_id, channel, purpose, given, effective_at)"
    " SELECT i, 'email', 'marketing', n %% 3 > 0, %(at)s FROM ids",
    "INSERT INTO members_tag (member_id, tag, source, recorded_at) SELECT i, 'wine', 'till', %(at)s FROM ids"
    " WHERE n %% 10 = 0",
    "INSERT INTO programme_standing (member, ladder, organisation, joined_at, level, since, qualified_at, because,"
    " floor, held, landed, shown_level, shown_since, shown_because, decided_at) SELECT i, 'club', %(org)s::uuid,"
    " %(at)s, 'gold', %(at)s, %(at)s, 'earned', '', '{{}}', false, 'gold', %(at)s, 'earned', %(at)s FROM ids"
    " WHERE n %% 3 = 0",
    "INSERT INTO ledger_account (id, unit, owner, role, scope, floor, balance, held, owed, opened_at)"
    " SELECT i, 'points', i, 'main', '', 0, n %% 1000, 0, 0, %(at)s FROM ids",
    "INSERT INTO sales_sale (id, organisation, source, external_id, channel, state, member, currency, amount, discount,"
    " tax, returned, effective_at, recorded_at, actor) SELECT"
    " (lpad(to_hex(n), 12, '0') || lpad(to_hex(b), 20, '0'))::uuid,"
    " %(org)s::uuid, 'till', n || '/' || b, 'store', 'complete', i, 'EUR', 2000, 0, 0, 0,"
    " %(at)s::timestamptz - (hashint8(n * 8 + b) & 1023) %% 730 * interval '1 day', %(at)s, 'key'"
    " FROM ids, generate_series(1, 1 + n::int %% 7) b",
    "INSERT INTO sales_line (sale_id, number, item, name, quantity, amount, discount, tax, category, brand, vendor,"
    " marks, returned_quantity) SELECT s.id, l, 'item-' || k, '', 1000, 1000, 0, 0, 'food/' || k %% 50,"
    " 'brand-' || k %% 200, '', '{{}}', 0 FROM sales_sale s, generate_series(1, 2) l,"
    " LATERAL (SELECT (hashtext(s.id::text || l) & 65535) %% 5000 AS k) x",
)
IDS: Final = "WITH ids AS (SELECT n, lpad(to_hex(n), 32, '0')::uuid AS i FROM generate_series(1, {members}) n) "

PERSON: Final[dict[str, Any]] = {
    "all": [
        {"type": "fact", "name": "town", "any_of": ["Kiel"]},
        {"type": "identifier", "kind": "email"},
        {"type": "consent", "channel": "email", "purpose": "marketing"},
        {"not": {"type": "tag", "any_of": ["wine"]}},
    ]
}
PURCHASES: Final[dict[str, Any]] = {
    "type": "bought",
    "categories": ["food/7", "food/8"],
    "times_at_least": 2,
    "within_days": 365,
}
ALL: Final[dict[str, Any]] = {
    "any": [
        {
            "all": [
                {"type": "tier", "ladder": "club", "levels": ["gold"]},
                {"type": "balance", "unit": "points", "at_least": 500},
                {"type": "consent", "channel": "email", "purpose": "marketing"},
                {"not": {"type": "bought", "within_days": 90}},
            ]
        },
        {"all": [{"type": "tag", "any_of": ["wine"]}, {"type": "bought", "brands": ["brand-9"], "within_days": 180}]},
    ]
}
LIVES: Final = (
    "FROM members_member m WHERE m.organisation = %(org)s::uuid AND m.root_id = m.id AND m.state IN ('active',"
    " 'anonymous') AND NOT EXISTS (SELECT 1 FROM ledger_freeze f WHERE f.owner = m.id AND f.lifted_at IS NULL) AND "
)
_YES: Final = (
    "m.id IN (SELECT member_id FROM members_permission WHERE channel = 'email' AND purpose = 'marketing' AND given)"
)
_WINE: Final = "m.id IN (SELECT member_id FROM members_tag WHERE tag = 'wine')"
BY_HAND: Final[Mapping[str, str]] = {
    "person": f"SELECT count(*) {LIVES} m.town = 'Kiel' AND {_YES} AND m.id IN (SELECT member_id"
    f" FROM members_identifier WHERE kind = 'email' AND state = 'active') AND NOT {_WINE}",
    "purchases": f"SELECT count(*) {LIVES} m.id IN (SELECT s.member FROM sales_sale s JOIN sales_line l"
    " ON l.sale_id = s.id WHERE l.category IN ('food/7', 'food/8') AND s.effective_at >= %(year)s"
    " AND s.state = 'complete' GROUP BY s.member HAVING count(DISTINCT s.id) >= 2)",
    "all": "SELECT count(*) FROM ("
    f"SELECT m.id {LIVES} {_YES} AND m.id IN (SELECT member FROM programme_standing WHERE ladder = 'club'"
    " AND shown_level = 'gold') AND m.id IN (SELECT owner FROM ledger_account WHERE unit = 'points' AND role = 'main'"
    " AND balance - held >= 500) AND NOT EXISTS (SELECT 1 FROM sales_sale s WHERE s.member = m.id"
    " AND s.effective_at >= %(quarter)s AND s.state = 'complete')"
    f" UNION SELECT m.id {LIVES} {_WINE} AND m.id IN (SELECT s.member FROM sales_sale s JOIN sales_line l"
    " ON l.sale_id = s.id WHERE l.brand = 'brand-9' AND s.effective_at >= %(half)s AND s.state = 'complete')) u",
}


def load(members: int) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in LOAD:
            with_ids = IDS.format(members=members) if "FROM ids" in statement else ""
            cursor.execute(with_ids + statement.replace("{{}}", "{}"), {"org": SHOP, "at": AT})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def measured(members: int) -> list[Figure]:
    """Each audience by both, and a page and a reason beside."""
    from regulars.journal.statements import run
    from regulars.outreach import selectors
    from regulars.outreach.audiences.reading import read

    asked = selectors.asked_of(SHOP, at=AT)
    values = {"org": SHOP, "year": asked.days_ago(365), "half": asked.days_ago(180), "quarter": asked.days_ago(90)}
    figures = []
    for name, document in (("person", PERSON), ("purchases", PURCHASES), ("all", ALL)):
        tree = read(document)
        ours, found = _median(lambda tree=tree: selectors.count(tree, asked))  # type: ignore[misc]
        text = BY_HAND[name]
        bound = {key: value for key, value in values.items() if f"%({key})s" in text}
        peer, known = _median(lambda text=text, bound=bound: run(text, bound)[0][0])  # type: ignore[misc]
        assert found == known, (name, found, known)
        page, _ = _median(lambda tree=tree: len(selectors.page(tree, asked, limit=50)))  # type: ignore[misc]
        why, _ = _median(lambda tree=tree: int(selectors.why(tree, asked, UUID(int=30)).inside))  # type: ignore[misc]
        figures.append(
            {
                "name": f"audience_{name}",
                "ours": round(ours, 3),
                "peer": round(peer, 3),
                "ratio": round(ours / peer, 2),
                "members": members,
                "found": found,
                "page_seconds": round(page, 3),
                "why_seconds": round(why, 3),
                "peer_is": "the same in SQL by hand",
            }
        )
    return figures


def _median(ask: Callable[[], int]) -> tuple[float, int]:
    times, answer = [], 0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = ask()
        times.append(time.perf_counter() - began)
    return statistics.median(times), answer


def run(members: int = 1_000_000) -> list[Figure]:
    """Makes an installation in a folder of its own, fills it, measures, and throws it away."""
    import django
    from django.core.management import call_command

    folder = Path(tempfile.mkdtemp(prefix="regulars-bench-"))
    cluster = _cluster(folder)
    try:
        cluster.make({"synchronous_commit": "off", "max_wal_size": "4GB"})
        cluster.start()
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        load(members)
        return measured(members)
    finally:
        _let_go()
        cluster.stop(at_once=True)
        _throw_away(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1_000_000)
    for figure in run(parser.parse_args().members):
        print(json.dumps(figure))
