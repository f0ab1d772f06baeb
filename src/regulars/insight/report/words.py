"""Sentences in the reader's language, with their numbers marked so that a page can show them bold."""

import gettext
import io
from functools import cache
from importlib import resources
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

from regulars.basics.errors import RegularsError
from regulars.insight.report.numbers import Numbers

LANGUAGES: Final = ("en", "zh")
HTML_LANGUAGE: Final = {"en": "en", "zh": "zh-Hans"}


class UnknownLanguage(RegularsError):
    """The report is not written in this language."""

    code = "unknown-language"


class Sentence(str):
    """Plain text that knows its HTML: the same words, values in bold, everything escaped."""

    html: Markup

    def __new__(cls, pattern: str, values: dict[str, str]) -> "Sentence":
        sentence = super().__new__(cls, pattern.format(**values))
        bold = {name: Markup("<b>{}</b>").format(text) for name, text in values.items()}
        sentence.html = escape(pattern).format(**bold)
        return sentence

    def __html__(self) -> str:
        return self.html

    @property
    def plain(self) -> str:
        """The words without their markup, for attributes and pictures."""
        return str.__str__(self)


class Words:
    """One language: translation of sentences, and the numbers that stand in them.

    English is the source; `t` and `n` are what the catalogue is extracted by.
    """

    def __init__(self, lang: str, numbers: Numbers) -> None:
        self.lang = lang
        self.numbers = numbers
        self._translations = translations(lang)

    def t(self, message: str, /, **values: object) -> Sentence:
        """The sentence with its values filled in: `t("{share} of sales", share="33%")`."""
        return Sentence(self._translations.gettext(message), {name: str(value) for name, value in values.items()})

    def n(self, one: str, many: str, count: int, /, **values: object) -> Sentence:
        """The sentence in the grammatical number of `count`, which is filled in as {count}."""
        filled = {"count": self.numbers.count(count)} | {name: str(value) for name, value in values.items()}
        return Sentence(self._translations.ngettext(one, many, count), filled)

    def pattern(self, patterns: tuple[str, str], count: int) -> str:
        """The translated pattern for one or for many, its values not filled in."""
        one, many = patterns
        return self._translations.gettext(one) if one == many else self._translations.ngettext(one, many, count)

    def of(self, messages: dict[str, str], code: str) -> Sentence:
        """A code in words by a table of marked messages; an unknown code is shown as it is."""
        return self.t(messages[code]) if code in messages else Sentence("{code}", {"code": code})


def mark(message: str) -> str:
    """Marks a message of a table for translation, and leaves it as it is."""
    return message


def mark_plural(one: str, many: str) -> tuple[str, str]:
    """Marks a message that has a singular and a plural."""
    return one, many


@cache
def translations(lang: str) -> gettext.NullTranslations:
    """The catalogue of a language, compiled from its text in memory. Raises UnknownLanguage."""
    if lang not in LANGUAGES:
        raise UnknownLanguage(f"The report is written in {' and '.join(LANGUAGES)}, not in {lang!r}.", lang=lang)
    if lang == "en":
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(lang))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def catalogue(lang: str) -> Catalog:
    """All messages of a language: one file for the report at large, one for each chapter that has its own."""
    folder = resources.files("regulars.insight.report") / "locale" / lang / "LC_MESSAGES"
    whole = Catalog(locale=lang)
    for source in sorted((entry for entry in folder.iterdir() if entry.name.endswith(".po")), key=lambda e: e.name):
        with source.open("rb") as lines:
            part = read_po(lines, locale=lang)
        for message in part:
            if message.id:
                whole[message.id] = message
    return whole
