"""`regulars keys`: API keys of tills, shops and other programs."""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from regulars.cli.operating import Data, doing, installation
from regulars.cli.refusing import RefusingGroup
from regulars.cli.showing import plain, table
from regulars.cli.staff import At, Role, staff_of

if TYPE_CHECKING:
    from regulars.access.moves import KeyMade

keys = typer.Typer(no_args_is_help=True, cls=RefusingGroup, help="API keys of tills, shops and other programs.")
Expires = Annotated[datetime | None, typer.Option("--expires", help="The text is valid until then (UTC).")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Key = Annotated[str, typer.Argument(help="Its id: key_…")]


@keys.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    role: Role,
    at: At = "",
    owner: Annotated[str, typer.Option("--owner", help="Mail address, where it is somebody's own.")] = "",
    expires: Expires = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Makes a key with a role somewhere, and shows its text: this once."""
    with doing("keys create", data) as told:
        from regulars.access.naming import place_named
        from regulars.access.services.keys import create_key

        whose = staff_of(owner) if owner else None
        made = create_key(name, role, place_named(at), owner=whose, expires_at=_utc(expires), **told)
    _show(made, as_json)


@keys.command("rotate")
def rotate(
    key: Key,
    days: Annotated[int, typer.Option("--days", min=0, help="So long the old text is valid beside the new one.")] = 7,
    expires: Expires = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Gives a key a new text; the old one is valid for some days more."""
    with doing("keys rotate", data) as told:
        from regulars.access.services.keys import rotate_key
        from regulars.basics.ids import untyped

        made = rotate_key(untyped("key", key), overlap=timedelta(days=days), expires_at=_utc(expires), **told)
    _show(made, as_json)


@keys.command("revoke")
def revoke(key: Key, data: Data = None) -> None:
    """Ends a key at once."""
    with doing("keys revoke", data) as told:
        from regulars.access.services.keys import revoke_key
        from regulars.basics.ids import untyped

        revoke_key(untyped("key", key), **told)
    typer.echo("Revoked.")


@keys.command("list")
def listed(data: Data = None) -> None:
    """All keys: what for, what they may where, when last used."""
    with installation(data):
        from regulars.access.gate import HOUSE, scope
        from regulars.access.naming import given_told, names
        from regulars.access.rights import Right
        from regulars.access.selectors import keys_within
        from regulars.basics.ids import typed

        called = names()
        rows = [
            [
                typed("key", key.id),
                key.name,
                given_told(key, called),
                max((f"{s.used_at:%Y-%m-%d %H:00}" for s in key.secrets.all() if s.used_at), default="never"),
                "revoked" if key.revoked_at else "",
            ]
            for key in keys_within(scope(HOUSE, Right.ACCESS_READ))
        ]
    heads = dict.fromkeys(("id", "name", "role", "last used (UTC)", ""), "left")
    plain().print(table("", heads, rows))


def _show(made: "KeyMade", as_json: bool) -> None:
    from regulars.basics.ids import typed

    expires = made.expires_at.isoformat() if made.expires_at else None
    if as_json:
        typer.echo(json.dumps({"id": typed("key", made.id), "text": made.text, "expires_at": expires}))
        return
    typer.echo(f"{typed('key', made.id)}\n\n  {made.text}\n\nKeep it now: it is not shown again.")


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
