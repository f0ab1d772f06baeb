"""What a text that comes back means. Pure."""

import unicodedata
from typing import Final

# The whole text, but for punctuation and case: what gateways and laws call opting out, in English and Chinese.
STOP: Final = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "optout", "opt out", "revoke"}
    | {"t", "td", "n", "退订", "退訂", "取消", "取消订阅", "停止", "不要再发", "拒收", "回t退订"}
)
# … and what asks for what one has.
BALANCE: Final = frozenset(
    {"balance", "my balance", "points", "my points", "余额", "查余额", "积分", "查积分", "ye", "jf"}
)


def is_stop(text: str) -> bool:
    """
    >>> is_stop(" Stop! "), is_stop("td"), is_stop("退订。"), is_stop("Stop by tomorrow?"), is_stop("")
    (True, True, True, False, False)
    """
    return _said(text) in STOP


def is_balance(text: str) -> bool:
    """
    >>> is_balance("Balance?"), is_balance("余额"), is_balance("My balance is wrong")
    (True, True, False)
    """
    return _said(text) in BALANCE


def _said(text: str) -> str:
    kept = (
        " " if unicodedata.category(letter)[0] in "PZSC" else letter
        for letter in unicodedata.normalize("NFKC", text).casefold()
    )
    return " ".join("".join(kept).split())
