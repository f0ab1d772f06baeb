"""What of a row can be told wrong before anything is written. Pure, but for what is known."""

import hmac
import re
from datetime import datetime, timedelta
from typing import Final

from regulars.basics.periods import Period, WrongPeriod, zone_of
from regulars.ledger.intake import MOST
from regulars.ledger.words import UnitKind
from regulars.programme.moving.known import Known
from regulars.programme.moving.moves import Card, Coupon, Lot, Pending, Row, Tier

_TICK: Final = timedelta(microseconds=1)
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,79}")  # the books keep codes, and no sentences about people


def digest(row: Row, key: bytes) -> bytes:
    """16 bytes of what a row says: told again, it is the same row. Without the key no phone can be tried out on it."""
    return hmac.digest(key, repr((row.brings, row.member, row.shown)).encode(), "sha256")[:16]


def told(row: Row, known: Known) -> tuple[str, str, int]:
    """What a row counts as in the report: of what, the month in which that ends, and how much."""
    match row.brings:
        case Lot(unit, amount) as lot:
            return unit, _month(lot.expires_at, known.zone_of_unit(unit)), amount or 0
        case Pending(unit, amount) as pending:
            return unit, _month(pending.activates_at, known.zone_of_unit(unit), last=False), amount or 0
        case Tier(ladder, level) as tier:
            ends = None if tier.for_ever else tier.ends_at
            return f"{ladder}/{level}", _month(ends, known.zone_of_ladder(ladder)), 1
        case Card(source=source):
            return source, "", 1
        case Coupon(series=series) as coupon:
            return series, _month(coupon.expires_at, known.zone), coupon.uses or 0


def _month(at: datetime | None, zone: str, *, last: bool = True) -> str:
    """The month of an instant, or of the last one before it: what ends at midnight ended the day before."""
    return "" if at is None else f"{(at - _TICK if last else at).astimezone(zone_of(zone)):%Y-%m}"


def why_not(row: Row, known: Known, at: datetime) -> str:
    """A reason, or nothing."""
    match row.brings:
        case Lot() as lot:
            return _of_units(lot, known, at) or _of_lot(lot, known, at)
        case Pending() as pending:
            return _of_units(pending, known, at) or _of_pending(pending, known, at)
        case Tier() as tier:
            return _of_tier(tier, known, at)
        case Card(number, source):
            return "" if number and source else "wrong-number"
        case Coupon() as coupon:
            return _of_coupon(coupon, known, at)


def _of_units(one: Lot | Pending, known: Known, at: datetime) -> str:
    unit = known.units.get(one.unit)
    if unit is None:
        return "unknown-unit"
    if one.amount is None or not 0 < one.amount < MOST:
        return "wrong-amount"
    if one.earned_at is not None and one.earned_at > at:
        return "wrong-date"
    if (one.expires_at is not None or (isinstance(one, Pending) and one.validity)) and not unit.may_expire:
        return "may-not-expire"
    if one.reason and not _WORD.fullmatch(one.reason):
        return "wrong-reason"
    return "expired" if one.expires_at is not None and one.expires_at <= at else ""


def _of_lot(one: Lot, known: Known, at: datetime) -> str:
    begins = max(moment for moment in (one.earned_at or at, one.starts_at) if moment is not None)
    if one.funder and not _WORD.fullmatch(one.funder):
        return "wrong-funder"
    return "wrong-date" if one.expires_at is not None and one.expires_at <= begins else ""


def _of_pending(one: Pending, known: Known, at: datetime) -> str:
    if known.units[one.unit].kind == UnitKind.PAID:
        return "wrong-unit"
    if one.validity:
        if one.expires_at is not None:
            return "wrong-date"
        try:
            Period.parse(one.validity)
        except WrongPeriod:
            return "wrong-period"
    if one.cancels_at is not None and one.cancels_at <= at:
        return "expired"
    return ""


def _of_tier(one: Tier, known: Known, at: datetime) -> str:
    ladder = known.ladders.get(one.ladder)
    if ladder is None:
        return "unknown-ladder"
    if all(level.code != one.level for level in ladder.levels):
        return "unknown-level"
    if one.since is not None and one.since > at:
        return "wrong-date"
    if one.ends_at is not None and (one.for_ever or one.ends_at <= (one.since or one.ends_at - _TICK)):
        return "wrong-date"
    return "expired" if one.ends_at is not None and one.ends_at <= at else ""


def _of_coupon(one: Coupon, known: Known, at: datetime) -> str:
    if one.series not in known.series:
        return "unknown-series"
    if one.uses is None or not 1 <= one.uses <= 1_000_000:
        return "wrong-uses"
    return "expired" if one.expires_at is not None and one.expires_at <= at else ""
