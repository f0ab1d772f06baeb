"""A small shop with a past: members with a rhythm of their own, some of whom left, booked as tills book."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import numpy as np
from tests.api.world import World

from regulars.journal.moves import Actor
from regulars.members.moves import NewMember
from regulars.members.services.people import enrol
from regulars.rules.occasion import Line
from regulars.sales import services
from regulars.sales.moves import NewSale, Place, SoldLine

TILL = Actor("key", "key_till", "Till 7", request_id="req_1")
JOB = Actor.job("scores.run")
BEGUN = datetime(2025, 1, 1, 12, tzinfo=UTC)
DAYS = 240
CUT_OFF = date(2025, 1, 1) + timedelta(days=DAYS)
AT = (BEGUN + timedelta(days=DAYS + 1)).replace(hour=1)  # before the hour of the night's own run
GOODS = [("milk", 1), ("tea", 3), ("coffee", 6), ("bread", 2), ("soap", 4), ("jam", 5)]


def members(world: World, count: int) -> list[UUID]:
    new = [NewMember(world.organisation, "till", BEGUN, merchant=world.merchant) for _ in range(count)]
    return list(enrol(new, actor=TILL, at=BEGUN))


def booked(world: World, people: list[UUID], *, seed: int = 7) -> list[NewSale]:
    """Everybody buys by their own rhythm, and every fourth one stops half-way."""
    chance = np.random.default_rng(seed)
    made: list[NewSale] = []
    for place, member in enumerate(people):
        rhythm, day = chance.gamma(6.0, 4.0), chance.uniform(0, 60)
        until = DAYS if place % 4 else chance.uniform(80, 150)
        usual = chance.integers(0, 6)
        while day < until:
            when = BEGUN + timedelta(days=int(day))
            picks = {int(usual), int(chance.integers(0, 6))}
            lines = tuple(
                SoldLine(Line(n, GOODS[p][0], 100 * GOODS[p][1], quantity=1000, category="food", brand="Own"))
                for n, p in enumerate(sorted(picks), 1)
            )
            shown = Place(world.organisation, "till-4", f"{place}-{int(day)}-{len(made)}", world.merchant, world.store)
            made.append(NewSale(uuid4(), shown, "GBP", lines, when, member=member))
            day += max(1.0, chance.gamma(5.0, rhythm / 5.0))
    for start in range(0, len(made), 2000):
        services.record_sales(made[start : start + 2000], actor=TILL, at=AT)
    return made
