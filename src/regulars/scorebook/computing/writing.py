"""The last step: everybody's scores into PostgreSQL, and from one instant to the next they are the present ones."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pyarrow as pa
from django.db import connection, transaction

from regulars.basics.ids import typed, untyped
from regulars.history.engine import quoted
from regulars.insight.working import NAMES
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.journal.statements import run as asked
from regulars.scorebook import locks
from regulars.scorebook.computing import counting
from regulars.scorebook.computing.desk import Desk
from regulars.scorebook.computing.pictures import keep_picture
from regulars.scorebook.documents import CAUSES
from regulars.scorebook.errors import ScoresCancelled
from regulars.scorebook.moves import PREFIX, Wish

PIECE: Final = 1 << 20
# Column of the score → what it is made of, by the table of the engine; null where that table is not there.
_FACTS: Final = {
    "visits": "f.visits", "first_on": "f.first_on", "last_on": "f.last_on",
    "spend_minor": "coalesce(f.spend_minor, 0)", "spend_365_minor": "f.spend_365_minor",
    "usual_gap_days": "f.gap_days_typical", "trend_recent": "f.trend_recent", "trend_before": "f.trend_before",
}  # fmt: skip
_MORE: Final = {
    "kept_classes": {"value_class": "coalesce({t}.value_class, '')"},
    "kept_rfm": {name: "{t}." + name for name in ("recency_score", "frequency_score", "monetary_score")},
    "kept_judged": {
        "stage": "coalesce({t}.stage, '')", "silence_chance": "{t}.silence_chance",
        "gone_chance": "{t}.gone_probability", "slowing": "{t}.slowing", "rising": "{t}.rising",
        "next_from_on": "CASE WHEN {t}.next_until_on > DATE '{day}' THEN {t}.next_from_on END",
        "next_until_on": "CASE WHEN {t}.next_until_on > DATE '{day}' THEN {t}.next_until_on END",
    },
    "kept_scores": {
        "alive_chance": "{t}.p_alive", "expected_purchases": "{t}.expected_purchases",
        "expected_spend_minor": "{t}.expected_spend_minor", "lifetime_minor": "{t}.clv_minor",
        "lifetime_low_minor": "{t}.clv_low_minor", "lifetime_high_minor": "{t}.clv_high_minor",
    },
    "kept_churn": {
        "leave_chance": "{t}.leave_probability", "leave_because": (
            "CASE WHEN {t}.leave_probability IS NOT NULL THEN '{{' ||"
            " concat_ws(',', {t}.leave_reason_1, {t}.leave_reason_2, {t}.leave_reason_3) || '}}' END"
        ), "leave_points": "'{{' || array_to_string({t}.leave_points, ',') || '}}'",
        "at_stake_minor": "{t}.at_stake_minor",
    },
    "scorebook_moved": {name: "coalesce({t}." + name + ", '')" for name in ("moved_from", "moved_to")},
    "scorebook_due": {"due": "{t}.items"},
    "scorebook_next": {"next_products": "{t}.items"},
}  # fmt: skip
_BLANK: Final = dict.fromkeys(("value_class", "stage", "moved_from", "moved_to"), "''")
_IDS: Final = "scorebook_ids"
_STAGING: Final = (
    "CREATE TEMP TABLE scorebook_new (LIKE scorebook_score) ON COMMIT DROP",
    "ALTER TABLE scorebook_new ALTER run DROP NOT NULL",
)
# Of who is in decline, the reasons that say more than that they are; where there are none, that alone.
_TAKE: Final = """
INSERT INTO scorebook_score (run, {columns}, spend_place, at_risk_minor, buy_chance, decline_because)
SELECT %s, {named}, row_number() OVER (ORDER BY n.spend_minor DESC, n.member),
    round(n.gone_chance * greatest(n.spend_365_minor, 0)), (n.due -> 0 ->> 'chance')::float8,
    CASE WHEN n.stage = 'decline' THEN coalesce(
        (SELECT array_agg(DISTINCT split_part(one, ':', 1)) FROM unnest(n.leave_because) AS t(one)
            WHERE split_part(one, ':', 1) = ANY (%s)),
        ARRAY[CASE WHEN n.slowing THEN 'slowing' ELSE 'silent' END]) END
