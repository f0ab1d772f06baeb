"""Every right there is, in one closed list; and the roles an organisation begins with, which it may edit."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Right(StrEnum):
    """What somebody may do. The texts are kept in roles and are never renamed."""

    MEMBERS_READ = "members.read"
    MEMBERS_WRITE = "members.write"
    MEMBERS_MERGE = "members.merge"
    MEMBERS_ERASE = "members.erase"
    MEMBERS_EXPORT = "members.export"
    MEMBERS_IMPORT = "members.import"
    MEMBERS_MANAGE = "members.manage"  # which fields there are, how long things are kept
    CARDS_WRITE = "cards.write"
    CONSENTS_WRITE = "consents.write"
    LEDGER_READ = "ledger.read"
    LEDGER_POST = "ledger.post"
    LEDGER_ADJUST = "ledger.adjust"
    LEDGER_APPROVE = "ledger.approve"
    LEDGER_TRANSFER = "ledger.transfer"
    LEDGER_FREEZE = "ledger.freeze"
    LEDGER_MANAGE = "ledger.manage"  # units, closing of statements
    PROGRAMME_READ = "programme.read"  # rules, tiers, rewards, coupons as they stand
    PROGRAMME_MANAGE = "programme.manage"  # and change them
    SALES_READ = "sales.read"
    SALES_POST = "sales.post"  # purchases, returns, events
    SCORES_READ = "scores.read"  # classes, stages, scores of members, and the runs behind them
    SCORES_RUN = "scores.run"
    BENEFITS_USE = "benefits.use"
    GOODWILL_GIVE = "goodwill.give"  # on the spot, within the limit of the role
    AUDIENCES_READ = "audiences.read"  # which there are, how many are in them
    AUDIENCES_MANAGE = "audiences.manage"
    OUTREACH_SEND = "outreach.send"  # messages, and how often and when they go
    OUTREACH_APPROVE = "outreach.approve"  # what somebody else planned
    CARE_READ = "care.read"  # cases and follow-ups
    CARE_WRITE = "care.write"
    CARE_MANAGE = "care.manage"  # their kinds, when the organisation works
    WEBHOOKS_MANAGE = "webhooks.manage"  # who outside is told of what happens
    JOURNAL_READ = "journal.read"
    ALERTS_RECEIVE = "alerts.receive"
    ALERTS_MANAGE = "alerts.manage"
    ACCESS_READ = "access.read"
    ACCESS_MANAGE = "access.manage"


_SERVING: Final = frozenset(
    {Right.MEMBERS_READ, Right.MEMBERS_WRITE, Right.CARDS_WRITE, Right.CONSENTS_WRITE, Right.LEDGER_READ}
) | {Right.PROGRAMME_READ, Right.SALES_READ, Right.SCORES_READ, Right.BENEFITS_USE, Right.GOODWILL_GIVE}
_SELLING: Final = frozenset({Right.LEDGER_POST, Right.SALES_POST})
_SCORES: Final = frozenset({Right.SCORES_READ, Right.SCORES_RUN})
_PROGRAMME: Final = frozenset({Right.PROGRAMME_READ, Right.PROGRAMME_MANAGE, Right.SALES_READ}) | _SCORES
_REACHING: Final = frozenset({Right.AUDIENCES_READ, Right.AUDIENCES_MANAGE}) | {
    Right.OUTREACH_SEND,
    Right.OUTREACH_APPROVE,
}
_LOOKING: Final = frozenset(
    {Right.MEMBERS_READ, Right.LEDGER_READ, Right.JOURNAL_READ, Right.ACCESS_READ, Right.ALERTS_RECEIVE}
) | {Right.PROGRAMME_READ, Right.SALES_READ, Right.SCORES_READ}

_CARING: Final = frozenset({Right.CARE_READ, Right.CARE_WRITE})

# By code: the name shown, and what it may.
BUILT_IN: Final[Mapping[str, tuple[str, frozenset[Right]]]] = {
    "administrator": ("Administrator", frozenset(Right)),
    "marketer": (
        "Marketer",
        frozenset({Right.MEMBERS_READ, Right.CONSENTS_WRITE, Right.LEDGER_READ}) | _PROGRAMME | _REACHING,
    ),
    "analyst": (
        "Analyst",
        frozenset({Right.LEDGER_READ, Right.PROGRAMME_READ, Right.SALES_READ, Right.AUDIENCES_READ}) | _SCORES,
    ),
    "clerk": ("Clerk at the counter", _SERVING | _SELLING | _CARING),
    "till": ("Till or web shop", _SERVING | _SELLING | {Right.CARE_WRITE}),
    "auditor": ("Auditor", _LOOKING | {Right.CARE_READ}),
    "support": (
        "Support",
        _SERVING
        | _CARING
        | {Right.CARE_MANAGE}
        | {Right.MEMBERS_MERGE, Right.MEMBERS_EXPORT, Right.LEDGER_ADJUST, Right.LEDGER_TRANSFER, Right.LEDGER_FREEZE},
    ),
}
