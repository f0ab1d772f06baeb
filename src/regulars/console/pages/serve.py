"""Serve: cases and follow-ups."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.access.rights import Right
from regulars.console.page import Head, Page, Reach
from regulars.console.views import case_deeds, cases

_CASE: Final = "serve/cases/<id_cas:case>"

SERVE: Final[tuple[Page, ...]] = (
    Page(
        "cases",
        "serve/cases",
        cases.queue,
        Right.CARE_READ,
        Reach.HOME,
        _("Cases"),
        Head.SERVE,
        table=True,
        columns=(("case", _("Case")), ("who", _("Who")), ("owner", _("Has it"))),
    ),
    Page("case-new", "serve/cases/new", cases.new, Right.CARE_WRITE, Reach.HERE, writes=True),
    Page("case", _CASE, cases.show, Right.CARE_READ, Reach.HOME),
    Page(
        "case-text",
        f"{_CASE}/text",
        case_deeds.text,
        Right.CARE_WRITE,
        Reach.HOME,
        posted=True,
        writes=True,
    ),
    Page(
        "case-take",
        f"{_CASE}/take",
        case_deeds.take,
        Right.CARE_WRITE,
        Reach.HOME,
        posted=True,
        writes=True,
    ),
    Page(
        "case-hand-on",
        f"{_CASE}/hand-on",
        case_deeds.hand_on,
        Right.CARE_WRITE,
        Reach.HOME,
        posted=True,
        writes=True,
    ),
    Page(
        "case-due",
        f"{_CASE}/due",
        case_deeds.put_off,
        Right.CARE_WRITE,
        Reach.HOME,
        posted=True,
        writes=True,
    ),
    Page(
        "case-close",
        f"{_CASE}/close",
        case_deeds.close,
        Right.CARE_WRITE,
        Reach.HOME,
        posted=True,
        writes=True,
    ),
    Page(
        "case-reopen",
        f"{_CASE}/reopen",
        case_deeds.reopen,
        Right.CARE_WRITE,
        Reach.HOME,
        posted=True,
        writes=True,
    ),
    Page(
        "case-promise",
        f"{_CASE}/promise",
        case_deeds.promise,
        Right.CARE_WRITE,
        Reach.HOME,
        posted=True,
        writes=True,
    ),
    Page(
        "follow-ups",
        "serve/follow-ups",
        cases.follow_ups,
        Right.CARE_READ,
        Reach.HOME,
        _("Follow-ups"),
        Head.SERVE,
        table=True,
    ),
    Page(
        "follow-up-end",
        "serve/follow-ups/<id_fup:follow_up>",
        case_deeds.keep_promise,
        Right.CARE_WRITE,
        Reach.HOME,
        posted=True,
        writes=True,
    ),
)
