"""A client of the REST API: thin, typed, synchronous. It needs nothing of the rest of Regulars, and no Django.

    from regulars.client import Refused, Regulars

    shop = Regulars("https://crm.shop.example", key="rgk_…")
    member = shop.enrol_a_member({"facts": {"given_name": "Ada"}, "source": "till-4"})
    try:
        shop.post_a_transfer({"kind": "spend", "member": member["id"], "unit": "points", "amount": 500})
    except Refused as refused:
        if refused.code != "not-enough":
            raise

A method for each address, named as in the reference; what is asked and told are typed dictionaries of the same names.
Each write gets an Idempotency-Key of its own and is sent again under it where the answer was lost.
"""

from regulars.client.calling import Answer, answered, new_key
from regulars.client.errors import Refused, RequestFailed, Unreachable
from regulars.client.generated import Addresses


class Regulars(Addresses):
    """One API at one address, asked with one key. May be used by several threads at once."""

    __slots__ = ()


__all__ = ("Answer", "Refused", "Regulars", "RequestFailed", "Unreachable", "answered", "new_key")
