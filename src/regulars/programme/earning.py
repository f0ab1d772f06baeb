"""Earning rules among the terms, and what is looked at beside their form."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from regulars.access.selectors import places
from regulars.basics.ids import WrongId, untyped
from regulars.ledger.models import Unit
from regulars.ledger.words import UnitKind
from regulars.programme.book import book
from regulars.programme.terms import Problem, of_kind
from regulars.rules.conditions import Conditions
from regulars.rules.earning.earn import KIND
from regulars.rules.earning.rule import EarnRule
from regulars.rules.tiers.ladder import Ladder

OPTED_INTO: Final = ("offer", "challenge")


def check(rule: EarnRule, organisation: UUID) -> Iterator[Problem]:
    """Whether what the rule names is there. Two queries."""
    yield from _unit(rule)
    yield from named(rule.conditions, "/conditions", organisation)
    for place, one in enumerate(rule.multipliers):
        yield from named(one.conditions, f"/multipliers/{place}/conditions", organisation)


def _unit(rule: EarnRule) -> Iterator[Problem]:
    unit = Unit.objects.filter(code=rule.unit).first()
    if unit is None:
        yield Problem("/unit", "There is no unit of this code.", "unknown")
    elif unit.kind == UnitKind.PAID:
        yield Problem("/unit", "Paid value comes from a sale; it is not earned.", "paid")
    elif not unit.may_expire and (rule.validity or rule.expires_on):
        yield Problem("/validity" if rule.validity else "/expires_on", "This unit may not expire.", "may-not-expire")


def named(conditions: Conditions, pointer: str, organisation: UUID) -> Iterator[Problem]:
    """Merchants, stores, ladders and levels that conditions name and that are not there. Two queries at most."""
    where = conditions.where
    if where.merchants or where.stores:
        known = places()
        for name, prefix, texts in (("merchants", "mrc", where.merchants), ("stores", "str", where.stores)):
            for place, text in enumerate(texts):
                number = _number(prefix, text)
                found = number and known.place(*((number, None) if prefix == "mrc" else (None, number)))
                if not found or found.organisation != organisation:
                    yield Problem(f"{pointer}/where/{name}/{place}", "There is no such place here.", "unknown")
    if conditions.who.enrolled_in:
        terms = book(organisation)
        if not any(terms.versions(kind, conditions.who.enrolled_in) for kind in OPTED_INTO):
            yield Problem(f"{pointer}/who/enrolled_in", "There is no such offer or challenge to opt into.", "unknown")
    if conditions.who.tiers:
        ladders: dict[str, Ladder] = {one.code: one.terms for one in book(organisation).versions("ladder")}
        levels = {f"{code}/{level.code}" for code, ladder in ladders.items() for level in ladder.levels}
        for place, text in enumerate(conditions.who.tiers):
            if text not in levels:
                yield Problem(f"{pointer}/who/tiers/{place}", "There is no such level: write ladder/level.", "unknown")


def _number(prefix: str, text: str) -> UUID | None:
    try:
        return untyped(prefix, text)
    except WrongId:
        return None


of_kind(KIND, EarnRule, check=check)
