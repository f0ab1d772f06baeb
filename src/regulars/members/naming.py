"""Search for names without keeping names: blinded pieces of them. Pure.

A Latin word gives its runs of three letters, with its beginning marked; a Chinese name its characters and pairs.
Each piece becomes a keyed 31-bit number. Without the key a number says nothing; how often each occurs stays visible,
which docs/members.md weighs.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from regulars.members.keyring import Generation
from regulars.members.moves import KnownFact

_RUN: Final = 3
_NOT_FOLDED: Final = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th"})


def folded(text: str) -> str:
    """Small letters without accents; Chinese as it stands, full-width forms made plain.

    >>> folded("José  ŁUKASZ"), folded("欧阳　娜"), folded("\\U0001d63cnn")
    ('jose lukasz', '欧阳 娜', 'ann')
    """
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    letters = (" " if unicodedata.category(c)[0] in "ZPC" else c for c in apart if not unicodedata.combining(c))
    return " ".join("".join(letters).translate(_NOT_FOLDED).split())


def pieces(text: str) -> set[str]:
    """What a name is found by.

    >>> sorted(pieces("Ann")), sorted(pieces("王小明"))
    (['^an', 'ann'], ['小', '小明', '明', '王', '王小'])
    """
    found: set[str] = set()
    for word in folded(text).split():
        for run in _runs(word):
            found |= _of_han(run) if is_han(run[0]) else _of_latin(run)
    return found


def is_han(letter: str) -> bool:
    """Whether a letter is a Chinese character (or kana, or Hangul after decomposition): one that stands for itself."""
    return letter >= "\u2e80"


def _runs(word: str) -> Iterable[str]:
    """A word of both scripts, cut where the script changes."""
    start = 0
    for place in range(1, len(word) + 1):
        if place == len(word) or is_han(word[place]) != is_han(word[start]):
            yield word[start:place]
            start = place


def _of_latin(word: str) -> set[str]:
    marked = f"^{word}"
    return {marked[i : i + _RUN] for i in range(max(1, len(marked) - _RUN + 1))}


def _of_han(word: str) -> set[str]:
    return {*word, *(word[i : i + 2] for i in range(len(word) - 1))}


def spellings(names: Mapping[str, str]) -> list[str]:
    """How a name may be asked for: its parts, and a Chinese one also in a piece, family name first.

    >>> spellings({"given_name": "小明", "family_name": "王"})
    ['王小明', '小明', '王']
    """
    given, family = names.get("given_name", ""), names.get("family_name", "")
    whole = [family + given] if given and family and is_han(family[0]) else []
    return [*whole, *(name for name in names.values() if name)]


def grams(names: Iterable[str], organisation: str, generation: Generation) -> list[int]:
    """The blinded pieces of a member's names, sorted."""
    return _blinded({piece for name in names for piece in pieces(name)}, organisation, generation)


def asked_grams(text: str, organisation: str, generation: Generation) -> list[int]:
    """The blinded pieces that every name holding this text has: a word may begin in the middle of one of theirs."""
    found: set[str] = set()
    for word in folded(text).split():
        for run in _runs(word):
            found |= _of_han(run) if is_han(run[0]) else _asked_of_latin(run)
    return _blinded(found, organisation, generation)


def _asked_of_latin(word: str) -> set[str]:
    inner = {word[i : i + _RUN] for i in range(len(word) - _RUN + 1)}
    return inner or _of_latin(word)


def _blinded(wanted: Iterable[str], organisation: str, generation: Generation) -> list[int]:
    return sorted({_gram(generation, organisation, piece) for piece in wanted})


@lru_cache(maxsize=200_000)
def _gram(generation: Generation, organisation: str, piece: str) -> int:
    return int.from_bytes(generation.blind(organisation, "name", piece)[:4], "big") >> 1


def called(facts: Mapping[str, KnownFact]) -> str:
    """A name as it is said: of a Chinese one the family first.

    >>> from datetime import datetime; from uuid import UUID
    >>> def told(**n): return {k: KnownFact(UUID(int=0), k, v, "", datetime.min, datetime.min) for k, v in n.items()}
    >>> called(told(given_name="小明", family_name="王")), called(told(given_name="Ada", family_name="Wong"))
    ('王小明', 'Ada Wong')
    """
    full, given, family = (
        str(facts[name].value) if name in facts else "" for name in ("full_name", "given_name", "family_name")
    )
    if full:
        return full
    if given and family and is_han(family[0]) and is_han(given[0]):
        return family + given
    return f"{given} {family}".strip()
