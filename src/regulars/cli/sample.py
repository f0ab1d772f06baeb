"""`regulars sample`: a chain of shops to try things on."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from regulars.cli.showing import Bars


def sample(
    out: Annotated[Path, typer.Option(help="Folder for the files; made if it is not there.")],
    customers: Annotated[int, typer.Option(min=200, help="About how many card holders.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files, to the byte.")] = 7,
) -> None:
    """Make a sample chain: 12 shops in 3 towns, two years, about a million lines, as messy as real files.

    What was planted in it (rhythms, leavers, pairs …) is written beside it as OUT-truth.

    [bold]regulars sample --out chain/[/bold]
    """
    from regulars.sample.chain import make_chain

    with Bars(Console(stderr=True), quiet=False) as progress:
        truth = make_chain(out, seed=seed, customers=customers, progress=progress)
    files = sorted(path.name for path in out.iterdir())
    Console(stderr=True).print(f"{len(files)} files in {out}, {truth.rows_written:,} rows. Next:")
    Console(stderr=True).print(f"  regulars analyze {out} --out report/", markup=False, highlight=False)
