"""The page of a member, and what is done there."""

from typing import Final

from regulars.access.rights import Right
from regulars.console.page import Page, Reach, View
from regulars.console.views import benefits, member, member_deeds, member_undone, passing, taken

_MEMBER: Final = "members/<id_mbr:member>"
_TAKEN: Final = f"{_MEMBER}/taken/<id_rst:reset>"


def _done(name: str, path: str, view: View, right: Right, reach: Reach = Reach.HOME) -> Page:
    return Page(f"member-{name}", path, view, right, reach, posted=True, writes=True)


MEMBER: Final[tuple[Page, ...]] = (
    Page("member", "members/<id_mbr:member>", member.show, Right.MEMBERS_READ, Reach.HOME),
    Page(
        "member-pass",
        f"{_MEMBER}/pass",
        passing.pass_on,
        Right.LEDGER_TRANSFER,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
    Page(
        "member-pass-undo",
        f"{_MEMBER}/pass/undo",
        passing.pass_undo,
        Right.LEDGER_TRANSFER,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
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
    _done("goodwill-undo", f"{_MEMBER}/goodwill/undo", member_undone.goodwill, Right.GOODWILL_GIVE, Reach.HERE),
    _done("card-undo", f"{_MEMBER}/cards/<id_crd:card>/undo", member_undone.card, Right.CARDS_WRITE),
    _done("note-back", f"{_MEMBER}/note/back", member_undone.note, Right.MEMBERS_WRITE),
    _done("benefit", f"{_MEMBER}/benefit", benefits.use, Right.BENEFITS_USE, Reach.HERE),
    _done("benefit-undo", f"{_MEMBER}/benefit/undo", benefits.undo, Right.BENEFITS_USE, Reach.HERE),
    _done("taken-appeal", f"{_TAKEN}/appeal", taken.appeal, Right.MEMBERS_WRITE),
    _done("taken-withdraw", f"{_TAKEN}/withdraw", taken.withdraw, Right.MEMBERS_WRITE),
    _done("taken-decide", f"{_TAKEN}/decide", taken.decide, Right.LEDGER_ADJUST, Reach.WHOLE),
    _done("taken-reopen", f"{_TAKEN}/reopen", taken.reopen, Right.LEDGER_ADJUST, Reach.WHOLE),
)
