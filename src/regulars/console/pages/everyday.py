"""Today, the counter, and what stands on every page."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.access.rights import Right
from regulars.console.page import Head, Page, Reach
from regulars.console.views import benefits, counter, desk_rewards, look, palette, passing, saved, taken, today

_VIEW: Final = "views/<id_viw:view>"
_AT_COUNTER: Final = "counter/<id_mbr:member>"

EVERYDAY: Final[tuple[Page, ...]] = (
    Page("start", "", today.today, None, Reach.OWN, _("Today"), Head.TODAY),
    Page("waiting", "waiting", today.waiting, None, Reach.OWN),
    Page(
        "waiting-decide",
        "waiting/<id_adj:adjustment>",
        today.decide,
        Right.LEDGER_APPROVE,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
    Page(
        "waiting-late",
        "waiting/late/<id_sal:sale>",
        today.decide_late,
        Right.PROGRAMME_MANAGE,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
    Page(
        "waiting-appeal",
        "waiting/appeal/<id_rst:reset>",
        taken.decide_waiting,
        Right.LEDGER_ADJUST,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
    Page("counter", "counter", counter.counter, Right.SALES_POST, Reach.HERE, _("Counter"), Head.COUNTER),
    Page("counter-find", "counter/find", counter.found, Right.SALES_POST, Reach.HERE, posted=True, writes=True),
    Page("counter-member", _AT_COUNTER, counter.member, Right.SALES_POST, Reach.HERE),
    Page("counter-bill", f"{_AT_COUNTER}/bill", counter.bill, Right.SALES_POST, Reach.HERE, posted=True, writes=True),
    Page("counter-load", f"{_AT_COUNTER}/load", counter.load, Right.LEDGER_POST, Reach.HERE, posted=True, writes=True),
    Page(
        "counter-unload",
        f"{_AT_COUNTER}/unload",
        counter.unload,
        Right.LEDGER_POST,
        Reach.HERE,
        posted=True,
        writes=True,
    ),
    Page(
        "counter-benefit",
        f"{_AT_COUNTER}/benefit",
        benefits.use,
        Right.BENEFITS_USE,
        Reach.HERE,
        posted=True,
        writes=True,
    ),
    Page(
        "counter-benefit-undo",
        f"{_AT_COUNTER}/benefit/undo",
        benefits.undo,
        Right.BENEFITS_USE,
        Reach.HERE,
        posted=True,
        writes=True,
    ),
    Page(
        "counter-payout",
        f"{_AT_COUNTER}/payout",
        passing.pay_out,
        Right.LEDGER_POST,
        Reach.HERE,
        posted=True,
        writes=True,
    ),
    Page(
        "counter-payout-undo",
        f"{_AT_COUNTER}/payout/undo",
        passing.payout_undo,
        Right.LEDGER_POST,
        Reach.HERE,
        posted=True,
        writes=True,
    ),
    Page(
        "counter-exchange",
        f"{_AT_COUNTER}/exchange",
        passing.exchange,
        Right.LEDGER_POST,
        Reach.HERE,
        posted=True,
        writes=True,
    ),
    Page("counter-rewards", f"{_AT_COUNTER}/rewards", desk_rewards.show, Right.SALES_POST, Reach.HERE),
    Page(
        "counter-redeem",
        f"{_AT_COUNTER}/rewards/give",
        desk_rewards.redeem,
        Right.SALES_POST,
        Reach.HERE,
        posted=True,
        writes=True,
    ),
    Page(
        "counter-reward-end",
        f"{_AT_COUNTER}/rewards/end",
        desk_rewards.end,
        Right.SALES_POST,
        Reach.HERE,
        posted=True,
        writes=True,
    ),
    Page("palette", "find", palette.palette, None, Reach.OWN, posted=True),
    Page("look", "look", look.theme, None, Reach.OWN, posted=True),
    Page("views", "views", saved.listing, None, Reach.OWN),
    Page("view-keep", "views/keep", saved.keep, None, Reach.OWN, posted=True, writes=True),
    Page("view-change", _VIEW, saved.change, None, Reach.OWN, posted=True, writes=True),
    Page("view-drop", f"{_VIEW}/drop", saved.drop, None, Reach.OWN, posted=True, writes=True),
    Page("view-back", f"{_VIEW}/back", saved.bring_back, None, Reach.OWN, posted=True, writes=True),
    Page("work-at", "work-at", look.work_at, None, Reach.OWN, writes=True),
)
