"""One screen for a till or desk: who is it, what do they have, what do they buy, what does it come to, booked."""

from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access.gate import require_open
from regulars.basics.errors import RegularsError
from regulars.basics.ids import typed, untyped
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_counter import Bill, ExchangeForm, LoadForm, PayoutForm, Typed, bill_of
from regulars.console.refusals import said, told_in
from regulars.console.selectors.counter import Till, before, rates, reasons, till
from regulars.console.selectors.finding import Sought, find, hit_of
from regulars.console.selectors.member import root_of
from regulars.console.selectors.sale import effects
from regulars.console.templatetags.console import money
from regulars.console.toasts import Undo
from regulars.journal.moves import Deed
from regulars.ledger import services as ledger
from regulars.ledger.errors import TransferUnknown
from regulars.ledger.models import Transfer, Unit
from regulars.ledger.moves import Load, Reversal
from regulars.ledger.words import Short, Tender
from regulars.members import codes
from regulars.members.errors import CodeRefused, CodeUsed, UnknownIdentifier
from regulars.members.services import cards
from regulars.members.services.codes import take
from regulars.programme.checkout.booking import check_out
from regulars.programme.checkout.moves import NewPurchase, PointsWanted, ValueWanted
from regulars.programme.coupons.lists import named
from regulars.sales.moves import Place

_FEW: Final = 30  # lines of a bill that its button brings back at once
_GIVEN: Final = ("discount", "gift", "earn", "points", "load")


def counter(desk: Desk) -> HttpResponse:
    """Nobody yet: a box to scan into."""
    return desk.show("console/counter.html", {"till": till(desk), "text": ""})


def found(desk: Desk) -> HttpResponse:
    """Whom something scanned or typed leads to; a blank card begins to live with its first use."""
    text = desk.request.POST.get("q", "").strip()[:200]
    if codes.is_code(text):
        return _by_code(desk, text)
    listed = named({text}, organisation=desk.home).get(text)
    if listed is not None and listed.living and listed.open(desk.at):
        desk.looked([listed.root], by="list")
        told = _("By the code of their list. It is no card: ask for that before points or value are paid.")
        return desk.go("counter-member", listed.root, told=told)
    return _found(desk, text, find(text, desk))


def _found(desk: Desk, text: str, sought: Sought) -> HttpResponse:
    if len(sought.hits) == 1 and not sought.hits[0].refused:
        return desk.go("counter-member", sought.hits[0].member)
    if sought.blank is not None:
        made = cards.open_anonymous(
            sought.blank, organisation=desk.home, source="counter", actor=desk.actor, at=desk.at
        )
        return desk.go("counter-member", made, told=_("A new card: it earns from now on."))
    return desk.show("console/counter.html", {"till": till(desk), "text": text, "sought": sought, "asked": True})


def _by_code(desk: Desk, text: str) -> HttpResponse:
    """Whose changing code was scanned: good once. A copy or a forgery is told, and goes into the trail for alerts."""
    try:
        shown = take(text, organisation=desk.home, actor=desk.actor, at=desk.at)
    except (CodeRefused, CodeUsed, UnknownIdentifier) as refusal:
        if not isinstance(refusal, UnknownIdentifier):
            desk.noted(Deed("cards.forged", after={"kind": "code", "code": refusal.code}))
        return desk.show(
            "console/counter.html", {"till": till(desk), "text": "", "refused": said(refusal)}, status=UNFIT
        )
    if shown.member is None:
        return _found(desk, "", Sought(blank=shown.card))
    desk.looked([shown.member], by="code")
    return _found(desk, "", Sought((hit_of(shown.member, shown),)))


def member(desk: Desk, member: UUID) -> HttpResponse:
    """Somebody stands before the desk. Some thirty queries."""
    root = root_of(member, desk)
    return desk.go("counter-member", root) if root != member else screen(desk, root)


def bill(desk: Desk, member: UUID) -> HttpResponse:
    """The whole checkout: as a preview nothing of it stays; booked it happens once, by the key made when it began."""
    root, where, posted = root_of(member, desk), till(desk), desk.request.POST
    asked = bill_of(posted, where.currency)
    if where.merchant is None or asked.wrong:
        return screen(desk, root, asked, wrong=asked.wrong or _("Say first where you work."))
    wanted = _wanted(desk, root, member, where, asked)
    booked = posted.get("do") == "book"
    try:
        with transaction.atomic():
            (done,) = check_out([wanted], actor=desk.actor, at=desk.at)
            if not booked and not done.replayed:
                _undone()
    except RegularsError as refusal:
        return screen(desk, root, asked, wrong=said(refusal))
    if booked or done.replayed:
        told = _("Booked. To be paid: %(due)s") % {"due": money(done.told["due"], where.currency)}
        back = {f"back-{one.line.number}": f"{Decimal(one.line.quantity).scaleb(-3):f}" for one in asked.lines}
        undo = Undo(desk.url("sale-back", done.id), {**back, "reason": _("undone")}) if len(back) <= _FEW else None
        return desk.go("sale", done.id, told=told, undo=undo)
    given = [
        one for one in effects(done.told, {one.code: one for one in Unit.objects.all()}, desk) if one.kind in _GIVEN
    ]
    return screen(desk, root, asked, told=dict(done.told), why=reasons(done.told, desk), effects=given)


