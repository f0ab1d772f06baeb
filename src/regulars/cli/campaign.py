"""`regulars campaign`: how large a test must be, who is in which arm, what it brought, whom to treat next."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from regulars.cli.refusing import RefusingGroup

if TYPE_CHECKING:
    from regulars.insight.uplift.moves import Design

campaign = typer.Typer(
    no_args_is_help=True, cls=RefusingGroup, help="Campaigns with a control group: design, assign, result, target."
)

LakeDir = Annotated[Path, typer.Option("--lake", help="The lake's folder, e.g. report/lake.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]
Seed = Annotated[int, typer.Option(help="For drawn intervals and folds: same seed, same answer.")]
Holdout = Annotated[str, typer.Option(help="Control group's share, e.g. 10%.")]
OUTCOMES = {"buyers": "buyers", "purchases": "purchases", "revenue": "revenue_minor"}


@campaign.command("design")
def design_command(
    ctx: typer.Context,
    lake: LakeDir,
    days: Annotated[int, typer.Option(min=1, max=400, help="Days the campaign would be judged by.")] = 28,
    pre_days: Annotated[int, typer.Option(min=1, max=730, help="Days before, for steadier figures.")] = 90,
    effect: Annotated[str, typer.Option(help="The effect that should be seen, e.g. 5%.")] = "5%",
    outcome: Annotated[str, typer.Option(help="buyers, purchases or revenue.")] = "revenue",
    level: Annotated[float, typer.Option(help="Chance of seeing an effect where there is none.")] = 0.05,
    power: Annotated[float, typer.Option(help="Chance of seeing the effect if it is there.")] = 0.8,
    cut_off: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day to look at.")] = None,
    as_json: Json = False,
) -> None:
    """How many customers, how long, and how many must be left out, from the shop's own sales.

    [bold]regulars campaign design --lake report/lake --effect 5%[/bold]
    """
    ctx.find_root().meta["regulars.json"] = as_json
    from regulars.cli.lake import lake_there
    from regulars.history.engine import Engine
    from regulars.insight.shop import last_day
    from regulars.insight.uplift.designing import design
    from regulars.insight.uplift.errors import WrongCampaign

    if outcome not in OUTCOMES:
        raise WrongCampaign(f"--outcome is one of {', '.join(OUTCOMES)}, not {outcome!r}.")
    with Engine() as engine, lake_there(lake) as history:
        lines = history.lines(engine)
        found = design(
            lines, engine=engine, cut_off=cut_off.date() if cut_off else last_day(lines, engine), days=days,
            pre_days=pre_days, wanted=_share(effect, "--effect"), outcome=OUTCOMES[outcome], level=level, power=power,
        )  # fmt: skip
    if as_json:
        typer.echo(_json(found))
        return
    for sentence in _in_words(found):
        typer.echo(sentence)


@campaign.command("assign")
def assign_command(
    ctx: typer.Context,
    customers: Annotated[Path, typer.Argument(help="CSV or Parquet with a column customer.")],
    name: Annotated[str, typer.Option(help="The campaign's name; the draw depends on it.")],
    out: Annotated[Path, typer.Option(help="CSV to write.")],
    holdout: Holdout = "10%",
    strata: Annotated[
        str, typer.Option(help="Columns to balance by, with commas; default value_class,stage where there.")
    ] = "",
    salt: Annotated[str, typer.Option(help="The shop's own word; the same on every machine.")] = "",
    universal: Annotated[str, typer.Option(help="Share kept out of every campaign, e.g. 2%.")] = "0%",
    as_json: Json = False,
) -> None:
    """Decide by a hash who is contacted and who is left out.

    [bold]regulars campaign assign customers.csv --name spring --holdout 10% --out assigned.csv[/bold]
    """
    ctx.find_root().meta["regulars.json"] = as_json
    import pyarrow as pa
    import pyarrow.csv as pv

    from regulars.insight.uplift.assigning import assign
    from regulars.insight.uplift.assignments import read_table, with_customer

    table = with_customer(read_table(customers), customers.name)
    by = [part.strip() for part in strata.split(",") if part.strip()]
    by = by or [column for column in ("value_class", "stage") if column in table.column_names]
    chosen: pa.Table = assign(
        table, name=name, share=_share(holdout, "--holdout"), strata=by, salt=salt,
        universal_share=_share(universal, "--universal"),
    )  # fmt: skip
    pv.write_csv(chosen, out)
    counted = Counter(str(arm) for arm in chosen["arm"].to_pylist())
    if as_json:
        typer.echo(json.dumps({"campaign": name, "strata": by, "arms": counted, "file": str(out)}, ensure_ascii=False))
        return
    how = f"balanced within {' × '.join(by)}" if by else "each by an own hash"
    said = ", ".join(f"{counted[arm]:,} {arm}" for arm in ("treated", "control", "universal") if arm in counted)
    Console(stderr=True).print(f"{said}; {how}. Written to {out}.", markup=False, highlight=False, soft_wrap=True)


@campaign.command("result")
def result_command(
    ctx: typer.Context,
    assigned: Annotated[Path, typer.Argument(help="Who was in which arm: customer, arm[, sent_on, …].")],
    lake: LakeDir,
    from_day: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day that counts.")],
    until_day: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day that counts.")],
    name: Annotated[str, typer.Option(help="Which campaign, where the file has several.")] = "",
    reward_cost: Annotated[float, typer.Option(min=0, help="Cost of the reward per treated buyer.")] = 0.0,
    contact_cost: Annotated[float, typer.Option(min=0, help="Cost of contacting one customer.")] = 0.0,
    margin: Annotated[str, typer.Option(help="Margin as a share of revenue, e.g. 30%; else from the costs.")] = "",
    planned_until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The planned last day, when looking early.")
    ] = None,
    pre_days: Annotated[int, typer.Option(min=1, max=730, help="Days before, for steadier figures.")] = 90,
    seed: Seed = 7,
    as_json: Json = False,
) -> None:
    """What a campaign brought against the customers who got nothing.

    [bold]regulars campaign result assigned.csv --lake report/lake --from 2026-05-01 --until 2026-05-31[/bold]
    """
    ctx.find_root().meta["regulars.json"] = as_json
    from regulars.basics.money import minor_digits
    from regulars.cli.campaign_words import result_in_words
    from regulars.cli.lake import lake_there
    from regulars.history.engine import Engine
    from regulars.insight.uplift.assignments import read_assignments
    from regulars.insight.uplift.resulting import result

    with Engine() as engine, lake_there(lake) as history:
        digits = minor_digits(history.currency)
        label, table = _one(read_assignments(assigned, minor_digits=digits), name)
        scale = 10**digits
        found = result(
            table, history.lines(engine), from_on=from_day.date(), until_on=until_day.date(), engine=engine,
            name=label, reward_cost_minor=round(reward_cost * scale), contact_cost_minor=round(contact_cost * scale),
            margin_share=_share(margin, "--margin") if margin else None, pre_days=pre_days,
            planned_until_on=planned_until.date() if planned_until else None, seed=seed,
        )  # fmt: skip
        currency = history.currency
    if as_json:
        typer.echo(_json(found))
        return
    for sentence in result_in_words(found, currency):
        typer.echo(sentence)


@campaign.command("target")
def target_command(
    ctx: typer.Context,
    training: Annotated[Path, typer.Argument(help="A finished test as a flat table, one row a person.")],
    treatment: Annotated[str, typer.Option(help="Column that says who was treated.")],
    outcome: Annotated[str, typer.Option(help="Column with what came of it: 0 or 1, or an amount.")],
    value: Annotated[float, typer.Option(help="What one unit of the outcome earns.")] = 1.0,
    cost: Annotated[float, typer.Option(min=0, help="What treating one person costs.")] = 0.0,
    apply: Annotated[
        Path | None, typer.Option(help="People to choose from; judged on, where it has both columns.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="CSV of those people with effect, profit and target.")] = None,
    seed: Seed = 7,
    as_json: Json = False,
) -> None:
    """Whom to treat, from a test with a control group; or that nobody can be told apart.

    [bold]regulars campaign target test.csv --treatment Promotion --outcome purchase --value 10 --cost 0.15[/bold]
    """
    ctx.find_root().meta["regulars.json"] = as_json
    from regulars.cli.campaign_words import decision_in_words
    from regulars.insight.uplift.assignments import read_table
    from regulars.insight.uplift.coding import trial_of
    from regulars.insight.uplift.deciding import decide
    from regulars.insight.uplift.targeting import targets

    trial = trial_of(read_table(training), treatment=treatment, outcome=outcome)
    new = read_table(apply) if apply else None
    judged = new is not None and {treatment, outcome} <= set(new.column_names)
    held = trial_of(new, treatment=treatment, outcome=outcome, like=trial) if judged else None
    found, plan = decide(trial, value=value, cost=cost, held=held, seed=seed)
    if new is not None and out is not None:
        import pyarrow.csv as pv

        pv.write_csv(targets(new, trial, plan, value=value, cost=cost, verdict=found.verdict), out)
    if as_json:
        typer.echo(_json(found))
        return
    for sentence in decision_in_words(found):
        typer.echo(sentence)
    if out is not None and new is not None:
        Console(stderr=True).print(f"Written to {out}.", markup=False, highlight=False, soft_wrap=True)


def _one(assignments: Mapping[str, Any], name: str) -> tuple[str, Any]:
    """The one campaign, or the one that was named."""
    from regulars.insight.uplift.errors import WrongCampaign

    if name and name in assignments:
        return name, assignments[name]
    if len(assignments) == 1 and not name:
        only = next(iter(assignments))
        return only, assignments[only]
    if not assignments:
        raise WrongCampaign("The file holds no customers: it ends after its headings.", found=[])
    raise WrongCampaign(f"The file tells of {', '.join(assignments)}: say which with --name.", found=list(assignments))


def _share(text: str, option: str) -> float:
    """'10%' or '0.1' → .1."""
    from regulars.insight.uplift.errors import WrongCampaign

    try:
        return float(text.strip().rstrip("%")) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        raise WrongCampaign(f"{option} is a share such as 10% or 0.1, not {text!r}.") from None


def _in_words(found: "Design") -> list[str]:
    from regulars.cli.campaign_words import design_in_words

    return design_in_words(found)


def _json(found: Any) -> str:
    return json.dumps(_plain(found), ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    """Dataclasses and Arrow tables as JSON has them; what is no number is null."""
    if hasattr(value, "to_pylist"):
        return _plain(value.to_pylist())
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    return value
