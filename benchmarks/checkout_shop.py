"""A shop with a million members, one rule and two merchants, and bills for it: what the checkout is measured with."""

import json
import os
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from benchmarks.measuring import DATA
from regulars.server.running.settled import settle

if TYPE_CHECKING:
    from regulars.programme.checkout.moves import NewPurchase

PLACE = DATA / "checkout-bench"
MEMBER, ACCOUNT = "00000000000070008001", "00000000000070008002"
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
RULE = {"unit": "points", "currency": "CNY", "award": {"type": "per-amount", "units": 1, "per": 1000}}

# A member's number is told in decimal digits, so that pgbench can say it too.
MEMBERS = f"""
insert into members_member (id, organisation, root_id, state, source, enrolled_at, created_at, sex, language, country,
    town, name_grams, name_key)
select id, %(home)s, id, 'active', 'till', %(at)s, %(at)s, '', 'zh', 'CN', '', '{{}}', 0
from generate_series(%(first)s, %(last)s) h, lateral (select ('{MEMBER}' || lpad(h::text, 12, '0'))::uuid) as m(id)"""
ACCOUNTS = f"""
insert into ledger_account (id, unit, owner, role, scope, floor, balance, held, owed, opened_at)
select ('{ACCOUNT}' || lpad(h::text, 12, '0'))::uuid, 'points', ('{MEMBER}' || lpad(h::text, 12, '0'))::uuid, 'main',
    '', 0, 0, 0, 0, %(at)s
from generate_series(%(first)s, %(last)s) h"""


def begin(folder: Path = PLACE) -> None:
    os.environ |= {"REGULARS_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "regulars.server.settings"}
    os.environ.pop("DATABASE_URL", None)
    from regulars.server.place import Place
    from regulars.server.postgres import Cluster
    from regulars.server.secrets import make_secrets

    make_secrets(Place(folder, None))  # before settings are read: a key made here is shown to a server later
    Cluster(folder).start()
    import django

    django.setup()


def fill(members: int, folder: Path = PLACE) -> UUID:
    """A shop, its terms, its members; the organisation."""
    begin(folder)
    from django.core.management import call_command
    from django.db import connection, transaction

    from regulars.access import gate
    from regulars.access.moves import NewMerchant, NewStore
    from regulars.access.services.places import found_organisation, open_merchants, open_stores
    from regulars.journal.moves import Actor
    from regulars.ledger.services import define_unit
    from regulars.programme.services.terms import publish

    call_command("migrate", verbosity=0)
    setup, now = Actor.job("bench"), datetime.now(UTC)
    home = found_organisation("Riverside", zone="Asia/Shanghai", by=gate.HOUSE, actor=setup, at=BEGUN)
    wanted = [NewMerchant(name, "Asia/Shanghai", "CNY") for name in ("Market", "Bakery")]
    for merchant in open_merchants(home, wanted, by=gate.HOUSE, actor=setup, at=BEGUN):
        stores = [NewStore(f"Store {n}", f"{n:03d}") for n in range(10)]
        open_stores(merchant, stores, by=gate.HOUSE, actor=setup, at=BEGUN)
    define_unit("points", "Points", zone="Asia/Shanghai", actor=setup, at=BEGUN)
    publish("earn", "one-for-ten", RULE, organisation=home, begins_at=BEGUN, moving_in=True, actor=setup, at=now)
    with transaction.atomic(), connection.cursor() as cursor:
        # The rows are right by how they are made; looking up each reference would take most of the time.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in (MEMBERS, ACCOUNTS):
            cursor.execute(statement, {"home": home, "at": BEGUN, "first": 100_001, "last": 100_000 + members})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE members_member, ledger_account")
    (folder / "filled.json").write_text(json.dumps({"members": members, "home": str(home)}))
    return home


def filled() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PLACE / "filled.json").read_text())
    return found


def warm(count: int = 1) -> None:
    """As a process is when it serves: its connection knows the statements, what is loaded stays."""
    for _ in range(10):
        check_out(bills(count))
    settle()


def places() -> list[tuple[UUID, UUID]]:
    from regulars.access.models import Store

    return sorted(Store.objects.values_list("merchant_id", "id"))


def member_id(number: int) -> UUID:
    return UUID(f"{MEMBER}{number:012d}")


def bills(count: int, *, side: int = 0, sides: int = 1, chance: Any = random, key: str = "") -> list["NewPurchase"]:
    """Of so many members by chance, each with one or two lines."""
    from django.utils import timezone

    from regulars.programme.checkout.moves import NewPurchase
    from regulars.rules.occasion import Line
    from regulars.sales.moves import Place, SoldLine

    told, at, base = filled(), timezone.now(), key or uuid4().hex
    shops, home = _shops(), UUID(told["home"])
    made = []
    for place, number in enumerate(chance.sample(range(side, told["members"], sides), count)):
        merchant, store = shops[number % len(shops)]
        lines = tuple(
            SoldLine(Line(n, f"69012345{number % 9000:04d}{n}", 1250 + number % 7000, tax=90), f"Goods {n}")
            for n in range(1, 2 + number % 2)
        )
        member = member_id(100_001 + number)
        shown = Place(home, f"till-{number % 40}", key or f"{base}/{place}", merchant, store, "till")
        made.append(NewPurchase(shown, "CNY", lines, at, True, member, member))
    return made


_there: list[tuple[UUID, UUID]] = []


def _shops() -> list[tuple[UUID, UUID]]:
    if not _there:
        _there.extend(places())
    return _there


def check_out(purchases: Sequence["NewPurchase"]) -> int:
    from django.utils import timezone

    from regulars.journal.moves import Actor
    from regulars.programme.checkout import booking

    return len(booking.check_out(purchases, actor=Actor("key", "key_bench"), at=timezone.now()))
