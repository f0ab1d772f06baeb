"""The command line: commands ask and show, and decide nothing.

Exit status: 0 done, 2 refused (something the user can mend), 130 stopped by the user.
"""

from typing import Annotated

import typer

from regulars import __version__
from regulars.cli.alerts import alerts
from regulars.cli.analyze import analyze
from regulars.cli.backup import backup, restore, upgrade, verify_backup
from regulars.cli.campaign import campaign
from regulars.cli.churn import churn
from regulars.cli.complaints import complaints
from regulars.cli.demo import demo
from regulars.cli.doctor import doctor
from regulars.cli.init import init
from regulars.cli.journal import journal
from regulars.cli.keys import keys
from regulars.cli.lake import history
from regulars.cli.ledger import ledger
from regulars.cli.members import members
from regulars.cli.moving import move_in
from regulars.cli.next import next_baskets
from regulars.cli.offers import offers
from regulars.cli.places import places
from regulars.cli.refusing import RefusingGroup
from regulars.cli.sample import sample
from regulars.cli.score import score
from regulars.cli.scores import scores
from regulars.cli.secrets import secrets
from regulars.cli.serve import serve
from regulars.cli.staff import staff
from regulars.cli.survey import survey
from regulars.cli.worker import worker

app = typer.Typer(
    name="regulars",
    cls=RefusingGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Know your regulars: who they are, what each is worth, who is slipping away.\n\n"
    "Start with your own sales file:  [bold]regulars analyze sales.csv --out report/[/bold]\n\n"
    "or begin an installation of your own:  [bold]regulars init[/bold]\n\n"
    "or make a sample chain to try:  [bold]regulars sample --out chain/[/bold]",
)
app.command()(analyze)
app.command()(churn)
app.command()(sample)
app.command()(score)
app.command("next")(next_baskets)
app.command()(offers)
app.command()(survey)
app.command()(complaints)
app.command()(init)
app.command()(demo)
app.command()(serve)
app.command()(worker)
app.command()(doctor)
app.command()(backup)
app.command("verify-backup")(verify_backup)
app.command()(restore)
app.command()(upgrade)
app.command("move-in")(move_in)
app.add_typer(history, name="history")
app.add_typer(staff, name="staff")
app.add_typer(places, name="places")
app.add_typer(keys, name="keys")
app.add_typer(secrets, name="secrets")
app.add_typer(journal, name="journal")
app.add_typer(alerts, name="alerts")
app.add_typer(campaign, name="campaign")
app.add_typer(ledger, name="ledger")
app.add_typer(members, name="members")
app.add_typer(scores, name="scores")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"regulars {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version.")
    ] = False,
) -> None:
    """Only for `--version`; every deed is a command of its own."""
