"""What leaves a member's account: passed on to another member, or paid out; each taken back by its button."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access.gate import require_open
from regulars.basics.ids import typed, untyped
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_counter import ExchangeForm, PayoutForm
from regulars.console.forms_member import PassOnForm
from regulars.console.refusals import told_in
from regulars.console.selectors.counter import rates, till
from regulars.console.selectors.finding import who_is
from regulars.console.selectors.member import root_of
from regulars.console.selectors.names import names_of
from regulars.console.templatetags.console import money, units
from regulars.console.toasts import Undo
from regulars.console.views.counter import screen
from regulars.console.views.member import page
from regulars.ledger import services as ledger
from regulars.ledger.errors import TransferUnknown
from regulars.ledger.models import Transfer, Unit
from regulars.ledger.moves import Conversion, Gift, MoveRules, Reversal
from regulars.ledger.words import Short
from regulars.members.selectors import group_of


def pass_on(desk: Desk, member: UUID) -> HttpResponse:
    """To another member, with the dates that it has."""
    root = root_of(member, desk)
    listed = {one.code: one for one in Unit.objects.all()}
    form = PassOnForm(listed, desk.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with told_in(
            form, not_enough="amount", move_refused="amount", unknown_identifier="to", wrong_posting="to"
        ):  # fmt: skip
            taker = who_is(given["to"], desk)
            gift = Gift(
                root, taker, given["unit"], given["amount"], source=desk.source, external_id=desk.request.POST["key"],
                merchant=desk.merchant_text, store=desk.store_text,
            )  # fmt: skip
            done = ledger.move(gift, MoveRules(), actor=desk.actor, at=desk.at)
            unit = listed[given["unit"]]
            facts = {"amount": f"{units(done.amount, unit)} {unit.name}", "name": names_of([taker])[taker] or "–"}
            undo = Undo(desk.url("member-pass-undo", root), {"transfer": typed("txn", done.id)})
            return desk.go("member", root, told=_("%(amount)s passed on to %(name)s.") % facts, undo=undo)
    return page(desk, root, status=UNFIT, pass_on=form)


def pass_undo(desk: Desk, member: UUID) -> HttpResponse:
    """What the same person has just passed on comes back, where nothing of it is spent. Raises TransferUnknown."""
    root = root_of(member, desk)
    _taken_back(desk, root, "move")
    return desk.go("member", root, told=_("Taken back: the balance is as before."))


def pay_out(desk: Desk, member: UUID) -> HttpResponse:
    """Stored value that was paid, in money again; what was given on top is never paid out."""
    root, where = root_of(member, desk), till(desk)
    form = PayoutForm([(one.code, one.name) for one in where.sold], where.currency, desk.request.POST)
    if where.merchant is not None and form.is_valid():
        given = form.cleaned_data
        with told_in(form, not_enough="amount"):
            require_open(desk.holder.grants.places, where.merchant, desk.place.store, at=desk.at)
            done = ledger.refund(
                root, given["unit"], given["amount"], merchant=typed("mrc", where.merchant), source=desk.source,
                external_id=desk.request.POST["key"], actor=desk.actor, at=desk.at,
            )  # fmt: skip
            undo = Undo(desk.url("counter-payout-undo", root), {"transfer": typed("txn", done.id)})
            told = _("%(amount)s to be paid out.") % {"amount": money(given["amount"], where.currency)}
            return desk.go("counter-member", root, told=told, undo=undo)
    return screen(desk, root, payout_form=form, opened="payout", status=UNFIT)


def payout_undo(desk: Desk, member: UUID) -> HttpResponse:
    """What the same person has just paid out is on the account again. Raises TransferUnknown."""
    root = root_of(member, desk)
    _taken_back(desk, root, "refund")
    return desk.go("counter-member", root, told=_("Taken back: the balance is as before."))


def exchange(desk: Desk, member: UUID) -> HttpResponse:
    """One unit of theirs becomes another, at the rate that holds; its dates stay. There may be no way back."""
    root, known = root_of(member, desk), rates(desk)
    form = ExchangeForm(known, desk.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        one, other = given["rate"].split(">")
        with told_in(form, not_enough="amount", wrong_posting="amount"):
            require_open(desk.holder.grants.places, desk.place.merchant, desk.place.store, at=desk.at)
            wanted = Conversion(
                root, one, other, given["amount"], source=desk.source, external_id=desk.request.POST["key"]
            )
            done = ledger.convert(wanted, actor=desk.actor, at=desk.at)
            listed = {unit.code: unit for unit in Unit.objects.filter(code__in=[one, other])}
            facts = {
                "given": f"{units(done.amount, listed[one])} {listed[one].name}",
                "got": f"{units(done.gained, listed[other])} {listed[other].name}",
            }
            return desk.go("counter-member", root, told=_("%(given)s became %(got)s.") % facts)
    return screen(desk, root, exchange_form=form, opened="exchange", status=UNFIT)


def _taken_back(desk: Desk, root: UUID, kind: str) -> None:
    number = untyped("txn", desk.request.POST.get("transfer", ""))
    mine = Transfer.objects.filter(pk=number, owner__in=group_of(root), kind=kind, actor=desk.actor.id)
    if not mine.exists():
        raise TransferUnknown("No transfer has this id.", transfer=typed("txn", number))
    wanted = Reversal(
        number, short=Short.REFUSE, source=desk.source, external_id=desk.request.POST["key"], reason="undo"
    )
    ledger.reverse(wanted, actor=desk.actor, at=desk.at)
