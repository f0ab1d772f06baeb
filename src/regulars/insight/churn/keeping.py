"""The loyalty models of an analysis, kept as runs with their cards, to be used again on later sales."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from regulars.insight.cards.content import CardContent
from regulars.insight.cards.runs import Run, list_runs, run_id, save_run
from regulars.insight.cards.writing import write_cards
from regulars.insight.churn.found import ChurnFound, Evidence, LoyaltyRun
from regulars.insight.churn.windows import Windows
from regulars.insight.findings import Findings, Shop
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.sentences.churn_target import days_long, purpose, target
from regulars.insight.report.words import Words


@dataclass(frozen=True, slots=True)
class Kept:
    """Where runs go, and what they say of where they come from."""

    folder: Path
    sources: Sequence[tuple[str, str]]  # name, checksum
    columns: Sequence[Mapping[str, Any]]  # how each was read; another reading is another run
    seed: int
    lang: str = "en"
    again: str = ""  # the command that scores new sales, with ID for the run


def keep_models(findings: Findings, kept: Kept) -> Findings:
    """Keeps each model of the chapter on churn with its card; the findings then name the runs, and the drift since.

    A model that may not be used is kept too: its card says why. Raises NotARun, RunNewer for what lies in the folder.
    """
    found, shop = findings.churn, findings.shop
    if found is None or shop is None:
        return findings
    words = Words(kept.lang, Numbers(kept.lang, shop.currency, shop.minor_digits))
    runs = {}
    for name, run in (("leave", found.run), ("rise", found.prospects_run)):
        if run is not None and name in found.evidence:
            content = _content(run, found.evidence[name], findings, shop, kept, words)
            again = kept.again.replace("/ID", f"/{run_id(content)}")
            runs[name] = save_run(kept.folder, replace(content, again=again))
            write_cards(kept.folder, runs[name], lang=kept.lang)
    ids = {name: run.id for name, run in runs.items()}
    return replace(findings, churn=replace(found, kept=ids, drift=_since(found, runs.get("leave"))))


def check_runs(folder: Path) -> None:
    """Raises NotARun or RunNewer before any work is done where a run in the folder cannot be read."""
    list_runs(folder)


def asked_windows(windows: Windows) -> dict[str, Any]:
    """What of the windows holds for any cut-off, as JSON."""
    return {
        "observation_days": windows.observation_days,
        "outcome_days": windows.outcome_days,
        "horizon_days": windows.horizon_days,
        "level": windows.level,
        "everybody": windows.everybody,
    }


def _content(run: LoyaltyRun, seen: Evidence, findings: Findings, shop: Shop, kept: Kept, words: Words) -> CardContent:
    windows, asked = run.windows, asked_windows(run.windows)
    left_out = len(windows.training_on) + 1 - len(run.customers)  # cut-offs at which nobody had come twice yet
    days = [*windows.training_on[left_out:], windows.later_on]
    judged_at = [
        {"cut_off": day.isoformat(), "customers": customers, "rate": rate}
        for day, customers, rate in zip(days, run.customers, run.rates, strict=True)
    ]
    settings = {
        "cut_off": windows.cut_off.isoformat(),
        "training_on": [day.isoformat() for day in windows.training_on],
        "windows": asked,
        "below_minor": seen.below_minor,
        "learned_from": seen.learned_from,
        "features": list(run.features),
        "seed": kept.seed,
        "columns": [dict(one) for one in kept.columns],
    }
    return CardContent(
        kind="lines",
        question=_question(run),
        purpose=purpose(run, words).plain,
        target=target(run, words, below_minor=seen.below_minor).plain,
        sources=kept.sources,
        rows=seen.learned_from,
        # What scores the present is the model moved to the latest known rate.
        learned=replace(run.learned, model=run.model),
        scored=seen.scored,
        probability=run.model.probability(seen.scored),
        judged=seen.judged,
        judged_outcome=seen.outcome,
        judged_probability=run.model.probability(seen.judged),
        cut_offs=[day.isoformat() for day in days],
        judged_at=judged_at,
        shift=asdict(run.shift),
        currency=shop.currency,
        windows={
            "observation": days_long(windows.observation_days, words),
            "outcome": days_long(windows.outcome_days, words),
            **({"horizon": days_long(windows.horizon_days, words)} if windows.horizon_days else {}),
        },
        decisions=_decisions(run, seen, findings),
        settings=settings,
        reading={
            "windows": asked,
            "cut_off": windows.cut_off.isoformat(),
            "first_on": shop.first_on.isoformat(),
            "currency": shop.currency,
            "below_minor": seen.below_minor,
            "known": seen.known,
        },
        again=kept.again,
    )


def _question(run: LoyaltyRun) -> str:
    """What is foretold, whatever the language and however long the history: runs of it are compared."""
    asked = run.windows
    measure = f"{asked.horizon_days} days" if asked.horizon_days is not None else f"{asked.level:g}"
    return f"{run.target}|{measure}|{'everybody' if asked.everybody else 'active'}"


def _decisions(run: LoyaltyRun, seen: Evidence, findings: Findings) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []

    def decided(code: str, subject: str = "", count: int = 0) -> None:
        found.append({"code": code, "subject": subject, "count": count, "detail": ""})

    aside = findings.intake.set_aside
    if aside is not None and aside.num_rows:
        decided("accounts-aside", count=aside.num_rows)
    for day in run.windows.training_on[: len(run.windows.training_on) + 1 - len(run.customers)]:
        decided("too-early", day.isoformat())
    examples = sum(run.customers[:-1])
    if seen.learned_from < examples:
        decided("examples-drawn", count=examples)
    return found


def _since(found: ChurnFound, run: Run | None) -> Mapping[str, float]:
    """Rate and AUC of the run before and of this one, as the chapter tells them."""
    since = run.card["drift"] if run is not None else None
    if since is None or since["later_rate_then"] is None:
        return found.drift
    rates = {"former_rate": since["later_rate_then"], "now_rate": since["later_rate_now"]}
    return rates | {"former_auc": since["auc_then"], "now_auc": since["auc_now"]}
