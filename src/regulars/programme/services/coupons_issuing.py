"""Coupons come into being: unique codes by the hundred thousand, shared ones, those of a programme before this one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from regulars.access.selectors import places
from regulars.basics.ids import new_id, new_ids, typed
from regulars.basics.periods import Period, start_of
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import columns, run, unnested
from regulars.members.selectors import roots
from regulars.programme.book import book
from regulars.programme.coupons import codes, finding
from regulars.programme.coupons.moves import Binding, Found, Gift, Issued, OldCode
from regulars.programme.coupons.terms import SERIES, Series
from regulars.programme.errors import CouponClash, CouponNeedsProduct, UnknownTerms
from regulars.programme.moves import Version

BATCH: Final = "bat"
AT_ONCE: Final = 1_000  # rows
_COLUMNS: Final = {
    "id": "uuid", "organisation": "uuid", "series": "text", "terms": "uuid", "batch": "uuid", "number": "bigint",
    "mark": "bytea", "text": "text", "member": "uuid", "hard": "boolean", "given_for": "text",
    "issued_at": "timestamptz", "expires_at": "timestamptz", "item": "text", "list": "uuid",
    "uses": "integer", "taken": "integer", "kept": "integer", "state": "text",
}  # fmt: skip
_NUMBERS: Final = (
    "INSERT INTO programme_coupon_number AS n (organisation, last) VALUES (%s, %s)"
    " ON CONFLICT (organisation) DO UPDATE SET last = n.last + excluded.last RETURNING last"
)
_GIVE: Final = (
    f"INSERT INTO programme_coupon ({', '.join(_COLUMNS)}) SELECT {', '.join(_COLUMNS)} FROM {unnested(_COLUMNS)}"
    " ORDER BY given_for, id"
    " ON CONFLICT (organisation, series, given_for) WHERE given_for IS NOT NULL DO NOTHING RETURNING id"
)
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Batch:
    """What all coupons of a batch have in common."""

    organisation: UUID
    version: Version
    number: UUID
    at: datetime
    expires_at: datetime | None

    @property
    def terms(self) -> Series:
        assert isinstance(self.version.terms, Series)
        return self.version.terms

    def row(
        self,
        id: UUID,
        number: int | None,
        *,
        mark: bytes | None = None,
        text: str | None = None,
        to: Gift | None = None,
        hard: bool = False,
        uses: int | None = None,
        expires_at: datetime | None = None,
    ) -> Row:
        member, given_for = (to.member, to.given_for) if to else (None, None)
        item, on_list = (to.item, to.list) if to else (None, None)
        return (
            id, self.organisation, self.version.code, self.version.id, self.number, number, mark, text, member, hard,
            given_for, self.at, expires_at or self.expires_at, item, on_list, uses, 0, 0, "issued",
        )  # fmt: skip

    def found(
        self,
        id: UUID,
        code: str | None,
        *,
        uses: int | None,
        shared: bool = False,
        to: Gift | None = None,
        hard: bool = False,
        expires_at: datetime | None = None,
    ) -> Found:
        member = to.member if to else None
        return Found(
            id, self.version.code, self.version.id, code, shared, "issued", member, hard and member is not None,
            self.at, expires_at or self.expires_at, uses, 0,
        )  # fmt: skip


@transaction.atomic
def issue(
    series: str,
    count: int = 0,
    *,
    organisation: UUID,
    to: Sequence[Gift] = (),
    binding: Binding = Binding.SOFT,
    until: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> Issued:
    """`count` coupons that are nobody's, or one for each member of `to`; by the version of the series that holds.
    `until`: they end then at the latest.

    Five queries however many there are. Raises UnknownTerms, UnknownMember, CouponNeedsProduct.
    """
    assert not (count and to)
    batch = _begin(series, organisation, at, until)
    if count or not all(one.item for one in to):
        _of_nothing(batch)
    if to:
        roots(sorted({one.member for one in to}), organisation=organisation)
    wanted: Sequence[Gift | None] = to or [None] * count
    first = numbers(organisation, len(wanted))
    ids = _ids(at, len(wanted))
    hard = binding == Binding.HARD
    rows = [
        batch.row(id, number, to=one, hard=hard and one is not None, uses=batch.terms.uses)
        for number, (id, one) in enumerate(zip(ids, wanted, strict=True), first)
    ]
    made = set(ids)
    if any(one is not None and one.given_for is not None for one in wanted):
        made = {row[0] for row in run(_GIVE, columns(rows, len(_COLUMNS)))}
    else:
        _copy(rows)
    _written(batch, len(made), actor)
    key = finding.secret(organisation)
    made_now = [
        batch.found(id, codes.write(number, key), uses=batch.terms.uses, to=one, hard=hard)
        for number, (id, one) in enumerate(zip(ids, wanted, strict=True), first)
        if id in made
    ]
    return Issued(batch.number, batch.version.id, tuple(made_now))


@transaction.atomic
def issue_shared(series: str, texts: Sequence[str], *, organisation: UUID, actor: Actor, at: datetime) -> Issued:
    """Codes that many share, as the organisation spells them. Raises UnknownTerms, CouponClash."""
    batch = _begin(series, organisation, at)
    _of_nothing(batch)
    key = finding.secret(organisation)
    ids = _ids(at, len(texts))
    rows = [
        batch.row(id, None, mark=_mark(text, key), text=codes.normal(text)) for id, text in zip(ids, texts, strict=True)
    ]
    _copy(rows)
    _written(batch, len(rows), actor)
    made = [batch.found(id, codes.normal(text), uses=None, shared=True) for id, text in zip(ids, texts, strict=True)]
    return Issued(batch.number, batch.version.id, tuple(made))


@transaction.atomic
def take_over(series: str, old: Sequence[OldCode], *, organisation: UUID, actor: Actor, at: datetime) -> Issued:
    """Codes that people hold from before, as they were printed; only their digests are kept.

    Raises UnknownTerms, UnknownMember, CouponClash.
    """
    batch = _begin(series, organisation, at)
    _of_nothing(batch)
    if members := {one.member for one in old if one.member is not None}:
        roots(sorted(members), organisation=organisation)
    key = finding.secret(organisation)
    ids = _ids(at, len(old))
    _copy(
        batch.row(
            id,
            None,
            mark=_mark(one.text, key),
            to=Gift(one.member) if one.member else None,
            uses=one.uses,
            expires_at=one.expires_at,
        )
        for id, one in zip(ids, old, strict=True)
    )
    _written(batch, len(old), actor)
    made = [
        batch.found(id, None, uses=one.uses, to=Gift(one.member) if one.member else None, expires_at=one.expires_at)
        for id, one in zip(ids, old, strict=True)
    ]
    return Issued(batch.number, batch.version.id, tuple(made))


def _of_nothing(batch: _Batch) -> None:
    """Raises CouponNeedsProduct."""
    if batch.terms.per_item:
        raise CouponNeedsProduct("Each coupon of this series is for one product: a personal list names it.")


def _begin(series: str, organisation: UUID, at: datetime, until: datetime | None = None) -> _Batch:
    """Raises UnknownTerms."""
    version = book(organisation).one(SERIES, series, at)
    if version is None:
        raise UnknownTerms(f"No series of coupons with the code {series[:80]!r} holds now.")
    assert isinstance(version.terms, Series)
    return _Batch(
        organisation, version, new_id(at), at, _end(version.terms, places().zones.get(organisation, "UTC"), at, until)
    )


def _end(terms: Series, zone: str, at: datetime, until: datetime | None) -> datetime | None:
    """The end of its life or of its window, whichever comes first; `until` at the latest."""
    ends = [Period.parse(terms.life).after(at, zone)] if terms.life else []
    ends += [until] if until is not None else []
    last = terms.offer.conditions.when.ends_on
    if last is not None and not terms.offer.conditions.when.store_local:
        ends.append(start_of(last + timedelta(days=1), zone))
    return min(ends, default=None)


def numbers(organisation: UUID, count: int) -> int:
    """The first of so many numbers that are nobody's. Whoever issues next waits until this is done."""
    ((last,),) = run(_NUMBERS, [organisation, count])
    assert last < codes.MOST, "all codes are used up"
    return int(last) - count


