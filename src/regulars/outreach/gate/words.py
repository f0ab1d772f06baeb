"""The closed lists of the gate: what is no marketing, and why a message does not go."""

from enum import StrEnum
from typing import Final


class Service(StrEnum):
    """Messages a member needs, and that carry no offer. This list is all there is: what is not in it is marketing."""

    LOGIN_CODE = "login-code"
    RECEIPT = "receipt"
    EXPIRY_NOTICE = "expiry-notice"  # of points, or of what else a member holds
    LATE_BILL_NOTICE = "late-bill-notice"
    CASE_ANSWER = "case-answer"


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
