"""Every kind of terms there is; read once, when the program starts."""

from regulars.programme import earning, ladders, rewards
from regulars.programme.checkout import paying
from regulars.programme.coupons import terms as coupons
from regulars.programme.goodwill import terms as goodwill

__all__ = ["coupons", "earning", "goodwill", "ladders", "paying", "rewards"]
