"""Checks of what people type when they set up places: refused when it is saved, in words."""

import re
from zoneinfo import available_timezones

from regulars.access.errors import WrongSetting

NAME_MOST = 200


def named(text: str, *, what: str) -> str:
    """A name without blanks around it. Raises WrongSetting."""
    found = text.strip()
    if not 0 < len(found) <= NAME_MOST:
        raise WrongSetting(f"The name of a {what} has 1 to {NAME_MOST} letters.", field="name")
    return found


def zoned(text: str) -> str:
    """A time zone of the IANA list; that of this machine, which the database does not know by its name, is none. Raises
    WrongSetting.

    >>> zoned("Asia/Shanghai")
    'Asia/Shanghai'
    >>> zoned("localtime")
    Traceback (most recent call last):
    ...
    regulars.access.errors.WrongSetting: 'localtime' is no time zone of the IANA list, as Asia/Shanghai is.
    """
    if text not in available_timezones() or text == "localtime":
        raise WrongSetting(f"{text[:60]!r} is no time zone of the IANA list, as Asia/Shanghai is.", field="zone")
    return text


def priced(text: str) -> str:
    """A currency by its three letters. Raises WrongSetting."""
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise WrongSetting(f"{text[:20]!r} is no currency of three capital letters, as CNY is.", field="currency")
    return text
