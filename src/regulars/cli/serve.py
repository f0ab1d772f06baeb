"""`regulars serve`: the whole installation, from one command."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from regulars import __version__

if TYPE_CHECKING:
    from regulars.server.place import Place
    from regulars.server.running.options import Asked
    from regulars.server.running.supervisor import Prepared

DATA_HELP = "The data folder (else REGULARS_DATA, else ./regulars-data)."


def serve(
    data: Annotated[Path | None, typer.Option("--data", help=DATA_HELP)] = None,
    host: Annotated[str, typer.Option("--host", help="Where to listen; 0.0.0.0 for every network.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="And at which port.")] = 8000,
    web: Annotated[bool, typer.Option("--web", help="The web part alone; the worker runs elsewhere.")] = False,
    processes: Annotated[int, typer.Option("--processes", min=1, max=64, help="Processes of the web part.")] = 2,
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=64, help="Jobs that the worker does at once.")] = 4,
    tls_cert: Annotated[Path | None, typer.Option("--tls-cert", help="A certificate, with its chain (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", help="Its key (PEM, PKCS#8).")] = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A trusted proxy ends TLS and says who is at the other end.")
    ] = False,
    name: Annotated[
        list[str] | None, typer.Option("--name", help="A name the service answers to, as crm.shop.example; repeat it.")
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Listen beyond this machine without TLS.")] = False,
) -> None:
    """Starts everything: the database, the web pages and the API, the worker. Ctrl-C stops it.

    The first start makes the data folder and prints a link, valid once, to make the first administrator.
    """
    from regulars.server.running.options import Asked, Listening
    from regulars.server.running.supervisor import run

    listening = Listening(host, port, tls_cert, tls_key, behind_proxy, tuple(name or ()), plain)
    asked = Asked(place_of(data), listening, worker=not web, processes=processes, jobs=jobs)
    console = Console(highlight=False, soft_wrap=True)
    run(asked, say, announce=lambda prepared: _announce(console, asked, prepared))


def place_of(data: Path | None) -> "Place":
    """The data folder of the option, else that of the environment."""
    from regulars.server.place import Place

    here = Place.here()
    return Place(data.resolve(), here.own_url) if data else here


def say(told: str) -> None:
    """What the supervisor does, on standard error beside the logs of its parts."""
    sys.stderr.write(f"regulars: {told}\n")
    sys.stderr.flush()


def _announce(console: Console, asked: "Asked", prepared: "Prepared") -> None:
    assert asked.listening
    address = asked.listening.address
    console.print(f"[bold]Regulars {__version__}[/bold] is ready at [bold]{address}/[/bold]")
    console.print(f"Data in {asked.place.data}; database: {_database(asked)}", markup=False)
    if prepared.link:
        console.print("\nMake the first administrator (this link works once):", style="bold")
        console.print(f"{address}/first/{prepared.link}\n", markup=False)
    console.print("Ctrl-C stops it.", style="dim")


def _database(asked: "Asked") -> str:
    cluster = asked.place.cluster
    return f"PostgreSQL {cluster.major} in {cluster.home}" if cluster else "DATABASE_URL"
