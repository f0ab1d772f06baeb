"""A chapter as the page needs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from regulars.insight.report.words import Sentence, Words, mark

# Why a chapter could not be written. Codes come from the analysis; one that is not here gets a general sentence.
UNSAID: Mapping[str, str] = {
    "no-customers": mark("The file does not say who bought: there are no customers to speak of."),
    "too-short": mark("The history is too short for this: there is no later period to check against."),
    "no-products": mark(
        "The file does not say what was bought. Export a column with the product, and this chapter is written."
    ),
    "no-receipts": mark(
        "The file does not say which lines were bought together. Export the receipt number, and this chapter is "
        "written."
    ),
    "brand-kind-unknown": mark(
        "The file does not say which brands are the shop’s own and which are national. Add a column “brand kind” with "
        "“store” or “national”, and this chapter is written."
    ),
    "no-categories": mark("The file does not say which category a product belongs to."),
    "no-repeat-buyers": mark("Nobody has bought on two different days yet, so nobody has a rhythm."),
    "model-does-not-suit": mark(
        "The models were tried and do not suit this shop’s data: a number from them would mislead, so none is shown."
    ),
    "too-few-customers": mark("There are too few customers to say anything reliable here."),
    "too-few-baskets": mark("There are too few baskets with two or more products to say what sells together."),
    "degenerate": mark(
        "The fit ran off to an extreme where its parameters mean nothing, so no number is taken from it."
    ),
    "not-better-than-baseline": mark(
        "On the later period the models did no better than a simple rule, so no number is taken from them."
    ),
    "did-not-converge": mark("The fit did not settle on an answer, so no number is taken from it."),
    "no-sales": mark("There are no sales of known customers with a positive amount."),
    "nothing-bought-again": mark("Nothing is bought again by enough customers, over enough weeks, to foretell a date."),
    "nothing-significant": mark("No two products are bought together more often than chance explains."),
}
_GENERAL = mark("This could not be worked out from the file ({code}).")


@dataclass(frozen=True, slots=True)
class Chapter:
    """Heading, what it says in plain sentences, and what its template shows; `unsaid` stands where it cannot speak."""

    anchor: str
    title: Sentence
    says: Sequence[Sentence] = ()
    unsaid: Sentence | None = None
    shown: Mapping[str, object] = field(default_factory=dict)

    @property
    def template(self) -> str:
        return f"{self.anchor}.html"


def why_unsaid(code: str, words: Words) -> Sentence:
    """One honest line for a code of `Findings.unsaid`."""
    if code in UNSAID:
        return words.t(UNSAID[code])
    return words.t(_GENERAL, code=code) if code else words.t("This could not be worked out from the file.")


def empty(anchor: str, title: Sentence, code: str, words: Words) -> Chapter:
    """A chapter that has nothing to show."""
    return Chapter(anchor, title, unsaid=why_unsaid(code, words))
