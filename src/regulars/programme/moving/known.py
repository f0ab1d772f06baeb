"""What rows are checked against: units, ladders, series, and the zone in which days begin. Read once for many rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.access.selectors import places
from regulars.basics.ids import typed
from regulars.ledger.models import Unit
from regulars.members.keyring import derived
from regulars.members.keys import card_secret
from regulars.programme.book import Book, book
from regulars.programme.coupons.terms import SERIES
from regulars.programme.ladders import holding
from regulars.rules.tiers.ladder import Ladder

SCOPE: Final = "opening"  # the house's account that opening units come from


@dataclass(frozen=True, slots=True)
class Known:
    """As of one instant."""

    organisation: UUID
    zone: str
    units: Mapping[str, Unit]
    ladders: Mapping[str, Ladder]
    series: frozenset[str]
    terms: Book
    key: bytes  # of the digests of rows; never changes

    def zone_of_unit(self, unit: str) -> str:
        return self.units[unit].zone if unit in self.units else self.zone

    def zone_of_ladder(self, ladder: str) -> str:
        return self.ladders[ladder].zone if ladder in self.ladders else self.zone

    def unit(self, text: str) -> str:
        """The code of a unit by its code or name; the text itself where there is none."""
        return self._one(text, {code: unit.name for code, unit in self.units.items()})

    def ladder(self, text: str) -> str:
        """Where nothing is said and there is one ladder, that one."""
        if not text and len(self.ladders) == 1:
            return next(iter(self.ladders))
        return self._one(text, {code: ladder.name for code, ladder in self.ladders.items()})

    def level(self, ladder: str, text: str) -> str:
        there = self.ladders.get(ladder)
        return self._one(text, {one.code: one.name for one in there.levels}) if there else text

    @staticmethod
    def _one(text: str, names: Mapping[str, str]) -> str:
        if text in names:
            return text
        plain = text.casefold()
        found = [code for code, name in names.items() if plain in (code.casefold(), name.casefold())]
        return found[0] if len(found) == 1 else text


def known(organisation: UUID, at: datetime) -> Known:
    """Two queries, and those of the book."""
    terms = book(organisation)
    series = frozenset(one.code for one in terms.at(SERIES, at) if not one.terms.per_item)
    units = {unit.code: unit for unit in Unit.objects.all()}
    key = derived(card_secret(), f"move-in {organisation}")
    zone = places().zones.get(organisation, "UTC")
    return Known(organisation, zone, units, holding(terms, at), series, terms, key)


def source_of(organisation: UUID, name: str) -> str:
    """The source of the business keys of a move-in."""
    return f"{typed('org', organisation)}/move-in/{name}"
