"""Reward: the terms, what they give, what is owed."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.access.rights import Right
from regulars.console.page import Head, Page, Reach
from regulars.console.views import books, reward, settlement, simulator

_TERMS: Final = "reward/terms/<slug:kind>/<str:code>"

REWARD: Final[tuple[Page, ...]] = (
    Page(
        "terms",
        "reward/terms",
        reward.terms,
        Right.PROGRAMME_READ,
        Reach.HOME,
        _("Terms"),
        Head.REWARD,
        table=True,
        alike=True,
    ),
    Page("terms-new", "reward/terms/new", reward.new, Right.PROGRAMME_MANAGE, Reach.WHOLE, writes=True),
    Page("terms-code", _TERMS, reward.code, Right.PROGRAMME_READ, Reach.HOME),
    Page(
        "terms-retire", f"{_TERMS}/retire", reward.retire, Right.PROGRAMME_MANAGE, Reach.WHOLE, posted=True, writes=True
    ),
    Page(
        "simulator",
        "reward/simulator",
        simulator.simulator,
        Right.PROGRAMME_READ,
        Reach.WHOLE,
        _("Simulator"),
        Head.REWARD,
        asks=True,
    ),
    Page(
        "levels",
        "reward/levels",
        reward.levels,
        Right.PROGRAMME_READ,
        Reach.WHOLE,
        _("Levels"),
        Head.REWARD,
        table=True,
    ),
    Page(
        "coupons",
        "reward/coupons",
        reward.coupons,
        Right.PROGRAMME_READ,
        Reach.WHOLE,
        _("Coupons"),
        Head.REWARD,
        table=True,
    ),
    Page(
        "rewards",
        "reward/rewards",
        reward.rewards,
        Right.PROGRAMME_READ,
        Reach.HOME,
        _("Rewards"),
        Head.REWARD,
        table=True,
    ),
    Page(
        "books",
        "reward/books",
        books.books,
        Right.LEDGER_READ,
        Reach.EVERY,
        _("Liability"),
        Head.REWARD,
        table=True,
        own_file=True,
    ),
    Page(
        "settlement",
        "reward/settlement",
        settlement.settlement,
        Right.LEDGER_READ,
        Reach.EVERY,
        _("Settlement"),
        Head.REWARD,
        table=True,
        own_file=True,
    ),
    Page("settlement-export", "reward/settlement.csv", settlement.export, Right.LEDGER_READ, Reach.EVERY),
    Page("books-export", "reward/books.csv", books.export, Right.LEDGER_READ, Reach.EVERY),
)
