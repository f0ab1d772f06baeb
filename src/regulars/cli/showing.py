"""What commands show while they work, and at the end: bars and tables, on standard error."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console, JustifyMethod
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

WIDE = 240  # columns where nobody looks and another program reads


def plain() -> Console:
    """For lists on standard output: as wide as the terminal; through a pipe a line stays a line."""
    return Console(highlight=False, soft_wrap=True, width=None if Console().is_terminal else WIDE)


class Bars:
    """A `Progress` listener that draws one bar a stage; silent when asked to be or when nobody looks."""

    def __init__(self, console: Console, *, quiet: bool) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._bars = Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "Bars":
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Takes the bars away while a person is asked something."""
        self._bars.stop()
        try:
            yield
        finally:
            self._bars.start()

    def __call__(self, what: str, done: int, total: int) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what, total=total or None)
        self._bars.update(self._tasks[what], completed=done, total=total or None)


def table(title: str, columns: Mapping[str, str], rows: list[list[str]]) -> Table:
    """A plain table; `columns` maps heading → "left" or "right". Ids stay whole, to be copied."""
    drawn = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="dim")
    for heading, side in columns.items():
        justify: JustifyMethod = "right" if side == "right" else "left"
        drawn.add_column(heading, justify=justify, overflow="fold", no_wrap=heading == "id")
    for row in rows:
        drawn.add_row(*row)
    return drawn
