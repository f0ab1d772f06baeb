"""Terms as sentences. Settings of the house that promise nobody anything are left empty."""

from regulars.programme.coupons.terms import Promotion, Series
from regulars.programme.moves import Version
from regulars.rules.benefits import Benefit
from regulars.rules.earning.rule import EarnRule
from regulars.rules.family import FamilyTerms
from regulars.rules.inactivity import Inactivity
from regulars.rules.paying import PointsPayment
from regulars.rules.rewards import Reward
from regulars.rules.sentences import levels, offers
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
        case _:
            return ""
