"""The book of terms as if a draft had held over all of the days that are looked at."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid5

from regulars.programme.book import Book
from regulars.programme.checkout.paying import POINTS
from regulars.programme.coupons.terms import POLICY, PROMOTION, SERIES
from regulars.programme.errors import PreviewRefused
from regulars.programme.ladders import LADDER
from regulars.programme.moves import Version
from regulars.programme.previews.reading import Days
from regulars.rules.conditions import When
from regulars.rules.earning.earn import KIND
from regulars.rules.earning.rule import EarnRule
from regulars.rules.occasion import PURCHASE

DRAFT: Final = 0  # the version of what is not published
KINDS: Final = (KIND, PROMOTION, SERIES, POINTS, POLICY, LADDER)  # that past purchases say something about


@dataclass(frozen=True, slots=True)
class Drafted:
    """The book of then, and the same with the draft."""

    before: Book
    after: Book
    undated: bool  # the days that the draft names lie elsewhere, and were left out

    @property
    def both(self) -> Book:
        """All that either asks for."""
        return Book(self.before.organisation, self.after.by_kind, {**self.before.by_id, **self.after.by_id})


def refuse(kind: str, terms: Any) -> None:
    """Raises PreviewRefused."""
    if kind not in KINDS:
        raise PreviewRefused(f"Past purchases say nothing about terms of the kind {kind}.", kind=kind, kinds=KINDS)
    if isinstance(terms, EarnRule) and PURCHASE not in terms.occasions:
        raise PreviewRefused("This rule gives nothing for purchases, and only these are looked at.", kind=kind)


def drafted(book: Book, kind: str, code: str, terms: Any, days: Days, span: tuple[date, date]) -> Drafted:
    """For every moment the draft stands for whatever else was said under its code."""
    dated = _undated(terms, span)
    number = uuid5(book.organisation, f"{kind}/{code}")
    draft = Version(number, kind, code, DRAFT, days.since, None, dated)
    others = [one for one in book.by_kind.get(kind, ()) if one.code != code]
    by_kind = {**book.by_kind, kind: tuple(sorted((*others, draft), key=lambda one: (one.code, one.version)))}
    by_id: dict[UUID, Version] = {**book.by_id, number: draft}
    if kind == SERIES:  # the coupons that were used were given under other versions: they stand for those to come
        by_id |= {one.id: draft for one in book.versions(kind, code)}
    return Drafted(book, Book(book.organisation, by_kind, by_id), dated is not terms)


def _undated(terms: Any, span: tuple[date, date]) -> Any:
    """The terms without the days between which they hold, where none of these was looked at."""
    holder = terms.offer if hasattr(terms, "offer") else terms
    conditions = getattr(holder, "conditions", None)
    when: When | None = getattr(conditions, "when", None)
    if when is None or not _elsewhere(when, span):
        return terms
    assert conditions is not None
    always = replace(holder, conditions=replace(conditions, when=replace(when, begins_on=None, ends_on=None)))
    return replace(terms, offer=always) if hasattr(terms, "offer") else always


def _elsewhere(when: When, span: tuple[date, date]) -> bool:
    first_on, last_on = span
    return bool((when.begins_on and when.begins_on > last_on) or (when.ends_on and when.ends_on < first_on))


def counted_as(book: Book, kind: str, code: str, days: Days) -> dict[str, str]:
    """Sums of the draft that go on from those of the version that held when the days begin."""
    held = book.one(kind, code, days.since)
    return {f"carry/{code}@{DRAFT}": f"carry/{code}@{held.version}"} if held and kind == KIND else {}
