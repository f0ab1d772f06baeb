"""All decisions again, from the first version of a ladder on: as of any instant this gives the tier held then.

Returns count from when they were recorded, at the date of what they take back. So what was decided before a return
stays decided, and with `hindsight` it can be asked what would have been decided without it. A late arrival counts from
its own date: the tier it reaches begins then (SEMANTICS 39).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from regulars.rules.tiers.deciding import Case, begun, decided, given, reviewed_until
from regulars.rules.tiers.ladder import Ladder
from regulars.rules.tiers.standing import Entries, Entry, Grant, Setting, Standing

Versions = Sequence[tuple[datetime, Ladder]]


Decisions = list[tuple[datetime, Standing]]


def replay(
    versions: Versions,
    entries: Iterable[Entry],
    settings: Iterable[Setting] = (),
    *,
    joined_at: datetime,
    as_of: datetime,
    grants: Sequence[Grant] = (),
    hindsight: bool = False,
) -> list[Standing]:
    """Every standing that differs from the one before; the last one holds at `as_of`."""
    found = decisions(
        versions, entries, settings, joined_at=joined_at, as_of=as_of, grants=grants, hindsight=hindsight
    )  # fmt: skip
    return [standing for _, standing in found]


def decisions(
    versions: Versions,
    entries: Iterable[Entry],
    settings: Iterable[Setting] = (),
    *,
    joined_at: datetime,
    as_of: datetime,
    grants: Sequence[Grant] = (),
    hindsight: bool = False,
) -> Decisions:
    """The same, each with the instant at which it was decided. Of two who became one, the decisions since then."""
    listed, set_by_hand = list(entries), _since_merge(list(settings))
    tally = Entries(listed, hindsight=hindsight)
    seen = None if hindsight else never_bought(versions, listed, set_by_hand, joined_at=joined_at, grants=grants)
    case = Case(versions, tally, joined_at, grants, seen)
    start = max(versions[0][0], set_by_hand[0].at) if _is_merge(set_by_hand) else versions[0][0]
    returned = set() if hindsight else {max(one.recorded_at, start) for one in tally.returns}
    instants = {begins_at for begins_at, _ in versions if begins_at >= start} | returned
    instants |= {max(one.effective_at, start) for one in tally.gains}
    return run(case, begun(versions[0][1], joined_at), instants, returned, set_by_hand, as_of=as_of)


def _since_merge(settings: list[Setting]) -> list[Setting]:
    """From the last merge on: what was decided before it was decided on other entries, and stays."""
    ordered = sorted(settings, key=lambda one: one.at)
    merges = [place for place, one in enumerate(ordered) if one.standing is not None]
    return ordered[merges[-1] :] if merges else ordered


def _is_merge(settings: list[Setting]) -> bool:
    return bool(settings) and settings[0].standing is not None


def never_bought(
    versions: Versions,
    entries: Sequence[Entry],
    settings: Sequence[Setting] = (),
    *,
    joined_at: datetime,
    grants: Sequence[Grant] = (),
) -> Callable[[datetime], Standing]:
    """Where they would be at an instant, had what was returned by then never counted."""

    def seen(at: datetime) -> Standing:
        known = [one for one in entries if one.recorded_at <= at or all(amount >= 0 for amount in one.amounts.values())]
        return replay(versions, known, settings, joined_at=joined_at, as_of=at, grants=grants, hindsight=True)[-1]

    return seen


def run(
    case: Case,
    s: Standing,
    instants: Iterable[datetime],
    returned: Iterable[datetime] = (),
    settings: Iterable[Setting] = (),
    *,
    as_of: datetime,
) -> Decisions:
    """Goes on from a standing: through instants at which something happened, and all reviews until `as_of`."""
    found = [(case.joined_at, s)]
    came_back = frozenset(returned)
    by_hand = {one.at: one for one in settings}
    for at in sorted({*instants, *came_back, *by_hand}):
        if at > as_of:
            break
        _go_on(found, reviewed_until(case, found[-1][1], at))
        if at in by_hand:
            _go_on(found, [(at, given(case, found[-1][1], by_hand[at]))])
        _go_on(found, [(at, decided(case, found[-1][1], at, returned=at in came_back))])
    _go_on(found, reviewed_until(case, found[-1][1], as_of))
    return found


def _go_on(found: Decisions, more: Iterable[tuple[datetime, Standing]]) -> None:
    for at, one in more:
        if one != found[-1][1]:
            found.append((at, one))
