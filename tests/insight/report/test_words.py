"""The catalogue is whole, and both languages say the same."""

import io
import re
from typing import Any

import pytest
from babel.messages.pofile import read_po
from tests.insight.report.messages import REPORT, messages

from regulars.history.reasons import REASONS as COLUMN_REASONS
from regulars.insight.reasons import REASONS
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.sentences.columns import WHY, why
from regulars.insight.report.sentences.reasons import WORDINGS, reason
from regulars.insight.report.words import Sentence, UnknownLanguage, Words

PLAIN = Numbers("en", "XXX", 2)
_VALUES = re.compile(r"{(\w*)}")


def catalogues() -> list[Any]:
    """One per file: the report at large, and chapters that have their own."""
    folder = REPORT / "locale" / "zh" / "LC_MESSAGES"
    return [read_po(io.BytesIO(path.read_bytes()), locale="zh") for path in sorted(folder.glob("*.po"))]


def catalogue() -> list[Any]:
    return [message for part in catalogues() for message in part if message.id]


def test_every_message_is_translated_and_nothing_else_is_there() -> None:
    translated = {message.id: message.string for message in catalogue()}
    assert set(translated) ^ messages() == set()
    empty = [key for key, text in translated.items() if not all([text] if isinstance(text, str) else text)]
    assert empty == []
    assert [message.id for message in catalogue() if message.fuzzy] == []
    assert [dict(part.obsolete) for part in catalogues() if part.obsolete] == []


def test_no_message_stands_in_two_catalogues() -> None:
    ids = [message.id for message in catalogue()]
    assert len(ids) == len(set(ids))


def test_a_translation_fills_in_the_same_values() -> None:
    wrong = []
    for message in catalogue():
        (source,) = message.id[-1:] if isinstance(message.id, tuple) else (message.id,)
        (target,) = message.string if isinstance(message.string, tuple) else (message.string,)
        if set(_VALUES.findall(source)) != set(_VALUES.findall(target)):
            wrong.append(source)
    assert wrong == []


def test_a_message_that_the_sources_lose_or_gain_is_noticed() -> None:
    assert "Who brings the money" in messages()
    assert ("{count} customer", "{count} customers") in messages()
    assert "silent for {silence_days} days, usually {usual_days}" not in messages()  # it is a plural's second half


@pytest.mark.parametrize(
    ("lang", "count", "said"),
    [("en", 1, "1 customer"), ("en", 0, "0 customers"), ("en", 1_200, "1,200 customers"), ("zh", 1, "1 位顾客")],
)
def test_grammatical_number(lang: str, count: int, said: str) -> None:
    assert Words(lang, Numbers(lang, "XXX", 2)).n("{count} customer", "{count} customers", count) == said


def test_a_sentence_is_plain_text_and_safe_html() -> None:
    sentence = Sentence("{name} brings <5", {"name": "<b>{x}&"})
    assert sentence.plain == "<b>{x}& brings <5"
    assert sentence.__html__() == "<b>&lt;b&gt;{x}&amp;</b> brings &lt;5"


def test_a_language_that_nobody_wrote_is_refused_by_name() -> None:
    with pytest.raises(UnknownLanguage, match="'fr'"):
        Words("fr", PLAIN)


def test_every_reason_can_be_worded() -> None:
    assert set(WORDINGS) == set(REASONS)
    for kind, wording in WORDINGS.items():
        for pattern in wording.patterns:
            assert set(_VALUES.findall(pattern)) <= set(REASONS[kind]), kind
        assert set(_VALUES.findall(wording.patterns[1])) == set(REASONS[kind]) - (
            {wording.counted} if kind == "none" else set()
        )


def test_every_reason_for_a_column_can_be_worded() -> None:
    assert set(WHY) == set(COLUMN_REASONS)
    for code, pattern in WHY.items():
        assert set(_VALUES.findall(pattern)) <= set(COLUMN_REASONS[code][0]), code


@pytest.mark.parametrize(
    ("lang", "reason", "said"),
    [
        (
            "en",
            "heading-dates:99;order-most:dmy",
            "its heading says so, and 99% of its cells are dates; day first: most dates can only be read so",
        ),
        ("zh", "heading:receipt;takes-back:C, R", "标题如此；以 C, R 开头的号码是退货"),
        ("en", "from-tomorrow:3", "from-tomorrow"),
        ("en", "", ""),
    ],
)
def test_reasons_for_columns_in_words(lang: str, reason: str, said: str) -> None:
    assert why(reason, Words(lang, Numbers(lang, "USD", 2))) == said


@pytest.mark.parametrize(
    ("lang", "code", "said"),
    [
        ("en", "silent:41:24", "silent for 41 days, usually 24"),
        ("en", "silent:1:1", "silent for 1 day, usually 1"),
        ("en", "spent:365:1234567", "spent $12,346 in the last 365 days"),
        ("en", "rare:3", "at most 3% of their pauses last as long"),
        ("zh", "silent:41:24", "已 41 天没来，平常间隔 24 天"),
        ("en", "from-tomorrow:3", "from-tomorrow:3"),
        ("en", "silent:41", "silent:41"),
        ("en", "silent:many:24", "silent:many:24"),
        ("en", "", ""),
    ],
)
def test_reasons_in_words(lang: str, code: str, said: str) -> None:
    assert reason(code, Words(lang, Numbers(lang, "USD", 2))) == said
