"""`regulars demo`: the whole product on a chain of shops that is made up."""

import json
import os
import signal
import subprocess
import sys
import threading
import webbrowser
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from regulars.cli.terminal import logs_in, step_by_step

if TYPE_CHECKING:
    from regulars.server.running.options import Asked


_MAC: Final = sys.platform == "darwin"


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for all of it; made if it is not there.")] = Path("demo"),
    port: Annotated[int, typer.Option("--port", help="Where the pages are.")] = 8000,
    customers: Annotated[int, typer.Option(min=200, help="About how many card holders.")] = 20_000,
    until_filled: Annotated[bool, typer.Option("--until-filled", help="Stop when everything is there.")] = False,
) -> None:
    """Starts Regulars filled with a sample chain: 12 shops, their members, a programme, two years of purchases.

    Log-ins for each role are printed as soon as pages can be opened; purchases come in behind. Ctrl-C stops it, and the
    same command goes on where it was left.
    """
    from regulars.server.place import Place
    from regulars.server.running.options import Asked, Listening
    from regulars.server.running.supervisor import run

    place = Place((out / "regulars").resolve(), None)
    asked = Asked(place, Listening("127.0.0.1", port), worker=True, processes=2, jobs=2)
    filling = Filling(asked, out.resolve(), customers, until_filled)
    with logs_in(out.resolve() / "server.log"):
        try:
            run(asked, step_by_step(filling.console), announce=lambda _: filling.start())
        finally:
            filling.stop()
    raise typer.Exit(filling.status)


def seen() -> bool:
    """Whether somebody sits before this machine."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or _MAC)


class Filling:
    """The process that fills it, and what is shown of what it does."""

    def __init__(self, asked: "Asked", out: Path, customers: int, until_filled: bool) -> None:
        self.asked, self.out, self.customers, self.until_filled = asked, out, customers, until_filled
        self.console = Console(highlight=False, soft_wrap=True)
        self.process: subprocess.Popen[str] | None = None
        self.stopped = False
        self.status = 0
        self._told: dict[str, int] = {}

    def start(self) -> None:
        command = [sys.executable, "-P", "-m", "regulars.demo.filling", str(self.out), str(self.customers)]
        given = {**os.environ, **self.asked.environment(), "DJANGO_SETTINGS_MODULE": "regulars.server.settings"}
        self.process = subprocess.Popen(command, env=given, stdout=subprocess.PIPE, text=True, start_new_session=True)
        threading.Thread(target=self._watch, args=(self.process,), daemon=True).start()

    def stop(self) -> None:
        self.stopped = True
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)  # and the analysis that it may have begun
            self.process.wait(30)

    def _watch(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout
        self._show(process.stdout)
        ended = process.wait()
        if ended and not self.stopped:
            self.status = 1
            log = self.out / "server.log"
            self.console.print(f"Filling it ended early; {log} says why. The same command goes on where it was left.")
        if self.until_filled:
            os.kill(os.getpid(), signal.SIGTERM)

    def _show(self, lines: IO[str]) -> None:
        for line in lines:
            told = json.loads(line)
            if "logins" in told:
                self._log_ins(told["logins"])
            elif "member" in told:
                self._member(told["member"])
            elif "finished" in told:
                self.console.print(f"Everything is there. A report on the same sales: {told['report']}", style="bold")
                self.console.print("Ctrl-C stops it; the same command starts it again.", style="dim")
            else:
                self._step(told)

    def _step(self, told: dict[str, Any]) -> None:
        """Its name, then every tenth of it."""
        if "of" not in told:
            self.console.print(f"  {told['step']} …", style="dim")
            return
        tenth = 10 * told["done"] // max(told["of"], 1)
        if self._told.get(told["step"]) != tenth:
            self._told[told["step"]] = tenth
            self.console.print(f"  {told['step']}: {told['done']:,} of {told['of']:,}", style="dim")

    def _member(self, told: dict[str, str]) -> None:
        """How to see what members see."""
        assert self.asked.listening
        pages = f"{self.asked.listening.address}/my/"
        outbox = self.asked.place.data / "outbox" / "texts.jsonl"
        self.console.print(
            f"\nA member's own pages, phone first: [bold]{pages}link/{told['link']}[/bold] (once, within an hour)"
        )
        self.console.print(f"Or log in at {pages} as {told['phone']}; the code is the last line of {outbox}.\n")

    def _log_ins(self, logins: list[dict[str, str]]) -> None:
        assert self.asked.listening
        table = Table(box=None, pad_edge=False)
        for heading in ("Role", "Name", "Log in as", "Password"):
            table.add_column(heading, no_wrap=True)
        for one in logins:
            table.add_row(one["role"], one["name"], one["email"], one["password"])
        self.console.print(f"\nRegulars is ready at [bold]{self.asked.listening.address}/[/bold]\n")
        self.console.print(table)
        self.console.print("\nAdministrators make a second factor when they first log in. Purchases come in meanwhile:")
        if not self.until_filled and seen():
            webbrowser.open(f"{self.asked.listening.address}/")
