"""What is known of everybody together: the overview, concentration, baskets, products, models; and a run now."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.console.asking import uuid_of
from regulars.console.desk import Desk
from regulars.console.score_words import TELLING
from regulars.console.selectors import scores
from regulars.console.selectors.complaints import complained
from regulars.console.selectors.scored import rows
from regulars.scorebook import documents, selectors, services
from regulars.scorebook.models import Run
from regulars.scorebook.reasons import accuracy

PAGE: Final = 50
_CUTS: Final = (1.0, 2.5, 5.0, 10.0, 20.0, 50.0)

OLD: Final = timedelta(days=60)  # no bill for so long: seen from today everybody is late


def overview(desk: Desk) -> HttpResponse:
    """The pictures of the last good run, and how the newest stands. Six queries."""
    now = scores.standing(desk)
    told = selectors.pictures(now.run.id, "months", "concentration", "counts") if now.run else {}
    counts, months = told.get("counts", {}), scores.months(told.get("months", ()))
    steps = selectors.steps_of([now.last.id])[now.last.id] if now.last and now.under_way else []
    shown: dict[str, Any] = {
        "now": now,
        "steps": steps,
        "step": next((one.name for one in steps if one.begun_at and not one.ended_at), ""),
        "plan": selectors.plan_of(desk.home),
        "counts": counts,
        "months": months,
        "quiet_since": months[-1].day if now.run and months and _is_old(months[-1].last_day, now.run.cut_off) else None,
        "bars": scores.ordered(counts),
        "curve": scores.curve(told["concentration"]["curve"]) if "concentration" in told else "",
        "concentration": told.get("concentration"),
    }
    return desk.show("console/know.html", shown)


def _is_old(last_on: date | None, cut_off: date) -> bool:
    return last_on is not None and cut_off - last_on > OLD


def run(desk: Desk) -> HttpResponse:
    """Scores everybody anew, in the worker. Raises ScoresUnderWay."""
    services.ask(organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("know", told=_("A run is asked for; the worker begins it."))


def cancel(desk: Desk) -> HttpResponse:
    """The last good scores stay. Raises ScoresRunEnded, UnknownScoresRun."""
    last = selectors.last_run(desk.home)
    if last is not None:
        services.cancel(last.id, organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("know", told=_("The run ends as soon as its worker looks up; the last good scores stay."))


def concentration(desk: Desk) -> HttpResponse:
    """Who brings the money; any cut of it is a list. Three queries."""
    now = scores.standing(desk)
    told = selectors.pictures(now.run.id, "concentration").get("concentration") if now.run else None
    shown: dict[str, Any] = {"now": now, "told": told}
    if told and now.run:
        shown |= {
            "curve": scores.curve(told["curve"]),
            "cuts": [(percent, _share(told["curve"], percent), _place(now.run, percent)) for percent in _CUTS],
            "deciles": [{**one, "best_from": 10 * (one["decile"] - 1), "best_to": 10 * one["decile"]}
                        for one in told["deciles"]],
        }  # fmt: skip
    return desk.show("console/know_concentration.html", shown)


def _share(curve: list[list[float]], percent: float) -> float:
    """Between two points of the curve it is straight."""
    wanted = percent / 100
    for (x, y), (beyond, up) in pairwise(curve):
        if x <= wanted <= beyond:
            return y + (up - y) * ((wanted - x) / (beyond - x) if beyond > x else 0)
    return 1.0


def _place(run: Run, percent: float) -> int:
    from regulars.scorebook.listing import place_of

    return place_of(run, percent)


def baskets(desk: Desk) -> HttpResponse:
    """What sells together. Three queries."""
    now = scores.standing(desk)
    told = selectors.pictures(now.run.id, "pairs").get("pairs") if now.run else None
    level = "category" if desk.request.GET.get("level") == "category" else "product"
    rows_of = [one for one in told["rows"] if one["level"] == level] if told else []
    return desk.show("console/know_baskets.html", {"now": now, "told": told, "level": level, "rows": rows_of})


def products(desk: Desk) -> HttpResponse:
    """Items by what they sold for; of one item who buys it, and who needs it next. Seven queries at most."""
    now = scores.standing(desk)
    item = desk.request.GET.get("item", "")[:200]
    one = selectors.product(now.run.id, item) if now.run and item else None
    if one is not None and now.run is not None:
        shown: dict[str, Any] = {"now": now, "one": one}
        if desk.may_all_over(Right.MEMBERS_READ):
            needing = selectors.needing(now.run, item)
            named = {row.id: row for row in rows(desk, now.run, [score for score, _due in needing])}
            desk.looked(list(named), by="product")
            shown["needing"] = [(named[score.member], due) for score, due in needing if score.member in named]
        return desk.show("console/know_product.html", shown)
    text = desk.request.GET.get("q", "").strip()[:100]
    place = _offset(desk)
    found = selectors.products(now.run.id, text=text, offset=place, limit=PAGE + 1) if now.run else []
    shown = {"now": now, "rows": found[:PAGE], "text": text, "further": place + PAGE if len(found) > PAGE else 0}
    return desk.show("console/know_products.html", shown)


def _offset(desk: Desk) -> int:
    text = desk.request.GET.get("from", "")
    return min(int(text), 20_000) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def models(desk: Desk) -> HttpResponse:
    """What each model of a run was measured by, and the runs there were. Four queries."""
    now = scores.standing(desk)
    listed = selectors.runs(desk.home, limit=20)
    asked = uuid_of("scr", desk.request.GET.get("run"))
    chosen = next((one for one in listed if one.id == asked), now.run)
    cards = sorted(selectors.cards_of(chosen.id), key=lambda one: _ORDER.index(one.model)) if chosen else []
    shown = {
        "now": now,
        "runs": listed,
        "chosen": chosen,
        "cards": [(one, *_told(one.model, one.card)) for one in cards],
    }
    return desk.show("console/know_models.html", shown)


_ORDER: Final = ("classes", "stages", "future", "churn", "due", "next")


def _told(model: str, card: dict[str, Any]) -> tuple[list[tuple[str, Any, Any]], list[tuple[str, Any]]]:
    """The figures that tell how good a model is, each beside that of the plain rule; and all there are."""
    said = accuracy(model, card)
    measured = dict(_flat(said["measured"] or {}))
    baseline = said["baseline"] if isinstance(said["baseline"], dict) else {}
    beside = next((one for one in baseline.values() if isinstance(one, dict) and one.keys() & measured.keys()), {})
    shown = [
        (name, measured[name], measured.get(rule) if rule else beside.get(name))
        for name, rule in TELLING[model]
        if name in measured
    ]
    every = [*measured.items(), *_flat(baseline, "· ")]
    return shown, [one for one in every if isinstance(one[1], int | float)]


def _flat(told: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in told.items():
        path = f"{before}{name}"
        found += _flat(value, f"{path} · ") if isinstance(value, dict) else [(path, value)]
    return found


def complaints_of(desk: Desk, run: Run) -> int:
    """How many in decline complained, for who may see cases. Three queries."""
    return len(complained(run, at=desk.at)) if desk.may_all_over(Right.CARE_READ) else 0


def rated(desk: Desk) -> tuple[int, dict[str, int]]:
    """How far each reason is in one's own hands. One query."""
    return documents.present(desk.home, "reasons")