def _undone() -> None:
    """A preview goes the whole way and leaves nothing; what a commit would refuse is refused now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    transaction.set_rollback(True)


def load(desk: Desk, member: UUID) -> HttpResponse:
    """Stored value sold at the desk."""
    root, where = root_of(member, desk), till(desk)
    form = _load_form(where, desk.request.POST)
    if where.merchant is not None and form.is_valid():
        given = form.cleaned_data
        merchant = typed("mrc", where.merchant)
        wanted = Load(
            root, given["unit"], given["amount"], Tender(given["tender"]), source=f"{merchant}/console",
            external_id=desk.request.POST["key"], merchant=merchant, store=desk.store_text,
        )  # fmt: skip
        with told_in(form):
            require_open(desk.holder.grants.places, where.merchant, desk.place.store, at=desk.at)
            (done,) = ledger.load(wanted, actor=desk.actor, at=desk.at)
            undo = Undo(desk.url("counter-unload", root), {"transfer": typed("txn", done.id)})
            told = _("%(amount)s loaded.") % {"amount": money(given["amount"], where.currency)}
            return desk.go("counter-member", root, told=told, undo=undo)
    return screen(desk, root, load_form=form, opened="load", status=UNFIT)


def unload(desk: Desk, member: UUID) -> HttpResponse:
    """Takes back a load that the same person has just made, where nothing of it is spent. Raises TransferUnknown."""
    root = root_of(member, desk)
    number = untyped("txn", desk.request.POST.get("transfer", ""))
    if not Transfer.objects.filter(pk=number, owner=root, kind="load", actor=desk.actor.id).exists():
        raise TransferUnknown("No transfer has this id.", transfer=typed("txn", number))
    wanted = Reversal(
        number, short=Short.REFUSE, source=desk.source, external_id=desk.request.POST["key"], reason="undo"
    )
    ledger.reverse(wanted, actor=desk.actor, at=desk.at)
    return desk.go("counter-member", root, told=_("Taken back. The money goes back as it came."))


def _wanted(desk: Desk, root: UUID, shown: UUID, where: Till, asked: Bill) -> NewPurchase:
    posted = desk.request.POST
    assert where.merchant is not None
    merchant = typed("mrc", where.merchant)
    key = posted.get("bill", "")[:64] or str(uuid4())
    codes = [*posted.getlist("coupon"), *posted.get("codes", "").replace(",", " ").split()]
    return NewPurchase(
        place=Place(desk.home, f"{merchant}/console", key, where.merchant, desk.place.store, "desk"),
        currency=where.currency,
        lines=asked.lines,
        effective_at=desk.at,
        member=root,
        shown=shown,
        coupons=tuple(dict.fromkeys(codes))[:50],
        points=tuple(PointsWanted(unit) for unit, _name in where.pays if unit in posted.getlist("points")),
        value=(ValueWanted(root, shown, tuple(one.code for one in where.value)),) if posted.get("value") else (),
    )


def screen(
    desk: Desk, root: UUID, asked: Bill | None = None, *, wrong: Any = "", status: int = 200, **more: Any
) -> HttpResponse:
    """The counter with somebody before it. The key of the bill goes along from try to try."""
    where = till(desk)
    posted = desk.request.POST
    desk.looked([root], part="counter")
    shown = {
        "till": where,
        "before": before(root, desk),
        "lines": asked.typed if asked and asked.typed else (Typed(),),
        "bill": posted.get("bill") or str(uuid4()),
        "chosen": {
            "coupon": posted.getlist("coupon"),
            "points": posted.getlist("points"),
            "value": posted.get("value"),
            "codes": posted.get("codes", ""),
        },
        "wrong": wrong,
        "load_form": _load_form(where),
        "payout_form": PayoutForm([(one.code, one.name) for one in where.sold], where.currency),
        "exchange_form": ExchangeForm(known) if (known := rates(desk)) else None,
        **more,
    }
    return desk.show("console/counter.html", shown, status=UNFIT if wrong else status)


def _load_form(where: Till, posted: Any = None) -> LoadForm:
    return LoadForm([(one.code, one.name) for one in where.sold], where.currency, posted)
