"""The page of a member, and what is done there."""

from typing import Final

from regulars.access.rights import Right
from regulars.console.page import Page, Reach
from regulars.console.views import member, member_deeds

_MEMBER: Final = "members/<id_mbr:member>"

MEMBER: Final[tuple[Page, ...]] = (
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
)
