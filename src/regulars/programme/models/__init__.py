"""Tables of the room, without verbs; these are in `services`."""

from regulars.programme.models.activities import Activity
from regulars.programme.models.checkout import Back, Checkout
from regulars.programme.models.counters import Counter, Use
from regulars.programme.models.coupons import (
    Coupon,
    CouponNumber,
    CouponState,
    CouponUse,
    OfferList,
    OfferListLine,
    Reservation,
)
from regulars.programme.models.following import ChallengeStep, Enrolment, Followed, Referral, ReferralCode
from regulars.programme.models.goodwill import Goodwill
from regulars.programme.models.moving import MoveIn, MoveInRow
from regulars.programme.models.previews import Preview, PreviewMember, PreviewState
from regulars.programme.models.resets import Reset
from regulars.programme.models.reviews import Review
from regulars.programme.models.rewards import Redemption
from regulars.programme.models.rounds import Round
from regulars.programme.models.terms import Edition, Terms
from regulars.programme.models.tiers import (
    BenefitUse,
    Given,
    LadderBegun,
    LevelCoupon,
    Qualifying,
    Standing,
    StandingChange,
)

__all__ = [
    "Activity",
    "Back",
    "BenefitUse",
    "ChallengeStep",
    "Checkout",
    "Counter",
    "Coupon",
    "CouponNumber",
    "CouponState",
    "CouponUse",
    "Edition",
    "Enrolment",
    "Followed",
    "Given",
    "Goodwill",
    "LadderBegun",
    "LevelCoupon",
    "MoveIn",
    "MoveInRow",
    "OfferList",
    "OfferListLine",
    "Preview",
    "PreviewMember",
    "PreviewState",
    "Qualifying",
    "Redemption",
    "Referral",
    "ReferralCode",
    "Reservation",
    "Reset",
    "Review",
    "Round",
    "Standing",
    "StandingChange",
    "Terms",
    "Use",
]
