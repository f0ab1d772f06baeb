"""What is done in place on the page of a member. Each goes back to the page, with what came of it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.access.selectors import roles_at
from regulars.basics.ids import typed, untyped
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_member import (
    AdjustForm,
    ConsentForm,
    GoodwillForm,
    MergeForm,
    NoteForm,
    ReplaceForm,
    TagForm,
)
from regulars.console.refusals import told_in
from regulars.console.selectors.consents import said_yes_to, worded, wording_for
from regulars.console.selectors.finding import find
from regulars.console.selectors.member import known, may_give, root_of
from regulars.console.templatetags.console import units as written
from regulars.console.toasts import Undo
from regulars.console.views.member import facts_form, page
from regulars.journal.moves import STAFF
from regulars.ledger import services as ledger
from regulars.ledger.errors import TransferUnknown
from regulars.ledger.models import Transfer, Unit
from regulars.ledger.moves import Correction, Reversal
from regulars.ledger.words import Short
from regulars.members import merging
from regulars.members.errors import UnknownIdentifier, UnknownMember
from regulars.members.models import Card, Member, Note
from regulars.members.moves import Asked, FactChange
from regulars.members.selectors import profiles
from regulars.members.services import cards, consents, extras, people
from regulars.programme.book import book
from regulars.programme.goodwill.giving import PREFIX, give
from regulars.programme.goodwill.moves import NewGoodwill


def adjust(desk: Desk, member: UUID) -> HttpResponse:
    """A correction of a balance; above the unit's threshold it waits for a second person."""
    root = root_of(member, desk)
    listed = {one.code: one for one in Unit.objects.all()}
    form = AdjustForm(listed, desk.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        wanted = Correction(
            root, given["unit"], given["amount"], given["reason"], given["note"],
            source=desk.source, external_id=desk.request.POST["key"],
        )  # fmt: skip
        with told_in(form, not_enough="amount"):
            done = ledger.adjust(wanted, actor=desk.actor, at=desk.at)
            if done.transfer is None:
                return desk.go("member", root, told=_("It is larger than one person may book: a second one decides."))
            undo = Undo(desk.url("member-adjust-undo", root), {"transfer": typed("txn", done.transfer)})
            amount = written(done.amount, listed[given["unit"]])
            return desk.go(
                "member",
                root,
                told=_("%(amount)s booked.") % {"amount": f"{amount} {listed[given['unit']].name}"},
                undo=undo,
            )
    return page(desk, root, status=UNFIT, adjust=form)


def adjust_undo(desk: Desk, member: UUID) -> HttpResponse:
    """Takes back a correction that the same person has just made. Raises TransferUnknown."""
    root = root_of(member, desk)
    number = untyped("txn", desk.request.POST.get("transfer", ""))
    mine = Transfer.objects.filter(pk=number, owner__in=_group(root, desk), kind="adjust", actor=desk.actor.id)
    if not mine.exists():
        raise TransferUnknown("No transfer has this id.", transfer=typed("txn", number))
    wanted = Reversal(
        number, short=Short.REFUSE, source=desk.source, external_id=desk.request.POST["key"], reason="undo"
    )
    ledger.reverse(wanted, actor=desk.actor, at=desk.at)
    return desk.go("member", root, told=_("Taken back: the balance is as before."))


def goodwill(desk: Desk, member: UUID) -> HttpResponse:
    """Puts things right on the spot, within what the role may give."""
    root = root_of(member, desk)
    listed = {one.code: one for one in Unit.objects.all()}
    left, reasons = may_give(desk, book(desk.home))
    form = GoodwillForm(left, reasons, listed, desk.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        wanted = NewGoodwill(
            desk.home, root, root, typed("stf", desk.holder.id), given["amount"], given["reason"], given["unit"],
            given["series"], given["note"], desk.merchant_text, desk.store_text, desk.source, desk.request.POST["key"],
        )  # fmt: skip
        roles = roles_at(STAFF, desk.holder.id, Right.GOODWILL_GIVE, desk.place, at=desk.at)
        with told_in(form, goodwill_refused="amount"):
            done = give(wanted, roles, actor=desk.actor, at=desk.at)
            if done.state == "asked":
                told = _("It is more than the role may give: a second person decides.")
                return desk.go("member", root, told=told)
            undo = Undo(desk.url("member-goodwill-undo", root), {"goodwill": typed(PREFIX, done.id)})
            return desk.go("member", root, told=_("Given."), undo=undo)
    return page(desk, root, status=UNFIT, goodwill=form)


def note(desk: Desk, member: UUID) -> HttpResponse:
    root = root_of(member, desk)
    form = NoteForm(desk.request.POST)
    if form.is_valid():
        with told_in(form, wrong_fact="text"):
            made = extras.write_note(
                root, form.cleaned_data["text"], organisation=desk.home, is_pinned=form.cleaned_data["pinned"],
                actor=desk.actor, at=desk.at,
            )  # fmt: skip
            undo = Undo(desk.url("member-note-remove", root), {"note": typed("nte", made)})
            return desk.go("member", root, told=_("The note is kept."), undo=undo)
    return page(desk, root, status=UNFIT, note=form)


def note_remove(desk: Desk, member: UUID) -> HttpResponse:
    """One of this member's notes. Raises UnknownMember for another's."""
    root = root_of(member, desk)
    number = untyped("nte", desk.request.POST.get("note", ""))
    if not Note.objects.filter(id=number, member__root=root).exists():
        raise UnknownMember("There is no such note here.", missing=1)
    removed = extras.remove_note(number, organisation=desk.home, actor=desk.actor, at=desk.at)
    undo = Undo(desk.url("member-note-back", root), {"removed": removed})
    return desk.go("member", root, told=_("The note is gone."), undo=undo)


def tag(desk: Desk, member: UUID) -> HttpResponse:
    root = root_of(member, desk)
    form = TagForm(desk.request.POST)
    if form.is_valid():
        words = [form.cleaned_data["tag"]]
        with told_in(form, wrong_fact="tag"):
            extras.tag([root], words, organisation=desk.home, source="console", actor=desk.actor, at=desk.at)
            return desk.go(
                "member", root, told=_("Tagged."), undo=Undo(desk.url("member-untag", root), {"tag": words[0]})
            )
    return page(desk, root, status=UNFIT, tag=form)


def untag(desk: Desk, member: UUID) -> HttpResponse:
    root = root_of(member, desk)
    word = desk.request.POST.get("tag", "")
    extras.untag([root], [word], organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("member", root, told=_("The tag is gone."), undo=Undo(desk.url("member-tag", root), {"tag": word}))


def facts(desk: Desk, member: UUID) -> HttpResponse:
    """What is known, told anew: of what was changed alone; what was there goes into the history."""
    root = root_of(member, desk)
    found = known(root, desk)
    form = facts_form(found, desk.request.POST)
    if form.is_valid():
        changes = [
            FactChange(root, name, value, "console", desk.at)
            for name, value in ((name, _plain(form.cleaned_data[name])) for name in form.changed_data)
            if value != (found.facts[name].value if name in found.facts else None)
        ]
        if not changes:
            return desk.go("member", root, told=_("Nothing was changed."))
        with told_in(form):
            people.change_facts(changes, organisation=desk.home, actor=desk.actor, at=desk.at)
            undo = Undo(desk.url("member-facts-undo", root), {"names": ",".join(one.name for one in changes)})
            return desk.go("member", root, told=_("Kept."), undo=undo)
    return page(desk, root, status=UNFIT, facts=form)


def facts_undo(desk: Desk, member: UUID) -> HttpResponse:
    """Gives these facts the values that they had before."""
    root = root_of(member, desk)
    changes = []
    for name in desk.request.POST.get("names", "").split(",")[:60]:
        told = [one for one in profiles.history_of(root, name) if one.ended_at is not None]
        if told or profiles.history_of(root, name):
            changes.append(FactChange(root, name, told[-1].value if told else None, "console", desk.at))
    if changes:
        people.change_facts(changes, organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("member", root, told=_("As before."))


def consent(desk: Desk, member: UUID) -> HttpResponse:
    """A yes or no that was said at the desk; a yes to the newest words of its purpose."""
    root = root_of(member, desk)
    form = ConsentForm(desk.request.POST)
    if not form.is_valid():
        return page(desk, root, status=UNFIT)
    given = form.cleaned_data
    yes = given["given"] == "yes"
    row = Member.objects.get(id=root)
    before = said_yes_to(root, given["channel"], given["purpose"])
    again = given["wording"] if yes and given["wording"] else None
    if again not in worded(root, given["channel"], given["purpose"]):
        again = None
    wording = again or wording_for(desk.home, given["purpose"], row.language) if yes else None
    asked = Asked(root, given["channel"], given["purpose"], yes, "console", desk.at, wording)
    consents.tell([asked], organisation=desk.home, actor=desk.actor, at=desk.at)
    back = {"channel": given["channel"], "purpose": given["purpose"], "given": "no" if yes else "yes"}
    if before is not None and not yes:  # as before: a yes to the words it was given to
        back["wording"] = str(before)
    undo = Undo(desk.url("member-consent", root), back) if yes or before is not None else None
    return desk.go(
        "member", root, told=_("Written down, with the words it was said to.") if yes else _("Written down."), undo=undo
    )


def replace_card(desk: Desk, member: UUID, card: UUID) -> HttpResponse:
    """A new card in place of one of this member's. Raises UnknownIdentifier for another's."""
    root = root_of(member, desk)
    if not Card.objects.filter(id=card, member__root=root, organisation=desk.home).exists():
        raise UnknownMember("There is no such card here.", missing=1)
    form = ReplaceForm(desk.request.POST)
    if form.is_valid():
        change = cards.Replacement(form.cleaned_data["why"], form.cleaned_data["reason"])
        with told_in(form):
            cards.replace(card, change, organisation=desk.home, actor=desk.actor, at=desk.at)
            undo = Undo(desk.url("member-card-undo", root, card))
            told = _("The new card is there. The old one is refused from now on.")
            return desk.go("member", root, told=told, undo=undo)
    return page(desk, root, status=UNFIT, replace=form)


def merge(desk: Desk, member: UUID) -> HttpResponse:
    """Another member becomes part of this one; it can be undone, also after new purchases."""
    root = root_of(member, desk)
    form = MergeForm(desk.request.POST)
    if form.is_valid():
        sought = find(form.cleaned_data["other"], desk)
        certain = [hit.member for hit in sought.hits if hit.certain]
        with told_in(form, unknown_identifier="other", already_merged="other"):
            if not certain:
                raise UnknownIdentifier("Nobody here is recognised by that.")
            merging.merge(
                root,
                certain[0],
                organisation=desk.home,
                reason=form.cleaned_data["reason"],
                actor=desk.actor,
                at=desk.at,
            )
            undo = Undo(desk.url("member-unmerge", root), {"other": typed("mbr", certain[0])})
            return desk.go("member", root, told=_("They are one member now."), undo=undo)
    return page(desk, root, status=UNFIT, merge=form)


def unmerge(desk: Desk, member: UUID) -> HttpResponse:
    """Two members again. Raises UnknownMember where the other is not part of this one."""
    root = root_of(member, desk)
    other = untyped("mbr", desk.request.POST.get("other", ""))
    if other not in _group(root, desk):
        raise UnknownMember("They are not part of this member.", missing=1)
    merging.unmerge(other, organisation=desk.home, reason="undone at the console", actor=desk.actor, at=desk.at)
    again = {"other": typed("mbr", other), "reason": "undone at the console"}
    undo = Undo(desk.url("member-merge", root), again)
    return desk.go("member", root, told=_("They are two members again."), undo=undo)


def _group(root: UUID, desk: Desk) -> list[UUID]:
    return list(Member.objects.filter(root=root, organisation=desk.home).values_list("id", flat=True))


def _plain(value: Any) -> Any:
    """As facts are kept; nothing typed takes it out."""
    if value in ("", None, []):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return {"yes": True, "no": False}.get(value, value) if isinstance(value, str) else value
