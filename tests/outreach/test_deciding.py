"""The gate's decision on plain values: what must hold whatever is wished, known and wanted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.outreach.gate.deciding import (
    SHARES,
    Cap,
    Known,
    Policy,
    Quiet,
    Verdict,
    Wish,
    decide,
    draw,
    held_out,
    period_of,
    salt_of,
)
from regulars.outreach.gate.words import WAITING, Service, Why

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
CHANNELS = ("email", "sms")
ZONES = ("UTC", "Asia/Shanghai", "America/New_York", "Europe/London", "Asia/Kathmandu")
moments = st.timedeltas(timedelta(days=-120), timedelta(days=240)).map(lambda off: NOON + off)
minutes = st.integers(0, 24 * 60 - 1)
quiets = st.builds(Quiet, minutes, minutes)
caps = st.builds(Cap, most=st.integers(0, 3), days=st.sampled_from([1, 7]), channel=st.sampled_from(["", *CHANNELS]))
policies = st.builds(
    Policy,
    quiet=st.dictionaries(st.sampled_from(["", *CHANNELS]), quiets, max_size=2),
    caps=st.lists(caps, max_size=3).map(tuple),
)
wishes = st.builds(
    Wish,
    id=st.uuids(),
    member=st.integers(1, 3).map(lambda n: UUID(int=n)),
    channel=st.sampled_from(CHANNELS),
    purpose=st.just("marketing"),
    planned_at=moments,
    service=st.one_of(st.none(), st.none(), st.sampled_from(Service)),
    priority=st.integers(0, 3),
)
flags = st.booleans()
knowns = st.builds(
    Known,
    gone=st.sampled_from([False, False, True]),
    frozen=st.sampled_from([False, False, True]),
    reachable=st.sampled_from([True, True, False]),
    suppressed=st.sampled_from([False, False, True]),
    agreed=st.sampled_from([True, True, False]),
    zone=st.sampled_from(ZONES),
    held_out=st.sampled_from([False, False, True]),
    held_out_of_campaign=st.sampled_from([False, False, True]),
)
asked = st.lists(st.tuples(wishes, knowns), max_size=12, unique_by=lambda one: one[0].id)
earlier = st.dictionaries(
    st.integers(1, 3).map(lambda n: UUID(int=n)),
    st.lists(st.tuples(st.sampled_from(CHANNELS), moments), max_size=6),
)


@settings(max_examples=200)
@given(asked, policies, earlier, moments)
def test_what_goes_may_go_and_what_does_not_says_why(
    wished: list[tuple[Wish, Known]],
    policy: Policy,
    sent: dict[UUID, list[tuple[str, datetime]]],
    at: datetime,
) -> None:
    verdicts = decide(wished, policy, sent=sent, at=at)
    assert [one.wish for one in verdicts] == [wish for wish, _ in wished]
    for (wish, known), one in zip(wished, verdicts, strict=True):
        if one.goes:
            assert known.reachable
            assert not known.suppressed
        if one.goes and wish.service is None:
            assert known.agreed
            assert not any([known.gone, known.frozen, known.held_out, known.held_out_of_campaign])
            assert not _quiet(policy, wish.channel, at, known.zone)
        if wish.service is not None:
            assert one.why in (None, Why.NO_ADDRESS, Why.SUPPRESSED)
        assert (one.again_at is not None) == (one.why in WAITING)
        assert one.again_at is None or one.again_at > at


def _quiet(policy: Policy, channel: str, at: datetime, zone: str) -> bool:
    """Minute by minute, without cleverness."""
    quiet = policy.quiet.get(channel, policy.quiet.get(""))
    if quiet is None:
        return False
    here = at.astimezone(ZoneInfo(zone))
    minute, inside = quiet.begins, False
    while True:
        inside = inside or minute == here.hour * 60 + here.minute
        minute = (minute + 1) % (24 * 60)
        if minute == quiet.ends:
            return inside


@settings(max_examples=100)
@given(asked, policies, st.lists(st.timedeltas(timedelta(0), timedelta(days=3)), min_size=1, max_size=6))
def test_no_member_ever_gets_more_than_a_cap_allows(
    wished: list[tuple[Wish, Known]], policy: Policy, steps: list[timedelta]
) -> None:
    """The same wishes are made again and again, as a campaign every so often would."""
    sent: dict[UUID, list[tuple[str, datetime]]] = {}
    at = NOON
    for step in steps:
        at += step
        for one in decide(wished, policy, sent=sent, at=at):
            if one.goes and one.wish.service is None:
                sent.setdefault(one.wish.member, []).append((one.wish.channel, at))
    for went in sent.values():
        for cap in policy.caps:
            times = [moment for channel, moment in went if cap.channel in ("", channel)]
            assert all(sum(moment - cap.span < other <= moment for other in times) <= cap.most for moment in times)


@settings(max_examples=100)
@given(asked, policies, earlier)
def test_what_waits_goes_when_it_was_told_to_come_again(
    wished: list[tuple[Wish, Known]], policy: Policy, sent: dict[UUID, list[tuple[str, datetime]]]
) -> None:
    """Alone, and with no quiet hours in between: a cap that was reached has room at that very moment."""
    loud = replace(policy, quiet={}, caps=tuple(cap for cap in policy.caps if cap.most))
    for wish, known in wished:
        (one,) = decide([(wish, known)], loud, sent=sent, at=NOON)
        if one.again_at is not None:
            (then,) = decide([(wish, known)], loud, sent=sent, at=one.again_at)
            assert then.goes or sent_later(sent, wish.member)


def sent_later(sent: dict[UUID, list[tuple[str, datetime]]], member: UUID) -> bool:
    return any(moment > NOON for _, moment in sent.get(member, ()))


@given(asked, policies, moments, st.randoms())
def test_the_order_of_asking_changes_nothing(
    wished: list[tuple[Wish, Known]], policy: Policy, at: datetime, chance: object
) -> None:
    turned = list(reversed(wished))
    assert _by_id(decide(wished, policy, at=at)) == _by_id(decide(turned, policy, at=at))


def _by_id(verdicts: Sequence[Verdict]) -> dict[UUID, Verdict]:
    return {one.wish.id: one for one in verdicts}


@given(st.integers(0, 3), st.integers(0, 3))
def test_the_more_urgent_takes_the_last_place(one: int, two: int) -> None:
    agreed, cap = Known(agreed=True), Policy(caps=(Cap(1, 1),))
    first = Wish(UUID(int=1), UUID(int=9), "email", "marketing", NOON, priority=one)
    second = Wish(UUID(int=2), UUID(int=9), "sms", "marketing", NOON, priority=two)
    verdicts = _by_id(decide([(first, agreed), (second, agreed)], cap, at=NOON))
    winner, loser = (first, second) if one >= two else (second, first)
    assert verdicts[winner.id].goes
    assert (verdicts[loser.id].why, verdicts[loser.id].again_at) == (Why.OUTRANKED, NOON + timedelta(days=1))


def test_a_service_counts_for_no_cap() -> None:
    policy = Policy(caps=(Cap(1, 1),))
    code = Wish(UUID(int=1), UUID(int=9), "email", "", NOON, service=Service.LOGIN_CODE, priority=9)
    offer = Wish(UUID(int=2), UUID(int=9), "email", "marketing", NOON)
    assert all(one.goes for one in decide([(code, Known()), (offer, Known(agreed=True))], policy, at=NOON))


@given(moments, minutes, minutes, st.sampled_from(ZONES))
def test_quiet_hours_end_on_the_member_s_clock(at: datetime, begins: int, ends: int, zone: str) -> None:
    quiet = Quiet(begins, ends)
    over = quiet.until(at, zone)
    assert (over is not None) == _quiet(Policy(quiet={"": quiet}), "sms", at, zone)
    if over is not None:
        assert at < over <= at + timedelta(hours=26)
        # Just then it is over: but for the hour that a clock skips or repeats.
        again = quiet.until(over, zone)
        assert again is None or begins == ends or again - over <= timedelta(hours=24)


@given(st.binary(min_size=16, max_size=16), st.uuids(), st.integers(0, SHARES), st.integers(0, SHARES))
def test_a_holdout_is_stable_and_grows_with_its_share(salt: bytes, member: UUID, low: int, high: int) -> None:
    small, large = sorted((low, high))
    assert held_out(salt, member, large) or not held_out(salt, member, small)
    assert held_out(salt, member, SHARES)
    assert not held_out(salt, member, 0)


def test_shares_are_what_they_say_and_periods_draw_anew() -> None:
    members = [UUID(int=n) for n in range(20_000)]
    one, two = (salt_of(b"s" * 32, period) for period in (0, 1))
    first = {member for member in members if held_out(one, member, 1000)}
    second = {member for member in members if held_out(two, member, 1000)}
    # Four standard deviations of a draw of 20,000 at a tenth are 170.
    assert abs(len(first) - 2000) < 170
    assert abs(len(second) - 2000) < 170
    assert len(first & second) < 300  # a tenth of a tenth is 200
    assert max(draw(one, member) for member in members) < SHARES


@given(st.dates(date(2026, 1, 1), date(2026, 6, 1)), st.integers(0, 900), st.integers(1, 24))
def test_periods_follow_each_other(began: date, days: int, months: int) -> None:
    today = began + timedelta(days=days)
    now, next_day = (period_of(began, day, months) for day in (today, today + timedelta(days=1)))
    assert next_day in (now, now + 1)
