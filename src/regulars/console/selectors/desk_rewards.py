"""Rewards as a desk gives them: what somebody can have here and now, what is in the way, what waits for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from regulars.access.rights import Right
from regulars.basics.ids import typed
from regulars.console.desk import Desk
from regulars.console.selectors.timeline import seen_by
from regulars.ledger.models import Unit
from regulars.members.selectors import group_of
from regulars.programme.book import Book, book
from regulars.programme.errors import UnknownReward
from regulars.programme.models import Redemption
from regulars.programme.moves_rewards import Offered, Redeemed
from regulars.programme.naming import words
from regulars.programme.rewards import REWARD
from regulars.programme.selectors import rewards
from regulars.rules.sentences.reasons import because
from regulars.rules.sentences.words import Language


@dataclass(frozen=True, slots=True)
class Shelf:
    """What stands on the page: rewards, those they can have first, with what is in the way of the others; what was
    paid and waits to be handed over."""

    offered: Sequence[tuple[Offered, str]]
    waiting: Sequence[tuple[Redeemed, str]]
    units: Mapping[str, Unit]


def any_rewards(terms: Book) -> bool:
    """No query."""
    return bool(terms.versions(REWARD))


def shelf(root: UUID, desk: Desk) -> Shelf:
    """Some twelve queries, however many rewards there are; five more where something is in the way."""
    terms = book(desk.home)
    found = rewards.offered_to(
        root, organisation=desk.home, terms=terms, merchant=desk.merchant_text, store=desk.store_text, channel="desk",
        at=desk.at,
    )  # fmt: skip
    named = None
    if any(one.why_not for one in found):
        named = words(desk.home, Language.CHINESE if desk.chinese else Language.ENGLISH, terms=terms)
    listed = [(one, because(one.why_not, named, "") if one.why_not and named else "") for one in found]
    listed.sort(key=lambda one: (bool(one[1]), one[0].missing, one[0].reward.name))
    waiting = [
        (one, name_of(terms, one.reward))
        for one in rewards.redemptions(group_of(root), limit=50)
        if one.state == "reserved" and (one.lapses_at is None or one.lapses_at > desk.at) and _is_seen(desk, one)
    ]
    return Shelf(listed, waiting, {one.code: one for one in Unit.objects.all()})


def name_of(terms: Book, code: str) -> str:
    """What a reward calls itself. No query."""
    return next((one.terms.name for one in reversed(terms.versions(REWARD, code)) if one.terms.name), code)


def own(number: UUID, root: UUID, desk: Desk) -> Redemption:
    """One of theirs, at a place where the reader sells. Two queries. Raises UnknownReward."""
    row = Redemption.objects.filter(id=number, organisation=desk.home, member__in=group_of(root)).first()
    if row is None or not _is_seen(desk, row):
        raise UnknownReward("No redemption has this id.", redemption=typed("rdm", number))
    return row


def _is_seen(desk: Desk, one: Redeemed | Redemption) -> bool:
    seen = seen_by(desk, Right.SALES_POST)
    if seen is None:
        return True
    return one.merchant in {typed("mrc", m) for m in seen.merchants} or one.store in {
        typed("str", s) for s in seen.stores
    }
