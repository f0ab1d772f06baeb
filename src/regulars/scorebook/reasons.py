"""Why a member is in a class or a stage, as codes with numbers; and what was measured of a model, in short. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil, exp
from typing import Any, Final

from regulars.scorebook.models import Score

PARTS: Final = 6  # themes told one by one
_SILENT: Final = 0.05  # a silence this rare is named before any slowing
_OVER: Final = ("decline", "lost")


def class_because(score: Score) -> list[str]:
    """What the class goes by."""
    return [f"spent:365:{score.spend_365_minor}"] if score.value_class else []


def stage_because(score: Score, cut_off: date) -> list[str]:
    """Silence or slowing against the member's own rhythm; of who is active, how often they come."""
    if not score.stage or score.last_on is None:
        return []
    silence = (cut_off - score.last_on).days
    if score.usual_gap_days is None:
        return [f"seen:{silence}"]
    usual, chance = round(score.usual_gap_days), score.silence_chance
    silent, trend = f"silent:{silence}:{usual}", f"{score.trend_recent}:{score.trend_before}"
    if score.stage in _OVER:
        rare = [] if chance is None else [f"rare:{ceil(100 * chance)}"]
        return [f"slowing:{trend}", silent] if score.slowing and not _rare(chance) else [silent, *rare]
    more = [f"faster:{trend}"] if score.rising else [f"slowing:{trend}"] if score.slowing else []
    return [*more, f"often:{score.visits}:{usual}", f"seen:{silence}"]


def _rare(chance: float | None) -> bool:
    return chance is not None and chance <= _SILENT


@dataclass(frozen=True, slots=True)
class Part:
    """What a theme adds to the log-odds of leaving, in hundredths, and the chance from the start up to here. No theme:
    where everybody starts, or what all others add together (`rest`)."""

    theme: str
    points: int
    chance: float
    rest: bool = False


def adding_up(score: Score, card: Mapping[str, Any]) -> list[Part]:
    """From where everybody starts to the chance of this member, the strongest first; nothing where the run kept none.

    >>> from types import SimpleNamespace
    >>> card = {"points": {"base": -139, "themes": ["silent", "often"]}}
    >>> told = adding_up(SimpleNamespace(leave_points=[200, -61]), card)
    >>> [(one.theme, one.points, round(one.chance, 2)) for one in told]
    [('', -139, 0.2), ('silent', 200, 0.65), ('often', -61, 0.5)]
    """
    kept = card.get("points")
    if not kept or not score.leave_points or len(score.leave_points) != len(kept["themes"]):
        return []
    total = kept["base"]
    found = [Part("", total, _chance(total))]
    parts = sorted(zip(kept["themes"], score.leave_points, strict=True), key=lambda one: (-abs(one[1]), one[0]))
    for theme, points in parts[:PARTS]:
        if points:
            total += points
            found.append(Part(theme, points, _chance(total)))
    if rest := sum(points for _, points in parts[PARTS:]):
        found.append(Part("", rest, _chance(total + rest), rest=True))
    return found


def _chance(hundredths: int) -> float:
    return 1 / (1 + exp(-hundredths / 100))


def accuracy(model: str, card: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a card that stand beside a score: what the model reached, and what the plain rule did.

    >>> accuracy("stages", {"measured": {"coverage": 0.9}})
    {'measured': {'coverage': 0.9}, 'baseline': None}
    """
    measured, baseline = card.get("measured", {}), card.get("baseline")
    if model == "churn" and "model" in card:
        told = card["model"]
        of_all, way = card["measured"], told["checked"]
        measured = of_all.get(told["family"], {}).get(way, {})
        baseline = {told["baseline"]: of_all.get(told["baseline"], {}).get(way), "gain": told["gain"]}
    if model == "next" and isinstance(measured, dict):
        measured, baseline = measured.get("model", {}), {k: v for k, v in measured.items() if k != "model"}
    return {"measured": measured, "baseline": baseline}
