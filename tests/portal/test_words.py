"""The Chinese words of the portal: as the console's, by the same looks."""

from pathlib import Path

import pytest

import regulars.portal
from tests.console import test_words as looks

ROOM = Path(regulars.portal.__file__).parent


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "ROOM", ROOM)
    monkeypatch.setattr(looks, "MESSAGES", ROOM / "locale" / "zh_Hans" / "LC_MESSAGES")


def test_every_text_has_chinese_words_and_none_is_left_over() -> None:
    known = looks.written()
    assert len(known) > 200
    assert looks.asked() ^ known.keys() == set()
    assert {text for text, told in known.items() if not told} == set()


def test_places_of_values_are_the_same_in_both() -> None:
    looks.test_places_of_values_are_the_same_in_both()


def test_the_compiled_words_are_the_written_ones() -> None:
    looks.test_the_compiled_words_are_the_written_ones()
