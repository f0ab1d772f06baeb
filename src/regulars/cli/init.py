"""`regulars init`: an installation of one's own, from nothing to the page that asks for a file."""

import locale
import shlex
import sys
import webbrowser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.prompt import Prompt

from regulars import __version__
from regulars.basics.errors import RegularsError
from regulars.cli.demo import seen
from regulars.cli.serve import DATA_HELP, place_of
from regulars.cli.terminal import logs_in, step_by_step

if TYPE_CHECKING:
    from regulars.server.running.options import Asked
    from regulars.server.running.supervisor import Prepared

PORT: Final = 8000
_ZONES: Final = Path("/etc/localtime")


class WrongInitOption(RegularsError):
    """A country, time zone or currency that there is not."""

    code = "wrong-init-option"


def init(
    data: Annotated[Path | None, typer.Option("--data", help=DATA_HELP)] = None,
    name: Annotated[str, typer.Option("--name", help="What your organisation is called.")] = "",
    country: Annotated[str, typer.Option("--country", help="Where it is, in two letters: CN, NL, GB.")] = "",
    zone: Annotated[str, typer.Option("--zone", help="Its time zone, as in Asia/Shanghai; else the country's.")] = "",
    currency: Annotated[str, typer.Option("--currency", help="Its currency, as in CNY; else the country's.")] = "",
    unattended: Annotated[bool, typer.Option("--unattended", help="Ask nothing: what is not said is guessed.")] = False,
    port: Annotated[int, typer.Option("--port", help="Where the pages are.")] = PORT,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no page.")] = False,
) -> None:
    """Begins an installation of your own: makes the organisation, starts everything, and opens the page that makes the
    first administrator and then asks for a file of your till. Ctrl-C stops it; `regulars serve` starts it again.
    """
    from regulars.server.running.options import Asked, Listening
    from regulars.server.running.supervisor import run

    asks = not unattended and _watched()
    given = {"name": name, "country": country, "zone": zone, "currency": currency}
    begin = settled(given, asks=asks)
    asked = Asked(place_of(data), Listening("127.0.0.1", port), processes=2, jobs=2, begin=begin)
    console = Console(highlight=False, soft_wrap=True)
    with logs_in(asked.place.data / "server.log"):
        said = step_by_step(console)
        run(asked, said, announce=lambda prepared: _announce(console, asked, prepared, browser=not no_browser))


def _watched() -> bool:
    return sys.stdin.isatty()


def settled(given: Mapping[str, str], *, asks: bool) -> dict[str, str]:
    """What was said, else what fits the country, else what is answered. Raises WrongInitOption."""
    country, name = given["country"].upper() or country_here(), given["name"]
    if asks and not name:
        name = Prompt.ask("What is your organisation called", default="My shop")
    if asks and not given["country"]:
        country = answered("In which country is it (two letters)", country, lambda told: _country(told.upper()))
    zone, currency = given["zone"] or zone_of(country), given["currency"].upper() or currency_of(country)
    if asks and not given["zone"]:
        zone = answered("Its time zone", zone, _zone)
    if asks and not given["currency"]:
        currency = answered("Its currency", currency, lambda told: _currency(told.upper()))
    return {"name": name or "My shop", "zone": _zone(zone), "currency": _currency(currency)}


def answered(question: str, default: str, checked: Callable[[str], str]) -> str:
    """Asked again, with the reason, as long as the answer cannot be."""
    while True:
        try:
            return checked(Prompt.ask(question, default=default).strip())
        except WrongInitOption as wrong:
            Console(highlight=False).print(str(wrong), style="yellow", markup=False)


def _country(code: str) -> str:
    zone_of(code)
    return code


def _zone(name: str) -> str:
    from zoneinfo import available_timezones

    if name not in available_timezones():
        raise WrongInitOption(f"There is no time zone {name!r}; one is called Europe/Amsterdam, another Asia/Shanghai.")
    return name


def _currency(code: str) -> str:
    from babel.numbers import list_currencies

    if code not in list_currencies():
        raise WrongInitOption(f"There is no currency {code!r}; one is called EUR, another CNY.")
    return code


def country_here() -> str:
    """By the machine's time zone, else by its language.

    >>> country_here() == country_here().upper()
    True
    """
    from babel.core import get_global

    found = get_global("zone_territories").get(_zone_here())
    if found and len(found) == 2:
        return str(found)
    told = (locale.getlocale()[0] or "").partition("_")[2].partition(".")[0]
    return told if len(told) == 2 and told.isupper() else "GB"


def _zone_here() -> str:
    return str(_ZONES.resolve()).partition("zoneinfo/")[2]


def zone_of(country: str) -> str:
    """This machine's, where it lies there; else the one that most people there have. Raises WrongInitOption.

    >>> zone_of("CN"), zone_of("NL")
    ('Asia/Shanghai', 'Europe/Amsterdam')
    """
    from babel.core import get_global

    zones = [str(zone) for zone in get_global("territory_zones").get(country, ())]
    if not zones:
        raise WrongInitOption(f"There is no country {country!r}; one is called CN, another NL.")
    here = _zone_here()
    capital = {"CN": "Asia/Shanghai", "US": "America/New_York", "GB": "Europe/London", "DE": "Europe/Berlin"}
    return here if here in zones else capital.get(country, zones[0])


def currency_of(country: str) -> str:
    """
    >>> currency_of("CN"), currency_of("NL")
    ('CNY', 'EUR')
    """
    from babel.numbers import get_territory_currencies

    found = get_territory_currencies(country)
    return str(found[0]) if found else "EUR"


def _announce(console: Console, asked: "Asked", prepared: "Prepared", *, browser: bool) -> None:
    assert asked.listening
    address, data = asked.listening.address, asked.place.data
    console.print(f"\n[bold]Regulars {__version__}[/bold] is ready. Data in {data}")
    page = f"{address}/first/{prepared.link}" if prepared.link else f"{address}/import"
    if prepared.link:
        console.print("\nOpen this page to make the first administrator (it works once, for 24 hours);")
        console.print("the next one asks for a file of your till:")
    else:
        console.print("\nIt was begun before. Log in here, and bring a file of your till:")
    console.print(f"\n  {page}\n", style="bold", markup=False)
    console.print(f"Ctrl-C stops it; {_again(asked)} starts it again. What it logs: {data / 'server.log'}", style="dim")
    if browser and seen():
        webbrowser.open(page)


def _again(asked: "Asked") -> str:
    """The command that starts this very installation."""
    from regulars.server.place import DEFAULT

    assert asked.listening
    data = "" if asked.place.data == DEFAULT.resolve() else f" --data {shlex.quote(str(asked.place.data))}"
    port = "" if asked.listening.port == PORT else f" --port {asked.listening.port}"
    return f"regulars serve{data}{port}"
