"""Terms as sentences: every kind has one."""

from regulars.programme.checkout.reviewing import LatePolicy
from regulars.programme.coupons.terms import Promotion, Series
from regulars.programme.moves import Version
from regulars.rules.benefits import Benefit
from regulars.rules.caps import BalanceCap
from regulars.rules.challenges import ChallengeTerms
from regulars.rules.commission import Commission
from regulars.rules.earning.rule import EarnRule
from regulars.rules.family import FamilyTerms
from regulars.rules.goodwill import GoodwillTerms
from regulars.rules.inactivity import Inactivity
from regulars.rules.opting import OfferTerms
from regulars.rules.paying import PointsPayment
from regulars.rules.pricing import Policy
from regulars.rules.referrals import ReferralTerms
from regulars.rules.resets import ResetTerms
from regulars.rules.returns import ReturnPolicy
from regulars.rules.rewards import Reward
from regulars.rules.sentences import following, house, levels, offers
from regulars.rules.sentences.earning import earning
from regulars.rules.sentences.families import family
from regulars.rules.sentences.inactivity import inactivity
from regulars.rules.sentences.words import Words
from regulars.rules.tiers.ladder import Ladder


def sentence(version: Version, words: Words) -> str:
    """What a version promises."""
    match version.terms:
        case EarnRule() as rule:
            return earning(rule, words)
        case Promotion() as one:
            return offers.promotion(one.name, one.offer, one.limits, words)
        case Series() as one:
            return offers.series(
                one.name,
                one.offer,
                one.limits,
                words,
                life=one.life,
                uses=one.uses,
                transferable=one.transferable,
                restored=one.restored_on_return,
                restored_for=one.restored_for,
                per_item=one.per_item,
            )
        case PointsPayment() as payment:
            return offers.paying(payment, words)
        case Inactivity() as inactive:
            return inactivity(inactive, words)
        case FamilyTerms() as household:
            return family(household, words)
        case Ladder() as ladder:
            return levels.ladder(ladder, words)
        case Benefit() as benefit:
            return levels.benefit(benefit, version.code, words)
        case Reward() as reward:
            return levels.reward(reward, words)
        case ReferralTerms() | ChallengeTerms() | OfferTerms():
            return _to_follow(version, words)
        case _:
            return _of_the_house(version, words)


def _to_follow(version: Version, words: Words) -> str:
    match version.terms:
        case ReferralTerms() as bringing:
            return following.referral(bringing, words)
        case ChallengeTerms() as challenge:
            return following.challenge(challenge, words)
        case OfferTerms() as offer:
            return following.offer(offer, version.code, words)
    raise AssertionError(version.kind)


def _of_the_house(version: Version, words: Words) -> str:
    match version.terms:
        case Commission() as agents:
            return house.commission(agents, words)
        case GoodwillTerms() as goodwill:
            return house.goodwill(goodwill, version.code, words)
        case ResetTerms() as reset:
            return house.reset(reset, words)
        case BalanceCap() as cap:
            return house.balance_cap(cap, words)
        case LatePolicy(review_after=review_after):
            return house.late(review_after, words)
        case ReturnPolicy() as returns:
            return house.returns(returns, words)
        case Policy() as policy:
            return house.policy(policy, words)
    raise AssertionError(f"terms of the kind {version.kind} have no sentence")
