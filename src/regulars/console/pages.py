"""Every address of the console, with the right it takes and how far that must reach. There is no other way in: `urls`
is made of this table, and a test goes through it role by role.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.access.rights import Right
from regulars.console.page import Head, Page, Reach
from regulars.console.views import books, counter, look, member, member_deeds, members, reward, sale, simulator

_AT_COUNTER: Final = "counter/<id_mbr:member>"
_TERMS: Final = "reward/terms/<slug:kind>/<str:code>"
_MEMBER: Final = "members/<id_mbr:member>"

PAGES: Final[tuple[Page, ...]] = (
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
    Page("sale", "sales/<id_sal:sale>", sale.show, Right.SALES_READ, Reach.HOME),
    Page("sale-back", "sales/<id_sal:sale>/back", sale.back, Right.SALES_POST, Reach.HERE, posted=True, writes=True),
    Page("members", "members", members.listing, Right.MEMBERS_READ, Reach.HOME, _("Members"), Head.KNOW),
    Page("members-find", "members/find", members.found, Right.MEMBERS_READ, Reach.HOME, posted=True),
    Page("members-new", "members/new", members.new, Right.MEMBERS_WRITE, Reach.HERE, writes=True),
    Page("members-export", "members/export.csv", members.export, Right.MEMBERS_EXPORT, Reach.WHOLE),
    Page("member", "members/<id_mbr:member>", member.show, Right.MEMBERS_READ, Reach.HOME),
    Page(
        "member-adjust",
        f"{_MEMBER}/adjust",
        member_deeds.adjust,
        Right.LEDGER_ADJUST,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
    Page(
        "member-adjust-undo",
        f"{_MEMBER}/adjust/undo",
        member_deeds.adjust_undo,
        Right.LEDGER_ADJUST,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
    Page(
        "member-goodwill",
        f"{_MEMBER}/goodwill",
        member_deeds.goodwill,
        Right.GOODWILL_GIVE,
        Reach.HERE,
        posted=True,
        writes=True,
    ),
    Page(
        "member-note", f"{_MEMBER}/note", member_deeds.note, Right.MEMBERS_WRITE, Reach.HOME, posted=True, writes=True
    ),
    Page(
        "member-note-remove",
        f"{_MEMBER}/note/remove",
        member_deeds.note_remove,
        Right.MEMBERS_WRITE,
        Reach.HOME,
        posted=True,
        writes=True,
    ),
    Page("member-tag", f"{_MEMBER}/tag", member_deeds.tag, Right.MEMBERS_WRITE, Reach.HOME, posted=True, writes=True),
    Page(
        "member-untag",
        f"{_MEMBER}/untag",
        member_deeds.untag,
        Right.MEMBERS_WRITE,
        Reach.HOME,
        posted=True,
        writes=True,
    ),
    Page(
        "member-facts",
        f"{_MEMBER}/facts",
        member_deeds.facts,
        Right.MEMBERS_WRITE,
        Reach.HOME,
        posted=True,
        writes=True,
    ),
    Page(
        "member-facts-undo",
        f"{_MEMBER}/facts/undo",
        member_deeds.facts_undo,
        Right.MEMBERS_WRITE,
        Reach.HOME,
        posted=True,
        writes=True,
    ),
    Page(
        "member-consent",
        f"{_MEMBER}/consent",
        member_deeds.consent,
        Right.CONSENTS_WRITE,
        Reach.HOME,
        posted=True,
        writes=True,
    ),
    Page(
        "member-card",
        f"{_MEMBER}/cards/<id_crd:card>",
        member_deeds.replace_card,
        Right.CARDS_WRITE,
        Reach.HOME,
        posted=True,
        writes=True,
    ),
    Page(
        "member-merge",
        f"{_MEMBER}/merge",
        member_deeds.merge,
        Right.MEMBERS_MERGE,
        Reach.HOME,
        posted=True,
        writes=True,
    ),
    Page(
        "member-unmerge",
        f"{_MEMBER}/unmerge",
        member_deeds.unmerge,
        Right.MEMBERS_MERGE,
        Reach.HOME,
        posted=True,
        writes=True,
    ),
    Page("terms", "reward/terms", reward.terms, Right.PROGRAMME_READ, Reach.HOME, _("Terms"), Head.REWARD),
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
    Page("levels", "reward/levels", reward.levels, Right.PROGRAMME_READ, Reach.WHOLE, _("Levels"), Head.REWARD),
    Page("coupons", "reward/coupons", reward.coupons, Right.PROGRAMME_READ, Reach.WHOLE, _("Coupons"), Head.REWARD),
    Page("rewards", "reward/rewards", reward.rewards, Right.PROGRAMME_READ, Reach.HOME, _("Rewards"), Head.REWARD),
    Page("books", "reward/books", books.books, Right.LEDGER_READ, Reach.EVERY, _("Liability"), Head.REWARD),
    Page("books-export", "reward/books.csv", books.export, Right.LEDGER_READ, Reach.EVERY),
    Page("palette", "find", look.palette, None, Reach.OWN, posted=True),
    Page("look", "look", look.theme, None, Reach.OWN, posted=True),
    Page("work-at", "work-at", look.work_at, None, Reach.OWN, writes=True),
)
