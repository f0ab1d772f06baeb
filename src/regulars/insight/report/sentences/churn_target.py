"""What the loyalty models foretell: who is a yes, in words."""

from regulars.insight.churn.found import LoyaltyRun
from regulars.insight.churn.learning import RISES
from regulars.insight.report.words import Sentence, Words


def purpose(run: LoyaltyRun, words: Words) -> Sentence:
    """What the model is for."""
    if run.target == RISES:
        return words.t("Foretells for each ordinary customer the chance of becoming important.")
    return words.t(
        "Foretells for each customer the chance of leaving, so that those worth it can be looked after in time."
    )


def days_long(count: int, words: Words) -> str:
    """The length of a window."""
    return words.n("{count} day", "{count} days", count).plain


def target(run: LoyaltyRun, words: Words, below_minor: int | None = None) -> Sentence:
    """Who is a yes; of those who rise, from what spend a year."""
    asked = run.windows
    if run.target == RISES:
        return words.n(
            "Rising means here: spent less than {money} in the year before a day, and as much or more in the year "
            "that ends {count} day after it.",
            "Rising means here: spent less than {money} in the year before a day, and as much or more in the year "
            "that ends {count} days after it.",
            asked.outcome_days,
            money=words.numbers.money(below_minor),
        )
    if asked.horizon_days is not None:
        return words.n(
            "Leaving means here: no purchase within {count} day.",
            "Leaving means here: no purchase within {count} days.",
            asked.horizon_days,
        )
    return words.n(
        "Leaving means here: no purchase within the time in which {level} of a customer’s own gaps end, "
        "at most {count} day. Who has long been lost by that measure is not counted.",
        "Leaving means here: no purchase within the time in which {level} of a customer’s own gaps end, "
        "at most {count} days. Who has long been lost by that measure is not counted.",
        asked.outcome_days,
        level=words.numbers.share(asked.level),
    )
