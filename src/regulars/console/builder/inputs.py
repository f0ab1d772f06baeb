"""What is asked in each kind of condition, in the order of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext_lazy as _


class Sort(StrEnum):
    """How an input is typed, and what becomes of it."""

    WORDS = "words"  # texts with commas between
    VALUES = "values"  # texts, numbers, true and false
    WHOLE = "whole"
    NUMBER = "number"
    UNITS = "units"  # an amount of the unit that stands beside it
    MONEY = "money"  # an amount of the currency that stands beside it
    DAY = "day"
    CHOICE = "choice"
    TEXT = "text"
    YES = "yes"  # yes, no, or either
    PLACES = "places"  # merchants and stores
    LEVELS = "levels"  # of a ladder
    TICKS = "ticks"  # some of a closed list


@dataclass(frozen=True, slots=True)
class Input:
    """One input. `known`: the list of what there is; `more`: it stands among the rest, which is folded away."""

    name: str
    label: Any
    sort: Sort
    known: str = ""
    more: bool = False
    start: str = ""  # of a condition that was just added


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of condition."""

    label: Any
    inputs: tuple[Input, ...]


def _goods() -> tuple[Input, ...]:
    return (
        Input("categories", _("In the category"), Sort.WORDS, "categories"),
        Input("brands", _("Of the brand"), Sort.WORDS, "brands"),
        Input("items", _("The item"), Sort.WORDS, "items"),
    )


def _where() -> tuple[Input, ...]:
    return (
        Input("places", _("Where"), Sort.PLACES, "places", more=True),
        Input("channels", _("By the channel"), Sort.WORDS, "channels", more=True),
    )


def _days(*, more: bool) -> tuple[Input, ...]:
    return (
        Input("since", _("On or after"), Sort.DAY, more=more),
        Input("until", _("On or before"), Sort.DAY, more=more),
    )


KINDS: Final[Mapping[str, Kind]] = {
    "bought": Kind(_("Bought"), (
        Input("times_at_least", _("At least so many times"), Sort.WHOLE, start="1"),
        Input("within_days", _("In the last so many days"), Sort.WHOLE, start="90"),
        *_goods(),
        Input("times_at_most", _("At most so many times"), Sort.WHOLE, more=True),
        Input("amount_at_least", _("For at least, in all"), Sort.MONEY, more=True),
        Input("amount_at_most", _("For at most, in all"), Sort.MONEY, more=True),
        Input("currency", _("Currency"), Sort.CHOICE, "currencies", more=True),
        *_days(more=True), *_where(),
    )),
    "last-bought": Kind(_("Last bought"), (
        Input("days_ago_at_least", _("At least so many days ago"), Sort.WHOLE, start="90"),
        Input("days_ago_at_most", _("At most so many days ago"), Sort.WHOLE),
        *_goods(), *_days(more=True), *_where(),
    )),
    "never-bought": Kind(_("Never bought"), (*_goods(), *_where())),
    "tier": Kind(_("Level"), (Input("levels", _("Is on one of"), Sort.LEVELS, "levels"),)),
    "balance": Kind(_("Balance"), (
        Input("unit", _("Of"), Sort.CHOICE, "units"),
        Input("at_least", _("At least"), Sort.UNITS, start="1"),
        Input("at_most", _("At most"), Sort.UNITS),
    )),
    "expiring": Kind(_("About to expire"), (
        Input("unit", _("Of"), Sort.CHOICE, "units"),
        Input("within_days", _("Within so many days"), Sort.WHOLE, start="30"),
        Input("at_least", _("At least"), Sort.UNITS),
    )),
    "birthday": Kind(_("Birthday"), (
        Input("first_day", _("From so many days after today"), Sort.WHOLE, start="0"),
        Input("last_day", _("To so many days after today"), Sort.WHOLE, start="7"),
    )),
    "enrolled": Kind(_("Became a member"), (
        Input("within_days", _("In the last so many days"), Sort.WHOLE, start="30"),
        *_days(more=False),
        Input("places", _("Where"), Sort.PLACES, "places", more=True),
    )),
    "fact": Kind(_("Town, language, country, sex"), (
        Input("name", _("What"), Sort.CHOICE, "facts"),
        Input("any_of", _("Is one of"), Sort.WORDS),
    )),
    "born": Kind(_("Age"), (
        Input("from_decade", _("Born from the decade"), Sort.CHOICE, "decades"),
        Input("to_decade", _("Born up to the decade"), Sort.CHOICE, "decades"),
    )),
    "household": Kind(_("Household"), (
        Input("members_at_least", _("Of at least so many"), Sort.WHOLE, start="2"),
    )),
    "field": Kind(_("A field of one's own"), (
        Input("name", _("Field"), Sort.TEXT, "fields"),
        Input("any_of", _("Is one of"), Sort.VALUES),
    )),
    "consent": Kind(_("Agreed to"), (
        Input("purpose", _("Purpose"), Sort.TEXT, "purposes", start="marketing"),
        Input("channel", _("By"), Sort.CHOICE, "reached_by"),
    )),
    "identifier": Kind(_("Can be reached or recognised by"), (
        Input("kind", _("What"), Sort.CHOICE, "identifiers"),
        Input("verified", _("Verified"), Sort.YES),
    )),
    "scored": Kind(_("What the last run of scores found"), (
        Input("classes", _("Class"), Sort.TICKS, "classes"),
        Input("stages", _("Stage"), Sort.TICKS, "stages"),
        Input("best_percent_to", _("Among the best so many percent by spend"), Sort.NUMBER),
        Input("leave_percent_at_least", _("Leaves with a chance of at least, %"), Sort.WHOLE),
        Input("leave_percent_at_most", _("Leaves with a chance of at most, %"), Sort.WHOLE, more=True),
        Input("buys_percent_at_least", _("Buys something due within a fortnight, at least, %"), Sort.WHOLE),
        Input("reasons", _("In decline because of"), Sort.TICKS, "reasons", more=True),
        Input("best_percent_from", _("But not among the best so many percent"), Sort.NUMBER, more=True),
        Input("worth_at_least", _("Will be worth at least"), Sort.MONEY, more=True),
        Input("worth_at_most", _("Will be worth at most"), Sort.MONEY, more=True),
        Input("currency", _("Currency"), Sort.CHOICE, "currencies", more=True),
    )),
    "tag": Kind(_("Tag"), (Input("any_of", _("Has one of"), Sort.WORDS, "tags"),)),
    "mark": Kind(_("Score or mark"), (
        Input("name", _("Which"), Sort.TEXT, "marks"),
        Input("any_of", _("Is one of"), Sort.VALUES),
        Input("at_least", _("At least"), Sort.NUMBER),
        Input("at_most", _("At most"), Sort.NUMBER),
    )),
}  # fmt: skip

# How the list of kinds is parted.
GROUPS: Final = (
    (_("Purchases"), ("bought", "last-bought", "never-bought")),
    (_("Programme"), ("tier", "balance", "expiring")),
    (_("Person"), ("birthday", "enrolled", "fact", "born", "household", "field")),
    (_("Reached by"), ("consent", "identifier")),
    (_("What is known besides"), ("scored", "tag", "mark")),
)
