"""Background work of the programme: what members earn on their days."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.access.selectors import places
from regulars.journal.moves import Actor
from regulars.journal.transactions import first_done
from regulars.programme.activities.booking import tell
from regulars.programme.activities.moves import NewActivity
from regulars.programme.anniversaries import Anniversary, anniversaries, joined, source_of, whose
from regulars.programme.book import Book, book
from regulars.programme.models import Round
from regulars.rules.earning.earn import KIND
from regulars.rules.earning.rule import ENROLMENT
from regulars.sales.moves import Place

AT_ONCE: Final = 2000


def earn_on_days(*, actor: Actor, at: datetime) -> int:
    """One batch of birthdays, months of membership and joinings of one organisation; how many members it told.

    Each member has each occasion once, whatever a crash or a second worker does: its business key says so. A day whose
    members were all told is noted, so that nobody looks for them again.
    """
    here = places()
    return first_done(
        partial(_of, organisation, zone, actor, at)
        for organisation, zone in sorted(here.zones.items())
        if organisation in here.organisations
    )


def _of(organisation: UUID, zone: str, actor: Actor, at: datetime) -> int:
    terms = book(organisation)
    rounds = set(Round.objects.filter(organisation=organisation).order_by("-day").values_list("occasion", "day")[:100])
    for one in anniversaries(at, zone):
        if (one.occasion, one.day) in rounds or not _given_for(one.occasion, terms, one.moment):
            continue
        if done := _tell_all(one, organisation, actor, at):
            return done
    return _tell_new(organisation, actor, at) if _given_for(ENROLMENT, terms, at) else 0


def _given_for(occasion: str, terms: Book, moment: datetime) -> bool:
    return any(occasion in one.terms.occasions for one in terms.at(KIND, moment))


@transaction.atomic
def _tell_all(one: Anniversary, organisation: UUID, actor: Actor, at: datetime) -> int:
    found = whose(one, organisation=organisation, at=at, most=AT_ONCE)
    _tell([(root, one.moment) for root in found], one.occasion, one.key, organisation, actor, at)
    if len(found) < AT_ONCE:
        Round.objects.get_or_create(
            organisation=organisation, occasion=one.occasion, day=one.day, defaults={"done_at": at}
        )
    return len(found)


@transaction.atomic
def _tell_new(organisation: UUID, actor: Actor, at: datetime) -> int:
    found = joined(organisation=organisation, at=at, most=AT_ONCE)
    _tell(found, ENROLMENT, f"{ENROLMENT}/", organisation, actor, at)
    return len(found)


def _tell(
    members: Sequence[tuple[UUID, datetime]], occasion: str, key: str, organisation: UUID, actor: Actor, at: datetime
) -> None:
    if members:
        source = source_of(organisation)
        tell(
            [
                NewActivity(Place(organisation, source, f"{key}{root}"), root, root, occasion, moment)
                for root, moment in members
            ],
            actor=actor,
            at=at,
        )
