"""What each right lets somebody do, in words."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from regulars.access.rights import Right

RIGHTS: Final[Mapping[Right, Any]] = {
    Right.MEMBERS_READ: _("see members"),
    Right.MEMBERS_WRITE: _("make and change members"),
    Right.MEMBERS_MERGE: _("join members who are one person, and part them"),
    Right.MEMBERS_ERASE: _("erase members"),
    Right.MEMBERS_EXPORT: _("take members out as files"),
    Right.MEMBERS_IMPORT: _("bring files in"),
    Right.MEMBERS_MANAGE: _("say which fields there are and how long things are kept"),
    Right.CARDS_WRITE: _("give, replace and block cards"),
    Right.CONSENTS_WRITE: _("note what members agree to"),
    Right.LEDGER_READ: _("see points, value and books"),
    Right.LEDGER_POST: _("book points and value"),
    Right.LEDGER_ADJUST: _("correct balances"),
    Right.LEDGER_APPROVE: _("approve corrections of others"),
    Right.LEDGER_TRANSFER: _("move points between members"),
    Right.LEDGER_FREEZE: _("freeze accounts"),
    Right.LEDGER_MANAGE: _("make units and close statements"),
    Right.PROGRAMME_READ: _("see rules, levels, rewards and coupons"),
    Right.PROGRAMME_MANAGE: _("change rules, levels, rewards and coupons"),
    Right.SALES_READ: _("see purchases"),
    Right.SALES_POST: _("book purchases and returns"),
    Right.SCORES_READ: _("see classes, stages and scores"),
    Right.SCORES_RUN: _("begin runs of scores"),
    Right.BENEFITS_USE: _("use up what a level brings"),
    Right.GOODWILL_GIVE: _("give goodwill within the role's limit"),
    Right.AUDIENCES_READ: _("see audiences and how many are in them"),
    Right.AUDIENCES_MANAGE: _("make and change audiences"),
    Right.OUTREACH_SEND: _("plan campaigns and messages"),
    Right.OUTREACH_APPROVE: _("approve what somebody else planned"),
    Right.CARE_READ: _("see cases and follow-ups"),
    Right.CARE_WRITE: _("answer cases and promise follow-ups"),
    Right.CARE_MANAGE: _("say which cases there are and when people work"),
    Right.WEBHOOKS_MANAGE: _("say who outside is told of what happens"),
    Right.JOURNAL_READ: _("read the audit trail"),
    Right.ALERTS_RECEIVE: _("be told of odd things"),
    Right.ALERTS_MANAGE: _("say what counts as odd"),
    Right.ACCESS_READ: _("see who works here and what they may"),
    Right.ACCESS_MANAGE: _("take people on and give roles and keys"),
}
