"""`regulars alerts`: odd operations, and the rules that find them."""

from typing import Annotated

import typer

from regulars.cli.operating import Data, doing, installation
from regulars.cli.refusing import RefusingGroup
from regulars.cli.showing import plain, table

alerts = typer.Typer(no_args_is_help=True, cls=RefusingGroup, help="Odd operations, and the rules that find them.")


@alerts.command("list")
def listed(
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, the newest.")] = 50,
    data: Data = None,
) -> None:
    """Alerts, the newest first, and how many letters of each went out."""
    with installation(data):
        from regulars.access.naming import alerts_told

        rows = alerts_told(limit)
    heads = dict.fromkeys(("when (UTC)", "rule", "about", "measured", "letters"), "left")
    plain().print(table("", heads, rows))


@alerts.command("rules")
def rules(data: Data = None) -> None:
    """The rules with their limits and windows."""
    with installation(data):
        from regulars.access.models import AlertRule

        found = AlertRule.objects.order_by("code")
        rows = [
            [r.code, f"{r.measure} per {r.group}", str(r.threshold), f"{r.seconds / 60:g}", "" if r.active else "off"]
            for r in found
        ]
    heads = dict.fromkeys(("rule", "measures", "limit", "minutes", ""), "left")
    plain().print(table("", heads, rows))


@alerts.command("set")
def change(
    rule: Annotated[str, typer.Argument(help="Its code, as `regulars alerts rules` shows it.")],
    limit: Annotated[int | None, typer.Option("--limit", help="An alert from so many on.")] = None,
    minutes: Annotated[int | None, typer.Option("--minutes", help="Within so long.")] = None,
    on: Annotated[bool, typer.Option("--on", help="It is looked at.")] = False,
    off: Annotated[bool, typer.Option("--off", help="It is not looked at.")] = False,
    data: Data = None,
) -> None:
    """Changes a rule."""
    with doing("alerts set", data) as told:
        from regulars.access.services.alerts import set_rule

        seconds = None if minutes is None else 60 * minutes
        set_rule(rule, threshold=limit, seconds=seconds, active=on if on or off else None, **told)
    typer.echo("Changed.")


@alerts.command("test")
def test(email: Annotated[str, typer.Argument(help="Where a letter is sent to.")]) -> None:
    """Sends a letter through REGULARS_SMTP_URL, and says what the mail server answered."""
    from email.message import EmailMessage

    from regulars.access.alerts.transports import SMTP_URL, DeliveryFailed, MailServer
    from regulars.access.errors import WrongSetting

    server = MailServer.here()
    if server is None:
        raise WrongSetting(f"{SMTP_URL} is not set.", field=SMTP_URL)
    message = EmailMessage()
    message["Subject"], message["To"] = "Regulars: a test", email
    message.set_content("Alerts of Regulars will come this way.\n")
    try:
        server.send(message)
    except DeliveryFailed as failed:
        raise WrongSetting(f"The letter did not go out: {failed}", field=SMTP_URL) from failed
    typer.echo("Sent.")
