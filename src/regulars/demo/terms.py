"""The programme of the sample chain, as an administrator would publish it."""

from typing import Any, Final

POINTS: Final = "points"
VALUE: Final = "gift"
CURRENCY: Final = "GBP"
ZONE: Final = "Europe/London"

_GOLD: Final = {"permille": 1500, "conditions": {"who": {"tiers": ["status/gold"]}}}
_WEEKDAYS: Final = {"when": {"weekdays": [1, 2, 3]}}

# What has held for as long as the chain has sold.
FROM_THE_START: Final[list[tuple[str, str, dict[str, Any]]]] = [
    ("ladder", "status", {
        "name": "Status", "zone": ZONE, "window": {"kind": "rolling", "months": 12}, "grace": "1M",
        "levels": [
            {"code": "member"},
            {"code": "silver", "name": "Silver", "reach": [{POINTS: 600}]},
            {"code": "gold", "name": "Gold", "reach": [{POINTS: 1500}]},
        ],
    }),
    ("earn", "one-for-a-pound", {
        "unit": POINTS, "currency": CURRENCY, "validity": "24M@month",
        "award": {"type": "per-amount", "units": 1, "per": 100}, "multipliers": [_GOLD],
    }),
    ("points-payment", "at-the-till", {"unit": POINTS, "currency": CURRENCY, "points": 1, "worth": 1, "least": 100}),
    ("benefit", "delivery", {"name": "Free delivery", "ladder": "status", "levels": {"silver": 2, "gold": None},
                             "every": "month"}),
]  # fmt: skip

# What begins today: so that nothing of the past is another for it.
FROM_TODAY: Final[list[tuple[str, str, dict[str, Any]]]] = [
    ("promotion", "quiet-days", {
        "name": "A tenth off fruit, Monday to Wednesday",
        "offer": {"benefit": {"type": "percent", "permille": 100}, "what": {"categories": ["Fruit"]},
                  "conditions": _WEEKDAYS},
    }),
    ("coupon-series", "welcome-back", {
        "name": "Welcome back", "life": "30D@day", "restored_on_return": True,
        "offer": {"benefit": {"type": "amount", "amount": 500}, "currency": CURRENCY,
                  "conditions": {"least": {"purchase": 3000}}},
    }),
    ("reward", "tote", {"name": "Cotton bag", "category": "kitchen", "stock": 400, "limits": [{"most": 2}],
                        "prices": [{"unit": POINTS, "amount": 350}]}),
    ("reward", "breakfast", {"name": "Breakfast for two", "stock": 60, "fulfilled_later": True, "kept_for": "30D",
                             "prices": [{"unit": POINTS, "amount": 1400}]}),
    ("goodwill", "clerk", {"units": {POINTS: {"per_deed": 200, "per_day": 1000}},
                           "reasons": ["long-wait", "wrong-goods", "spoiled"], "over": "ask"}),
    ("goodwill", "support", {"units": {POINTS: {"per_deed": 1000, "per_day": 5000}},
                             "reasons": ["long-wait", "wrong-goods", "spoiled", "complaint"], "over": "ask"}),
]  # fmt: skip
