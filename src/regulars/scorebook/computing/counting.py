"""How many members there are of each class, stage and risk, counted from the very rows that lists show."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from regulars.journal.statements import run as asked
from regulars.scorebook.moves import NEW_DAYS, REGULAR_VISITS

_SETS: Final = """
SELECT CASE GROUPING(value_class, stage, tenth) WHEN 3 THEN 'classes' WHEN 5 THEN 'stages' WHEN 6 THEN 'tenths'
    ELSE 'both' END, value_class, stage, tenth, count(*), coalesce(sum(spend_365_minor), 0)::bigint,
    coalesce(sum(at_risk_minor), 0)::bigint
FROM (SELECT value_class, stage, least(9, floor(leave_chance * 10))::int AS tenth, spend_365_minor, at_risk_minor
    FROM scorebook_score WHERE run = %s) s
GROUP BY GROUPING SETS ((value_class), (stage), (tenth), (value_class, stage))
"""
_REASONS: Final = """
SELECT reason, count(*), coalesce(sum(at_risk_minor), 0)::bigint
FROM scorebook_score, unnest(decline_because) AS t(reason) WHERE run = %s AND stage = 'decline' GROUP BY reason
"""
_HEADS: Final = """
SELECT count(*), count(*) FILTER (WHERE visits >= %(regular)s AND stage <> 'lost'),
    count(*) FILTER (WHERE first_on > %(cut_off)s::date - %(new)s), count(*) FILTER (WHERE visits = 1),
    coalesce(sum(spend_minor), 0)::bigint,
    coalesce(sum(spend_minor) FILTER (WHERE visits >= %(regular)s AND stage <> 'lost'), 0)::bigint,
    count(*) FILTER (WHERE buy_chance >= .5), coalesce(sum(at_risk_minor) FILTER (WHERE stage = 'decline'), 0)::bigint
FROM scorebook_score WHERE run = %(run)s
"""


def counted(run: UUID, cut_off: date) -> dict[str, Any]:
    """Three queries over the scores of the run."""
    found: dict[str, Any] = {"classes": {}, "stages": {}, "tenths": {}, "both": []}
    for kind, value_class, stage, tenth, members, spend, risk in asked(_SETS, [run]):
        row = {"members": members, "spend_365_minor": spend, "at_risk_minor": risk}
        if kind == "both":
            found["both"].append({"class": value_class, "stage": stage, **row})
        elif (name := {"classes": value_class, "stages": stage, "tenths": tenth}[kind]) not in (None, ""):
            found[kind][str(name)] = row
    rows = asked(_REASONS, [run])
    found["reasons"] = {reason: {"members": members, "at_risk_minor": risk} for reason, members, risk in rows}
    values = {"run": run, "cut_off": cut_off, "regular": REGULAR_VISITS, "new": NEW_DAYS}
    ((members, regulars, new, once, spend, of_regulars, likely, risk),) = asked(_HEADS, values)
    return found | {
        "members": members, "regulars": regulars, "new": new, "once": once, "spend_minor": spend,
        "regulars_spend_minor": of_regulars, "likely": likely, "slipping_risk_minor": risk,
    }  # fmt: skip
