"""What the library says of each member, each model checked on a later period: one that fails gives no number."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import ibis.expr.types as ir
import pyarrow as pa

from regulars.insight import ahead as chapters
from regulars.insight.analysis import expected_future
from regulars.insight.classes import ClassRule, in_amounts, value_classes
from regulars.insight.draws import part_of
from regulars.insight.findings import Findings, Future, Intake
from regulars.insight.grouped import BadHistory
from regulars.insight.lifecycle import life_cycle
from regulars.insight.scores import rfm_scores
from regulars.insight.shop import shop_of
from regulars.journal.statements import run as asked
from regulars.scorebook import documents
from regulars.scorebook.computing.desk import Desk
from regulars.scorebook.moves import ModelCard

if TYPE_CHECKING:
    from regulars.insight.churn.found import ChurnFound

LISTED: Final = 5  # items of each member
_NOTHING: Final = Findings(
    run_id="",
    intake=Intake(0, 0, 0, {}, {}, ()),
    shop=None,
    headline=None,
    concentration=None,
    classes=None,
    stages=None,
    future=None,
    pairs=None,
    boxes=None,
    cohorts=None,
    lists={},
)
_NOTES: Final = "scorebook_notes"  # what later steps want to know of earlier ones
_BEST: Final = (
    "CREATE OR REPLACE TABLE {into} AS SELECT customer, to_json(list({item} ORDER BY place)) AS items FROM (SELECT *,"
    " row_number() OVER (PARTITION BY customer ORDER BY {order}) AS place FROM ({source})) WHERE place <= {most}"
    " GROUP BY customer"
)


def stages(desk: Desk) -> dict[str, Any]:
    """Value classes, RFM, life-cycle stages and the next visit."""
    work, engine = desk.work, desk.engine
    version, document = documents.present(desk.organisation, "classes")
    rule = in_amounts(work.facts, ClassRule(**documents.class_rule(document)), engine)
    asked("UPDATE scorebook_run SET classes_version = %s WHERE id = %s", [version, desk.run])
    assert rule.cut_offs_minor is not None
    engine.keep("kept_classes", value_classes(work.facts, rule=rule))
    engine.keep("kept_rfm", rfm_scores(work.facts).drop("spend_minor"))
    important, vip = rule.cut_offs_minor
    told: dict[str, Any] = {"important_from_minor": important, "vip_from_minor": vip, "window_days": rule.window_days}
    _note(desk, important_minor=important, vip_minor=vip)
    by = {"basis": document["basis"], "version": version, "shares": [rule.important_top, rule.vip_top]}
    desk.cards.append(_card(desk, "classes", told | by))
    try:
        cycle = life_cycle(work.facts, work.days, engine=engine, cut_off=desk.cut_off)
    except BadHistory:
        desk.forget("kept_judged")
        desk.left_out["stages"] = "no-repeat-buyers"
        desk.cards.append(_card(desk, "stages", {}, "no-repeat-buyers"))
        return told
    desk.keep("kept_judged", cycle.judged)
    found = cycle.stages
    measured = {"measured": dict(found.checked), "rhythm": dict(found.rhythm), "alpha": found.alpha}
    desk.cards.append(_card(desk, "stages", measured))
    counts = zip(found.table["stage"].to_pylist(), found.table["customers"].to_pylist(), strict=True)
    return told | {"stages": dict(counts)}


def future(desk: Desk) -> dict[str, Any]:
    """Expected purchases and lifetime value."""
    desk.forget("kept_scores")
    work = desk.work
    work.unsaid.pop("future", None)
    found = expected_future(work, desk.engine.named("kept_classes"))
    why = work.unsaid.get("future", "")
    if why:
        desk.left_out["future"] = why
    _note(desk, value_days=found.horizon_days if found is not None else 365)
    desk.cards.append(_card(desk, "future", _of_future(found) if found is not None else {}, why))
    return {"model": found.chosen if found is not None else None}


def _of_future(found: Future) -> dict[str, Any]:
    models = {
        name: {
            "usable": one.usable,
            "why_not": one.why_not,
            "parameters": dict(one.parameters),
            "measured": dict(one.holdout),
            "customers": one.customers,
        }
        for name, one in found.models.items()
    }
    return {
        "chosen": found.chosen,
        "measured": models[found.chosen]["measured"] if found.chosen else {},
        "models": models,
        "learned_until": found.calibration_until.isoformat(),
        "checked_days": found.holdout_days,
        "horizon_days": found.horizon_days,
        "discount_rate": found.discount_rate,
        "baseline": "past-spend",
        "expected_spend_minor": found.expected_spend_minor if found.chosen else None,
        "interval_minor": list(found.interval_minor) if found.chosen else None,
    }


def leaving(desk: Desk) -> dict[str, Any]:
    """Who is about to leave, why, and what that would cost."""
    desk.forget("kept_churn")
    work, notes = desk.work, noted(desk)
    work.unsaid.pop("churn", None)
    classed = desk.engine.named("kept_classes")
    found = chapters.churn(work, classed, notes["important_minor"], None, notes["value_days"])
    if found is None:
        why = desk.left_out["churn"] = work.unsaid["churn"]
        desk.cards.append(_card(desk, "churn", {}, why))
        return {"judged": 0}
    why = found.run.learned.why_not
    if not found.usable:
        desk.left_out["churn"] = why
    desk.cards.append(_card(desk, "churn", _of_churn(desk, found), "" if found.usable else why))
    return {"judged": found.judged, "expected_leavers": found.expected_leavers, "at_stake_minor": found.at_stake_minor}


def _of_churn(desk: Desk, found: "ChurnFound") -> dict[str, Any]:
    """The model card that the library keeps beside a run; a model that may be used again lies with it until the end."""
    from regulars.insight.churn.keeping import Kept, keep_models
    from regulars.insight.churn.reasons import themes_of

    work = desk.work
    shop = shop_of(
        work.lines, work.facts, engine=desk.engine, name="", currency=desk.currency, cut_off=desk.cut_off, has_time=True
    )
    whole = replace(_NOTHING, shop=shop, churn=found)
    models = desk.folder / "models"
    kept = keep_models(whole, Kept(models, (("history", str(desk.run)),), (), desk.settings.seed)).churn
    assert kept is not None
    found_card: dict[str, Any] = json.loads((models / kept.kept["leave"] / "card.json").read_text(encoding="utf-8"))
    model = found.run.model
    return found_card | {"points": {"base": round(100 * model.base), "themes": themes_of(model.columns)}}


def due(desk: Desk) -> dict[str, Any]:
    """What each member needs again, and when; of very many, one even part after another, each checked by itself."""
    from regulars.insight.replenishment.due import NothingAgain, due_dates

    desk.forget("scorebook_due", "scorebook_due_rows")
    work = desk.work
    if not work.has_products():
        return _nothing(desk, "due", "no-products")
    parts, cards, why = work.shares_of(chapters.LOOKED_AT), [], ""
    for part in range(parts):
        desk.say("due", part, parts)
        lines = work.lines if parts == 1 else work.lines.filter(part_of(work.lines.customer, parts) == part)
        try:
            answer = due_dates(lines, engine=desk.engine, cut_off=desk.cut_off, seed=desk.settings.seed)
        except NothingAgain as refusal:
            why = why or refusal.code
            continue
        cards.append(_of_due(answer.found))
        if not answer.found.usable:
            why = why or answer.found.why_not
            continue
        _more(desk, "scorebook_due_rows", answer.table)
    made = desk.engine.has("scorebook_due_rows")
    if made:
        item = (
            "{'item': item, 'status': status, 'next_on': next_on, 'from_on': from_on, 'until_on': until_on,"
            " 'chance': round(chance, 4)}"
        )
        _best(desk, "scorebook_due", item, "chance DESC, item", "SELECT * FROM scorebook_due_rows WHERE active >= .5")
        desk.forget("scorebook_due_rows")
    else:
        desk.left_out["due"] = why
    told: dict[str, Any] = cards[0] if cards else {}
    desk.cards.append(_card(desk, "due", told | {"parts": parts, "measured_by_part": cards}, "" if made else why))
    return {"parts": parts, "members": _count(desk, "scorebook_due") if made else 0}


def _of_due(found: Any) -> dict[str, Any]:
    seen = found.checked
    return {
        "measured": {
            "pinball": dict(seen.pinball),
            "coverage_90": seen.coverage_90,
            "hit_rate": dict(seen.hit_rate),
            "due_right": seen.due_right,
            "due_found": seen.due_found,
        },
        "baseline": {name: list(gain) for name, gain in seen.gain.items()},
        "learned_until": seen.until.isoformat(),
        "checked_days": seen.days,
        "foretold": seen.foretold,
    }


def next_products(desk: Desk) -> dict[str, Any]:
    """What each member buys next, as a short list; settings are chosen and checked on an even part of the members."""
    from regulars.insight.future import TooFewCustomers
    from regulars.insight.holdout import TooShort
    from regulars.insight.nextbasket import evaluate, personal_lists
    from regulars.insight.nextbasket.shop import NoProducts, keep_bought

    desk.forget("scorebook_next")
    work, seed = desk.work, desk.settings.seed
    if not work.has_products():
        return _nothing(desk, "next", "no-products")
    some = work.some_lines(chapters.LISTED)
    try:
        bought = keep_bought(some, desk.engine, cut_off=desk.cut_off)
        found = evaluate(
            some, desk.engine, cut_off=desk.cut_off, customers_max=chapters.CHECKED, tries_max=chapters.TRIES,
            seed=seed, bought=bought,
        )  # fmt: skip
    except (TooShort, TooFewCustomers, NoProducts) as refusal:
        return _nothing(desk, "next", refusal.code)
    told = {
        "chosen": found.used,
        "measured": {str(row.pop("method")): row for row in found.scores.to_pylist()},
        "baseline": found.gains.to_pylist(),
        "settings": dict(found.settings),
        "learned_until": found.calibration_until.isoformat(),
        "checked_days": found.later_days,
        "customers": found.customers,
    }
    desk.cards.append(_card(desk, "next", told, found.why_not))
    if not found.usable:
        desk.left_out["next"] = found.why_not
        return {"members": 0}
    everybody = work.working.texts(work.lines)
    made: ir.Table = personal_lists(
        everybody,
        desk.engine,
        cut_off=desk.cut_off,
        n=LISTED,
        found=found,
        into=desk.folder / "next.parquet",
        seed=seed,
        bought=bought if work.shares_of(chapters.LISTED) == 1 else None,
        progress=desk.say,
    )
    source = f"SELECT customer::INTEGER AS customer, * EXCLUDE (customer) FROM {made.get_name()}"
    item = "{'item': product, 'name': product_name, 'why': reason, 'because_of': reason_product}"
    _best(desk, "scorebook_next", item, "rank", source)
    return {"members": _count(desk, "scorebook_next")}


def _nothing(desk: Desk, model: str, why: str) -> dict[str, Any]:
    desk.left_out[model] = why
    desk.cards.append(_card(desk, model, {}, why))
    return {"members": 0}


def _card(desk: Desk, model: str, told: Mapping[str, Any], why_not: str = "") -> ModelCard:
    whole = {"cut_off": desk.cut_off.isoformat(), "currency": desk.currency, **told}
    return ModelCard(model, not why_not, _plain(whole), why_not)


def _plain(value: Any) -> Any:
    """As JSON has it: what is no number is null."""
    match value:
        case dict():
            return {str(name): _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case bool() | int() | str() | None:
            return value
        case float():
            return value if value - value == 0 else None
        case _:
            return _plain(value.item()) if hasattr(value, "item") else str(value)


def _best(desk: Desk, into: str, item: str, order: str, source: str) -> None:
    """The first of each customer's rows, as one JSON list."""
    statement = _BEST.format(into=into, item=item, order=order, source=source, most=LISTED)
    desk.engine.connection.execute(statement)


def _more(desk: Desk, name: str, table: pa.Table) -> None:
    desk.engine.register("scorebook_part", table)
    begun = desk.engine.has(name)
    into = f"INSERT INTO {name}" if begun else f"CREATE TABLE {name} AS"
    desk.engine.connection.execute(f"{into} SELECT * FROM scorebook_part")
    desk.engine.connection.unregister("scorebook_part")


def _count(desk: Desk, name: str) -> int:
    ((rows,),) = desk.engine.connection.execute(f"SELECT count(*) FROM {name}").fetchall()
    return int(rows)


def _note(desk: Desk, **said: int) -> None:
    run = desk.engine.connection.execute
    run(f"CREATE TABLE IF NOT EXISTS {_NOTES} (name VARCHAR PRIMARY KEY, said BIGINT)")
    for name, value in said.items():
        run(f"INSERT OR REPLACE INTO {_NOTES} VALUES (?, ?)", [name, value])


def noted(desk: Desk) -> dict[str, int]:
    return dict(desk.engine.connection.execute(f"SELECT name, said FROM {_NOTES}").fetchall())
