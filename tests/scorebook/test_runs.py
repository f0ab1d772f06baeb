"""Scores through the API: a run from the tills' bills to what is known of a member; stopped, failed, cancelled."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from tests.api.world import Till, World, make_world
from tests.scorebook.shop import AT, CUT_OFF, GOODS, JOB, TILL, booked, members
from typer.testing import CliRunner

from regulars.access import gate
from regulars.basics.ids import typed, untyped
from regulars.cli import app
from regulars.insight.work import Work
from regulars.journal.models import Entry
from regulars.journal.moves import Actor
from regulars.members.erasing import erase
from regulars.members.merging import merge, unmerge
from regulars.sales import services as sales
from regulars.sales.moves import BackLine, NewReturn, NewSale, Place
from regulars.scorebook import listing, sending
from regulars.scorebook.computing import ahead, running
from regulars.scorebook.computing.desk import Desk
from regulars.scorebook.models import Bought, Picture, Product, Run, Score
from regulars.scorebook.moves import Cut
from regulars.server import place as places

AHEAD = ("future", "leaving", "due", "next", "pictures")
# What hangs on all the others too.
RANKS = (
    "value_class", "recency_score", "frequency_score", "monetary_score", "stage", "silence_chance", "gone_chance",
    "slowing", "rising", "next_from_on", "next_until_on",
    "spend_place", "at_risk_minor", "decline_because",
)  # fmt: skip


class Killed(BaseException):
    """The worker is gone."""


@pytest.fixture
def world(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A data folder of this test's own, with the keys there are."""
    tmp_path.joinpath("secrets").symlink_to(settings.PLACE.secrets)
    monkeypatch.setattr(settings, "PLACE", places.Place(tmp_path))
    return make_world()


