"""What scoring refuses."""

from regulars.basics.errors import RegularsError


class TooFewOutcomes(RegularsError):
    """Too few customers with a yes, or without one, to learn from."""

    code = "too-few-outcomes"


class NotAScoreModel(RegularsError):
    """What was read is no score model, is damaged, or was written by a later version."""

    code = "not-a-score-model"
