"""`regulars journal`: who did what, and whether the trail is whole."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regulars.cli.operating import Data, installation
from regulars.cli.refusing import RefusingGroup
from regulars.cli.showing import plain, table

if TYPE_CHECKING:
    from regulars.journal.moves import Line

journal = typer.Typer(no_args_is_help=True, cls=RefusingGroup, help="The trail: who did what, and who looked at whom.")
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Moment = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"])]


@journal.command("verify")
def verify(
    anchor: Annotated[list[str] | None, typer.Option("--anchor", help="An anchor kept before; repeat it.")] = None,
    anchors: Annotated[Path | None, typer.Option("--anchors", help="A file with an anchor a line.")] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Recomputes the chain of seals from the first line, and says where it breaks."""
    with installation(data):
        from regulars.journal.errors import JournalBroken
        from regulars.journal.moves import Anchor
        from regulars.journal.verifying import verify as check

        kept = [*(anchor or []), *_lines_of(anchors)]
        found = check([Anchor.read(text) for text in kept])
        if broken := found.broken:
            raise JournalBroken(
                f"The chain does not hold at line {broken.number}: {broken.reason}.",
                number=broken.number,
                reason=broken.reason,
            )
    if as_json:
        told = {"lines": found.head.number, "unsealed": found.unsealed, "anchor": str(found.head)}
        typer.echo(json.dumps({**told, "anchors": len(kept)}))
        return
    typer.echo(f"The chain holds: {found.head.number:,} lines sealed, {found.unsealed:,} waiting for their seal.")
    typer.echo(f"Anchors compared: {len(kept)}. The head is\n{found.head}")


@journal.command("anchor")
def anchor(
    out: Annotated[Path | None, typer.Option("--out", help="A file to add it to, on another machine's disk.")] = None,
    data: Data = None,
) -> None:
    """Prints the head of the chain. Kept elsewhere, it shows later whether the trail was rewritten."""
    with installation(data):
        from regulars.journal.verifying import head

        found = str(head())
    typer.echo(found)
    if out:
        with out.open("a", encoding="ascii") as kept:
            kept.write(f"{found}\n")


@journal.command("search")
def search(
    about: Annotated[str, typer.Option("--about", help="Whom or what it was done to: mbr_…, crd_…, acc_…")] = "",
    actor: Annotated[str, typer.Option("--actor", help="Who did it: stf_…, key_…, a mail address of staff.")] = "",
    deed: Annotated[str, typer.Option("--deed", help="As in members.read or ledger.adjust.")] = "",
    merchant: Annotated[str, typer.Option("--merchant", help="mrc_…")] = "",
    store: Annotated[str, typer.Option("--store", help="str_…")] = "",
    since: Moment = None,
    until: Moment = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many lines, the newest.")] = 50,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Lines of the trail, the newest first. Times are UTC."""
    with installation(data):
        from itertools import islice

        from regulars.journal.moves import Seen, Sought
        from regulars.journal.selectors import search_all

        sought = Sought(
            subject=about or None,
            actor=_actor(actor) or None,
            what=deed or None,
            merchant=merchant or None,
            store=store or None,
            since=since and since.replace(tzinfo=UTC),
            until=until and until.replace(tzinfo=UTC),
        )
        lines = list(islice(search_all(sought, seen=Seen(everything=True)), limit))
    if as_json:
        for line in lines:
            typer.echo(json.dumps(asdict(line), ensure_ascii=False, default=str))
        return
    heads = dict.fromkeys(("when (UTC)", "who", "deed", "about", "where", "what"), "left")
    plain().print(table("", heads, [_row(line) for line in lines]))


def _row(line: "Line") -> list[str]:
    facts = json.dumps(line.after, ensure_ascii=False, default=str) if line.after else ""
    who = f"{line.actor_name or line.actor_id} {line.address}".strip()
    place = line.store or line.merchant
    return [f"{line.at:%Y-%m-%d %H:%M:%S}", who, line.what, line.subject, place, f"{facts} {line.reason}".strip()]


def _actor(text: str) -> str:
    from regulars.basics.ids import typed
    from regulars.cli.staff import staff_of

    return typed("stf", staff_of(text)) if "@" in text else text


def _lines_of(path: Path | None) -> list[str]:
    from regulars.journal.errors import WrongAnchor

    if path is None:
        return []
    try:
        return [line for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as failed:
        raise WrongAnchor(f"{path} cannot be read: {failed}.") from failed
