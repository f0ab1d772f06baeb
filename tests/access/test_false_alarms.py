"""Two hundred shop days on which nothing is odd: no alert. And the same days with something odd: found each time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from psycopg.types.json import Jsonb

from regulars.access.alerts.rules import lay_down
from regulars.access.alerts.watching import watch
from regulars.access.models import Alert
from regulars.journal.sending import seal_due

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SEEDS = 200
COLUMNS = (
    "at, actor_kind, actor_id, actor_name, request_id, address, what, subject, merchant, store, before, after, reason"
)
Row = tuple[object, ...]


@dataclass(frozen=True)
class Shop:
    """One store on one day: two tills, three clerks, a hundred customers or so, a manager who mends mistakes."""

    seed: int

    def lines(self) -> Iterator[Row]:
        chance = Random(self.seed)
        day = DAY + timedelta(days=self.seed)
        for clerk in range(3):
            yield self.line(day, "staff", f"c{clerk}", "access.log_in", "", {"new_place": False})
        for _ in range(chance.randint(0, 3)):
            yield self.line(day, "system", "log-in", "access.log_in_failed", "", {})
        for _ in range(chance.randint(70, 160)):
            at = day + timedelta(seconds=self.moment(chance))
            yield from self.customer(chance, at, f"mbr_{chance.randrange(20_000)}")
        for _ in range(chance.randint(0, 6)):
            at = day + timedelta(seconds=self.moment(chance))
            yield self.line(
                at, "staff", "c0", "ledger.adjust", "acc", {"amount": chance.randint(-800, 800), "unit": "pts"}
            )

    def customer(self, chance: Random, at: datetime, member: str) -> Iterator[Row]:
        till = chance.randrange(2)
        if chance.random() < 0.02:
            yield self.line(at, "key", f"t{till}", "cards.forged", "", {})  # a scratched card, read wrongly
        yield self.line(at, "key", f"t{till}", "members.recognise", member, {})
        if chance.random() < 0.25:  # asks at the counter; some need several looks
            for n in range(chance.randint(1, 4)):
                yield self.line(
                    at + timedelta(seconds=20 * n), "staff", f"c{chance.randrange(3)}", "members.read", member, {}
                )
        facts = {"unit": "pts", "amount": chance.randint(1, 300), "member": f"acc_{member}"}
        yield self.line(at, "key", f"t{till}", "ledger.post", "txn", {"kind": "earn", **facts})
        if chance.random() < 0.2:
            for _ in range(chance.choice([1, 1, 1, 2, 3])):  # split over several receipts
                yield self.line(at, "key", f"t{till}", "ledger.post", "txn", {"kind": "spend", **facts})

    @staticmethod
    def moment(chance: Random) -> float:
        """Six hours with a rush at noon and one in the evening."""
        peak = chance.choice([None, 2.5, 5.5])
        return 3600 * (chance.uniform(0, 6) if peak is None else chance.gauss(peak, 0.4))

    def line(self, at: datetime, kind: str, who: str, what: str, subject: str, after: dict[str, object]) -> Row:
        store, where = f"str_{self.seed}", f"10.{self.seed}.0.1"
        actor = who if kind == "system" else f"{store}_{who}"
        return (
            at,
            kind,
            actor,
            "",
            "",
            where,
            what,
            subject,
            f"mrc_{self.seed % 9}",
            store,
            Jsonb({}),
            Jsonb(after),
            "",
        )


def keep(lines: list[Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy journal_entry ({COLUMNS}) from stdin") as copy:
        for line in lines:
            copy.write_row(line)
    seal_due(at=DAY)


@pytest.fixture
def days(db: None) -> int:
    lay_down(at=DAY)
    lines = [line for seed in range(SEEDS) for line in Shop(seed).lines()]
    keep(lines)
    return len(lines)


def test_normal_days_raise_no_alert_and_odd_ones_do(days: int) -> None:
    assert days > 60_000
    watch(at=DAY)
    assert list(Alert.objects.values_list("rule__code", "about", "measured")) == []

    shop, late = Shop(SEEDS), DAY + timedelta(days=SEEDS, hours=20)
    odd = list(shop.lines())
    for n in range(80):
        at = late + timedelta(seconds=4 * n)
        odd.append(shop.line(at, "staff", "c1", "members.read", f"mbr_{n}", {}))
        if n % 8 == 0:
            facts = {"kind": "spend", "unit": "pts", "amount": 50, "member": "acc_1"}
            odd.append(shop.line(at, "key", "t1", "ledger.post", "txn", facts))
            odd.append(shop.line(at, "key", "t0", "cards.forged", "", {}))
    odd.append(shop.line(late, "staff", "c2", "ledger.adjust", "acc", {"amount": 90_000, "unit": "pts"}))
    odd.append(shop.line(late, "staff", "c2", "access.log_in", "", {"new_place": True}))
    keep(odd)
    assert watch(at=late) == 5
    assert set(Alert.objects.values_list("rule__code", "about")) == {
        ("many-look-ups", "str_200_c1"),
        ("redemption-burst", "acc_1"),
        ("failed-card-signatures", "str_200_t0"),
        ("large-adjustment", "str_200_c2"),
        ("log-in-from-new-place", "str_200_c2"),
    }
