"""Everybody scored, with what the files brought."""

import json
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from regulars.access.models import Organisation
from regulars.basics.ids import typed
from regulars.imports.models import Import, Table
from regulars.imports.moves import WAITS
from regulars.imports.working.desk import Desk
from regulars.journal.statements import run
from regulars.scorebook import services
from regulars.scorebook.errors import ScoresUnderWay

# A file that ends long ago is scored as of its end: as of today everybody would have left.
LONG_AGO: Final = timedelta(days=21)
_LAST: Final = """
SELECT max(s.effective_at AT TIME ZONE %s)::date FROM sales_sale s
WHERE s.organisation = %s AND s.state = 'complete' AND s.member IS NOT NULL
"""
# The newest of each organisation speaks for all of them.
_WAIT: Final = """
SELECT DISTINCT ON (organisation) claim, id FROM imports_import
WHERE state = 'booked' AND told ->> 'scores' = %s ORDER BY organisation, id DESC
"""
_TOLD: Final = """
UPDATE imports_import SET told = told || %s::jsonb
WHERE organisation = (SELECT organisation FROM imports_import WHERE id = %s) AND state = 'booked'
    AND told ->> 'scores' = %s RETURNING 1
"""


def ask(desk: Desk, tables: list[Table]) -> dict[str, Any]:
    """The run itself is the scorebook's. Where one is at work already, another follows it (`ask_again`): that one may
    have begun before all bills were there. Where nothing came, none is asked for."""
    if tables and not any(desk.row.told.get(name) for name in ("booked", "came_back", "joined")):
        return {}
    cut_off = cut_off_of(desk)
    if not desk.wish.scores or cut_off is None:
        return {}
    try:
        number = services.ask(organisation=desk.organisation, cut_off=cut_off, actor=desk.actor, at=desk.at)
    except ScoresUnderWay:
        return {"scores": WAITS}
    return {"scores": typed("scr", number), "cut_off": cut_off.isoformat()}


def ask_again(*, at: datetime) -> int:
    """The runs that imports waited for while another was at work, one for all imports of an organisation; how many
    were asked for."""
    asked = 0
    for claim, number in run(_WAIT, [WAITS]):
        told = ask(Desk(Import.objects.get(pk=number), claim, at), [])
        if told.get("scores") != WAITS:
            run(_TOLD, [json.dumps(told or {"scores": ""}), number, WAITS])
            asked += 1
    return asked


def cut_off_of(desk: Desk) -> date | None:
    """The day that everybody is looked at as of; None where nobody has bought anything. Two queries."""
    zone = Organisation.objects.get(pk=desk.organisation).zone
    ((last,),) = run(_LAST, [zone, desk.organisation])
    yesterday = desk.at.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    if last is None:
        return None
    return last if last < yesterday - LONG_AGO else yesterday
