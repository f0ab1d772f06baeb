"""What is asked for, looked at before anything is locked; writes nothing."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import lru_cache
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
    if posting.giver == posting.taker:
        raise WrongPosting("A transfer has two ends.")
    if posting.effective_at is not None and posting.effective_at > at:
        raise WrongPosting("What has not happened yet is not posted.", effective_at=posting.effective_at.isoformat())
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


def lot_dates(posting: Posting, unit: Unit, effective_at: datetime) -> tuple[datetime, datetime | None]:
    """From when to when the lot lives. Raises WrongPosting."""
    starts_at = max(posting.starts_at or effective_at, effective_at)
    expires_at = posting.expires_at
    if posting.validity:
        expires_at = period(posting.validity).after(starts_at, unit.zone)
    if expires_at is not None and expires_at <= starts_at:
        raise WrongPosting("A lot expires after its start.", expires_at=expires_at.isoformat())
    return starts_at, expires_at


def _plain(value: object) -> str:
    if is_dataclass(value) and not isinstance(value, type):
        return "(" + "|".join(_plain(getattr(value, field.name)) for field in fields(value)) + ")"
    if isinstance(value, datetime):
        return repr(value.timestamp())
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key!r}:{_plain(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_plain, value)) + "]"
    return repr(str(value)) if isinstance(value, str) else repr(value)
