"""Scores of a run over the members of the town, written as a run writes them."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from regulars.basics.ids import new_id
from regulars.scorebook.computing.counting import counted
from regulars.scorebook.models import Bought, Card, Picture, Product, Run, Score
from tests.console.town import Town

DECLINE: dict[str, Any] = {
    "value_class": "vip",
    "stage": "decline",
    "silence_chance": 0.01,
    "gone_chance": 0.8,
    "leave_chance": 0.62,
    "leave_because": ["returns:12", "breadth:3"],
    "leave_points": [150, 60, -22],
    "decline_because": ["breadth", "returns"],
    "at_stake_minor": 4000,
    "at_risk_minor": 7200,
    "lifetime_minor": 30000,
    "lifetime_low_minor": 20000,
    "lifetime_high_minor": 42000,
    "expected_purchases": 4.2,
    "usual_gap_days": 12.0,
    "moved_from": "important",
    "moved_to": "vip",
}
STEADY: dict[str, Any] = {
    "value_class": "important",
    "stage": "stability",
    "leave_chance": 0.05,
    "buy_chance": 0.8,
    "usual_gap_days": 7.0,
    "due": [
        {
            "item": "coffee beans",
            "status": "due",
            "next_on": "2026-06-04",
            "from_on": "2026-06-01",
            "until_on": "2026-06-09",
            "chance": 0.8,
        }
    ],
    "next_products": [{"item": "oat milk", "name": "Oat milk", "why": "with", "because_of": "Coffee beans"}],
    "moved_from": "important",
    "moved_to": "important",
}
NEW: dict[str, Any] = {
    "value_class": "ordinary",
    "stage": "acquaintance",
    "leave_chance": 0.3,
    "moved_from": "prospect",
    "moved_to": "ordinary",
}


def scored(town: Town) -> Run:
    """A present run and an earlier one."""
    today = town.at.date()
    earlier, present = (_run(town, today - timedelta(days=days), days == 1) for days in (2, 1))
    for run in (earlier, present):
        for place, (member, told) in enumerate(zip(town.members, (DECLINE, STEADY, NEW), strict=False), 1):
            _score(run, member, place, told, today)
    _pictures(present)
    Product.objects.create(
        run=present.id,
        item="coffee beans",
        name="Coffee beans",
        category="food",
        buyers=2,
        again=1,
        times=3,
        quantity=3.0,
        spend_minor=3900,
        usual_gap_days=7.0,
        last_on=today,
    )
    Bought.objects.create(
        organisation=town.organisation,
        member=town.members[1],
        shown=town.members[1],
        item="coffee beans",
        on_day=today,
        currency="GBP",
        times=1,
        quantity=1000,
        money=1300,
    )
    for model in ("stages", "churn"):
        measured = {"called_stayed_away_share": 0.9, "later_days": 90}
        points = {"base": -139, "themes": ["returns", "breadth", "silent"]}
        Card.objects.create(run=present.id, model=model, usable=True, card={"measured": measured, "points": points})
    return present


def _run(town: Town, cut_off: date, present: bool) -> Run:
    return Run.objects.create(
        id=new_id(town.at - timedelta(days=2 - present)),
        organisation=town.organisation,
        state="done",
        present=present,
        cut_off=cut_off,
        currency="GBP",
        actor="x",
        made_at=town.at,
        ended_at=town.at,
        members=3,
        left_out={"future": "too-short"},
    )


def _score(run: Run, member: UUID, place: int, told: dict[str, Any], today: date) -> None:
    row = {
        "visits": 6 - place,
        "first_on": today - timedelta(days=200),
        "last_on": today - timedelta(days=40),
        "spend_minor": 10000 - place,
        "spend_365_minor": 9000 - place,
        "spend_place": place,
    }
    Score.objects.create(run=run.id, member=member, **row | told)


def _pictures(run: Run) -> None:
    flow = [
        {"month": "2026-05-01", "from_class": before, "to_class": after, "customers": 1}
        for before, after in (("important", "vip"), ("important", "important"), ("prospect", "ordinary"))
    ]
    deciles = [
        {"decile": one, "customers": 1, "spend_minor": 9000, "spend_share": 0.4, "mean_spend_minor": 9000}
        for one in (1, 2, 3)
    ]
    pair = {
        "level": "product",
        "left": "coffee beans",
        "right": "oat milk",
        "baskets_both": 3,
        "support": 0.1,
        "confidence": 0.5,
        "confidence_back": 0.4,
        "lift": 2.5,
        "customers_both": 2,
        "significant": True,
    }
    pictures = {
        "months": [{"month": "2026-05-01", "spend_minor": 9000, "receipts": 4, "members": 3}],
        "concentration": {
            "gini": 0.4,
            "top_2_5": 0.2,
            "top_20": 0.6,
            "curve": [[0, 0], [0.5, 0.8], [1, 1]],
            "deciles": deciles,
        },
        "flow": flow,
        "pairs": {"baskets": 30, "tested": 1, "sampled": 1.0, "rows": [pair], "names": {"oat milk": "Oat milk"}},
        "counts": counted(run.id, run.cut_off),
    }
    for name, told in pictures.items():
        Picture.objects.create(run=run.id, name=name, told=told)
