"""A card as a page and as JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from regulars.basics.money import UNSTATED, minor_digits
from regulars.insight.cards.runs import CARD, PAGE, Run
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.own_page import write_page
from regulars.insight.report.sentences.card import card_page
from regulars.insight.report.words import Words


def write_card(folder: Path, card: Mapping[str, Any], run: str, *, lang: str = "en") -> Path:
    """Writes `folder`/card.html and card.json; gives the page. Raises UnknownLanguage."""
    currency = str(card["data"].get("currency", UNSTATED))
    words = Words(lang, Numbers(lang, currency, minor_digits(currency)))
    page = write_page(card_page(card, run, words), folder / PAGE, words)
    told = json.dumps({"run": run} | dict(card), ensure_ascii=False, indent=1, allow_nan=False)
    (folder / CARD).write_text(told, encoding="utf-8")
    return page


def write_cards(folder: Path, run: Run, *, lang: str = "en") -> Path:
    """The card of a kept run, beside its run.json in the folder of runs."""
    return write_card(folder / run.id, run.card, run.id, lang=lang)
