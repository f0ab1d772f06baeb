"""The ledger in plain Python, as its documents describe it: what the real one is held against."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class Refused(Exception):
    """The real ledger should refuse this too."""


@dataclass
class Lot:
    id: UUID
    credit: UUID
    amount: int
    earned: datetime
    starts: datetime
    expires: datetime | None
    usable: datetime
    parent: "Lot | None" = None
    uses: list[tuple[datetime, int]] = field(default_factory=list)
    holds: list["Hold"] = field(default_factory=list)
    born: datetime = NEVER  # effective time of the credit that made it
    lapsed: int = 0

    @property
    def order(self) -> tuple[datetime, datetime, UUID]:
        return self.expires or NEVER, self.earned, self.id

    def left(self) -> int:
        kept = sum(hold.parts[self.id] for hold in self.holds if hold.closed is None)
        return self.amount - sum(amount for _, amount in self.uses) - kept

    def dead(self, at: datetime) -> bool:
        return self.expires is not None and self.expires <= at

    def held_at(self, at: datetime) -> int:
        return sum(
            hold.parts[self.id]
            for hold in self.holds
            if hold.placed <= at and (hold.closed is None or hold.closed > at)
        )

    def left_at(self, at: datetime) -> int:
        return self.amount - sum(amount for when, amount in self.uses if when <= at) - self.held_at(at)


@dataclass
class Hold:
    id: UUID
    owner: "Owner"
    parts: dict[UUID, int]
    placed: datetime
    lapses: datetime
    closed: datetime | None = None

    @property
    def amount(self) -> int:
        return sum(self.parts.values())


@dataclass
class Waiting:
    id: UUID
    amount: int
    earned: datetime
    activates: datetime | None
    cancels: datetime | None
    expires: datetime | None
    state: str = "pending"


@dataclass
class Deed:
    """A posting that can be taken back."""

    id: UUID
    owner: "Owner"
    amount: int
    effective: datetime
    parts: list[tuple[Lot, int]] = field(default_factory=list)  # of a spend: what it took and still keeps
    lots: list[Lot] = field(default_factory=list)  # of an earn
    back: int = 0
    counted: int = 0


@dataclass
class Owner:
    id: UUID
    lots: list[Lot] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    log: list[tuple[datetime, int]] = field(default_factory=list)
    pending_log: list[tuple[datetime, int]] = field(default_factory=list)
    debt_log: list[tuple[datetime, int]] = field(default_factory=list)
    no_spend: bool = False
    no_earn: bool = False

    @property
    def owed(self) -> int:
        return sum(amount for _, amount in self.debt_log)

    def in_order(self) -> list[Lot]:
        return sorted((lot for lot in self.lots if lot.left() > 0), key=lambda lot: lot.order)

    def usable(self, effective: datetime, at: datetime) -> list[Lot]:
        return [lot for lot in self.in_order() if lot.usable <= effective and not lot.dead(at)]

    def figures(self, at: datetime) -> tuple[int, ...]:
        """balance, held, expired, waiting, pending, owed at an instant, by what is known now."""
        lots = [(lot, lot.left_at(at)) for lot in self.lots if lot.born <= at]
        return (
            sum(amount for when, amount in self.log if when <= at),
            sum(lot.held_at(at) for lot in self.lots),
            sum(left for lot, left in lots if lot.dead(at)),
            sum(left for lot, left in lots if lot.starts > at and not lot.dead(at)),
            sum(amount for when, amount in self.pending_log if when <= at),
            sum(amount for when, amount in self.debt_log if when <= at),
        )


def pick(lots: list[Lot], amount: int) -> list[tuple[Lot, int]]:
    parts = []
    for lot in lots:
        part = min(lot.left(), amount)
        if part:
            parts.append((lot, part))
            amount -= part
    if amount:
        raise Refused
    return parts


def spend(owner: Owner, amount: int, effective: datetime, at: datetime) -> list[tuple[Lot, int]]:
    if owner.no_spend:
        raise Refused
    parts = pick(owner.usable(effective, at), amount)
    use(owner, parts, effective)
    return parts


def use(owner: Owner, parts: list[tuple[Lot, int]], effective: datetime) -> None:
    for lot, part in parts:
        lot.uses.append((effective, part))
    owner.log.append((effective, -sum(part for _, part in parts)))


def credit(owner: Owner, lot: Lot, at: datetime, effective: datetime, *, eats: bool) -> int:
    """A new lot; a debt eats of it what it can. How much."""
    owner.lots.append(lot)
    owner.log.append((effective, lot.amount))
    lot.born = effective
    part = min(owner.owed, lot.amount) if eats and lot.usable <= at and not lot.dead(at) else 0
    if part:
        use(owner, [(lot, part)], at)
        owner.debt_log.append((at, -part))
    return part


def free(hold: Hold, at: datetime) -> None:
    """Closes a hold; what it kept is free, and cannot be taken by a debit dated earlier."""
    for lot in hold.owner.lots:
        if lot.id in hold.parts:
            lot.usable = max(lot.usable, at)
    hold.closed = at


def capture(hold: Hold, amount: int, at: datetime) -> list[tuple[Lot, int]]:
    if hold.closed or hold.lapses <= at or not 0 < amount <= hold.amount:
        raise Refused
    lots = sorted((lot for lot in hold.owner.lots if lot.id in hold.parts), key=lambda lot: lot.order)
    hold.closed = at
    used, left = [], amount
    for lot in lots:
        part = min(left, hold.parts[lot.id])
        left -= part
        if part:
            used.append((lot, part))
        if part < hold.parts[lot.id]:
            lot.usable = max(lot.usable, at)
    use(hold.owner, used, at)
    return used


def expire(owner: Owner, at: datetime, only: list[Lot] | None = None) -> int:
    gone = [lot for lot in (owner.lots if only is None else only) if lot.left() > 0 and lot.dead(at)]
    for lot in gone:
        assert lot.expires is not None
        part = lot.left()
        lot.lapsed += part
        use(owner, [(lot, part)], max(lot.expires, lot.usable))
    return len(gone)


def give_back(deed: Deed, amount: int, at: datetime) -> None:
    if not 0 < amount <= deed.amount - deed.back:
        raise Refused
    left = amount
    for number in range(len(deed.parts) - 1, -1, -1):
        lot, part = deed.parts[number]
        now = min(part, left)
        left -= now
        if now:
            lot.uses.append((at, -now))
            lot.usable = max(lot.usable, at)
            deed.parts[number] = (lot, part - now)
    deed.back += amount
    deed.owner.log.append((at, amount))


def claw_back(deed: Deed, amount: int, at: datetime, *, owing: bool) -> tuple[int, int]:
    """What is taken of an earn; the rest is owed or refused. Owed and forgone."""
    if not 0 < amount <= deed.amount - deed.back:
        raise Refused
    owner, need = deed.owner, amount
    own = sorted(deed.lots, key=lambda lot: lot.order)
    living = [lot for lot in own if not lot.dead(at)]
    lost = sum(lot.lapsed + (lot.left() if lot.dead(at) else 0) for lot in own) - deed.counted
    from_own = _some(living, need)
    need -= sum(part for _, part in from_own)
    forgone = min(need, lost)
    need -= forgone
    others = _some([lot for lot in owner.usable(at, at) if lot not in own], need)
    need -= sum(part for _, part in others)
    if need and not owing:
        raise Refused
    expire(owner, at, own)
    use(owner, from_own + others, at)
    deed.counted += forgone
    deed.back += amount
    if need:
        owner.debt_log.append((at, need))
    return need, forgone


def _some(lots: list[Lot], amount: int) -> list[tuple[Lot, int]]:
    parts = []
    for lot in lots:
        part = min(lot.left(), amount)
        if part > 0:
            parts.append((lot, part))
            amount -= part
    return parts
