"""Day first or month first: one decision for the whole column."""

from regulars.history import dates
from regulars.history.engine import Engine
from regulars.history.evidence import text_of
from regulars.history.finding import Finding
from regulars.history.probe import column_types, take_sample
from regulars.history.questions import unclear
from regulars.history.reasons import ORDERS, also, coded
from regulars.history.refusals import Choice


def decide_order(finding: Finding, engine: Engine) -> None:
    """Sets date_format of the date column; raises Unclear when nothing in the file tells the order."""
    if finding.given.date_format is not None:
        return
    facts = finding.facts[finding.columns["sold_at"]]
    readings = facts.readings
    if not readings:
        # Somebody said that this is the date; try the commonest writing rather than refuse their word.
        finding.changes["date_format"] = dates.ISO
        return
    reason = finding.reasons["sold_at"]
    if len(readings) > 1:
        chosen, code = _whole_column(finding, engine, readings)
        finding.reasons["sold_at"] = also(reason, coded(code, chosen.order))
        finding.changes["date_format"] = chosen.spelled
    else:
        finding.changes["date_format"] = readings[0].spelled
        if readings[0].order in ("dmy", "mdy"):
            finding.reasons["sold_at"] = also(reason, coded("order-most", readings[0].order))


def _whole_column(finding: Finding, engine: Engine, readings: tuple[dates.Reading, ...]) -> tuple[dates.Reading, str]:
    """Reads every row each way: what only one way can read decides; else the way whose days lie close together.

    Gives that way, and the code of the reason.
    """
    raw = finding.raw
    position = finding.columns["sold_at"]
    text = text_of(position, column_types(f"({raw.query})", engine))
    moments = ", ".join(f"{dates.moment('x', r.spelled)} AS d{n}" for n, r in enumerate(readings))
    wanted = ", ".join(
        f"count(d{n}) FILTER ({dates.plausible(f'd{n}')}), datediff('day', min(d{n}), max(d{n})),"
        f" count(DISTINCT CAST(d{n} AS DATE))"
        for n in range(len(readings))
    )
    row = engine.connection.execute(
        f"SELECT {wanted} FROM (SELECT {moments} FROM (SELECT {text} AS x FROM ({raw.query})))"
    ).fetchone()
    assert row is not None
    read, span, days = list(row[0::3]), list(row[1::3]), list(row[2::3])
    best = max(read)
    alike = [n for n, count in enumerate(read) if count == best]
    if len(alike) == 1:
        return readings[alike[0]], "order-some"
    # Real days of trade lie side by side; swapped ones are thrown all over the year.
    spread = {n: span[n] / max(days[n], 1) for n in alike}
    order = sorted(alike, key=lambda n: spread[n])
    if days[order[0]] >= 3 and spread[order[0]] * 2 <= spread[order[1]]:
        return readings[order[0]], "order-close"
    choices = [
        Choice("sold_at", position, finding.facts[position].heading, ORDERS[readings[n].order],
               readings[n].spelled)
        for n in order
    ]  # fmt: skip
    heading = finding.facts[position].heading
    why = f'the dates in "{heading}" can be read in more than one way and nothing in the file tells which.'
    raise unclear(finding, "sold_at", choices, why, engine, take_sample(raw, engine))
