"""What is asked for, looked at before anything is locked; writes nothing."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import lru_cache
from math import ceil
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from regulars.basics.periods import Period
from regulars.ledger.errors import WrongPosting
from regulars.ledger.models import Unit
from regulars.ledger.moves import Holder, House, Posting
from regulars.ledger.words import HOLDER_ROLES, Role, UnitKind

PAID_FROM = {Role.SOLD, Role.ADJUSTED}
MOST = 2**62  # sums of two stay within 64 bits


def fingerprint(asked: object) -> bytes:
    """16 bytes of what was asked; the same request has the same, in every release."""
    return hashlib.blake2b(_plain(asked).encode(), digest_size=16).digest()


def check(posting: Posting, unit: Unit, at: datetime) -> None:
    """Raises WrongPosting."""
    if not 0 < posting.amount < MOST:
        raise WrongPosting("An amount is above nothing.", amount=posting.amount)
    if posting.giver.__class__ is posting.taker.__class__ and posting.giver == posting.taker:
        raise WrongPosting("A transfer has two ends.")
    if posting.effective_at is not None and posting.effective_at > at:
        ahead = ceil((posting.effective_at - at).total_seconds())
        raise WrongPosting(
            f"What has not happened yet is not posted: effective_at is {ahead} s ahead of the server's clock.",
            effective_at=posting.effective_at.isoformat(),
            ahead=ahead,
        )
    if bool(posting.source) != bool(posting.external_id):
        raise WrongPosting("A business key is a source and an external id.", source=posting.source)
    for end in (posting.giver, posting.taker):
        if isinstance(end, House) and end.role in HOLDER_ROLES:
            raise WrongPosting(f"The house has no account {end.role}.", role=end.role)
        if isinstance(end, Holder) and end.role not in HOLDER_ROLES:
            raise WrongPosting(f"A holder has no account {end.role}.", role=end.role)
    if isinstance(posting.giver, Holder) and isinstance(posting.taker, Holder):
        raise WrongPosting("Between holders units are moved, not posted.")
    if isinstance(posting.giver, Holder) and posting.giver.role != Role.MAIN:
        raise WrongPosting("Only the main account can be spent from.", role=posting.giver.role)
    if isinstance(posting.taker, Holder) and posting.taker.role == Role.DEBT:
        raise WrongPosting("A debt is eaten by earns, not paid into.")
    if unit.kind == UnitKind.PAID and isinstance(posting.giver, House) and posting.giver.role not in PAID_FROM:
        raise WrongPosting("Paid value comes from a sale.", unit=unit.code)
    _check_dates(posting, unit, at)


def _check_dates(posting: Posting, unit: Unit, at: datetime) -> None:
    p = posting
    if not (p.expires_at or p.validity or p.activates_at or p.cancels_at or p.starts_at):
        return
    ends = posting.expires_at is not None or bool(posting.validity)
    if posting.expires_at is not None and posting.validity:
        raise WrongPosting("An expiry is a date or a length, not both.")
    if ends and not unit.may_expire:
        raise WrongPosting(f"{unit.code} may not expire.", unit=unit.code)
    if posting.validity:
        period(posting.validity)
    pending = isinstance(posting.taker, Holder) and posting.taker.role == Role.PENDING
    if not pending and (posting.activates_at or posting.cancels_at):
        raise WrongPosting("Only a pending earn becomes active or is cancelled.")
    ended = posting.expires_at is not None and posting.expires_at <= (posting.effective_at or at)
    if pending and ended:
        raise WrongPosting("What has expired cannot be on its way.")
    if pending and posting.starts_at:
        raise WrongPosting("A pending earn starts when it becomes active.")


@lru_cache(1024)
def period(text: str) -> Period:
    """Raises WrongPeriod."""
    return Period.parse(text)


@lru_cache(4096)
def _end(validity: str, starts_at: datetime, zone: str) -> datetime:
    return period(validity).after(starts_at, zone)


def lot_dates(posting: Posting, unit: Unit, effective_at: datetime) -> tuple[datetime, datetime | None]:
    """From when to when the lot lives. Raises WrongPosting."""
    starts_at = max(posting.starts_at or effective_at, effective_at)
    expires_at = posting.expires_at
    if posting.validity:
        expires_at = _end(posting.validity, starts_at, unit.zone)
    if expires_at is not None and expires_at <= starts_at:
        raise WrongPosting("A lot expires after its start.", expires_at=expires_at.isoformat())
    return starts_at, expires_at


def _plain(value: Any) -> str:
    """One text for one value, whatever the zone a moment is told in; each text says how long it is."""
    return _way(value.__class__)(value)


@lru_cache(128)
def _way(kind: type) -> Callable[[Any], str]:
    known = next((way for those, way in _WAYS.items() if issubclass(kind, those)), None)
    return known or _fields(kind)


def _fields(kind: Any) -> Callable[[Any], str]:
    """Of a dataclass. No text of the books can hold a zero, so it parts them; most fields are texts or nothing."""
    assert is_dataclass(kind), f"no way to tell what was asked with {kind}"
    names = [field.name for field in fields(kind)]
    get = attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)

    def told(value: Any) -> str:
        parts = [p if p.__class__ is str else "" if p is None else _plain(p) for p in get(value)]
        return "(" + "\0".join(parts) + ")"

    return told


def _of_mapping(value: Mapping[Any, Any]) -> str:
    return "{" + ",".join(f"{_plain(key)}:{_plain(value[key])}" for key in sorted(value)) + "}"


_WAYS: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda value: "",
    str: lambda value: f"{len(value)}'{value}",
    int: str,
    UUID: lambda value: str(value.hex),
    datetime: lambda value: repr(value.timestamp()),
    Mapping: _of_mapping,
    list: lambda value: "[" + ",".join(map(_plain, value)) + "]",
    tuple: lambda value: "[" + ",".join(map(_plain, value)) + "]",
    float: repr,
}