def _mark(text: str, key: bytes) -> bytes:
    """Raises CouponClash where the text would be read as a signed code."""
    if codes.read(text, key) is not None or len(codes.normal(text)) < 3:
        raise CouponClash("A code of at least three letters or digits that is no signed code.")
    return finding.mark(text, key)


def _copy(rows: Iterable[Row]) -> None:
    """Raises CouponClash."""
    statement = f"COPY programme_coupon ({', '.join(_COLUMNS)}) FROM STDIN"
    try:
        with (
            transaction.atomic(),
            connection.wrap_database_errors,
            connection.cursor() as cursor,
            cursor.copy(statement) as copy,
        ):
            for some in _lines(rows):
                copy.write(some)
    except IntegrityError as clash:
        if "programme_coupon_one_mark" not in str(clash):
            raise
        raise CouponClash("Another coupon of this organisation has that code.") from clash


def _lines(rows: Iterable[Row]) -> Iterator[str]:
    """Rows as COPY reads them. Most of a batch's values are the same in every row, and are written once."""
    known: dict[object, str] = {}
    lines: list[str] = []
    for row in rows:
        lines.append("\t".join([known.get(value) or _told(value, known) for value in row]))
        if len(lines) == AT_ONCE:
            yield "\n".join(lines) + "\n"
            lines.clear()
    if lines:
        yield "\n".join(lines) + "\n"


def _told(value: object, known: dict[object, str]) -> str:
    """True is told like 1, which it equals: both columns read it."""
    match value:
        case None:
            text = r"\N"
        case UUID():
            return value.hex  # another in each row
        case int():
            return str(int(value))
        case datetime():
            text = value.isoformat()
        case bytes():
            text = r"\\x" + value.hex()
        case _:
            text = str(value).replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
    known[value] = text
    return text


def _ids(at: datetime, count: int) -> list[UUID]:
    """In the order of the numbers, so that a list in the order of ids is one in the order of issue."""
    return sorted(new_ids(at, count), key=attrgetter("int"))


def _written(batch: _Batch, count: int, actor: Actor) -> None:
    told = {"series": batch.version.code, "version": batch.version.version, "coupons": count}
    record([Deed("coupons.issue", typed(BATCH, batch.number), after=told)], actor=actor, at=batch.at)
