"""`regulars offers`: discounts on personal lists, printed with a code, and the bill of each vendor."""

import json
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from regulars.cli.showing import Bars, table

if TYPE_CHECKING:
    from regulars.insight.offers.found import OffersFound
    from regulars.insight.offers.writing import Print, Written
    from regulars.insight.report.numbers import Numbers

LakeDir = Annotated[Path | None, typer.Option("--lake", help="The lake's folder, e.g. report/lake.")]
Lists = Annotated[Path | None, typer.Option(help="next_basket.parquet of `regulars next`; else lists are made now.")]
Rules = Annotated[Path | None, typer.Option(help="Who gets which discount, and who pays: see --example.")]
Out = Annotated[Path, typer.Option(help="Folder for lists, bill and key; made if it is not there.")]
Formats = Annotated[str, typer.Option("--format", help="Any of html, pdf, json, separated by commas.")]
Count = Annotated[int, typer.Option("--n", min=1, max=20, help="Products on a list that is made now.")]
Lang = Annotated[str, typer.Option(help="Language of the lists: en or zh.")]
Name = Annotated[str, typer.Option(help="The shop's name, as printed.")]
PaperSize = Annotated[str, typer.Option("--paper", help="Size of a sheet: a6, a5 or a4.")]
FontFile = Annotated[Path | None, typer.Option(help="Font for the PDF; else one of the system.")]
KeyFile = Annotated[Path | None, typer.Option(help="Key that signs the codes; else OUT/offers.key, made once.")]
CutOff = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day to look at; else the last.")]
Seed = Annotated[int, typer.Option(help="For what is drawn by lot: same seed, same offers.")]
Example = Annotated[bool, typer.Option("--example", help="Print a commented file of rules, and do nothing else.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]


def offers(
    ctx: typer.Context,
    lake: LakeDir = None,
    lists: Lists = None,
    rules: Rules = None,
    out: Out = Path("offers"),
    formats: Formats = "html,pdf,json",
    n: Count = 10,
    lang: Lang = "en",
    name: Name = "",
    paper: PaperSize = "a6",
    font: FontFile = None,
    key: KeyFile = None,
    cut_off: CutOff = None,
    seed: Seed = 7,
    example: Example = False,
    as_json: Json = False,
) -> None:
    """Put offers on the personal lists: by value and brand habit, within budgets, never on what sells anyway.

    [bold]regulars offers --example > offers.toml[/bold]

    [bold]regulars offers --lake report/lake --rules offers.toml --out offers/[/bold]
    """
    ctx.find_root().meta["regulars.json"] = as_json
    from regulars.insight.offers.rules_file import example as example_rules
    from regulars.insight.offers.writing import Print

    if example:
        typer.echo(example_rules(), nl=False)
        return
    if lake is None:
        raise typer.BadParameter("Name the lake's folder.", param_hint="--lake")
    job = _Job(lake, lists, rules, out, Print(_chosen(formats), paper, font), n, lang, name, key, cut_off, seed)
    console = Console(stderr=True)
    found, written, numbers = _run(job, console, quiet=as_json)
    if as_json:
        typer.echo(json.dumps(_told(found, written), ensure_ascii=False))
        return
    _show(found, written, numbers, console)


@dataclass(frozen=True, slots=True)
class _Job:
    lake: Path
    lists: Path | None
    rules: Path | None
    out: Path
    how: "Print"
    n: int
    lang: str
    name: str
    key: Path | None
    cut_off: datetime | None
    seed: int


def _run(job: _Job, console: Console, *, quiet: bool) -> "tuple[OffersFound, Written, Numbers]":
    from regulars.basics.money import minor_digits
    from regulars.cli.lake import lake_there
    from regulars.history.engine import Engine
    from regulars.insight.offers.gathering import gather
    from regulars.insight.offers.making import make_offers
    from regulars.insight.offers.rules import OfferRules
    from regulars.insight.offers.rules_file import read_rules
    from regulars.insight.offers.sheets import Issue
    from regulars.insight.offers.writing import write_offers
    from regulars.insight.report.numbers import Numbers
    from regulars.insight.report.words import Words
    from regulars.insight.shop import last_day

    with lake_there(job.lake) as history:
        digits = minor_digits(history.currency)
        ruled = read_rules(job.rules, minor_digits=digits) if job.rules else OfferRules()
        words = Words(job.lang, Numbers(job.lang, history.currency, digits))
        job.out.mkdir(parents=True, exist_ok=True)
        signing = _key(job.key, job.out)
        with (
            tempfile.TemporaryDirectory(dir=job.out, prefix=".work-") as folder,
            Engine(scratch=Path(folder)) as engine,
            Bars(console, quiet=quiet) as bars,
        ):
            lines = history.lines(engine)
            until = job.cut_off.date() if job.cut_off else last_day(lines, engine)
            asked: dict[str, Any] = {"lists": job.lists, "n": job.n, "work": Path(folder), "seed": job.seed}
            tables = gather(lines, engine, cut_off=until, progress=bars, **asked)
            made = make_offers(rules=ruled, engine=engine, seed=job.seed, **tables)
            issue = Issue(job.name, until + timedelta(days=1), ruled.valid_days, signing)
            written = write_offers(made, engine, job.out, issue=issue, words=words, how=job.how, progress=bars)
    return made.found, written, words.numbers


def _chosen(formats: str) -> Sequence[str]:
    return tuple(dict.fromkeys(part.strip().lower() for part in formats.split(",") if part.strip()))


def _key(given: Path | None, out: Path) -> bytes:
    from regulars.insight.offers.codes import KEY_BYTES, read_key, write_key

    path = given or out / "offers.key"
    if given is None and not path.exists():
        write_key(path, secrets.token_bytes(KEY_BYTES))
    return read_key(path)


def _told(found: "OffersFound", written: "Written") -> dict[str, Any]:
    figures = ("customers", "listed", "offered", "offers", "discount_minor", "worst_minor", "expected_margin_minor")
    held = ("held_back", "held_back_customers", "saved_minor")
    return {
        "goal": found.goal,
        **{name: getattr(found, name) for name in (*figures, *held)},
        "assumed": dict(found.assumed),
        "bill": found.bill.to_pylist(),
        "why_not": found.why_not.to_pylist(),
        "sheets": written.sheets,
        "no_pdf": written.no_pdf or None,
        "files": [str(path) for path in written.files],
    }


def _show(found: "OffersFound", written: "Written", numbers: "Numbers", console: Console) -> None:
    heads = {"paid by": "left", "offers": "right", "budget": "right", "expected": "right", "at worst": "right"}
    rows = [
        [
            row["vendor"],
            f"{row['offers']:,}",
            "–" if row["budget_minor"] is None else numbers.money(row["budget_minor"]),
            numbers.money(row["reserved_minor"]),
            numbers.money(row["worst_minor"]),
        ]
        for row in found.bill.to_pylist()
    ]
    title = f"{found.listed:,} of {found.customers:,} customers get a list, {found.offers:,} offers on them"
    console.print(table(title, heads, rows))
    console.print(
        f"{found.held_back:,} products would be bought anyway at full price and have no discount, "
        f"which saves {numbers.money(found.saved_minor)}.",
        markup=False,
        highlight=False,
    )
    odds, later = (found.assumed[name] for name in ("odds_per_10_percent", "later_purchases"))
    console.print(
        f"Assumed, not measured: ten percent off multiplies the odds of a purchase by {odds:g}, and what is new is "
        f"bought {later:g} more times. Say otherwise under [response] in the rules.",
        markup=False,
        highlight=False,
    )
    if written.no_pdf:
        console.print(f"No PDF, pages instead: {written.no_pdf}", markup=False, highlight=False)
    for path in written.files:
        console.print(str(path), markup=False, highlight=False, soft_wrap=True)
