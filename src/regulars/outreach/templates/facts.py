"""What a template may ask: a closed list. There is nothing else within its reach."""

from typing import Final

# By path; a path that ends in * has names of one's own below it.
FACTS: Final[dict[str, str]] = {
    "member.first_name": "the member's first name",
    "member.last_name": "their family name",
    "member.name": "their whole name",
    "member.joined_on": "the day they joined, as 2026-05-04",
    "tier.name": "what their tier is called; empty without one",
    "tier.code": "its code",
    "tier.until": "the last day it holds, as 2026-12-31; empty where it does not end",
    "balances.*": "what they have of a unit: balances.points",
    "coupons": "the coupons they can use, the first to end first: each with code, name and until",
    "list": "their personal list: its code, until when it is good, and lines, each with name, off, until and next_on",
    "store.name": "the store where they were enrolled, or nothing",
    "organisation.name": "who writes",
    "links.unsubscribe": "the address of their own where they say no to this kind of message",
    "links.pages": "the address of the member's pages",
    "values.*": "what was handed over with the message",
}
OF_COUPON: Final = ("code", "name", "until")
OF_LIST: Final = ("code", "until", "lines")
OF_LINE: Final = ("name", "off", "until", "next_on")


def is_fact(path: tuple[object, ...]) -> bool:
    """Whether a template may ask for this.

    >>> is_fact(("member", "first_name")), is_fact(("member", "phone")), is_fact(("coupons", 0, "code"))
    (True, False, True)
    >>> is_fact(("list", "code")), is_fact(("list", "lines", 0, "off")), is_fact(("list", "member"))
    (True, True, False)
    >>> is_fact(("values", "a", "b")), is_fact(("member",)), is_fact(("coupons", "size")), is_fact(("tier", 0))
    (True, False, True, False)
    """
    root = str(path[0])
    if root == "coupons":
        return len(path) == 1 or path[1:] in (("size",), ("first",), ("last",)) or path[-1] in OF_COUPON
    if root == "list":
        within = path[2:] in ((), ("size",), ("first",), ("last",)) or path[-1] in OF_LINE
        return len(path) > 1 and path[1] in OF_LIST and (len(path) == 2 or (path[1] == "lines" and within))
    if f"{root}.*" in FACTS:
        return len(path) > 1
    return len(path) == 2 and f"{root}.{path[1]}" in FACTS
