"""Who leaves, who may rise: targets, rolling cut-offs, features as of a day, scores for everyone, lists to act on."""

from regulars.insight.churn.features import features_at, features_of
from regulars.insight.churn.found import Caught, ChurnFound, LoyaltyRun, Retention, Shift
from regulars.insight.churn.lists import Terms
from regulars.insight.churn.whole import churn_of
from regulars.insight.churn.windows import Windows, windows_of

__all__ = [
    "Caught",
    "ChurnFound",
    "LoyaltyRun",
    "Retention",
    "Shift",
    "Terms",
    "Windows",
    "churn_of",
    "features_at",
    "features_of",
    "windows_of",
]
