"""The verbs of the ledger: its only writers. Each takes who does it and when it is recorded."""

from regulars.ledger.services.accounts import define_unit, open_accounts
from regulars.ledger.services.adjustments import adjust, approve, decline
from regulars.ledger.services.debts import forgive
from regulars.ledger.services.exchange import convert, set_rate
from regulars.ledger.services.expiry import expire_due
from regulars.ledger.services.extending import extend, reinstate
from regulars.ledger.services.freezes import freeze, thaw_due, unfreeze
from regulars.ledger.services.gifts import move
from regulars.ledger.services.holds import capture, lapse_due, place_hold, place_holds, void
from regulars.ledger.services.pendings import activate, activate_all, cancel_pending, settle_due
from regulars.ledger.services.postings import post
from regulars.ledger.services.reversals import reverse
from regulars.ledger.services.value import load, pay, refund

__all__ = [
    "activate",
    "activate_all",
    "adjust",
    "approve",
    "cancel_pending",
    "capture",
    "convert",
    "decline",
    "define_unit",
    "expire_due",
    "extend",
    "forgive",
    "freeze",
    "lapse_due",
    "load",
    "move",
    "open_accounts",
    "pay",
    "place_hold",
    "place_holds",
    "post",
    "refund",
    "reinstate",
    "reverse",
    "set_rate",
    "settle_due",
    "thaw_due",
    "unfreeze",
    "void",
]
