"""One form for each identifier, so that however it is typed it is the same value. Pure."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from regulars.members.errors import WrongIdentifier
from regulars.members.numbers import digits_of

LENGTH_MAX: Final = 254
TAIL: Final = 4  # digits
_PHONE_MIN: Final = 8  # characters with the +: shorter ones are dialled within a town or house alone
_MAIL: Final = re.compile(r"[^@\s]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


def normal(kind: str, value: str, *, region: str | None = None) -> str:
    """The one form of a value. Raises WrongIdentifier, which never repeats it.

    >>> normal("phone", "（0171） 555-0199", region="DE"), normal("email", " Ann.Lee@Example.COM ")
    ('+491715550199', 'ann.lee@example.com')
    """
    if len(value) > LENGTH_MAX:
        raise WrongIdentifier(f"This {kind} is too long.", kind=kind)
    match kind:
        case "phone":
            return phone(value, region)
        case "email":
            return mail(value)
        case "card":
            return card(value)
        case "external" | "open_id":
            return own_number(value, kind)
    raise WrongIdentifier(f"There is no identifier of the kind {kind!r}.", kind=kind)


def phone(text: str, region: str | None) -> str:
    """E.164: + and digits. A number without its country is read as the region's (ISO code)."""
    found = _e164(unicodedata.normalize("NFKC", text).strip(), region.upper() if region else None)
    if found is None:
        raise WrongIdentifier("This is no phone number that can be called.", kind="phone", region=region or "")
    return found


@lru_cache(maxsize=4096)
def _e164(text: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    plain = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    possible = phonenumbers.is_possible_number(number) and len(plain) >= _PHONE_MIN
    return plain if possible and not number.extension else None


def mail(text: str) -> str:
    """Small letters, full-width forms made plain, the domain as mail servers know it."""
    name, at, domain = unicodedata.normalize("NFKC", text).strip().lower().rpartition("@")
    try:
        plain = f"{name}{at}{domain.rstrip('.').encode('idna').decode('ascii')}"
    except UnicodeError:
        plain = ""
    if not _MAIL.fullmatch(plain):
        raise WrongIdentifier("This is no mail address.", kind="email")
    return plain


def card(text: str) -> str:
    """Digits alone: blanks and dashes are for the eye."""
    found = digits_of(text)
    if not found:
        raise WrongIdentifier("A card number is made of digits.", kind="card")
    return found


def own_number(text: str, kind: str) -> str:
    """A number of another system keeps its case and its leading zeros."""
    found = " ".join(unicodedata.normalize("NFKC", text).split())
    if not found:
        raise WrongIdentifier("An id of another system cannot be empty.", kind=kind)
    return found


def tail(kind: str, plain: str) -> str | None:
    """The last digits, which people say at the counter; of phones and cards only.

    >>> tail("phone", "+491715550199"), tail("email", "a@b.example")
    ('0199', None)
    """
    return plain[-TAIL:] if kind in ("phone", "card") else None


def kinds_of(text: str) -> list[str]:
    """What a text typed at the counter could be, likeliest first."""
    if "@" in text:
        return ["email", "external", "open_id"]
    if digits_of(text):
        return ["card", "phone", "external", "open_id"]
    return ["phone", "external", "open_id"]