@pytest.fixture
def office(world: World) -> Till:
    return Till(world.key("analyst"))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the models, which cost most of the time."""
    for name in AHEAD:
        monkeypatch.setitem(running.DOING, name, lambda desk: {})


def asked(office: Till, **more: Any) -> str:
    body = {"cut_off": CUT_OFF.isoformat()} | more
    return str(office.done("/scores/runs", body)["id"])


def work() -> int:
    return sending.run_due(actor=JOB, at=AT)


def run_of(office: Till, run: str) -> dict[str, Any]:
    return dict(office.get(f"/scores/runs/{run}").json())


def scores(run: str) -> list[dict[str, Any]]:
    rows = Score.objects.filter(run=untyped("scr", run)).order_by("member").values()
    return [{name: value for name, value in row.items() if name != "run"} for row in rows]


def dies_in(monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException) -> Callable[[], None]:
    """The step raises when it has done most of its work; the answer lets it live again."""
    whole = running.DOING[step]

    def broken(desk: Desk) -> dict[str, Any]:
        whole(desk)
        raise error

    monkeypatch.setitem(running.DOING, step, broken)
    return lambda: monkeypatch.setitem(running.DOING, step, whole)


def noted(seen: list[str], name: str, step: Callable[[Desk], dict[str, Any]]) -> Callable[[Desk], dict[str, Any]]:
    def doing(desk: Desk) -> dict[str, Any]:
        seen.append(name)
        return step(desk)

    return doing


def back(world: World, of: NewSale) -> None:
    """The first line of a bill comes back."""
    shown = Place(world.organisation, "till-4", str(uuid4()), world.merchant, world.store)
    line = of.lines[0].line
    sales.record_returns(
        [NewReturn(uuid4(), of.id, shown, (BackLine(line.number, line.quantity, line.amount, 0),), AT)],
        actor=TILL,
        at=AT,
    )


def spoken(desk: Desk) -> dict[str, Any]:
    """What the models leave behind where they may speak, of everybody alike."""
    run = desk.engine.connection.execute
    run(
        "CREATE OR REPLACE TABLE kept_scores AS SELECT customer, 0.9 AS p_alive, 2.5 AS expected_purchases,"
        " 5000 AS expected_spend_minor, 9000 AS clv_minor, 7000 AS clv_low_minor, 11000 AS clv_high_minor"
        " FROM kept_facts"
    )
    run(
        "CREATE OR REPLACE TABLE kept_churn AS SELECT customer, 0.25::FLOAT AS leave_probability,"
        " 'silent:41:24' AS leave_reason_1, 'breadth:3' AS leave_reason_2, NULL::VARCHAR AS leave_reason_3,"
        " [120, -15]::SMALLINT[] AS leave_points, 8000 AS value_minor, 2000 AS at_stake_minor FROM kept_facts"
    )
    return {}


def refused(work: Work, *_: object) -> None:
    """The chapter on who leaves, of too small a shop: it takes longer to say so than all the rest."""
    work.unsaid["churn"] = "too-few-outcomes"


def test_a_run_from_the_bills_to_what_is_known_of_a_member(
    world: World, office: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.insight.ahead.churn", refused)
    people = members(world, 160)
    booked(world, people)
    run = asked(office)
    assert work() == 1
    told = run_of(office, run)
    assert (told["state"], told["present"], told["members"], told["currency"]) == ("done", True, 160, "GBP")
    assert {one["state"] for one in told["steps"]} == {"done"}
    assert told["left_out"] == {
        "churn": "too-few-outcomes", "future": "model-does-not-suit", "next": "not-better-than-baseline",
    }  # fmt: skip
    cards = {one["model"]: one for one in office.get(f"/scores/runs/{run}/cards").json()["items"]}
    assert set(cards) == {"classes", "stages", "future", "churn", "due", "next"}
    assert cards["due"]["usable"]
    assert 0.8 <= cards["due"]["card"]["measured"]["coverage_90"] <= 1
    assert cards["future"]["why_not"] == "model-does-not-suit"

    present = office.get(f"/members/{typed('mbr', people[1])}/scores").json()["present"]
    assert (present["run"], present["stage"], present["last_on"] <= CUT_OFF.isoformat()) == (run, "stability", True)
    assert present["value_because"][0].startswith("spent £")
    assert present["future"] is present["leaving"] is None
    assert present["due"][0]["item"] in {name for name, _ in GOODS}
    gone = office.get(f"/members/{typed('mbr', people[0])}/scores", lang="zh", history="true").json()
    assert (gone["present"]["stage"], gone["present"]["next_visit"], gone["past"]) == ("lost", None, [])
    assert gone["present"]["stage_because"][0].startswith("已 ")
    models = {one["model"]: (one["usable"], one["why_not"]) for one in gone["models"]}
    assert (models["future"], models["stages"]) == ((False, "model-does-not-suit"), (True, ""))
    assert [line.after["run"] for line in Entry.objects.filter(what="scores.done")] == [run]
    assert Entry.objects.filter(what="scores.read", subject=typed("mbr", people[1])).count() == 1
    pictures_are_of_the_rows_that_lists_show(untyped("scr", run))


def pictures_are_of_the_rows_that_lists_show(run: UUID) -> None:
    drawn = {one.name: one.told for one in Picture.objects.filter(run=run)}
    assert set(drawn) == {"months", "concentration", "flow", "pairs", "counts"}
    rows = list(Score.objects.filter(run=run).order_by("spend_place"))
    assert [one.spend_place for one in rows] == list(range(1, 161))
    assert [one.spend_minor for one in rows] == sorted((one.spend_minor for one in rows), reverse=True)
    for kind, column in (("classes", "value_class"), ("stages", "stage")):
        counted = {name: told["members"] for name, told in drawn["counts"][kind].items()}
        assert counted == Counter(str(getattr(one, column)) for one in rows)
    whole = sum(one.spend_minor for one in rows)
    assert sum(one["spend_minor"] for one in drawn["months"]) == whole == drawn["counts"]["spend_minor"]
    deciles = [(one["customers"], one["spend_minor"]) for one in drawn["concentration"]["deciles"]]
    assert deciles == [(16, sum(one.spend_minor for one in rows[16 * n : 16 * n + 16])) for n in range(10)]
    slipping = [one for one in rows if one.stage == "decline"]
    told = Counter(reason for one in slipping for reason in one.decline_because or ())
    assert told
    assert {name: one["members"] for name, one in drawn["counts"]["reasons"].items()} == told
    assert [one.spend_minor for one in Product.objects.filter(run=run, item="milk")] == [
        sum(one.money for one in Bought.objects.filter(item="milk"))
    ]
    assert drawn["pairs"]["baskets"] > 0
    last = max(one["month"] for one in drawn["flow"])
    moved = {(one["from_class"], one["to_class"]): one["customers"] for one in drawn["flow"] if one["month"] == last}
    seen = Counter((one.moved_from, one.moved_to) for one in rows)
    assert {step: number for step, number in seen.items() if step != ("prospect", "prospect")} == moved
    lists_are_as_long_as_their_numbers(run, drawn["counts"])


def lists_are_as_long_as_their_numbers(run: UUID, told: dict[str, Any]) -> None:
    of = Run.objects.get(pk=run)
    for name in ("regulars", "new", "once", "likely"):
        assert len(listing.listed(of, Cut(group=name), limit=200)) == listing.count(of, Cut(group=name)) == told[name]
    for name, one in told["reasons"].items():
        assert len(listing.listed(of, Cut(reason=name), limit=200)) == listing.count(of, Cut(reason=name))
        assert listing.count(of, Cut(reason=name)) == one["members"]
    for one in told["both"]:
        cut = Cut(value_class=one["class"], stage=one["stage"])
        assert len(listing.listed(of, cut, limit=200)) == listing.count(of, cut) == one["members"]
    best = listing.listed(of, Cut(best_from=10, best_to=20), limit=200)
    assert [one.spend_place for one in best] == list(range(17, 33))


def test_a_run_goes_on_where_its_worker_died_and_finds_the_same(
    world: World, office: Till, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(running.DOING, "due", ahead.due)
    monkeypatch.setitem(running.DOING, "future", spoken)
    booked(world, members(world, 120))
    first = asked(office)
    assert work() == 1
    seen: list[str] = []
    for name, step in running.DOING.items():
        monkeypatch.setitem(running.DOING, name, noted(seen, name, step))
    second = asked(office)
    lives = dies_in(monkeypatch, "due", Killed())
    with pytest.raises(Killed):
        work()
    told = run_of(office, second)
    assert (told["state"], [one["state"] for one in told["steps"]][4:7]) == ("running", ["done", "running", "waiting"])
    assert office.post("/scores/runs", {}).json()["code"] == "scores-under-way"
    lives()
    del seen[:]
    assert (work(), seen) == (1, ["due", "next", "pictures", "bought", "write"])
    assert scores(second) == scores(first)
    assert any(one["due"] for one in scores(first))
    assert not (settings.PLACE.data / "scorebook" / second).exists()
    assert [one["id"] for one in office.get("/scores/runs", limit=1).json()["items"]] == [second]
    member = typed("mbr", scores(first)[0]["member"])
    told = office.get(f"/members/{member}/scores", history="true").json()
    assert (told["present"]["run"], [one["run"] for one in told["past"]]) == (second, [first])
    assert told["present"]["future"] == {
        "alive_chance": 0.9, "expected_purchases": 2.5, "expected_spend_minor": 5000, "lifetime_minor": 9000,
        "lifetime_low_minor": 7000, "lifetime_high_minor": 11_000,
    }  # fmt: skip
    assert told["present"]["leaving"] == {
        "chance": 0.25, "because": ["silent for 41 days, usually 24", "has bought 3 different products"],
        "at_stake_minor": 2000,
    }  # fmt: skip


def test_a_failed_run_and_a_cancelled_one_leave_the_last_good_scores(
    world: World, office: Till, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = asked(office, cut_off="2020-01-01")
    assert work() == 1
    told = run_of(office, empty)
    assert (told["state"], told["code"], told["present"]) == ("failed", "nothing-to-score", False)
    assert office.get("/members/" + typed("mbr", members(world, 1)[0]) + "/scores").json()["present"] is None
    booked(world, members(world, 12))
    good = asked(office)
    assert work() == 1
    monkeypatch.setitem(running.DOING, "stages", lambda desk: 1 // 0)
    broken = asked(office)
    with pytest.raises(ZeroDivisionError):
        work()
    assert run_of(office, broken)["code"] == "scores-broken"
    waiting = asked(office)
    assert office.done(f"/scores/runs/{waiting}/cancel")["state"] == "cancelled"
    assert office.post(f"/scores/runs/{waiting}/cancel").json()["code"] == "scores-run-ended"
    at_work = asked(office)
    monkeypatch.setitem(running.DOING, "facts", lambda desk: office.done(f"/scores/runs/{at_work}/cancel"))
    assert (work(), run_of(office, at_work)["state"], work()) == (1, "cancelled", 0)
    assert run_of(office, good)["present"]
    assert [line.after["code"] for line in Entry.objects.filter(what="scores.failed").order_by("id")] == [
        "nothing-to-score", "scores-broken",
    ]  # fmt: skip
    assert len(scores(good)) == 12


def test_who_died_too_often_is_given_up(
    world: World, office: Till, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    dies_in(monkeypatch, "history", Killed())
    run = asked(office)
    for _ in range(running.TRIES):
        with pytest.raises(Killed):
            work()
    assert (work(), run_of(office, run)["code"]) == (1, "scores-given-up")


def test_members_who_were_merged_parted_and_taken_out(world: World, office: Till, quick: None) -> None:
    ada, bo, cy = people = members(world, 3)
    made = booked(world, people)
    one, two = asked(office), ""
    work()
    days = {who: Bought.objects.filter(member=who).count() for who in people}
    told = {row["member"]: row for row in scores(one)}
    assert days[ada]
    assert told.keys() == set(people)
    merge(ada, bo, organisation=world.organisation, reason="same person", actor=TILL, at=AT)
    assert Bought.objects.filter(member=ada).count() == days[ada] + days[bo]
    two = asked(office)
    work()
    both = {row["member"]: row for row in scores(two)}
    assert both.keys() == {ada, cy}
    assert both[ada]["spend_minor"] == told[ada]["spend_minor"] + told[bo]["spend_minor"]
    assert both[cy] == told[cy] | {name: both[cy][name] for name in RANKS}
    unmerge(bo, organisation=world.organisation, reason="twins", actor=TILL, at=AT)
    assert {who: Bought.objects.filter(member=who).count() for who in people} == days

    last = max((sale for sale in made if sale.member == cy), key=lambda sale: sale.effective_at)
    back(world, last)
    erase(ada, organisation=world.organisation, reason="asked", actor=TILL, at=AT)
    assert not Score.objects.filter(member=ada).exists()
    assert not Bought.objects.filter(member=ada).exists()
    three = asked(office)
    work()
    assert {row["member"] for row in scores(three)} == {bo, cy}
    assert not Bought.objects.filter(shown=ada).exists()
    day = last.effective_at.date()
    assert not Bought.objects.filter(member=cy, on_day=day, item=last.lines[0].line.item).exists()
    assert Bought.objects.filter(member=cy).count() == days[cy] - 1
    assert run_of(office, three)["steps"][8]["told"]["GBP"]["files"] == 1  # the returns alone


def test_the_command(world: World, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def here(*asked: object) -> Iterator[dict[str, Any]]:
        yield {"by": gate.HOUSE, "actor": Actor.job("regulars scores run"), "at": AT}

    for name in ("doing", "installation"):
        monkeypatch.setattr(sys.modules["regulars.cli.scores"], name, here)
    booked(world, members(world, 4))
    at = ["--at", typed("org", world.organisation)]
    assert CliRunner().invoke(app, ["scores", "show", *at]).exit_code == 2
    done = CliRunner().invoke(app, ["scores", "run", "--cut-off", CUT_OFF.isoformat(), "--json", *at])
    told = json.loads(done.stdout)
    assert (done.exit_code, told["state"], told["present"], told["members"]) == (0, "done", True, 4)
    assert told["run"] in CliRunner().invoke(app, ["scores", "list", *at]).stdout
    shown = CliRunner().invoke(app, ["scores", "show", told["run"], *at]).stdout
    assert "4 members" in shown
    assert "history" in shown
    failed = CliRunner().invoke(app, ["scores", "run", "--cut-off", "2020-01-01", *at])
    assert (failed.exit_code, "nothing-to-score" in failed.stdout) == (1, True)


def test_by_the_clock_and_what_is_kept(world: World, office: Till, quick: None) -> None:
    ada = members(world, 2)[0]
    plan = {"nightly": True, "hour": 4, "kept": 1}
    assert office.send("PUT", "/scores/plan", plan).json() == office.get("/scores/plan").json() == plan
    early = AT.replace(hour=2)  # three in London, in summer
    assert sending.run_due(actor=JOB, at=early) == 0
    booked(world, members(world, 2))
    assert sending.run_due(actor=JOB, at=early) == 0  # not yet four in London
    late = early + timedelta(hours=1)
    assert (sending.run_due(actor=JOB, at=late), sending.run_due(actor=JOB, at=late)) == (1, 0)
    assert sending.run_due(actor=JOB, at=late + timedelta(days=1)) == 1
    newest, older = office.get("/scores/runs").json()["items"]
    assert [one["nightly"] for one in (newest, older)] == [True, True]
    assert (older["cut_off"], newest["cut_off"]) == (CUT_OFF.isoformat(), (CUT_OFF + timedelta(days=1)).isoformat())
    assert (scores(older["id"]), len(scores(newest["id"]))) == ([], 2)
    till = Till(world.key("till"))
    assert till.get(f"/members/{typed('mbr', ada)}/scores").json()["present"] is None
    assert till.post("/scores/runs", {}).status_code == 403
    foreign = Till(world.key("analyst", foreign=True))
    assert foreign.get(f"/scores/runs/{newest['id']}").json()["code"] == "unknown-scores-run"


def test_a_web_process_that_serves_scores_loads_no_engine() -> None:
    code = (
        "import django, sys; django.setup(); import regulars.api.routes.scores, regulars.scorebook.sending;"
        "from regulars.insight.report.sentences import wordings;"
        "print({'ibis', 'duckdb', 'sklearn', 'pyarrow', 'numpy'} & set(sys.modules))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "regulars.server.settings"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
