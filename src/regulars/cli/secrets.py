"""`regulars secrets`: the keys of personal values, looked after."""

from typing import Annotated

import typer
from rich.console import Console

from regulars.cli.operating import Data, installation
from regulars.cli.refusing import RefusingGroup

secrets = typer.Typer(
    no_args_is_help=True, cls=RefusingGroup, help="The keys of personal values: check them, change them."
)


@secrets.command("rotate")
def rotate(
    data: Data = None,
    batch: Annotated[int, typer.Option("--batch", min=1, max=100_000, help="Rows sealed in one transaction.")] = 2000,
) -> None:
    """Makes a new key, seals every personal value anew with it, and retires the old one.

    Tills go on meanwhile. Stopped, or cut short, it goes on where it was the next time. Afterwards make a backup of
    the secrets: older backups of the database need the retired keys beside the new one.
    """
    console = Console(highlight=False)
    with installation(data):
        from django.utils import timezone

        from regulars.journal.moves import Actor
        from regulars.members.services import rotation

        done: dict[str, int] = {}
        with console.status("sealing …") as status:
            for progress in rotation.rotate(actor=Actor.job("regulars secrets rotate"), at=timezone.now(), batch=batch):
                done[progress.table] = done.get(progress.table, 0) + progress.rows
                status.update(", ".join(f"{table} {count:,}" for table, count in done.items()))
    told = ", ".join(f"{count:,} {table}" for table, count in done.items()) or "nothing was sealed yet"
    console.print(f"Done: {told}. The old key is in `secrets/personal/retired`; back the secrets up.")


@secrets.command("check")
def check(data: Data = None) -> None:
    """Says which keys are in use, and whether they are those of the database."""
    with installation(data):
        from regulars.members.services.keys import check

        numbers = sorted(check().generations)
    said = "generation " + ", ".join(map(str, numbers))
    going_on = " A rotation was cut short: run `regulars secrets rotate` again." if len(numbers) > 1 else ""
    Console(highlight=False).print(f"The keys are those of the database ({said}).{going_on}")
