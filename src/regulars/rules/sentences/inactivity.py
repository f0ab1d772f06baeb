"""Units that stay as long as their holder is active, as a sentence."""

from regulars.rules.inactivity import PURCHASE, REDEMPTION, Inactivity
from regulars.rules.sentences.words import Words


def inactivity(rule: Inactivity, words: Words) -> str:
    known = {PURCHASE: "active purchase", REDEMPTION: "active redemption"}
    activities = [
        words.say(known[name]) if name in known else words.say("active event", name=words.name("event", name))
        for name in rule.resets
    ]
    said = words.say(
        "inactive",
        unit=words.unit(rule.unit),
        length=words.length(rule.after),
        activities=words.all(activities, joined="or"),
    )
    return words.clauses([said])
