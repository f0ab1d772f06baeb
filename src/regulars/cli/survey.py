"""`regulars survey`: what customers say, beside what they then do."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

File = Annotated[Path, typer.Argument(help="The answers: CSV or Excel, a row per respondent.")]
LakeDir = Annotated[Path | None, typer.Option("--lake", help="The lake's folder, to set purchases beside the answers.")]
Out = Annotated[Path, typer.Option(help="Folder for survey.html and survey.json; made if it is not there.")]
Weights = Annotated[str, typer.Option(help="Importance of questions, e.g. quality=0.3,price=0.7; else derived.")]
IndexWeights = Annotated[str, typer.Option(help="Weights of the five factors, e.g. satisfaction=2,recommend=1.")]
Factor = Annotated[
    list[str] | None,
    typer.Option(help="A factor's question: satisfaction, deepen, repeat, recommend or resist =COLUMN."),
]
Reverse = Annotated[list[str] | None, typer.Option(help="A question where a high answer is bad.")]
Scale = Annotated[str, typer.Option(help="The scale of the questions, e.g. 1-5; else by the answers.")]
After = Annotated[int | None, typer.Option("--after-days", min=1, help="Days after an answer to look at; else 90.")]
CutOff = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day to look at; else the last.")]
Lang = Annotated[str, typer.Option(help="Language of the page: en or zh.")]
Seed = Annotated[int, typer.Option(help="For what is drawn by lot: same seed, same figures.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]


def survey(
    ctx: typer.Context,
    file: File,
    lake: LakeDir = None,
    out: Out = Path("survey"),
    weights: Weights = "",
    index_weights: IndexWeights = "",
    factor: Factor = None,
    reverse: Reverse = None,
    scale: Scale = "",
    after_days: After = None,
    cut_off: CutOff = None,
    lang: Lang = "en",
    seed: Seed = 7,
    as_json: Json = False,
) -> None:
    """Weighted satisfaction, NPS, loyalty index and importance, and what the same customers then bought.

    [bold]regulars survey answers.csv --lake report/lake --out survey/[/bold]
    """
    ctx.find_root().meta["regulars.json"] = as_json
    from regulars.history.engine import Engine
    from regulars.insight.report.alone import plain, write_alone
    from regulars.insight.report.sentences.survey import told
    from regulars.insight.survey import survey_of

    steps = _scale(scale) if scale else None
    with (
        tempfile.TemporaryDirectory(prefix="regulars-") as folder,
        Engine(scratch=Path(folder)) as engine,
        _history(lake, engine) as (lines, until, currency),
    ):
        words = words_in(lang, currency)
        found = survey_of(
            file, lines, engine, cut_off.date() if cut_off else until, work=Path(folder), seed=seed,
            weights=_numbers(weights) or None, index_weights=_numbers(index_weights) or None,
            factors=_pairs(factor or []), reverse=reverse or [], scale=steps, after_days=after_days,
        )  # fmt: skip
    chapter = told(found, words)
    page = write_alone(found, chapter, words, out)
    if as_json:
        typer.echo(json.dumps(plain(found), ensure_ascii=False, allow_nan=False))
        return
    for sentence in chapter.says:
        typer.echo(sentence.plain)
    Console(stderr=True).print(f"Written to {page}.", markup=False, highlight=False, soft_wrap=True)


def words_in(lang: str, currency: str) -> Any:
    """The reader's language with the lake's currency."""
    from regulars.basics.money import minor_digits
    from regulars.insight.report.numbers import Numbers
    from regulars.insight.report.words import Words

    return Words(lang, Numbers(lang, currency, minor_digits(currency)))


@contextmanager
def _history(folder: Path | None, engine: Any) -> Iterator[tuple[Any, Any, str]]:
    """Lines, last day and currency of a lake; nothing where none was named."""
    from regulars.cli.lake import lake_there
    from regulars.insight.shop import last_day

    if folder is None:
        yield None, None, "XXX"
        return
    with lake_there(folder) as lake:
        lines = lake.lines(engine)
        yield lines, last_day(lines, engine), lake.currency


def _pairs(texts: list[str]) -> dict[str, str]:
    """['satisfaction=CUSA1'] → {'satisfaction': 'CUSA1'}."""
    from regulars.insight.survey import WrongSurvey

    for text in texts:
        if "=" not in text:
            raise WrongSurvey(f"A factor is stated as NAME=COLUMN, not {text!r}.")
    return {name.strip(): value.strip() for name, _, value in (text.partition("=") for text in texts)}


def _numbers(text: str) -> Mapping[str, float]:
    """'quality=0.3,price=0.7' → numbers by name."""
    from regulars.insight.survey import WrongSurvey

    pairs = _pairs([part for part in text.split(",") if part.strip()])
    try:
        return {name: float(value) for name, value in pairs.items()}
    except ValueError:
        raise WrongSurvey(f"Weights are stated as quality=0.3,price=0.7, not {text!r}.") from None


def _scale(text: str) -> tuple[int, int]:
    """'1-5' → (1, 5)."""
    from regulars.insight.survey import WrongSurvey

    low, _, high = text.partition("-")
    if not (low.strip().isdigit() and high.strip().isdigit() and int(low) < int(high)):
        raise WrongSurvey(f"A scale is stated as 1-5, not {text!r}.")
    return int(low), int(high)
