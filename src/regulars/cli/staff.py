"""`regulars staff`: who works with Regulars, and what they may where."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from regulars.cli.operating import Data, doing, installation
from regulars.cli.refusing import RefusingGroup
from regulars.cli.showing import plain, table

if TYPE_CHECKING:
    from uuid import UUID

staff = typer.Typer(no_args_is_help=True, cls=RefusingGroup, help="Staff: who they are, and what they may where.")
AT_HELP: Final = "A place: an id, the name of a merchant, or Merchant/Store. Without it the whole organisation."
ROLE_HELP: Final = "What they may: administrator, marketer, analyst, clerk, till, auditor, support, or one of your own."
At = Annotated[str, typer.Option("--at", help=AT_HELP)]
Mail = Annotated[str, typer.Argument(help="The mail address.")]
Role = Annotated[str, typer.Option("--role", help=ROLE_HELP)]


@staff.command("add")
def add(
    email: Mail,
    name: Annotated[str, typer.Option("--name", help="As colleagues know them.")],
    role: Role,
    at: At = "",
    data: Data = None,
) -> None:
    """Takes somebody on, with a role somewhere. Asks for their first password."""
    with doing("staff add", data) as told:
        from django.db import transaction

        from regulars.access.naming import place_named
        from regulars.access.services.roles import assign
        from regulars.access.services.staff import hire

        place = place_named(at)
        password = _password()
        with transaction.atomic():
            made = hire(email, name=name, password=password, **told)
            assign(role, place, staff=made, **told)
    typer.echo(f"{name} is {role} now.")


@staff.command("list")
def listed(data: Data = None) -> None:
    """Everybody, with what they may where."""
    with installation(data):
        from regulars.access.gate import HOUSE, scope
        from regulars.access.naming import given_told, made_on, names
        from regulars.access.rights import Right
        from regulars.access.selectors import staff_within

        called = names()
        rows = [
            [one.email, one.name, "" if one.is_active else "closed", made_on(one), given_told(one, called)]
            for one in staff_within(scope(HOUSE, Right.ACCESS_READ))
        ]
    heads = dict.fromkeys(("mail address", "name", "", "second factor", "role"), "left")
    plain().print(table("", heads, rows))


@staff.command("give")
def give(
    email: Mail,
    role: Role,
    at: At = "",
    until: Annotated[datetime | None, typer.Option("--until", help="The role ends then (UTC).")] = None,
    data: Data = None,
) -> None:
    """Gives somebody a further role."""
    with doing("staff give", data) as told:
        from regulars.access.naming import place_named
        from regulars.access.services.roles import assign

        assign(role, place_named(at), staff=staff_of(email), until=until and until.replace(tzinfo=UTC), **told)
    typer.echo(f"{email} is {role} now.")


@staff.command("take")
def take(email: Mail, role: Role, at: At = "", data: Data = None) -> None:
    """Takes a role back."""
    with doing("staff take", data) as told:
        from regulars.access.naming import assignment_of, place_named
        from regulars.access.services.roles import withdraw

        withdraw(assignment_of(staff_of(email), role, place_named(at)), **told)
    typer.echo(f"{email} is {role} no longer.")


@staff.command("close")
def close(email: Mail, data: Data = None) -> None:
    """Closes somebody's account: sessions and own keys end at once."""
    with doing("staff close", data) as told:
        from regulars.access.services.staff import deactivate

        keys = deactivate(staff_of(email), **told)
    typer.echo(f"Closed. Sessions ended; own keys revoked: {keys}.")


@staff.command("reopen")
def reopen(email: Mail, data: Data = None) -> None:
    """Opens a closed account again, with the roles it had; keys stay revoked."""
    with doing("staff reopen", data) as told:
        from regulars.access.services.staff import reactivate

        reactivate(staff_of(email), **told)
    typer.echo("Open again.")


@staff.command("password")
def password(email: Mail, data: Data = None) -> None:
    """Sets a new password, for somebody who lost theirs. Ends their sessions."""
    with doing("staff password", data) as told:
        from regulars.access.services.staff import set_password

        set_password(staff_of(email), _password(), actor=told["actor"], at=told["at"])
    typer.echo("Set.")


@staff.command("forget-factor")
def forget_factor(
    email: Mail,
    reason: Annotated[str, typer.Option("--reason", help="For the journal: what happened, who asked.")] = "",
    data: Data = None,
) -> None:
    """Takes the second factor away from somebody who lost it, also from the only administrator. Ends their sessions."""
    with doing("staff forget-factor", data) as told:
        from regulars.access.services.factors import remove

        remove(staff_of(email), reason=reason, **told)
    typer.echo("Taken away. At the next log-in they are asked to make a new one, if they must have one.")


def staff_of(email: str) -> "UUID":
    """Raises UnknownStaff."""
    from regulars.access.errors import UnknownStaff
    from regulars.access.selectors import staff_of_email

    found = staff_of_email(email)
    if found is None:
        raise UnknownStaff("Nobody has this mail address.")
    return found.id


def _password() -> str:
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
