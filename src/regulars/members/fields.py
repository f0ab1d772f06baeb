"""What may be known of a member: built-in facts, an organisation's own, and what values each allows. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from regulars.members.errors import WrongFact
from regulars.members.moves import Plain

_WHOLE_MAX: Final = 2**53  # what every JSON reader keeps to the last digit


@dataclass(frozen=True, slots=True)
class Definition:
    """One kind of fact. `personal` ones are sealed at rest."""

    name: str
    kind: str  # FieldKind
    personal: bool = False
    choices: tuple[str, ...] = ()
    length_max: int = 200
    pattern: str = ""


NAMES: Final = ("given_name", "family_name", "full_name")
BUILT_IN: Final[Mapping[str, Definition]] = {
    one.name: one
    for one in (
        *(Definition(name, "text", personal=True, length_max=100) for name in NAMES),
        Definition("title", "text", length_max=40),
        Definition("birth_on", "day", personal=True),
        Definition("sex", "choice", choices=("female", "male", "other")),
        Definition("language", "text", pattern=r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"),
        Definition("country", "text", pattern="[A-Z]{2}"),
        Definition("region", "text", length_max=100),
        Definition("town", "text", length_max=100),
        Definition("street", "text", personal=True),
        Definition("address_more", "text", personal=True),
        Definition("postcode", "text", personal=True, length_max=20),
    )
}


def checked(definition: Definition, value: object, *, today: date) -> Plain:
    """The value in its one form. Raises WrongFact, which never repeats it.

    >>> checked(Definition("visits", "whole"), 3, today=date(2026, 1, 1))
    3
    """
    found = _of_kind(definition, value)
    if found is None or (isinstance(found, str) and not _fits(definition, found)):
        raise WrongFact(_said(definition), name=definition.name, kind=definition.kind)
    if definition.name == "birth_on" and not "1850-01-01" <= str(found) <= today.isoformat():
        raise WrongFact("Nobody alive was born on that day.", name=definition.name, kind=definition.kind)
    return found


def _of_kind(definition: Definition, value: object) -> Plain | None:
    match definition.kind, value:
        case ("text", str(text)):
            return " ".join(text.split()) or None
        case ("choice", str(text)):
            return text if text in definition.choices else None
        case ("choices", list(several)):
            chosen = [one for one in definition.choices if one in several]
            return chosen if chosen and len(chosen) == len(several) else None
        case ("flag", bool(flag)):
            return flag
        case ("whole", int(number)) if not isinstance(value, bool):
            return number if abs(number) <= _WHOLE_MAX else None
        case ("decimal", str(text)):
            return _decimal(text)
        case ("day", date() as day):
            return _day(str(day)[:10])
        case ("day", str(text)):
            return _day(text)
    return None


def _decimal(text: str) -> str | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return format(number, "f") if number.is_finite() and abs(number.adjusted()) < 30 else None


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _fits(definition: Definition, text: str) -> bool:
    if len(text) > definition.length_max or "\x00" in text:
        return False
    return not definition.pattern or re.fullmatch(definition.pattern, text) is not None


def _said(definition: Definition) -> str:
    if definition.choices:
        return f"{definition.name} is one of: {', '.join(definition.choices)}."
    form = {"text": f"text of at most {definition.length_max} characters", "whole": "a whole number"}.get(
        definition.kind,
        {"decimal": "a decimal number as text", "day": "a day as 2001-02-28", "flag": "yes or no"}.get(
            definition.kind, definition.kind
        ),
    )
    return f"{definition.name} is {form}."
