"""`regulars places`: the organisation's merchants and their stores."""

from typing import Annotated

import typer

from regulars.cli.operating import Data, doing, installation
from regulars.cli.refusing import RefusingGroup
from regulars.cli.showing import plain, table
from regulars.cli.staff import At

places = typer.Typer(no_args_is_help=True, cls=RefusingGroup, help="Organisations, their merchants and their stores.")
Name = Annotated[str, typer.Argument(help="Its name.")]


@places.command("list")
def listed(data: Data = None) -> None:
    """All places, with their ids."""
    with installation(data):
        from regulars.access.naming import places_told

        rows = places_told()
    heads = dict.fromkeys(("id", "place", "zone", "currency", "region", "number", "closed"), "left")
    plain().print(table("", heads, rows))


@places.command("merchant")
def merchant(
    name: Name,
    zone: Annotated[str, typer.Option("--zone", help="As in Asia/Shanghai.")],
    currency: Annotated[str, typer.Option("--currency", help="As in CNY.")],
    at: At = "",
    data: Data = None,
) -> None:
    """Adds a merchant to an organisation."""
    with doing("places merchant", data) as told:
        from regulars.access.moves import NewMerchant
        from regulars.access.naming import place_named
        from regulars.access.services.places import open_merchants
        from regulars.basics.ids import typed

        [made] = open_merchants(place_named(at).organisation, [NewMerchant(name, zone, currency)], **told)
        typer.echo(typed("mrc", made))


@places.command("store")
def store(
    name: Name,
    at: Annotated[str, typer.Option("--at", help="Its merchant: an id or a name.")],
    number: Annotated[str, typer.Option("--number", help="The number its tills know.")] = "",
    zone: Annotated[str, typer.Option("--zone", help="Where it is not the merchant's.")] = "",
    region: Annotated[str, typer.Option("--region", help="As in North.")] = "",
    currency: Annotated[str, typer.Option("--currency", help="Where it is not the merchant's.")] = "",
    data: Data = None,
) -> None:
    """Adds a store to a merchant."""
    with doing("places store", data) as told:
        from regulars.access.errors import UnknownPlace
        from regulars.access.moves import NewStore
        from regulars.access.naming import place_named
        from regulars.access.services.places import open_stores
        from regulars.basics.ids import typed

        place = place_named(at)
        if place.merchant is None:
            raise UnknownPlace("A store is added to a merchant.")
        [made] = open_stores(place.merchant, [NewStore(name, number, zone, region, currency)], **told)
        typer.echo(typed("str", made))
