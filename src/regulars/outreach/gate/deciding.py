"""Whether messages go now: a pure decision on plain values. No clock, no database.

>>> from datetime import UTC
>>> noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
>>> ann = Known(agreed=True, zone="Asia/Shanghai")
>>> sms = Wish(UUID(int=1), UUID(int=9), "sms", "marketing", planned_at=noon)
>>> (verdict,) = decide([(sms, ann)], Policy(quiet={"sms": Quiet(20 * 60, 9 * 60)}), at=noon)
>>> verdict.why.value, verdict.again_at.isoformat()
('quiet-hours', '2026-05-05T01:00:00+00:00')
"""

import hmac
from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from regulars.outreach.gate.words import Service, Why

SHARES: Final = 10_000  # a share is so many of these


@dataclass(frozen=True, slots=True)
class Quiet:
    """From a minute of the day to another, the second not included; over midnight where it ends before it begins."""

    begins: int
    ends: int

    def until(self, at: datetime, zone: str) -> datetime | None:
        """When it is over, on the clock of a zone; None outside of it."""
        here = at.astimezone(ZoneInfo(zone))
        minute = here.hour * 60 + here.minute
        inside = (
            self.begins <= minute < self.ends
            if self.begins < self.ends
            else minute >= self.begins or minute < self.ends
        )
        if not inside:
            return None
        day = here.date() + timedelta(days=int(minute >= self.ends))
        over = datetime.combine(day, time(self.ends // 60, self.ends % 60), ZoneInfo(zone)).astimezone(UTC)
        # Where a clock is put back, that time comes twice: the one that is still to come.
        return over if over > at else over + timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many within any so many days (of 24 hours): by one channel, or over all of them."""

    most: int
    days: int
    channel: str = ""  # "": over all

    @property
    def span(self) -> timedelta:
        return timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Policy:
    """What an organisation wants."""

    quiet: Mapping[str, Quiet] = field(default_factory=dict)  # by channel; "": every channel that says nothing else
    caps: tuple[Cap, ...] = ()
    holdout_share: int = 0  # of SHARES

    def quiet_of(self, channel: str) -> Quiet | None:
        return self.quiet.get(channel, self.quiet.get(""))

    @property
    def longest(self) -> int:
        """Days to look back."""
        return max((cap.days for cap in self.caps), default=0)


@dataclass(frozen=True, slots=True)
class Wish:
    """A message that somebody wants to send. Marketing unless it is a service of the closed list."""

    id: UUID
    member: UUID  # the root
    channel: str
    purpose: str
    planned_at: datetime
    service: Service | None = None
    priority: int = 0  # the higher the more urgent
    address: UUID | None = None  # the identifier that is meant, where it is in use


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the member for this channel and purpose."""

    gone: bool = False
    frozen: bool = False
    reachable: bool = True
    suppressed: bool = False
    agreed: bool = False
    zone: str = "UTC"
    held_out: bool = False  # of everything
    held_out_of_campaign: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """It goes (no why), or not: for good, or not before `again_at`."""

    wish: Wish
    why: Why | None = None
    again_at: datetime | None = None

    @property
    def goes(self) -> bool:
        return self.why is None


Sent = Mapping[UUID, Iterable[tuple[str, datetime]]]  # by member: channel and moment of marketing that went


def decide(
    wishes: Sequence[tuple[Wish, Known]], policy: Policy, *, sent: Sent | None = None, at: datetime
) -> list[Verdict]:
    """A verdict for each wish, in the order of the wishes.

    What is most urgent is asked first, then what was planned first. Each that goes counts for those after it.
    """
    counts: dict[UUID, _Counts] = {}
    found: dict[UUID, Verdict] = {}
    for wish, known in sorted(wishes, key=lambda one: (-one[0].priority, one[0].planned_at, one[0].id)):
        if wish.service is not None:
            found[wish.id] = Verdict(wish, _address(known))
            continue
        if (why := _address(known) or _marketing(known)) is not None:
            found[wish.id] = Verdict(wish, why)
            continue
        if wish.member not in counts:
            counts[wish.member] = _Counts(policy, (sent or {}).get(wish.member, ()), at)
        found[wish.id] = _timely(wish, known, policy, counts[wish.member], at)
    return [found[wish.id] for wish, _ in wishes]


def _address(known: Known) -> Why | None:
    """What holds for services too."""
    if not known.reachable:
        return Why.NO_ADDRESS
    return Why.SUPPRESSED if known.suppressed else None


def _marketing(known: Known) -> Why | None:
    for holds, why in (
        (known.gone, Why.GONE),
        (known.frozen, Why.FROZEN),
        (not known.agreed, Why.NO_CONSENT),
        (known.held_out, Why.UNIVERSAL_HOLDOUT),
        (known.held_out_of_campaign, Why.CAMPAIGN_HOLDOUT),
    ):
        if holds:
            return why
    return None


def _timely(wish: Wish, known: Known, policy: Policy, counts: "_Counts", at: datetime) -> Verdict:
    quiet = policy.quiet_of(wish.channel)
    if quiet is not None and (over := quiet.until(at, known.zone)) is not None:
        return Verdict(wish, Why.QUIET_HOURS, over)
    full = counts.full(wish.channel)
    if full is not None:
        again_at, by_now = full
        return Verdict(wish, Why.OUTRANKED if by_now else Why.CAPPED, again_at)
    counts.add(wish.channel)
    return Verdict(wish)


class _Counts:
    """What a member has got, cap by cap."""

    def __init__(self, policy: Policy, sent: Iterable[tuple[str, datetime]], at: datetime) -> None:
        self._at = at
        self._caps = policy.caps
        # What was sent after `at` (a clock that was behind) counts as now: no cap is passed because of it.
        went = sorted((min(moment, at), channel) for channel, moment in sent)
        self._went = {
            cap: [moment for moment, channel in went if cap.channel in ("", channel) and moment > at - cap.span]
            for cap in policy.caps
        }
        self._now = dict.fromkeys(policy.caps, 0)

    def full(self, channel: str) -> tuple[datetime, bool] | None:
        """Until when a cap is reached, and whether it would not be without what goes now."""
        waits, by_now = [], True
        for cap in self._caps:
            if cap.channel not in ("", channel) or len(self._went[cap]) < cap.most:
                continue
            by_now = by_now and len(self._went[cap]) - self._now[cap] < cap.most
            leaves = self._went[cap][len(self._went[cap]) - cap.most] if cap.most else self._at
            waits.append(leaves + cap.span)
        return (max(waits), by_now) if waits else None

    def add(self, channel: str) -> None:
        for cap in self._caps:
            if cap.channel in ("", channel):
                insort(self._went[cap], self._at)
                self._now[cap] += 1


def draw(salt: bytes, member: UUID) -> int:
    """A number from 0 to SHARES - 1, always the same for a member and a salt, and no one's guess without the salt.

    >>> draw(b"spring", UUID(int=7)) == draw(b"spring", UUID(int=7))
    True
    """
    digest = hmac.digest(salt, member.bytes, "sha256")
    return int.from_bytes(digest[:8], "big") * SHARES >> 64


def held_out(salt: bytes, member: UUID, share: int) -> bool:
    """Whether a member is among the share that gets nothing. Who is in a small share is in every larger one too."""
    return draw(salt, member) < share


def period_of(began_on: date, today: date, months: int) -> int:
    """Which period of so many months it is since a day; 0 the first: each draws another holdout.

    >>> period_of(date(2026, 1, 31), date(2026, 3, 30), 1), period_of(date(2026, 1, 1), date(2026, 12, 31), 12)
    (1, 0)
    """
    whole = (today.year - began_on.year) * 12 + today.month - began_on.month - int(today.day < began_on.day)
    return max(0, whole) // months


def salt_of(secret: bytes, period: int) -> bytes:
    """Of a period."""
    return hmac.digest(secret, f"holdout/{period}".encode(), "sha256")
