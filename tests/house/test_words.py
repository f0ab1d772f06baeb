"""The catalogues of the rooms are one when pages are written: the same words of two rooms have one translation."""

from collections import defaultdict
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]


def test_words_that_stand_in_two_catalogues_are_said_alike_in_both() -> None:
    said: dict[object, dict[str, object]] = defaultdict(dict)
    for path in sorted(ROOT.glob("src/regulars/*/locale/zh_Hans/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id and message.string:
                    said[message.id, message.context][path.parts[-5]] = message.string
    assert len(said) > 1000
    assert {words: rooms for words, rooms in said.items() if len(set(map(str, rooms.values()))) > 1} == {}
