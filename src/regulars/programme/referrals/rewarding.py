"""The first purchase that counts rewards friend and referrer; brought back in time, it does not."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from regulars.basics.ids import typed
from regulars.basics.periods import Period
from regulars.journal.statements import column, run
from regulars.members.selectors import roots
from regulars.programme import counters, locks
from regulars.programme.book import Book
from regulars.programme.following.moves import CameBack, Due, Happened, Part
from regulars.programme.following.terms import may_be_given
from regulars.programme.models import Followed, Referral
from regulars.programme.moves import Version
from regulars.programme.referrals.terms import REFERRAL
from regulars.rules.limits import Counted, Of, Sum, Whose, allowed, code_of, counted, taken
from regulars.rules.occasion import PURCHASE
from regulars.rules.referrals import ReferralTerms
from regulars.sales.intake import MOST


def decide(happened: Sequence[Happened], *, terms: Book, organisation: UUID, at: datetime) -> Part:
    """One query where no friend of somebody buys; three or four more where one does."""
    bought = [one for one in happened if one.occasion.kind == PURCHASE]
    if not bought or not terms.versions(REFERRAL):
        return Part()
    rows = _once(locks.referrals({member for one in bought for member in one.group}), bought)
    pairs = [(row, one) for row in rows if (one := _counts(row, bought, terms, at)) is not None]
    if not pairs:
        return Part()
    now = roots(sorted({row.referrer for row, _ in pairs}), organisation=organisation)
    pairs = [(row, one) for row, one in pairs if now[row.referrer] != one.owner]  # merged since: it was oneself
    limits = {row.id: _limits(terms.version(row.terms), now[row.referrer], one) for row, one in pairs}
    sums = {each for listed in limits.values() for limit in listed for each in limit.sums}
    used = counters.lock(sums, organisation=organisation)
    dues: list[Due] = []
    takes: list[counters.Take] = []
    for row, one in pairs:
        version = terms.version(row.terms)
        promised: ReferralTerms = version.terms
        if promised.to_friend is not None and may_be_given(promised.to_friend, terms, at):
            dues.append(Due(REFERRAL, version, row.id, one, promised.to_friend, one.owner, tell=True))
        if promised.to_referrer is not None and may_be_given(promised.to_referrer, terms, at):
            taking = _taking(row, promised.to_referrer.amount, limits[row.id], used, one)
            if taking is not None:
                takes += taking
                referrer = now[row.referrer]
                dues.append(Due(REFERRAL, version, row.id, one, promised.to_referrer, referrer, tell=False))
    return Part(dues, takes, partial(_rewarded, [(row.id, one.id) for row, one in pairs], at))


def _once(rows: Sequence[Referral], bought: Sequence[Happened]) -> list[Referral]:
    """Who was merged of two friends was brought once: by the first, and not again where one was rewarded before. One
    query where somebody was merged."""
    owner = {member: one.owner for one in bought for member in one.group}
    merged = {member for one in bought if len(one.group) > 1 for member in one.group} if rows else set()
    before = Referral.objects.filter(friend__in=merged, sale__isnull=False) if merged else Referral.objects.none()
    seen = {(owner[friend], programme) for friend, programme in before.values_list("friend", "programme")}
    found = []
    for row in rows:
        if (owner[row.friend], row.programme) not in seen:
            seen.add((owner[row.friend], row.programme))
            found.append(row)
    return found


def _counts(row: Referral, bought: Sequence[Happened], terms: Book, at: datetime) -> Happened | None:
    """The first of these purchases that is the one; none where nothing of what was promised can be given now."""
    promised: ReferralTerms = terms.version(row.terms).terms
    if not any(may_be_given(one, terms, at) for one in (promised.to_friend, promised.to_referrer) if one):
        return None
    fitting = [
        one
        for one in bought
        if row.friend in one.group
        and one.occasion.at >= row.claimed_at
        and promised.why_not(one.occasion, one.facts) is None
    ]
    return min(fitting, key=lambda one: one.occasion.at, default=None)


def _limits(version: Version, referrer: UUID, one: Happened) -> tuple[Counted, ...]:
    """As of the purchase, for the one who brought the friend."""
    whose = Whose(typed("mbr", referrer), one.occasion.store, one.occasion.merchant)
    code = f"{REFERRAL}/{version.code}"
    found = counted(version.terms.limits, code, whose, at=one.occasion.at, zone=one.occasion.zone)
    return tuple(limit for limit in found if limit.sums)


def _taking(
    row: Referral, amount: int, limits: Sequence[Counted], used: dict[Sum, int], one: Happened
) -> list[counters.Take] | None:
    """What the referrer's reward takes of limits; None: nothing is left for it."""
    by = {Of.USES: 1, Of.UNITS: amount, Of.MONEY: 0}
    if limits and allowed(by, limits, used, cut=Of.USES) != 1:
        return None
    sums = {key: by[limit.limit.of] for limit in limits for key in limit.sums}
    for key, part in sums.items():
        taken(used, key, part, one.occasion.at)
    return [counters.Take(key, row.id, part, one.occasion.at, row.referrer) for key, part in sums.items()]


def _rewarded(pairs: Sequence[tuple[UUID, UUID]], at: datetime) -> None:
    run(
        "UPDATE programme_referral r SET sale = new.sale, rewarded_at = %s"
        " FROM unnest(%s::uuid[], %s::uuid[]) AS new(id, sale) WHERE r.id = new.id",
        [at, column([one for one, _ in pairs]), column([sale for _, sale in pairs])],
    )


def undo(back: CameBack, *, terms: Book, organisation: UUID, at: datetime) -> list[Followed]:
    """What was given for a purchase that no longer counts; the referral waits for another. One query where the
    purchase rewarded nobody."""
    if not terms.versions(REFERRAL):
        return []
    found: list[Followed] = []
    for row in locks.referrals_of(back.id):
        version = terms.version(row.terms)
        if not _in_time(version.terms, back) or version.terms.why_not(back.now, back.facts) is None:
            continue
        codes = {(code_of(one, f"{REFERRAL}/{version.code}"), one.of) for one in version.terms.limits}
        counters.give_back([counters.Back(row.id, code, of, MOST) for code, of in sorted(codes)])
        Referral.objects.filter(id=row.id).update(sale=None, rewarded_at=None)
        found += Followed.objects.filter(subject=row.id, occasion=back.id)
    return found


def _in_time(terms: ReferralTerms, back: CameBack) -> bool:
    if not terms.taken_back_within:
        return True
    return back.back_at < Period.parse(terms.taken_back_within).after(back.bought_at, back.now.zone)


def facts(rows: Sequence[Referral]) -> Mapping[UUID, str]:
    """In which state each is."""
    return {row.id: "rewarded" if row.sale else "claimed" for row in rows}
