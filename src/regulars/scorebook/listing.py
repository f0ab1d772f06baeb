"""Members by what a run found of them: the same rows that the run counted, so that a number and its list agree."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from math import ceil
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q
from django.db.models.expressions import Combinable

from regulars.scorebook.models import Picture, Run, Score
from regulars.scorebook.moves import NEW_DAYS, REGULAR_VISITS, Cut

# What a run counts, by the word of a cut and by the name among its counts.
_KINDS: Final = {"group": "", "value_class": "classes", "stage": "stages", "reason": "reasons", "tenth": "tenths"}
LIKELY: Final = 0.5  # who buys something due within a fortnight at least so surely


def listed(
    run: Run,
    cut: Cut,
    *,
    limit: int,
    offset: int = 0,
    without: Collection[UUID] = (),
    among: Collection[UUID] | None = None,
) -> list[Score]:
    """Those a cut leaves, who matters most first. One query."""
    rows = Score.objects.filter(_where(run, cut), run=run.id)
    if among is not None:
        rows = rows.filter(member__in=among)
    if without:
        rows = rows.exclude(member__in=without)
    return list(rows.order_by(*_order(cut))[offset : offset + limit])


def count(run: Run, cut: Cut) -> int:
    """How many. Two queries at most: what the run counted is known, the rest is counted now."""
    known = _counted(
        cut, Picture.objects.filter(run=run.id, name="counts").values_list("told", flat=True).first() or {}
    )
    return Score.objects.filter(_where(run, cut), run=run.id).count() if known is None else known


def _counted(cut: Cut, told: Mapping[str, Any]) -> int | None:
    """What the run counted of this very cut; None where it did not.

    >>> _counted(Cut(stage="lost"), {"stages": {"lost": {"members": 3}}}), _counted(Cut(stage="lost", tenth=1), {})
    (3, None)
    """
    asked = [(kind, name) for kind, name in _KINDS.items() if getattr(cut, kind) not in ("", None)]
    if told and cut.value_class and cut.stage and cut == Cut(cut.value_class, cut.stage):
        both = {(one["class"], one["stage"]): int(one["members"]) for one in told["both"]}
        return both.get((cut.value_class, cut.stage), 0)
    if len(asked) != 1 or not told or cut.best_from is not None or cut.best_to is not None or cut.moved is not None:
        return None
    kind, name = asked[0]
    value = str(getattr(cut, kind))
    if kind == "group":
        return _counted(Cut(stage="decline"), told) if value == "slipping" else told.get(value)
    return int(told.get(name, {}).get(value, {}).get("members", 0))


def _where(run: Run, cut: Cut) -> Q:
    asked = _group(run, cut.group)
    if cut.value_class:
        asked &= Q(value_class=cut.value_class)
    if cut.stage:
        asked &= Q(stage=cut.stage)
    if cut.reason:
        asked &= Q(stage="decline", decline_because__contains=[cut.reason])
    if cut.tenth is not None:
        asked &= Q(leave_chance__gte=cut.tenth / 10)
        asked &= Q(leave_chance__lt=(cut.tenth + 1) / 10) if cut.tenth < 9 else Q()
    if cut.best_from is not None:
        asked &= Q(spend_place__gt=place_of(run, cut.best_from))
    if cut.best_to is not None:
        asked &= Q(spend_place__lte=place_of(run, cut.best_to))
    if cut.moved is not None:
        asked &= Q(moved_from=cut.moved[0], moved_to=cut.moved[1])
        if cut.moved[0] != cut.moved[1]:
            asked &= ~Q(moved_from=F("moved_to"))  # so that the index of those who moved serves
    return asked


def place_of(run: Run, percent: float) -> int:
    """The last place within the best so many percent; who is at the cut belongs to them.

    >>> place_of(Run(members=45), 10), place_of(Run(members=0), 10)
    (5, 0)
    """
    return ceil(round(run.members * percent / 100, 9))


def _group(run: Run, group: str) -> Q:
    match group:
        case "regulars":
            return Q(visits__gte=REGULAR_VISITS) & ~Q(stage="lost")
        case "new":
            return Q(first_on__gt=run.cut_off - timedelta(days=NEW_DAYS))
        case "once":
            return Q(visits=1)
        case "likely":
            return Q(buy_chance__gte=LIKELY)
        case "slipping":
            return Q(stage="decline")
        case _:
            return Q()


def _order(cut: Cut) -> tuple[str | Combinable, ...]:
    """By what the list is for, along its index."""
    if cut.group == "likely":
        return (F("buy_chance").desc(), "member")
    if cut.group == "once":
        return (F("last_on").desc(), "member")
    if cut.tenth is not None:
        return (F("leave_chance").desc(), "member")
    if cut.stage or cut.reason or cut.group == "slipping":
        return (F("at_risk_minor").desc(), "member")
    if cut.value_class:
        return (F("spend_365_minor").desc(), "member")
    return ("spend_place",)
