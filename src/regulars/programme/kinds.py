"""Every kind of terms there is; read once, when the program starts."""

from regulars.programme import commissions, earning, inactivity, ladders, rewards
from regulars.programme.challenges import terms as challenges
from regulars.programme.checkout import caps, paying, reviewing
from regulars.programme.coupons import terms as coupons
from regulars.programme.families import terms as families
from regulars.programme.goodwill import terms as goodwill
from regulars.programme.referrals import terms as referrals
from regulars.programme.resets import terms as resets

__all__ = [
    "caps",
    "challenges",
    "commissions",
    "coupons",
    "earning",
    "families",
    "goodwill",
    "inactivity",
    "ladders",
    "paying",
    "referrals",
    "resets",
    "reviewing",
    "rewards",
]
