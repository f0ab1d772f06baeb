"""Where refusals meet the terminal: in one place, for every command."""

import gc
import json
from typing import Any, Final

import typer
from rich.console import Console
from typer.core import TyperGroup

from regulars.basics.errors import RegularsError

REFUSED = 2
STOPPED = 130
# After how many objects, and rounds among young ones, the collector of garbage looks again: by default it spends a
# sixth of a small analysis on looking at what was loaded, of which nothing ever goes.
RARELY: Final = (50_000, 20, 100)


class RefusingGroup(TyperGroup):
    """Turns a RegularsError into a sentence and exit status 2; with --json into one JSON object on standard error."""

    def invoke(self, ctx: Any) -> Any:
        gc.set_threshold(*RARELY)
        try:
            return super().invoke(ctx)
        except RegularsError as refusal:
            say(refusal, as_json=bool(ctx.find_root().meta.get("regulars.json")))
            ctx.exit(REFUSED)
        except KeyboardInterrupt:
            Console(stderr=True).print("Stopped. Run the same command again to go on.")
            ctx.exit(STOPPED)


def say(refusal: RegularsError, *, as_json: bool) -> None:
    """Shows a refusal to a person, or to a program."""
    if as_json:
        told = {"code": refusal.code, "message": str(refusal), **refusal.facts}
        typer.echo(json.dumps(told, ensure_ascii=False, default=str), err=True)
    else:
        Console(stderr=True).print(f"[bold red]{refusal.code}[/bold red]", highlight=False)
        Console(stderr=True).print(str(refusal), markup=False, highlight=False)
