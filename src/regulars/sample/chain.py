"""A chain made up, with its truth known: three towns, two years, files as messy as real ones."""

from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from regulars.basics.errors import RegularsError
from regulars.basics.progress import Progress, silent
from regulars.sample.baskets import fill_baskets
from regulars.sample.campaigns import Campaign, campaigns_table, run_campaigns
from regulars.sample.dirt import ODD_ACCOUNTS, Chain, dirty
from regulars.sample.goods import make_goods
from regulars.sample.lines import priced
from regulars.sample.office import (
    CAMPAIGNS,
    COMPLAINTS,
    MEMBERS,
    SURVEY,
    write_campaigns,
    write_complaints,
    write_members,
    write_survey,
)
from regulars.sample.people import People, make_people
from regulars.sample.planting import (
    category_pairs_table,
    customers_table,
    cycles_table,
    files_table,
    habits_table,
    odd_accounts,
    pairs_table,
    visits_table,
)
from regulars.sample.seasons import make_clock
from regulars.sample.shops import SHOPS_MIN, Shop, make_shops
from regulars.sample.tills import NORTHGATE_ZIP, RUBBISH, Journal, write_tills
from regulars.sample.truth import Truth
from regulars.sample.visits import Visits, make_visits
from regulars.sample.voices import complaints_table, survey_table

NOT_SALES: Final = {
    MEMBERS: "a list of members",
    CAMPAIGNS: "who was assigned to which campaign",
    SURVEY: "a survey",
    COMPLAINTS: "complaints",
}
_STEPS: Final = 4


class FolderNotEmpty(RegularsError):
    """The sample chain would be written among other files."""

    code = "folder-not-empty"


def make_chain(
    out: Path,
    *,
    seed: int = 7,
    customers: int = 20_000,
    shops: int = 12,
    until: date = date(2026, 6, 30),
    days: int = 730,
    progress: Progress = silent,
) -> Truth:
    """Writes the files of a chain into `out` and its truth beside it, as OUT-truth; gives the truth.

    About 50 lines a customer. The same arguments give the same files, to the byte. Raises FolderNotEmpty.
    """
    assert customers >= 200
    assert shops >= SHOPS_MIN
    if out.is_dir() and any(out.iterdir()):
        raise FolderNotEmpty(f"{out} is not empty. Name another folder, or empty this one.", folder=str(out))
    out.mkdir(parents=True, exist_ok=True)
    first_on = until - timedelta(days=days - 1)
    chances = np.random.default_rng(seed).spawn(9)
    of_goods, of_people, of_visits, of_baskets, of_lines, of_dirt, of_campaigns, of_voices, of_members = chances

    progress("people and their visits", 0, _STEPS)
    street = make_shops(shops)
    goods = make_goods(of_goods)
    people = make_people(customers, street, days, of_people)
    clock = make_clock(first_on, days)
    visits, campaigns = run_campaigns(make_visits(people, street, clock, of_visits), people, clock, of_campaigns)
    progress("filling baskets", 1, _STEPS)
    baskets = fill_baskets(visits, people, goods, clock, of_baskets)
    lines = priced(baskets, visits, goods, of_lines)
    lines = dirty(lines, Chain(street, goods, customers, days), of_dirt)
    progress("writing the tills' files", 2, _STEPS)
    cards = [*people.card, *ODD_ACCOUNTS]
    exports = list(write_tills(out, lines, Journal(street, goods, cards, first_on, days)))
    told = _write_office(out, people, street, visits, campaigns, first_on, days, of_voices, of_members)
    progress("writing the truth", 3, _STEPS)
    rubbish = {f"{NORTHGATE_ZIP}/{name}": "rubbish" for name in RUBBISH}
    truth = Truth(
        first_on=first_on,
        last_on=until,
        customers=customers_table(people, visits, lines, first_on),
        visits=visits_table(people, visits, first_on),
        habits=habits_table(people),
        cycles=cycles_table(people, baskets, goods),
        pairs=pairs_table(baskets, visits, goods),
        category_pairs=category_pairs_table(baskets, visits, goods),
        files=files_table(exports, customers),
        campaigns=told[0],
        survey=told[1],
        complaints=told[2],
        not_sales={**rubbish, **NOT_SALES},
        odd_accounts=odd_accounts(lines, ODD_ACCOUNTS, customers),
        seed=seed,
    )
    truth.save(out.with_name(f"{out.name}-truth"))
    progress("writing the truth", _STEPS, _STEPS)
    return truth


def _write_office(
    out: Path,
    people: People,
    street: tuple[Shop, ...],
    visits: Visits,
    campaigns: tuple[Campaign, ...],
    first_on: date,
    days: int,
    of_voices: np.random.Generator,
    of_members: np.random.Generator,
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """What head office keeps beside the tills' files; gives campaigns, survey and complaints with their truth."""
    assigned = campaigns_table(campaigns, people, first_on)
    survey = survey_table(visits, people, first_on, days, of_voices)
    complaints = complaints_table(visits, people, first_on, days, of_voices)
    write_members(out / MEMBERS, people, street, first_on, of_members)
    write_campaigns(out / CAMPAIGNS, assigned)
    write_survey(out / SURVEY, survey)
    write_complaints(out / COMPLAINTS, complaints)
    return assigned, survey, complaints
