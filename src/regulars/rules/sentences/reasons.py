"""Why something gave nothing, in words."""

from regulars.rules.reasons import Reason, Why
from regulars.rules.sentences.words import Words


def because(reason: Reason, words: Words, currency: str = "") -> str:
    """
    >>> because(Reason(Why.BELOW_MINIMUM, {"of": "purchase", "missing": 100}), Words(), "GBP")
    'GBP 1.00 more is needed'
    """
    facts = reason.facts
    within = str(facts.get("within", ""))
    return words.say(
        f"why {reason.why}",
        missing=_missing(reason, words, currency) if reason.why == Why.BELOW_MINIMUM else "",
        within=words.length(within) if within else "",
        by=facts.get("by", ""),
        with_=facts.get("with", ""),
    )


def _missing(reason: Reason, words: Words, currency: str) -> str:
    missing = int(reason.facts.get("missing", 0))
    match reason.facts.get("of"):
        case "amount" | "purchase":
            return words.money(missing, currency)
        case "quantity":
            return words.quantity(missing)
        case _:
            return words.number(missing)
