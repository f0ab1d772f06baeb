"""The closed lists of the gate: what is no marketing, and why a message does not go."""

from enum import StrEnum
from typing import Final


class Service(StrEnum):
    """Messages a member needs, and that carry no offer. This list is all there is: what is not in it is marketing."""

    LOGIN_CODE = "login-code"
    RECEIPT = "receipt"
    EXPIRY_NOTICE = "expiry-notice"  # of points, or of what else a member holds
    LATE_BILL_NOTICE = "late-bill-notice"
    APPEAL_GRANTED = "appeal-granted"  # what a late bill took is given back
    APPEAL_DECLINED = "appeal-declined"
    CASE_ANSWER = "case-answer"
    BALANCE = "balance"  # to the number that asked
    ADDRESS_ADDED = "address-added"  # to what a member was known by before
    ADDRESS_WAITS = "address-waits"  # to whoever tries to log in by it meanwhile


# These go to the address that is meant and to no other one of the member's: who has another would come in by them.
EXACT: Final = frozenset({Service.LOGIN_CODE, Service.BALANCE, Service.ADDRESS_ADDED, Service.ADDRESS_WAITS})
# … and this one also where it was taken out: whoever takes an address out to put in their own shall not be silent.
ALSO_ENDED: Final = frozenset({Service.ADDRESS_ADDED})


class Why(StrEnum):
    """Why a message does not go now."""

    GONE = "gone"  # closed or erased
    NO_ADDRESS = "no-address"
    SUPPRESSED = "suppressed"  # bounced, complained, or said stop
    FROZEN = "frozen"
    NO_CONSENT = "no-consent"
    UNIVERSAL_HOLDOUT = "universal-holdout"
    CAMPAIGN_HOLDOUT = "campaign-holdout"
    CAMPAIGN_STOPPED = "campaign-stopped"
    QUIET_HOURS = "quiet-hours"
    CAPPED = "capped"
    OUTRANKED = "outranked"  # something more urgent took the last place under a cap
    UNDELIVERABLE = "undeliverable"  # it was tried, and given up
    WITHDRAWN = "withdrawn"  # whoever asked for it took it back before it went


# These pass by themselves: the message waits. All others are final.
WAITING: Final = frozenset({Why.QUIET_HOURS, Why.CAPPED, Why.OUTRANKED})


class Blocked(StrEnum):
    """Why nothing is sent to an address any more."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    STOP = "stop"
