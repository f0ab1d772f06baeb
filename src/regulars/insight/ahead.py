"""Chapters on what each customer does next, each checked on a later period of its own."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from regulars.insight.replenishment.due import NothingAgain, due_dates
from regulars.insight.replenishment.moves import Due
from regulars.insight.work import Work


def due(work: Work) -> Due | None:
    """What is needed again, and when; leaves the list `due` where dates may be given."""
    work.step("what is needed again")
    if not work.has_products():
        work.unsaid["due"] = "no-products"
        return None
    try:
        lines = work.working.texts(work.lines)
        answer = due_dates(lines, engine=work.engine, cut_off=work.cut_off, seed=work.settings.seed)
    except NothingAgain as refusal:
        work.unsaid["due"] = refusal.code
        return None
    if answer.found.usable:
        soon = answer.table.filter(pc.is_in(answer.table["status"], value_set=pa.array(["due", "overdue"])))
        work.tables["due"] = work.spelled(soon)
    return replace(answer.found, examples=work.spelled(answer.found.examples))
