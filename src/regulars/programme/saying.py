"""Terms as sentences. Kinds that say nothing in words are left empty."""

from regulars.programme.moves import Version
from regulars.rules.earning.rule import EarnRule
from regulars.rules.sentences.earning import earning
from regulars.rules.sentences.words import Words


def sentence(version: Version, words: Words) -> str:
    """What a version promises."""
    match version.terms:
        case EarnRule() as rule:
            return earning(rule, words)
        case _:
            return ""
