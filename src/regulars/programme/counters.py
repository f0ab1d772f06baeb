"""What is used of limits and budgets: locked, taken, kept, given back. The only writer of counters.

A checkout locks all sums it needs, decides, and takes; all in its own transaction, whose journal line tells of it. What
an open checkout holds counts as used until it is kept or freed (SEMANTICS 26). Coupons are locked before counters,
counters before accounts of the ledger, each in one order.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.journal.statements import column, columns, run, unnested
from regulars.programme import locks
from regulars.rules.limits import Of, Sum


@dataclass(frozen=True, slots=True)
class Take:
    """So much of a sum, for an occasion (a purchase, an event) at its time. `member`: whose card was shown."""

    sum: Sum
    occasion: UUID
    amount: int
    at: datetime
    member: UUID | None = None
    held: bool = False  # by a checkout that is still open


@dataclass(frozen=True, slots=True)
class Back:
    """So much of what an occasion took under a code is given back: to each sum it took it of."""

    occasion: UUID
    code: str
    of: Of
    amount: int


_COUNTERS: Final = {
    "id": "uuid", "organisation": "uuid", "code": "text", "of": "text", "subject": "text", "period": "text",
    "used": "bigint",
}  # fmt: skip
_USES: Final = {
    "counter": "uuid", "occasion": "uuid", "member": "uuid", "amount": "bigint", "held": "boolean", "at": "timestamptz",
}  # fmt: skip
_CHANGES: Final = {"id": "uuid", "amount": "bigint"}
_OPEN: Final = (
    f"INSERT INTO programme_counter ({', '.join(_COUNTERS)}) SELECT {', '.join(_COUNTERS)} FROM {unnested(_COUNTERS)}"
    " ORDER BY id ON CONFLICT (id) DO NOTHING"
)
_SLIDING: Final = (
    "SELECT new.id, new.since, sum(u.amount - u.freed)::bigint"
    f" FROM {unnested({'id': 'uuid', 'since': 'timestamptz'})}"
    " JOIN programme_use u ON u.counter = new.id AND u.at > new.since GROUP BY new.id, new.since"
)
_COUNT: Final = (
    f"UPDATE programme_counter c SET used = c.used + new.amount FROM {unnested(_CHANGES)} WHERE c.id = new.id"
    " RETURNING 1"
)
_TAKE: Final = (
    f"WITH counted AS ({_COUNT}), taken AS ("
    f"INSERT INTO programme_use ({', '.join(_USES)}, freed) SELECT {', '.join(_USES)}, 0 FROM {unnested(_USES)})"
    " SELECT count(*) FROM counted"
)
_FREE: Final = (
    f"WITH counted AS ({_COUNT}), freed AS ("
    f"UPDATE programme_use u SET freed = u.freed + new.amount FROM {unnested({'id': 'bigint', 'amount': 'bigint'})}"
    " WHERE u.id = new.id) SELECT count(*) FROM counted"
)
_OF_OCCASIONS: Final = (
    "SELECT u.id, u.counter, u.occasion, c.code, c.of, u.amount - u.freed FROM programme_use u"
    " JOIN programme_counter c ON c.id = u.counter WHERE u.occasion = ANY(%s::uuid[]) AND u.freed < u.amount"
    " ORDER BY u.id"
)


def number(one: Sum, organisation: UUID) -> UUID:
    """The id of a sum's counter: made of what it counts."""
    text = "\x1f".join((one.code, one.of.value, one.subject, one.period))
    return UUID(bytes=hashlib.blake2b(organisation.bytes + text.encode(), digest_size=16).digest())


def used(sums: Collection[Sum], *, organisation: UUID) -> dict[Sum, int]:
    """How much is used, without a lock: for a preview. One query; one more where sums slide."""
    ids = {one: number(one, organisation) for one in sums}
    names = column(sorted(set(ids.values())))
    rows = run("SELECT id, used FROM programme_counter WHERE id = ANY(%s::uuid[])", [names]) if ids else []
    return _told(ids, dict(rows))


