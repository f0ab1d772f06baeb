"""`regulars churn`: from a customer table, or status events, to who leaves, why, and whom to look after."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from regulars.cli.showing import Bars

READ = "What to read"
DECIDE = "What to decide"
MACHINE = "For machines"

Table = Annotated[Path | None, typer.Argument(help="A customer table: CSV, Excel or Parquet, one row a customer.")]
Out = Annotated[Path, typer.Option(help="Folder for the page, the scores and the model.")]
Target = Annotated[str | None, typer.Option(help="Column that says who left; else found.", rich_help_panel=READ)]
Leavers = Annotated[
    list[str] | None, typer.Option(help="Value that means: left. Again for several.", rich_help_panel=READ)
]
Id = Annotated[str | None, typer.Option("--id", help="Column with the customer; else found.", rich_help_panel=READ)]
Events = Annotated[
    list[Path] | None,
    typer.Option(help="Status events (customer, status, since) and activity by month.", rich_help_panel=READ),
]
Reason = Annotated[str | None, typer.Option(help="Column with the reason for leaving.", rich_help_panel=READ)]
Kinds = Annotated[Path | None, typer.Option(help='TOML: "reason" = "external", a line each.', rich_help_panel=READ)]
Kind = Annotated[
    str,
    typer.Option(help="Leaving to foretell: external, internal or involuntary.", rich_help_panel=DECIDE),
]
Status = Annotated[str | None, typer.Option(help="Column with the customer's status.", rich_help_panel=DECIDE)]
Normal = Annotated[
    list[str] | None, typer.Option(help="Status of those to look at. Again for several.", rich_help_panel=DECIDE)
]
Value = Annotated[
    str | None,
    typer.Option(help="Column with what a customer is worth; else a monthly charge.", rich_help_panel=DECIDE),
]
ValueMin = Annotated[
    float | None, typer.Option(help="Look only at customers worth at least this.", rich_help_panel=DECIDE)
]
Top = Annotated[str, typer.Option(help="Share of customers on the retention list.", rich_help_panel=DECIDE)]
Observe = Annotated[int, typer.Option(min=1, max=60, help="Months observed (events).", rich_help_panel=DECIDE)]
Outcome = Annotated[int, typer.Option(min=1, max=60, help="Months of outcome (events).", rich_help_panel=DECIDE)]
Families = Annotated[
    str, typer.Option(help="Models to compare: linear, logistic, tree, additive.", rich_help_panel=DECIDE)
]
Lang = Annotated[str, typer.Option(help="Language of the page: en or zh.", rich_help_panel=DECIDE)]
Seed = Annotated[int, typer.Option(help="For folds and intervals: same seed, same run.", rich_help_panel=DECIDE)]
Memory = Annotated[str, typer.Option(help="The engine's memory; past it, disk.", rich_help_panel=MACHINE)]
Json = Annotated[bool, typer.Option("--json", help="Print summary.json on standard output.", rich_help_panel=MACHINE)]


def churn(
    ctx: typer.Context,
    customers: Table = None,
    out: Out = Path("churn"),
    target: Target = None,
    leavers: Leavers = None,
    id_column: Id = None,
    events: Events = None,
    reason: Reason = None,
    kinds: Kinds = None,
    kind: Kind = "external",
    status: Status = None,
    normal: Normal = None,
    value: Value = None,
    value_min: ValueMin = None,
    top: Top = "30%",
    observe: Observe = 3,
    outcome: Outcome = 3,
    families: Families = "linear,logistic,tree,additive",
    lang: Lang = "en",
    seed: Seed = 7,
    memory: Memory = "6GB",
    as_json: Json = False,
) -> None:
    """Learn from a customer table who leaves, and say whom to look after.

    [bold]regulars churn customers.csv --target Churn --out churn/[/bold]

    Exit status: 0 done (also where no model is good enough, which the page then says); 2 refused, with the reason.
    """
    ctx.find_root().meta["regulars.json"] = as_json
    from regulars.cli.churning import Wanted, in_words, run

    wanted = Wanted(
        customers=customers, events=events or [], out=out, target=target, leavers=leavers or [], id=id_column,
        reason=reason, kinds=kinds, kind=kind, status=status, normal=normal or [], value=value, value_min=value_min,
        top=top, observe=observe, outcome=outcome, families=families, lang=lang, seed=seed, memory=memory,
    )  # fmt: skip
    console = Console(stderr=True)
    with Bars(console, quiet=as_json) as progress:
        told: dict[str, Any] = run(wanted, progress=progress)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, default=str))
    else:
        for sentence in in_words(told, out, lang):
            console.print(sentence, markup=False, highlight=False, soft_wrap=True)
