"""`regulars init`: an installation of one's own, from nothing to the page that asks for a file."""

import locale
import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.prompt import Prompt

from regulars import __version__
from regulars.basics.errors import RegularsError
from regulars.cli.demo import seen
from regulars.cli.serve import DATA_HELP, place_of, say

if TYPE_CHECKING:
    from regulars.server.running.options import Asked
    from regulars.server.running.supervisor import Prepared

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
    port: Annotated[int, typer.Option("--port", help="Where the pages are.")] = 8000,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no page.")] = False,
) -> None:
    """Begins an installation of your own: makes the organisation, starts everything, and opens the page that makes the
    first administrator and then asks for a file of your till. Ctrl-C stops it; `regulars serve` starts it again.
    """
    from regulars.server.running.options import Asked, Listening
    from regulars.server.running.supervisor import run

    asks = not unattended and sys.stdin.isatty()
    given = {"name": name, "country": country, "zone": zone, "currency": currency}
    begin = settled(given, asks=asks)
    asked = Asked(place_of(data), Listening("127.0.0.1", port), processes=2, jobs=2, begin=begin)
    console = Console(highlight=False, soft_wrap=True)
    run(asked, say, announce=lambda prepared: _announce(console, asked, prepared, browser=not no_browser))


def settled(given: Mapping[str, str], *, asks: bool) -> dict[str, str]:
    """What was said, else what fits the country, else what is answered. Raises WrongInitOption."""
    country = given["country"].upper() or country_here()
    name = given["name"]
    if asks and not name:
        name = Prompt.ask("What is your organisation called", default="My shop")
    if asks and not given["country"]:
        country = Prompt.ask("In which country is it (two letters)", default=country).upper()
    zone, currency = given["zone"] or zone_of(country), given["currency"].upper() or currency_of(country)
    if asks and not given["zone"]:
        zone = Prompt.ask("Its time zone", default=zone)
    if asks and not given["currency"]:
        currency = Prompt.ask("Its currency", default=currency).upper()
    _check(zone, currency)
    return {"name": name or "My shop", "zone": zone, "currency": currency}


def _check(zone: str, currency: str) -> None:
    from zoneinfo import available_timezones

    from babel.numbers import list_currencies

    if zone not in available_timezones():
        raise WrongInitOption(f"There is no time zone {zone!r}; one is called Europe/Amsterdam, another Asia/Shanghai.")
    if currency not in list_currencies():
        raise WrongInitOption(f"There is no currency {currency!r}; one is called EUR, another CNY.")


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
    address = asked.listening.address
    console.print(f"\n[bold]Regulars {__version__}[/bold] is ready. Data in {asked.place.data}")
    page = f"{address}/first/{prepared.link}" if prepared.link else f"{address}/import"
    if prepared.link:
        console.print("Make the first administrator here (this link works once), then bring a file of your till:")
    else:
        console.print("It was begun before: log in, and bring a file of your till:", style="bold")
    console.print(f"\n  {page}\n", markup=False)
    console.print("Ctrl-C stops it; regulars serve starts it again.", style="dim")
    if browser and seen():
        webbrowser.open(page)