def lock(sums: Collection[Sum], *, organisation: UUID) -> dict[Sum, int]:
    """How much is used of each, and nobody else takes of them until the transaction ends.

    One query; one more where sums slide; two more where a sum is used for the first time.
    """
    ids = {one: number(one, organisation) for one in sums}
    if not ids:
        return {}
    wanted = {key: one for one, key in ids.items()}
    found = locks.counters(wanted)
    if len(found) < len(wanted):
        rows = [
            (key, organisation, one.code, one.of.value, one.subject, one.period, 0)
            for key, one in wanted.items()
            if key not in found
        ]
        run(_OPEN, columns(rows, len(_COUNTERS)))
        found = locks.counters(wanted)
    return _told(ids, found)


def _told(ids: Mapping[Sum, UUID], found: Mapping[UUID, int]) -> dict[Sum, int]:
    """A statement of its own for what slides: one that began before the lock was given would not see the last uses."""
    sliding = [(key, one.since) for one, key in ids.items() if one.since is not None and found.get(key)]
    late = {(key, since): amount for key, since, amount in run(_SLIDING, columns(sliding, 2))} if sliding else {}
    return {one: found.get(key, 0) if one.since is None else late.get((key, one.since), 0) for one, key in ids.items()}


def take(takes: Sequence[Take], *, organisation: UUID) -> None:
    """Takes of sums under lock. What takes nothing is not counted. One query."""
    numbered = [(number(one.sum, organisation), one) for one in takes if one.amount]
    if not numbered:
        return
    totals = _totals((key, one.amount) for key, one in numbered)
    uses = [(key, one.occasion, one.member, one.amount, one.held, one.at) for key, one in numbered]
    ((counted,),) = run(_TAKE, [*columns(sorted(totals.items()), 2), *columns(uses, len(_USES))])
    assert counted == len(totals), "what is taken of is locked before"


def keep(occasions: Collection[UUID]) -> None:
    """What was held by these is used now. One query."""
    run("UPDATE programme_use SET held = false WHERE occasion = ANY(%s::uuid[]) AND held", [column(sorted(occasions))])


def free(occasions: Collection[UUID]) -> None:
    """All that these took is given back: a checkout that lapsed, a sale that was cancelled. Queries as below."""
    _free(occasions, None)


def give_back(backs: Sequence[Back]) -> None:
    """Parts of what occasions took; never more than is left of it. Four queries however many there are."""
    wanted: dict[tuple[UUID, str, str], int] = {}
    for one in backs:
        key = (one.occasion, one.code, one.of.value)
        wanted[key] = wanted.get(key, 0) + one.amount
    _free({one.occasion for one in backs}, wanted)


def _free(occasions: Collection[UUID], wanted: Mapping[tuple[UUID, str, str], int] | None) -> None:
    if not occasions:
        return
    names = column(sorted(occasions))
    locked: set[UUID] = set()
    while True:  # a merge may have moved uses to other counters while these locks were waited for
        rows = run(_OF_OCCASIONS, [names])
        missing = {row[1] for row in rows} - locked
        if not missing:
            break
        locked |= missing
        locks.counters(locked)
    freed = _parts(rows, wanted)
    if not freed:
        return
    totals = _totals((counter, -part) for _, counter, part in freed)
    uses = [(use, part) for use, _, part in freed]
    ((counted,),) = run(_FREE, [*columns(sorted(totals.items()), 2), *columns(uses, 2)])
    assert counted == len(totals)


def _parts(
    rows: Iterable[tuple[int, UUID, UUID, str, str, int]], wanted: Mapping[tuple[UUID, str, str], int] | None
) -> list[tuple[int, UUID, int]]:
    """How much of each use; of a sum that an occasion took of more than once no more than is wanted in all."""
    left: dict[tuple[UUID, UUID], int] = {}
    found = []
    for use, counter, occasion, code, of, rest in rows:
        room = rest if wanted is None else left.get((occasion, counter), wanted.get((occasion, code, of), 0))
        part = min(rest, room)
        left[occasion, counter] = room - part
        if part:
            found.append((use, counter, part))
    return found


def _totals(parts: Iterable[tuple[UUID, int]]) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for key, amount in parts:
        found[key] = found.get(key, 0) + amount
    return found
