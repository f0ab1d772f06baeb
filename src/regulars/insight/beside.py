"""Chapters on what lies beside the sales: campaigns, a survey, complaints; and what they say of loyalty."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from regulars.basics.money import minor_digits
from regulars.insight.work import Work

if TYPE_CHECKING:
    from regulars.insight.complaints.found import ComplaintsFound
    from regulars.insight.myths.found import MythsFound
    from regulars.insight.survey.found import SurveyFound
    from regulars.insight.uplift.found import CampaignFound


_DEAREST = (ibis.desc("profit_minor"), "customer")


@dataclass(frozen=True, slots=True)
class Beside:
    """Files that were given beside the sales, and a folder to read them in."""

    campaigns: Path | None = None
    survey: Path | None = None
    complaints: Path | None = None
    folder: Path = Path()


def campaign(work: Work, given: Beside) -> "CampaignFound | None":
    """What campaigns earned against those who got nothing; the latest that taught leaves the list `campaign_next`."""
    if given.campaigns is None:
        return None
    from regulars.insight.uplift.assignments import read_assignments
    from regulars.insight.uplift.campaigning import campaigns

    work.step("what campaigns earned")
    assigned = read_assignments(given.campaigns, minor_digits=minor_digits(work.currency))
    people = pa.concat_tables([one.select(["customer"]) for one in assigned.values()])
    lines = work.lines_of(people)
    found = campaigns(assigned, lines, engine=work.engine, cut_off=work.cut_off, seed=work.settings.seed)
    if found.next_list is not None:
        work.tables["campaign_next"] = found.next_list
    return found


def survey(work: Work, given: Beside) -> "SurveyFound | None":
    """How content customers are, and what that means for what they do."""
    if given.survey is None:
        return None
    from regulars.insight.survey.surveying import survey_of

    work.step("how content they are")
    return survey_of(
        given.survey,
        work.lines,
        work.engine,
        work.cut_off,
        work=given.folder,
        days=work.days,
        names=work.working.names,
        seed=work.settings.seed,
    )


def complaints(work: Work, given: Beside) -> "ComplaintsFound | None":
    """What complaints cost, and which to answer first; leaves the list `complaints`."""
    if given.complaints is None:
        return None
    from regulars.insight.complaints.complaining import complaints_of

    work.step("what complaints cost")
    found = complaints_of(
        given.complaints,
        work.lines,
        work.engine,
        work.cut_off,
        work=given.folder,
        days=work.days,
        names=work.working.names,
    )
    work.tables["complaints"] = found.queue
    return found


def myths(work: Work, asked: "SurveyFound | None", complained: "ComplaintsFound | None") -> "MythsFound":
    """Whether the loyal are cheaper to serve, pay more and recommend more here; leaves a list for each box."""
    from regulars.insight.myths.boxing import boxed
    from regulars.insight.myths.judging import myths_of

    work.step("three beliefs")
    found = myths_of(
        work.lines,
        work.facts,
        work.engine,
        work.cut_off,
        attitude=asked.attitude if asked is not None else None,
        complaints=complained.queue.select(["customer"]) if complained is not None else None,
        names=work.working.names,
    )
    for box in found.boxes["box"].to_pylist():
        listed = boxed(work.engine, str(box))
        work.tables[f"box_{box}"] = work.engine.arrow(work.working.named(listed).order_by(*_DEAREST))
    return found
