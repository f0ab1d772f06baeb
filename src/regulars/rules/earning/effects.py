"""What a rule gave, with all that is needed to post it, to say it, and to take it back by the terms of then."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Protocol
from uuid import UUID

from regulars.basics.quick import quick
from regulars.rules.limits import Of, Sum
from regulars.rules.reasons import NotApplied


class Published(Protocol):
    """A version of a rule, as the book of terms has it."""

    @property
    def id(self) -> UUID: ...
    @property
    def code(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def terms(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """So much of a sum that is kept under lock."""

    sum: Sum
    amount: int


_text_of: Final = lru_cache(1024)(str)  # of versions, which are few
_MOMENTS: Final = ("activates_at", "cancels_at", "expires_at")
_TEXTS: Final = ("on_event", "validity", "funder")


@quick
@dataclass(frozen=True, slots=True)
class Effect:
    """Units that a rule gives. `lines` add up to `amount`; an event has none."""

    code: str
    version: int
    id: UUID  # of the version
    unit: str
    amount: int
    lines: Mapping[int, int] = field(default_factory=dict)
    wanted: int = 0  # before caps and limits
    allowance: int | None = None  # the most that caps and limits left; None: none of them had a say
    takes: tuple[Taken, ...] = ()
    after: tuple[UUID, ...] = ()  # versions of the same group that would have had their turn next
    activates_at: datetime | None = None
    on_event: str = ""
    cancels_at: datetime | None = None
    validity: str = ""
    expires_at: datetime | None = None
    funder: str = ""
    facts: Mapping[str, int] = field(default_factory=dict)  # basis, quantity, permille, months: for its sentence

    @property
    def pending(self) -> bool:
        """Whether it becomes active only later."""
        return self.activates_at is not None or bool(self.on_event)


@quick
@dataclass(frozen=True, slots=True)
class Earned:
    """What came of an occasion: effects and what gave nothing, both in the order in which rules had their turn."""

    effects: tuple[Effect, ...] = ()
    not_applied: tuple[NotApplied, ...] = ()

    def total(self, unit: str) -> int:
        """Units of one kind."""
        return sum(effect.amount for effect in self.effects if effect.unit == unit)


@dataclass(frozen=True, slots=True)
class Freed:
    """So much of what an effect took under a code is given back."""

    code: str
    of: Of
    amount: int


@dataclass(frozen=True, slots=True)
class Held:
    """What of an effect stays after a return, and what it gives back to limits and budgets."""

    amount: int
    freed: tuple[Freed, ...] = ()


def plain(effect: Effect) -> dict[str, Any]:
    """An effect as JSON keeps it, without what is as it mostly is; `of_plain` reads it again."""
    kept: dict[str, Any] = {
        "code": effect.code,
        "version": effect.version,
        "id": _text_of(effect.id),
        "unit": effect.unit,
        "amount": effect.amount,
        "wanted": effect.wanted,
        "facts": dict(effect.facts),
        "lines": {str(number): part for number, part in effect.lines.items()},
    }
    if effect.allowance is not None:
        kept["allowance"] = effect.allowance
    if effect.takes:
        kept["takes"] = [_plain_take(one) for one in effect.takes]
    if effect.after:
        kept["after"] = [str(one) for one in effect.after]
    for name in _MOMENTS:
        if (moment := getattr(effect, name)) is not None:
            kept[name] = moment.isoformat()
    for name in _TEXTS:
        if text := getattr(effect, name):
            kept[name] = text
    return kept


def of_plain(kept: Mapping[str, Any]) -> Effect:
    """The effect that was kept."""
    values = dict(kept)
    values["id"] = UUID(kept["id"])
    values["lines"] = {int(number): part for number, part in kept["lines"].items()}
    values["takes"] = tuple(_take(one) for one in kept.get("takes", ()))
    values["after"] = tuple(UUID(one) for one in kept.get("after", ()))
    for name in _MOMENTS:
        values[name] = _moment(kept.get(name))
    return Effect(**values)


def _plain_take(one: Taken) -> dict[str, Any]:
    key = one.sum
    told = {"code": key.code, "of": key.of.value, "subject": key.subject, "period": key.period}
    return {**told, "since": _text(key.since), "amount": one.amount}


def _take(kept: Mapping[str, Any]) -> Taken:
    key = Sum(kept["code"], Of(kept["of"]), kept["subject"], kept["period"], _moment(kept["since"]))
    return Taken(key, kept["amount"])


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
