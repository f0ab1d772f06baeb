"""The first steps: what tills sold into the history, and the history into facts of each member as they are now."""

from pathlib import Path
from typing import Any, Final

import ibis.expr.types as ir
import pyarrow as pa

from regulars.basics.ids import typed
from regulars.history.lake import Lake
from regulars.insight.analysis import prepare
from regulars.insight.settings import WrongSetting
from regulars.insight.working import keep_working
from regulars.journal.moves import Actor
from regulars.journal.statements import run as asked
from regulars.sales.sending import into_lake
from regulars.scorebook.computing.desk import ASIDE, Desk
from regulars.scorebook.errors import NothingToScore

LAKE_MEMORY: Final = "1GB"
_GOING: Final = Actor.job("sales.into_lake")
_LARGEST: Final = (
    "SELECT currency FROM sales_batch WHERE organisation = %s AND done_at IS NOT NULL"
    " GROUP BY currency ORDER BY sum(lines) DESC, currency"
)
# Who is somebody else now, and who is nobody any more though the lake may not know it yet.
_NOW: Final = (
    "SELECT id, CASE WHEN state <> 'erased' THEN root_id END FROM members_member"
    " WHERE organisation = %s AND (root_id <> id OR state = 'erased')"
)


def history(desk: Desk) -> dict[str, Any]:
    """What waits in the outbox goes into the lakes, of all organisations, as every night."""
    lines = 0
    while brought := into_lake(actor=_GOING, at=desk.at):
        lines += brought
        desk.say("history", lines)
    return {"lines": lines}


def facts(desk: Desk) -> dict[str, Any]:
    """Days and facts of each member, kept in the run's own file."""
    folder = _lake(desk)
    with Lake(folder, memory=LAKE_MEMORY) as lake:
        desk.currency = lake.currency
        working = keep_working(as_they_are_now(desk, lake.lines(desk.engine)), desk.engine)
        generation, files = lake.generation, len(lake.files())
    suspicious = desk.engine.arrow(working.suspicious())
    desk.keep(ASIDE, suspicious.select(["number"]))
    aside = suspicious["number"].to_pylist()
    try:
        desk.work = prepare(working, aside, desk.settings, desk.currency, desk.say)
    except WrongSetting as nothing:
        raise NothingToScore(f"Nothing was sold up to {desk.cut_off}.") from nothing
    customers = desk.work.count(desk.work.facts)
    if not customers:
        raise NothingToScore(f"No purchase up to {desk.cut_off} says whose it was.")
    used = {"lake_generation": generation, "files": files, "accounts_aside": len(aside)}
    return {"customers": customers, "currency": desk.currency, **used}


def _lake(desk: Desk) -> Path:
    """The lake of the currency that most lines are in; others are left out, and said to be."""
    found = [currency for (currency,) in asked(_LARGEST, [desk.organisation])]
    there = [currency for currency in found if (desk.lakes / currency / "manifest.json").exists()]
    if not there:
        raise NothingToScore("No purchase has come into the history yet.")
    for other in there[1:]:
        desk.left_out[f"currency {other}"] = "other-currency"
    return desk.lakes / str(there[0])


def as_they_are_now(desk: Desk, lines: ir.Table) -> ir.Table:
    """The lines under the ids of who their customers are now."""
    rows = asked(_NOW, [desk.organisation])
    if not rows:
        return lines
    then = pa.array([typed("mbr", number) for number, _ in rows], pa.string())
    now = pa.array([typed("mbr", root) if root is not None else None for _, root in rows], pa.string())
    desk.keep("scorebook_now", pa.table({"then": then, "now": now}))
    return desk.engine.view(
        "scorebook_lines",
        "SELECT l.* REPLACE (CASE WHEN n.then IS NULL THEN l.customer ELSE n.now END AS customer)"
        " FROM lake_lines l LEFT JOIN scorebook_now n ON n.then = l.customer",
    )
