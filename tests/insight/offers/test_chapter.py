"""The chapter: who gets offers, who pays, what was held back, in both languages."""

import re
from dataclasses import replace

import pytest
from tests.insight.offers.given import boxes, made
from tests.insight.report.cast import tea_chain

from regulars.insight.findings import Findings
from regulars.insight.offers import OfferRules, OffersFound, Vendor
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.page import environment
from regulars.insight.report.sentences import offers
from regulars.insight.report.words import Words


class WithOffers:
    """Findings that have offers as well."""

    def __init__(self, found: OffersFound | None) -> None:
        self.offers = found
        self.unsaid = {"offers": "too-short"}


def shown(found: OffersFound | None, lang: str) -> tuple[str, str]:
    words = Words(lang, Numbers(lang, "EUR", 2))
    findings: Findings = WithOffers(found)  # type: ignore[assignment]
    chapter = offers.chapter(findings, words)
    said = " ".join(sentence.plain for sentence in chapter.says)
    if chapter.unsaid is not None:
        return chapter.unsaid.plain, ""
    page = environment().get_template("offers.html").render(shown=chapter.shown, t=words.t, n=words.n)
    return said, page


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_says_how_many_who_pays_and_what_was_held_back(lang: str) -> None:
    found = made(OfferRules(vendors=(Vendor("Acme <Foods>", brands=("Acme",), budget_minor=100),))).found
    said, page = shown(found, lang)
    assert str(found.offers) in said
    assert "€95" in said or "€0.95" in said
    assert "Acme &lt;Foods&gt;" in page
    assert "−35%" in page
    assert page.count("<table") == 5
    if lang == "zh":
        assert (
            re.findall(r"[a-z]{4,} [a-z]{3,}", re.sub(r"<[^>]+>|Acme.*?Foods|regulars offers", "", page + said)) == []
        )


def test_boxes_nobody_is_in_are_dashes() -> None:
    _, page = shown(made(OfferRules(), boxes=boxes("switcher", "low")).found, "en")
    assert page.count(">–<small>") == 8


def test_without_offers_it_says_why() -> None:
    said, page = shown(None, "en")
    assert "too short" in said
    assert page == ""


def test_empty_figures_can_be_shown() -> None:
    found = made(OfferRules(weekly_spend_min_minor=10**9)).found
    said, _ = shown(replace(found, assumed={}), "en")
    assert said.startswith("0 customers")


def test_the_cast_has_no_offers_yet_and_says_so() -> None:
    chapter = offers.chapter(tea_chain(), Words("en", Numbers("en", "CNY", 2)))
    assert chapter.anchor == "offers"
