"""Models of a yes or no per customer: learned, compared, calibrated, explained, kept. Others say what a yes means."""

from regulars.insight.scoring.errors import NotAScoreModel, TooFewOutcomes
from regulars.insight.scoring.learning import BASE_RATE, learn
from regulars.insight.scoring.model import ScoreModel
from regulars.insight.scoring.moves import Condition, Examples, Learned, Measured, Rule, Scored, Screened

__all__ = [
    "BASE_RATE",
    "Condition",
    "Examples",
    "Learned",
    "Measured",
    "NotAScoreModel",
    "Rule",
    "ScoreModel",
    "Scored",
    "Screened",
    "TooFewOutcomes",
    "learn",
]
