"""The verbs of the ledger: its only writers. Each takes who does it and when it is recorded."""

from regulars.ledger.services.accounts import define_unit, open_accounts
from regulars.ledger.services.debts import forgive
from regulars.ledger.services.pendings import activate, cancel_pending, settle_due
from regulars.ledger.services.postings import post

__all__ = ["activate", "cancel_pending", "define_unit", "forgive", "open_accounts", "post", "settle_due"]
