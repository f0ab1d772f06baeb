"""What scores say in words: codes of the scorebook, by kind."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

CLASSES: Final = {
    "prospect": _("Prospect"), "ordinary": _("Ordinary"), "important": _("Important"), "vip": _("VIP"),
}  # fmt: skip
STAGES: Final = {
    "acquaintance": _("Acquaintance"), "development": _("Development"), "stability": _("Stability"),
    "decline": _("In decline"), "lost": _("Lost member"),
}  # fmt: skip
STAGE_MEANINGS: Final = {
    "acquaintance": _("New here: too few visits yet to know a rhythm."),
    "development": _("Coming again, and the rhythm is still forming."),
    "stability": _("Coming in a rhythm of their own, and on time."),
    "decline": _("Silent for longer than their own rhythm explains, or coming clearly less often."),
    "lost": _("Silent for so long that they must be taken as gone."),
}
# What is done in a stage as long as nobody wrote something else.
STRATEGIES: Final = {
    "acquaintance": _("Welcome them: a reason for a second visit within their first weeks."),
    "development": _("Widen what they buy: offers beside what they know."),
    "stability": _("Thank them, and leave their habit alone."),
    "decline": _("Ask what is wrong, and put it right before they have gone."),
    "lost": _("One invitation back to those of worth; no more after that."),
}
REASONS: Final = {
    "complaint": _("Complained, and it is not long ago"), "returns": _("Brought goods back"),
    "discounts": _("Buys on discount"), "margin": _("Buys what earns little"), "breadth": _("Buys few products"),
    "favourite": _("Buys one category alone"), "habit": _("Comes on other days than before"),
    "person": _("Age, sex or town"), "slowing": _("Comes less often, nothing else is known"),
    "silent": _("Stays away, nothing else is known"),
}  # fmt: skip
# What the chance to leave is made of.
THEMES: Final = {
    "silent": _("How long they have stayed away"), "rhythm": _("How often they come as a rule"),
    "often": _("How many visits there were"), "lately": _("More or fewer visits of late"),
    "spent": _("What they spent"), "tenure": _("How long they are known"), "breadth": _("How many products they buy"),
    "favourite": _("Their favourite category"), "discounts": _("Buying on discount"),
    "returns": _("Goods brought back"), "margin": _("What their purchases earn"), "habit": _("On which days they come"),
    "person": _("Age, sex or town"),
}  # fmt: skip
BOXES: Final = {
    "rescue": (_("Rescue"), _("Frequent, and in your hands: begin here.")),
    "improve": (_("Improve"), _("Rarer, but in your hands: put it right for good.")),
    "respond": (_("Respond"), _("Frequent, hardly in your hands: answer it well.")),
    "let-go": (_("Let go"), _("Rare, and hardly in your hands: spend nothing on it.")),
}
GROUPS: Final = {
    "regulars": _("Regulars"), "slipping": _("Slipping away"), "new": _("New in the last 90 days"),
    "once": _("Came once"), "likely": _("Likely to buy within a fortnight"),
}  # fmt: skip
MODELS: Final = {
    "classes": _("Value classes"), "stages": _("Life-cycle stages"), "future": _("Expected purchases and worth"),
    "churn": _("Who leaves"), "due": _("What is needed again"), "next": _("What is bought next"),
}  # fmt: skip
PURPOSES: Final = {
    "classes": _("Whom to look after first: the members are put in order of what they spend in a year."),
    "stages": _("When somebody is late: each is judged by their own rhythm."),
    "future": _("How often each will come in the next year, and what that is worth."),
    "churn": _("How likely each is to leave, so that those worth it can be looked after in time."),
    "due": _("What each will need again, and when."),
    "next": _("What each may want beside what they buy already."),
}
STEPS: Final = {
    "history": _("Bringing bills into the history"), "facts": _("Facts of each member"),
    "stages": _("Classes and stages"), "future": _("Expected purchases and worth"), "leaving": _("Who leaves"),
    "due": _("What is needed again"), "next": _("What is bought next"), "pictures": _("Pictures and products"),
    "bought": _("What was bought"), "write": _("Writing the scores"),
}  # fmt: skip
WHY_NOT: Final = {
    "no-repeat-buyers": _("Nobody came twice yet."),
    "too-short": _("The history is too short to try it on a later period."),
    "too-few-customers": _("Too few members."),
    "too-few-outcomes": _("Too few members left, or stayed, to learn from."),
    "not-better-than-baseline": _("On a later period it was no better than a plain rule."),
    "model-does-not-suit": _("On a later period it was wrong by too much."),
    "nothing-separates": _("Nothing tells those who leave from those who stay."),
    "no-products": _("Bills do not say what was bought."),
    "nothing-bought-again": _("Hardly anything is bought again."), "other-currency": _("Another currency."),
    "scores-broken": _("A fault of our own ended it."), "scores-given-up": _("Its worker died again and again."),
    "nothing-to-score": _("Nothing was sold up to that day."),
}  # fmt: skip
STATES: Final = {
    "waiting": _("waiting"), "running": _("at work"), "done": _("done"), "failed": _("failed"),
    "cancelled": _("cancelled"),
}  # fmt: skip
# Why a product comes next, with what it goes with.
WHY_NEXT: Final = {
    "habit": _("bought again and again"), "due": _("it is due by their own rhythm"),
    "with": _("goes well with %(other)s, which they buy"), "alike": _("members who buy alike take it"),
    "popular": _("many take it"),
}  # fmt: skip
MEASURES: Final = {
    "called_stayed_away_share": _("Of those called declining or lost, stayed away"),
    "not_called_stayed_away_share": _("Of all others, stayed away"),
    "came_back_called_share": _("Of those who came, called so by mistake"),
    "window_coverage": _("Windows of the next visit that were right (90% are meant)"),
    "later_days": _("Days of the later period"), "bias": _("Foretold too much, as a share"),
    "correlation": _("Correlation of foretold and later purchases"), "mae": _("Mean error, in purchases"),
    "coverage_90": _("Intervals that were right (90% are meant)"),
    "captured_spend_top_decile": _("Later spend of the tenth it puts first"),
    "auc": _("How well it ranks (0.5: by chance)"), "brier": _("Error of the chances, squared"),
    "lift_10": _("Leavers among the first tenth, times the average"),
    "capture_30": _("Of all leavers, among the first three tenths"),
    "due_right": _("Of what was called due, bought"), "due_found": _("Of what was bought, called due"),
    "hit_rate · own_rhythm": _("Next days that were right within their window"),
    "pinball · own_rhythm": _("Error of the foretold days"),
    "hit_10": _("Lists of ten with something that was bought"), "recall_10": _("Of what was bought, on the list"),
    "ndcg_10": _("Quality of the order"),
}  # fmt: skip
# The figures of a model that tell how good it is, and where the plain rule has the same figure.
TELLING: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "classes": (),
    "stages": (
        ("called_stayed_away_share", "not_called_stayed_away_share"), ("came_back_called_share", ""),
        ("window_coverage", ""), ("later_days", ""),
    ),
    "future": (
        ("correlation", "baseline_correlation"), ("mae", "baseline_mae"), ("bias", "baseline_bias"),
        ("coverage_90", ""),
        ("captured_spend_top_decile", "baseline_captured_spend_top_decile"),
    ),
    "churn": (("auc", ""), ("brier", ""), ("lift_10", ""), ("capture_30", "")),
    "due": (
        ("coverage_90", ""), ("pinball · own_rhythm", "pinball · last_gap"),
        ("hit_rate · own_rhythm", "hit_rate · last_gap"), ("due_right", ""), ("due_found", ""),
    ),
    "next": (("hit_10", ""), ("recall_10", ""), ("ndcg_10", "")),
}  # fmt: skip
TABLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "theme": THEMES, "class": CLASSES, "stage": STAGES, "meaning": STAGE_MEANINGS, "strategy": STRATEGIES,
    "reason": REASONS, "group": GROUPS, "model": MODELS, "step": STEPS, "why": WHY_NOT, "state": STATES,
    "measure": MEASURES, "purpose": PURPOSES,
}  # fmt: skip
