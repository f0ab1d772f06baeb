"""Names of classes, stages, habits and lists in words."""

from typing import Final

from regulars.insight.report.words import mark

CLASSES: Final = {
    "prospect": mark("Prospect"),
    "ordinary": mark("Ordinary"),
    "important": mark("Important"),
    "vip": mark("VIP"),
}
STAGES: Final = {
    "acquaintance": mark("Acquaintance"),
    "development": mark("Development"),
    "stability": mark("Stability"),
    "decline": mark("Decline"),
    "lost": mark("Lost"),
}
STAGE_MEANINGS: Final = {
    "acquaintance": mark("New here: too few visits yet to know a rhythm."),
    "development": mark("Coming again, and the rhythm is still forming."),
    "stability": mark("Coming in a rhythm of their own, and on time."),
    "decline": mark("Silent for longer than their own rhythm explains, or coming clearly less often."),
    "lost": mark("Silent for so long that they must be taken as gone."),
}
HABITS: Final = {"national": mark("National brand"), "store": mark("Own brand"), "switcher": mark("Switches")}
USAGES: Final = {"low": mark("Low use"), "medium": mark("Medium use"), "high": mark("High use")}
LISTS: Final = {
    "slipping": mark("Slipping away"),
    "best": mark("Best customers"),
    "rising": mark("Rising"),
    "one_time": mark("Came once"),
    "lost": mark("Lost"),
    "retention": mark("Worth keeping"),
    "prospects": mark("May rise"),
}
MONEY_MEANINGS: Final = {
    "slipping": mark("a year at stake"),
    "best": mark("in the last year"),
    "rising": mark("in the last year"),
    "one_time": mark("spent so far"),
    "lost": mark("a year, while they came"),
    "retention": mark("expected loss"),
    "prospects": mark("a year to be won, in expectation"),
}
LIST_MEANINGS: Final = {
    "best": mark("Those who bring the most. Know them by name."),
    "rising": mark("Those who come clearly more often than before."),
    "slipping": mark("Customers who are late by their own rhythm, most value at risk first."),
    "lost": mark("Customers of worth who have gone, those who brought the most first."),
    "one_time": mark("One visit and no second one yet; the latest first, who may still return."),
    "retention": mark("Customers by what their leaving would cost: chance of leaving × what they would spend."),
    "prospects": mark("Ordinary customers most like those who became important."),
}
MODELS: Final = {
    "BGNBD": "BG/NBD",
    "MBGNBD": "MBG/NBD",
    "ParetoNBD": "Pareto/NBD",
    "GammaGamma": "Gamma-Gamma",
}
LEVELS: Final = {"product": mark("Products"), "category": mark("Categories")}
