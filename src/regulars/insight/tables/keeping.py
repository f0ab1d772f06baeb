"""A study becomes a folder: page, scores, lists, rules in words, and the saved run with its card."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from regulars.history.engine import Engine
from regulars.insight.cards.content import CardContent
from regulars.insight.cards.runs import Run, save_run
from regulars.insight.cards.writing import write_cards
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.own_page import write_page
from regulars.insight.report.sentences.conditions import rule
from regulars.insight.report.sentences.leaving import leaving_page, months, purpose, target
from regulars.insight.report.words import Words
from regulars.insight.tables.moves import Study
from regulars.insight.tables.outputs import WRITTEN, share_caught, write_scores

MODEL: Final = "model"


def content_of(found: Study, settings: Mapping[str, Any], words: Words) -> CardContent:
    """The study as a model card wants it."""
    told = asdict(found.target) | {"windows": found.windows}
    days = [meaning.column for meaning in found.meanings if meaning.kind == "days"]
    return CardContent(
        kind=found.subject,
        purpose=purpose(words).plain,
        target=target(told, words).plain,
        sources=found.sources,
        rows=found.learned_from,
        learned=found.learned,
        scored=found.features,
        probability=found.probability,
        judged=found.judged,
        judged_outcome=found.judged_outcome,
        judged_probability=found.judged_probability,
        cut_offs=found.cut_offs,
        windows={name: months(count, words) for name, count in found.windows.items()},
        decisions=[asdict(decision) for decision in found.decisions],
        settings=settings,
        reading={
            "meanings": [meaning.to_plain() for meaning in found.meanings],
            "id": found.id_column,
            "as_of": found.as_of.isoformat() if found.as_of else None,
            "days": days,
            "value": found.value_column,
        },
        again="regulars score --run ID --runs FOLDER NEW.csv --out scores.csv" if found.subject == "table" else "",
    )


def write_study(
    found: Study, out: Path, settings: Mapping[str, Any], *, engine: Engine, lang: str = "en", top: float = 0.3
) -> dict[str, Any]:
    """Writes index.html, summary.json, rules.txt, model/, and, where the model may be used, scores and retention list.

    Lists of an earlier run in the same folder are taken away, so that none outlives the model that made it. Gives what
    summary.json holds. Raises UnknownLanguage.
    """
    words = Words(lang, Numbers(lang, "XXX", 2))
    out.mkdir(parents=True, exist_ok=True)
    for name in WRITTEN:
        (out / name).unlink(missing_ok=True)
    run = save_run(out / MODEL, content_of(found, settings, words))
    write_cards(out / MODEL, run, lang=lang)
    told = _told(found, run, top)
    if found.learned.usable:
        told["retention"] |= write_scores(found, out, words=words, engine=engine, top=top)
    said = [rule(plain, words, run.card["days"]).plain for plain in run.card["rules"]]
    (out / "rules.txt").write_text("".join(f"{line}\n" for line in said), encoding="utf-8")
    told["rules"] = said
    write_page(leaving_page(told, run.card, words), out / "index.html", words)
    told["retention"].pop("first", None)
    (out / "summary.json").write_text(json.dumps(told, ensure_ascii=False, indent=1, default=str), encoding="utf-8")
    return told


def _told(found: Study, run: Run, top: float) -> dict[str, Any]:
    learned = found.learned
    caught, caught_value = share_caught(found, top)
    return {
        "run": run.id,
        "target": asdict(found.target),
        "rows": found.rows,
        "customers": len(found.customers),
        "learned_from": found.learned_from,
        "left": found.left,
        "base_rate": learned.base_rate,
        "chosen": learned.chosen,
        "usable": learned.usable,
        "why_not": learned.why_not,
        "checked": learned.checked,
        "measured": run.card["measured"][learned.chosen],
        "decisions": [asdict(decision) for decision in found.decisions],
        "screening": run.card["screening"],
        "retention": {
            "top": top,
            "by": "expected-loss" if found.value is not None else "probability",
            "value_column": found.value_column,
            "customers": 0,
            "caught": caught,
            "caught_value": caught_value,
        },
    }
