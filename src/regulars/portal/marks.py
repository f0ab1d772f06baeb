"""Texts that let somebody in, and the keyed digests that are kept of them."""

import re
import secrets
from typing import Final
from uuid import UUID

from regulars.access.texts import keyed

DIGITS: Final = 6
_NOT_DIGITS: Final = re.compile(r"\D")


def new_text() -> str:
    """256 bits: nobody guesses it."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Six digits: to be typed from a phone."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def session_of(text: str) -> bytes:
    return keyed("regulars.portal.session", text)


def asked_of(text: str) -> bytes:
    return keyed("regulars.portal.asked", text)


def link_of(text: str) -> bytes:
    return keyed("regulars.portal.link", text)


def code_of(row: UUID, code: str) -> bytes:
    """Of the code as it is typed: with blanks, in any script's digits. Bound to its row."""
    plain = "".join(str(int(letter)) for letter in _NOT_DIGITS.sub("", code)[:DIGITS])
    return keyed("regulars.portal.code", f"{row}\x1f{plain}")


def counted_as(what: str, text: str) -> bytes:
    """By what tries are counted."""
    return keyed("regulars.portal.tries", f"{what}\x1f{text}")
