"""What was taken from a member, as the terms say: asked back, heard, given back or not; each decision can be undone."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.basics.ids import typed
from regulars.console.desk import Desk
from regulars.console.selectors.member import root_of
from regulars.console.toasts import Undo
from regulars.members.selectors import roots
from regulars.programme.errors import UnknownReset
from regulars.programme.models import Reset
from regulars.programme.resets import taking


def appeal(desk: Desk, member: UUID, reset: UUID) -> HttpResponse:
    """They ask for it back, at a desk or on the telephone. Raises UnknownReset, ResetClosed."""
    root = _of(desk, member, reset)
    taking.appeal(reset, organisation=desk.home, actor=desk.actor, at=desk.at)
    undo = Undo(desk.url("member-taken-withdraw", root, reset))
    return desk.go("member", root, told=_("Written down: they ask for it back."), undo=undo)


def withdraw(desk: Desk, member: UUID, reset: UUID) -> HttpResponse:
    """It was a slip: they do not ask. Raises UnknownReset, ResetClosed."""
    root = _of(desk, member, reset)
    taking.withdraw(reset, organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("member", root, told=_("Taken back: they do not ask for it."))


def decide(desk: Desk, member: UUID, reset: UUID) -> HttpResponse:
    """Given back, or not. Raises UnknownReset, ResetClosed."""
    root = _of(desk, member, reset)
    return desk.go("member", root, told=_decided(desk, reset), undo=_undo(desk, root, reset))


def decide_waiting(desk: Desk, reset: UUID) -> HttpResponse:
    """The same, from the list of what waits. Raises UnknownReset, ResetClosed."""
    row = Reset.objects.filter(id=reset, organisation=desk.home).first()
    if row is None:
        raise UnknownReset("Nothing was taken under this id.", reset=typed(taking.PREFIX, reset))
    root = roots([row.member], organisation=desk.home)[row.member]
    return desk.go("waiting", told=_decided(desk, reset), undo=_undo(desk, root, reset))


def reopen(desk: Desk, member: UUID, reset: UUID) -> HttpResponse:
    """Somebody's own decision is none; what was given back is taken again. Raises ResetClosed, NotEnough."""
    root = _of(desk, member, reset)
    taking.reopen(reset, organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("member", root, told=_("Not decided: it is as it was before."))


def _decided(desk: Desk, reset: UUID) -> str:
    give_back = desk.request.POST.get("do") == "give-back"
    taking.decide(reset, give_back=give_back, organisation=desk.home, actor=desk.actor, at=desk.at)
    return _("Given back, with the dates it had.") if give_back else _("Turned down: it stays taken.")


def _undo(desk: Desk, root: UUID, reset: UUID) -> Undo:
    return Undo(desk.url("member-taken-reopen", root, reset))


def _of(desk: Desk, member: UUID, reset: UUID) -> UUID:
    """Who the member is now. Raises UnknownReset for another's."""
    root = root_of(member, desk)
    row = Reset.objects.filter(id=reset, organisation=desk.home).first()
    if row is None or roots([row.member], organisation=desk.home)[row.member] != root:
        raise UnknownReset("Nothing was taken under this id.", reset=typed(taking.PREFIX, reset))
    return root
