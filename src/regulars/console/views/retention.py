"""How long what is kept: what the house may settle, and what the product settles."""

from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.access.rights import Right
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_member import LABELS
from regulars.console.forms_retention import PeriodForm
from regulars.console.refusals import told_in
from regulars.console.toasts import Undo
from regulars.imports.moves import KEPT_DAYS
from regulars.members.fields import BUILT_IN
from regulars.members.selectors import settings as settled
from regulars.members.services import retention
from regulars.members.services.retention import FACT, GOING_MOST
from regulars.webhooks.services import KEPT

KINDS: Final = {
    "fact_history": (gettext_lazy("Values that were replaced"), gettext_lazy("since they were")),
    "ended_identifier": (
        gettext_lazy("Phones, addresses and numbers they are recognised by no more"), gettext_lazy("since they ended"),
    ),
    "note": (gettext_lazy("Notes"), gettext_lazy("since they were written")),
    "tag": (gettext_lazy("Tags"), gettext_lazy("since they were given")),
    "mark": (gettext_lazy("Marks from scores and audiences"), gettext_lazy("since the day they tell of")),
}  # fmt: skip


def periods(desk: Desk) -> HttpResponse:
    """What is kept for how long. Three queries."""
    return _periods(desk)


def keep(desk: Desk) -> HttpResponse:
    """Another period. What is older cannot be brought back once the step has been: where anything would go, it is
    counted first, and kept so when it is sent again. Five queries."""
    form = PeriodForm(_kinds(desk), desk.request.POST)
    if form.is_valid():
        kind, days = form.cleaned_data["kind"], form.cleaned_data["days"]
        before = {one.kind: one.days for one in settled.periods(desk.home)}.get(kind)
        shorter = days is not None and (before is None or days < before)
        going = retention.going(kind, days, organisation=desk.home, at=desk.at) if shorter else 0
        if going and desk.request.POST.get("sure") != f"{kind} {days}":
            return _periods(desk, form, going=going)
        with told_in(form, wrong_retention="days"):
            retention.keep(kind, days, organisation=desk.home, actor=desk.actor, at=desk.at)
            undo = Undo(desk.url("retention-keep"), _back(kind, before))
            return desk.go("retention", told=_("Kept. It holds from the next step on."), undo=undo)
    return _periods(desk, form)


def _back(kind: str, days: int | None) -> dict[str, str]:
    """As the form sends it; what was kept longer needs no second word."""
    return {"kind": kind, "days": "" if days is None else str(days), "sure": f"{kind} {days}"}


def _kinds(desk: Desk) -> list[tuple[str, Any]]:
    """What a period can be set for. One query."""
    own = [(FACT + one.name, one.label) for one in settled.fields(desk.home, retired=True)]
    facts = [(FACT + name, LABELS.get(name, name)) for name in BUILT_IN]
    return [(kind, label) for kind, (label, _since) in KINDS.items()] + facts + own


def _periods(desk: Desk, form: PeriodForm | None = None, *, going: int = 0) -> HttpResponse:
    labels, kept = dict(_kinds(desk)), {one.kind: one.days for one in settled.periods(desk.home)}
    rows: list[tuple[Any, Any, int | None]] = [
        (labels.get(kind, kind), since, kept.get(kind)) for kind, (_label, since) in KINDS.items()
    ]
    unconfirmed = _("since they were last confirmed")
    rows += [(labels.get(kind, kind), unconfirmed, days) for kind, days in kept.items() if kind.startswith(FACT)]
    shown: dict[str, Any] = {"rows": rows, "fixed": _fixed()}
    if desk.may_all_over(Right.MEMBERS_MANAGE):
        shown |= {"form": form or PeriodForm(list(labels.items())), "opened": "retention" if form else ""}
    if going and form is not None:
        asked = form.cleaned_data
        shown |= {"going": min(going, GOING_MOST), "more": going > GOING_MOST, "asked": asked}
        shown |= {"what": labels[asked["kind"]], "opened": ""}
        shown["sure"] = f"{asked['kind']} {asked['days']}"
    return desk.show("console/retention.html", shown, status=UNFIT if form is not None else 200)


def _fixed() -> list[tuple[str, int | None]]:
    """What the product, or the machine it runs on, settles: in days; 0 is as long as the member, None for ever."""
    return [
        (_("Consents: the proof that what was sent was allowed"), 0),
        (_("Bills, the books and the audit trail"), None),
        (_("Files of an import that is over"), KEPT_DAYS),
        (_("Letters and texts that go out as files (REGULARS_OUTBOX_DAYS)"), settings.OUTBOX_DAYS),
        (_("What webhooks were told, and how they answered"), KEPT.days),
    ]
