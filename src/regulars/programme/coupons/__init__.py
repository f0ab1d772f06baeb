"""Promotions and coupons: their terms, codes, and what stands ready for a purchase."""
