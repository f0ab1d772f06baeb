"""The part of summary.json on what comes next and on what lies beside the sales."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from regulars.insight.findings import Findings
from regulars.insight.report.alone import plain

if TYPE_CHECKING:
    from regulars.insight.churn.found import ChurnFound, LoyaltyRun
    from regulars.insight.uplift.found import Campaign


def ahead(findings: Findings) -> dict[str, Any]:
    """By chapter; null for one that was not written. Nothing in it names a customer."""
    campaigns = findings.campaign.campaigns if findings.campaign is not None else None
    return {
        "churn": _churn(findings.churn),
        "due": _due(findings),
        "next_basket": plain(findings.next_basket),
        "offers": plain(findings.offers),
        "campaigns": [_campaign(one) for one in campaigns] if campaigns is not None else None,
        "survey": plain(findings.survey),
        "complaints": plain(findings.complaints),
        "myths": plain(findings.myths),
    }


def _churn(found: "ChurnFound | None") -> dict[str, Any] | None:
    if found is None:
        return None
    scores = {
        "judged": found.judged,
        "expected_leavers": found.expected_leavers,
        "at_stake_minor": found.at_stake_minor,
        "retention": plain(found.retention),
        "caught": plain(found.caught),
    }
    rise = found.prospects_run
    return {
        **_run(found.run),
        "run": found.kept.get("leave"),
        **(scores if found.usable else {}),
        "prospects": {**_run(rise), "run": found.kept.get("rise")} if rise is not None else None,
    }


def _run(run: "LoyaltyRun") -> dict[str, Any]:
    learned = run.learned
    return {
        "target": run.target,
        "chosen": learned.chosen,
        "usable": learned.usable,
        "why_not": learned.why_not or None,
        "baseline": learned.baseline,
        "checked": learned.checked,
        "base_rate": learned.base_rate,
        "shift": plain(run.shift),
        "windows": plain(run.windows),
        "measured": {
            name: {way: _shares(asdict(measured)) for way, measured in ways.items()}
            for name, ways in learned.measured.items()
        },
        "gain": plain(learned.gain),
    }


def _shares(measured: dict[str, Any]) -> dict[str, Any]:
    """Lift and capture by percent, since JSON keys are texts."""
    for name in ("lift", "capture"):
        measured[name] = {f"{100 * share:g}%": value for share, value in measured[name].items()}
    answer: dict[str, Any] = plain(measured)
    return answer


def _due(findings: Findings) -> dict[str, Any] | None:
    found = findings.due
    if found is None:
        return None
    counts = {"level": found.level, "customers": found.customers, "items": found.items}
    said = {"due": found.due, "overdue": found.overdue} if found.usable else {"why_not": found.why_not}
    return counts | {"usable": found.usable, **said, "checked": plain(found.checked)}


def _campaign(one: "Campaign") -> Mapping[str, Any]:
    effects = one.result.effects if one.result is not None else {}
    return {
        "name": one.name,
        "from_on": one.from_on,
        "until_on": one.until_on,
        "conclusion": one.result.conclusion if one.result is not None else None,
        "refused": one.refused or None,
        "effects": {name: plain(effect) for name, effect in effects.items()},
        "next_time": one.decision.verdict if one.decision is not None else None,
    }
