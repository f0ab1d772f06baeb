"""Two campaigns with a group that got nothing: one moved people who seldom come, one moved nobody."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.sample.people import KINDS, People
from regulars.sample.seasons import SECONDS, Clock
from regulars.sample.visits import Ints, Visits

SPRING, AUTUMN = 0.93, 0.63  # when they were sent, as shares of the span
OUTCOME_DAYS: Final = 28
PERSUADED_BY_KIND: Final = {"monthly": 0.25, "slow": 0.40}  # chance of one more visit, of those who got the offer
CONTACT_MINOR, REWARD_MINOR = 80, 250  # a letter, and the small gift that waits at the till for whoever brings it
_ASSIGNED_SHARE: Final = 0.7  # of customers who could be asked
_SEEN_WITHIN_DAYS: Final = 150
_ANSWER_DAYS: Final = 21.0


@dataclass(frozen=True, slots=True)
class Campaign:
    """Who was assigned, by customer number; a fair coin decided who got the offer."""

    name: str
    sent_day: int  # counted from the first day
    customer: Ints
    treated: npt.NDArray[np.bool_]
    persuadable: npt.NDArray[np.bool_]
    answered: npt.NDArray[np.bool_]  # came once more because of it
    rewarded: npt.NDArray[np.bool_]  # got the offer and bought in the OUTCOME_DAYS after it, whatever brought them


def run_campaigns(
    visits: Visits, people: People, clock: Clock, random: np.random.Generator
) -> tuple[Visits, tuple[Campaign, ...]]:
    """Assigns two campaigns and adds the visits that the one that worked brought.

    Leavers stay gone, and the steady customers stay as they are: neither is asked.
    """
    worked = _assigned("spring", round(SPRING * clock.days), visits, people, random)
    idle = _assigned("autumn", round(AUTUMN * clock.days), visits, people, random)
    chance = np.zeros(len(people.card))
    for number, kind in enumerate(KINDS):
        chance[people.kind == number] = PERSUADED_BY_KIND.get(kind.name, 0.0)
    persuadable = chance[worked.customer] > 0
    answered = worked.treated & (random.random(len(worked.customer)) < chance[worked.customer])
    sent = float(np.interp(worked.sent_day * SECONDS, clock.moments, clock.shoppers))
    when = sent + 0.5 + random.random(len(answered)) * _ANSWER_DAYS
    answered &= when < clock.days
    worked = replace(worked, persuadable=persuadable, answered=answered)
    moved = _with_visits(visits, worked.customer[answered], clock.seconds(when[answered]), people)
    return moved, (_rewarded(worked, moved), _rewarded(idle, moved))


def _rewarded(campaign: Campaign, visits: Visits) -> Campaign:
    """The gift goes to everyone with the letter who comes, also to those who would have come without."""
    day = visits.at // SECONDS
    within = (day >= campaign.sent_day) & (day < campaign.sent_day + OUTCOME_DAYS)
    return replace(campaign, rewarded=campaign.treated & np.isin(campaign.customer, visits.customer[within]))


def _assigned(name: str, sent_day: int, visits: Visits, people: People, random: np.random.Generator) -> Campaign:
    """Known customers seen lately; some of them, half treated."""
    sent = sent_day * SECONDS
    lately = (visits.customer >= 0) & (visits.at < sent) & (visits.at >= sent - _SEEN_WITHIN_DAYS * SECONDS)
    able = np.zeros(len(people.card), dtype=bool)
    able[visits.customer[lately]] = True
    able[visits.leavers] = False
    able[visits.steady] = False
    customer = np.flatnonzero(able & (random.random(len(able)) < _ASSIGNED_SHARE))
    treated = random.random(len(customer)) < 0.5
    nobody = np.zeros(len(customer), dtype=bool)
    return Campaign(name, sent_day, customer, treated, nobody, nobody, nobody)


def _with_visits(visits: Visits, who: Ints, when: Ints, people: People) -> Visits:
    """One visit more for each of them, to their home shop."""
    at = np.concatenate((visits.at, when))
    customer = np.concatenate((visits.customer, who))
    shop = np.concatenate((visits.shop, people.home[who]))
    order = np.lexsort((customer, shop, at))
    return replace(visits, at=at[order], customer=customer[order], shop=shop[order])


def campaigns_table(campaigns: tuple[Campaign, ...], people: People, first_on: date) -> pa.Table:
    """One row per campaign and customer assigned."""
    columns: dict[str, list[Any]] = {
        name: []
        for name in (
            "campaign", "customer", "treated", "persuadable", "answered", "sent_on", "contact_minor", "reward_minor"
        )
    }  # fmt: skip
    for campaign in campaigns:
        count = len(campaign.customer)
        columns["campaign"] += [campaign.name] * count
        columns["customer"] += [people.card[number] for number in campaign.customer]
        columns["treated"] += campaign.treated.tolist()
        columns["persuadable"] += campaign.persuadable.tolist()
        columns["answered"] += campaign.answered.tolist()
        columns["sent_on"] += [first_on + timedelta(days=campaign.sent_day)] * count
        columns["contact_minor"] += (campaign.treated * CONTACT_MINOR).tolist()
        columns["reward_minor"] += (campaign.rewarded * REWARD_MINOR).tolist()
    return pa.table(columns)