FROM scorebook_new n JOIN members_member m ON m.id = n.member
WHERE m.organisation = %s AND m.root_id = m.id AND m.state <> 'erased' ORDER BY n.member
"""
# Who was taken out while that was written.
_GONE: Final = (
    "DELETE FROM scorebook_score s USING members_member m WHERE s.run = %s AND m.id = s.member AND m.organisation = %s"
    " AND m.state = 'erased'"
)
_PRESENT: Final = (
    "UPDATE scorebook_run SET present = false WHERE organisation = %s AND present",
    "UPDATE scorebook_run SET present = true, state = 'done', doing = '', ended_at = clock_timestamp(),"
    " members = (SELECT count(*) FROM scorebook_score WHERE run = scorebook_run.id), left_out = %s::jsonb"
    " WHERE id = %s RETURNING members",
)
# Of runs that came to nothing.
_UNUSED: Final = (
    "DELETE FROM {} WHERE run IN (SELECT id FROM scorebook_run WHERE organisation = %s"
    " AND state IN ('failed', 'cancelled'))"
)
_OLD: Final = """
SELECT id FROM scorebook_run WHERE organisation = %s AND state = 'done' ORDER BY made_at DESC, id DESC
OFFSET coalesce((SELECT kept FROM scorebook_plan WHERE organisation = %s), %s)
"""


def write(desk: Desk) -> dict[str, Any]:
    """COPY into a staging table, rows of members who are, the new run present, old runs' rows out: one transaction."""
    file = desk.folder / "everybody.csv"
    columns = told(desk, file)
    desk.look_up("write")
    with transaction.atomic():
        if not locks.held(desk.run, desk.claim):
            raise ScoresCancelled("Another worker has the run.")
        copied(file, columns)
        named = ", ".join(f"n.{name}" for name in columns)
        told_why = sorted(CAUSES)
        asked(_TAKE.format(columns=", ".join(columns), named=named), [desk.run, told_why, desk.organisation])
        members = _become_present(desk)
    file.unlink()
    return {"members": members}


def told(desk: Desk, file: Path) -> list[str]:
    """Writes a line of CSV for each member into the file; the names of the columns."""
    engine = desk.engine
    _keep_ids(desk)
    columns, joins = dict(_FACTS), []
    for table, more in _MORE.items():
        there = engine.has(table)
        if there:
            joins.append(f"LEFT JOIN {table} ON {table}.customer = f.customer")
        for name, made in more.items():
            columns[name] = made.format(t=table, day=desk.cut_off) if there else _BLANK.get(name, "NULL")
    made = ", ".join(f"{expression} AS {name}" for name, expression in columns.items())
    engine.connection.execute(
        f"COPY (SELECT i.member, {made} FROM kept_facts f JOIN {_IDS} i ON i.number = f.customer {' '.join(joins)})"
        f" TO {quoted(file)} (FORMAT csv, HEADER false, NULLSTR '\\N', QUOTE '\"', ESCAPE '\"')"
    )
    return ["member", *columns]


def _keep_ids(desk: Desk) -> None:
    """Members' ids by their numbers. A customer who is no member, as of a file that was brought, is in none."""
    asked_for = f"SELECT number, customer FROM {NAMES} WHERE starts_with(customer, 'mbr_')"
    known = desk.engine.connection.execute(asked_for).fetchall()
    numbers = pa.array([number for number, _ in known], pa.int32())
    desk.keep(_IDS, pa.table({"number": numbers, "member": ids_of([name for _, name in known])}))


def ids_of(names: Sequence[str]) -> Any:
    """Typed ids of members as PostgreSQL reads them."""
    return pa.array([str(untyped("mbr", name)) for name in names], pa.string())


def copied(file: Path, columns: list[str]) -> None:
    """The file into a staging table that goes with the transaction."""
    for statement in _STAGING:
        asked(statement)
    into = f"COPY scorebook_new ({', '.join(columns)}) FROM STDIN (FORMAT csv, NULL '\\N')"
    with connection.cursor() as cursor, cursor.copy(into) as copy, file.open("rb") as lines:
        while piece := lines.read(PIECE):
            copy.write(piece)


def _become_present(desk: Desk) -> int:
    """From here on these are the scores; who was taken out meanwhile is in none."""
    locks.before_swap()
    asked(_GONE, [desk.run, desk.organisation])
    asked(_PRESENT[0], [desk.organisation])
    ((members,),) = asked(_PRESENT[1], [json.dumps(desk.left_out), desk.run])
    keep_picture(desk.run, "counts", counting.counted(desk.run, desk.cut_off))
    _forget_old(desk.organisation)
    said = {"run": typed(PREFIX, desk.run), "members": members, "cut_off": desk.cut_off.isoformat()}
    deed = Deed("scores.done", typed("org", desk.organisation), after=said | {"left_out": desk.left_out})
    record([deed], actor=desk.actor, at=desk.at)
    return int(members)


def _forget_old(organisation: UUID) -> None:
    """Scores of runs beyond those that are kept; the runs themselves and their cards stay."""
    old = [number for (number,) in asked(_OLD, [organisation, organisation, Wish().kept])]
    if old:
        asked("DELETE FROM scorebook_score WHERE run = ANY(%s)", [old])
        asked("DELETE FROM scorebook_product WHERE run = ANY(%s)", [old])
        asked("DELETE FROM scorebook_picture WHERE run = ANY(%s)", [old])
    asked(_UNUSED.format("scorebook_product"), [organisation])
    asked(_UNUSED.format("scorebook_picture"), [organisation])
