"""What is read of families. Each read says what it costs in queries."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Final
from uuid import UUID

from regulars.ledger.moves import Spendable
from regulars.ledger.selectors import kept_from_spending, spendable
from regulars.members.selectors.groups import homes_of, relatives
from regulars.members.selectors.profiles import facts_of
from regulars.programme import locks
from regulars.programme.book import book_and_places
from regulars.programme.families.moves import Families, Family, Holding, Share
from regulars.programme.families.terms import KIND
from regulars.programme.moves import Version
from regulars.rules.family import FamilyTerms, Person, standings

BORN: Final = "birth_on"


def families(members: Collection[UUID], units: Collection[str], *, at: datetime, locked: bool = False) -> Families:
    """The households of these members, and what everybody there can spend of these units. Five queries, however many.

    `locked`: one at a time spends of a household's units together, so that a split is not overtaken by another.
    One query more; before coupons, counters and accounts.
    """
    homes = homes_of(members)
    if not homes:
        return Families()
    if locked:
        locks.families(set(homes.values()))
    living = relatives(set(homes.values()))
    everybody = {one.id for here in living.values() for one in here}
    born, frozen = _born(everybody), kept_from_spending(everybody, at=at)
    lots: dict[Holding, list[Spendable]] = {}
    for one in spendable(everybody, units, at=at):
        lots.setdefault((one.owner, one.unit), []).append(one)
    people = {
        home: [Person(one.id, one.since, born.get(one.id), one.is_head, one.id in frozen) for one in here]
        for home, here in living.items()
    }
    return Families(homes, people, lots)


def _born(members: Collection[UUID]) -> dict[UUID, date]:
    """Days of birth, of those who told them. One query."""
    found = facts_of(sorted(members), names=[BORN])
    return {member: date.fromisoformat(str(known[BORN].value)) for member, known in found.items() if BORN in known}


def families_of(member: UUID, *, organisation: UUID, at: datetime) -> tuple[UUID | None, list[Family]]:
    """A member's household, and what it has in every unit that there are terms for now. Seven queries."""
    terms, here = book_and_places(organisation)
    versions: dict[str, Version] = {}
    for version in terms.at(KIND, at):
        versions.setdefault(version.terms.unit, version)
    read = families([member], versions, at=at)
    zone = here.zones.get(organisation, "UTC")
    found = [family(version, member, read, at=at, zone=zone) for version in versions.values()] if read.homes else []
    return read.homes.get(member), found


def family(version: Version, member: UUID, read: Families, *, at: datetime, zone: str) -> Family:
    """Everybody of a member's household, in the terms' unit."""
    terms: FamilyTerms = version.terms
    found = standings(terms, read.people_of(member), at=at, zone=zone)
    return Family(version, [Share(one, read.purse(one.person.id, terms.unit, at).available) for one in found])
