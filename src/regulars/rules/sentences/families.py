"""Households that spend together, as a sentence."""

from regulars.rules.family import FamilyTerms, Spenders
from regulars.rules.sentences.words import Words


def family(terms: FamilyTerms, words: Words) -> str:
    """
    >>> family(FamilyTerms("miles", 4), Words())[:78]
    "Miles of a household's members can be spent together; by at most 4 of them; th"
    """
    unit = words.unit(terms.unit)
    return words.clauses(
        [
            words.say("family", unit=unit),
            words.say("family head") if terms.spenders == Spenders.HEAD else "",
            words.say("family most", number=terms.most_members),
            words.say("family from", years=terms.age_from) if terms.age_from else "",
            words.say("family spends", years=terms.spends_from, unit=unit)
            if terms.spends_from > terms.age_from
            else "",
            words.say("family waits", days=words.length(f"{terms.waits_days}D")) if terms.waits_days else "",
            words.say(f"family {terms.order.value}"),
        ]
    )
