"""Runs are asked for, by people and by the clock, and cancelled. The work itself is the worker's (`computing`)."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import run
from regulars.scorebook.errors import ScoresRunEnded, ScoresUnderWay, UnknownScoresRun
from regulars.scorebook.moves import PREFIX, STEPS, Wish

_USUAL: Final = Wish()
# What is left out counts as yesterday: the last day that is whole on the organisation's own clock.
_ASK: Final = """
INSERT INTO scorebook_run (id, organisation, state, present, cut_off, currency, night_on, actor, made_at, tries, doing,
    part, whole, members, classes_version, left_out, code, detail)
SELECT %(id)s, o.id, 'waiting', false,
    coalesce(%(cut_off)s::date, (%(at)s::timestamptz AT TIME ZONE o.zone)::date - 1), '', %(night_on)s::date,
    %(actor)s, %(at)s, 0, '', 0, 0, 0, 0, '{}', '', ''
FROM access_organisation o WHERE o.id = %(organisation)s ON CONFLICT DO NOTHING RETURNING cut_off
"""
_STEPS: Final = (
    "INSERT INTO scorebook_step (run, number, name, told) SELECT %s, n, name, '{}'"
    " FROM unnest(%s::text[]) WITH ORDINALITY AS s(name, n)"
)
# By the clock: where the hour is past, nobody was at it that night or asked for the same day, and something was sold
# before the day began.
_DUE: Final = f"""
SELECT o.id, here.day FROM access_organisation o LEFT JOIN scorebook_plan p ON p.organisation = o.id,
    LATERAL (SELECT (%(at)s::timestamptz AT TIME ZONE o.zone) AS now) AS clock,
    LATERAL (SELECT clock.now::date AS day, clock.now::date AT TIME ZONE o.zone AS begun) AS here
WHERE coalesce(p.nightly, true) AND extract(hour FROM clock.now) >= coalesce(p.hour, {_USUAL.hour})
    AND NOT EXISTS (SELECT FROM scorebook_run r WHERE r.organisation = o.id
        AND (r.night_on = here.day OR r.state IN ('waiting', 'running')
            OR r.state = 'done' AND r.cut_off >= here.day - 1))
    AND EXISTS (SELECT FROM sales_sale s WHERE s.organisation = o.id AND s.effective_at < here.begun)
"""
_CANCEL: Final = """
UPDATE scorebook_run SET cancel_at = coalesce(cancel_at, %(at)s),
    state = CASE state WHEN 'waiting' THEN 'cancelled' ELSE state END,
    ended_at = CASE state WHEN 'waiting' THEN %(at)s::timestamptz END
WHERE id = %(id)s AND organisation = %(organisation)s AND state IN ('waiting', 'running') RETURNING state
"""


@transaction.atomic
def ask(
    *, organisation: UUID, cut_off: date | None = None, night_on: date | None = None, actor: Actor, at: datetime
) -> UUID:
    """A new run, as of the end of `cut_off`; of yesterday where none is said. Three queries. Raises ScoresUnderWay."""
    number = new_id(at)
    asked = {
        "id": number, "organisation": organisation, "cut_off": cut_off, "night_on": night_on, "actor": actor.id,
        "at": at,
    }  # fmt: skip
    made = run(_ASK, asked)
    if not made:
        raise ScoresUnderWay("A run of this organisation is under way already: wait for it, or cancel it.")
    run(_STEPS, [number, list(STEPS)])
    told = {"run": typed(PREFIX, number), "cut_off": made[0][0].isoformat()}
    record([Deed("scores.ask", typed("org", organisation), after=told)], actor=actor, at=at)
    return number


def ask_by_clock(*, actor: Actor, at: datetime) -> int:
    """The runs of this night that are due; how many. One query, and three for each."""
    asked = 0
    for organisation, night_on in run(_DUE, {"at": at}):
        try:
            ask(organisation=organisation, night_on=night_on, actor=actor, at=at)
        except ScoresUnderWay:  # somebody was quicker
            continue
        asked += 1
    return asked


@transaction.atomic
def cancel(number: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """Ends a run: at once where it waits, else as soon as its worker looks up. The last good scores stay. Three
    queries. Raises UnknownScoresRun, ScoresRunEnded."""
    if not run(_CANCEL, {"id": number, "organisation": organisation, "at": at}):
        if not run("SELECT 1 FROM scorebook_run WHERE id = %s AND organisation = %s", [number, organisation]):
            raise UnknownScoresRun("No run of this organisation has that id.")
        raise ScoresRunEnded("This run is over.")
    told = {"run": typed(PREFIX, number)}
    record([Deed("scores.cancel", typed("org", organisation), after=told)], actor=actor, at=at)
