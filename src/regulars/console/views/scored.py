"""Members by their scores: the list behind every number, as a file, as an audience; and what became of a next step."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from regulars.access.errors import NotAllowed
from regulars.access.rights import Right
from regulars.basics.ids import typed
from regulars.console import cells, toasts
from regulars.console.desk import Desk
from regulars.console.forms_scores import ScoredFilter
from regulars.console.score_words import CLASSES, GROUPS, REASONS, STAGES
from regulars.console.selectors.member import root_of
from regulars.console.selectors.scored import PAGE, number, page
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.outreach.moves import NewAudience
from regulars.outreach.services.audiences import save
from regulars.scorebook import services
from regulars.scorebook.moves import Cut
from regulars.scorebook.selectors import present_run

EXPORTED: Final = 1000
FARTHEST: Final = 20_000  # nobody reads on by hand past it


def listing(desk: Desk) -> HttpResponse:
    """Those who fit the filters of the address, who matters most first. Eight queries at most."""
    run, form = _asked(desk)
    if run is None:
        return desk.show("console/scored.html", {"run": None, "form": form})
    cut, place = form.cut, _place(desk)
    found = page(desk, run, cut, offset=place)
    shown_rows = found[:PAGE]
    desk.looked([one.id for one in shown_rows], by="scores")
    query = {name: desk.request.GET[name] for name in form.chosen() if name in desk.request.GET}
    shown = {
        "run": run,
        "form": form,
        "rows": shown_rows,
        "members": number(desk, run, cut),
        "cut": cut != Cut(),
        "title": title(cut),
        "query": urlencode(query),
        "hidden": query,
        "place": place,
        "back": max(0, place - PAGE),
        "further": place + PAGE if len(found) > PAGE and place + PAGE < FARTHEST else 0,
        "document": document_of(cut),
        "buying": cut.group == "likely",
    }
    return desk.show("console/scored.html", shown)


def _asked(desk: Desk) -> tuple[Any, ScoredFilter]:
    """Raises NotAllowed: who sees members need not see their scores."""
    if not desk.may_all_over(Right.SCORES_READ):
        raise NotAllowed("This page needs another role.", right=Right.SCORES_READ)
    return present_run(desk.home), ScoredFilter(desk.request.POST or desk.request.GET)


def _place(desk: Desk) -> int:
    text = desk.request.GET.get("from", "")
    return min(int(text), FARTHEST) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def title(cut: Cut) -> str:
    """What the list is of, in a few words."""
    named = [
        *([str(GROUPS[cut.group])] if cut.group else []),
        *([str(CLASSES[cut.value_class])] if cut.value_class else []),
        *([str(STAGES[cut.stage])] if cut.stage else []),
        *([str(REASONS[cut.reason])] if cut.reason else []),
    ]
    if cut.tenth is not None:
        named.append(_("leave with %(low)d–%(high)d %%") % {"low": cut.tenth * 10, "high": cut.tenth * 10 + 10})
    if cut.best_to is not None:
        said = {"low": f"{cut.best_from or 0:g}", "high": f"{cut.best_to:g}"}
        named.append(_("by spend from %(low)s to %(high)s%%") % said if cut.best_from else _("best %(high)s%%") % said)
    if cut.moved is not None:
        before, after = (str(CLASSES.get(one, one)) for one in cut.moved)
        named.append(f"{before} → {after}")
    return " · ".join(named)


def export(desk: Desk) -> HttpResponse:
    """The list as a file; each of them was looked at."""
    run, form = _asked(desk)
    found = page(desk, run, form.cut, offset=0, limit=EXPORTED)[:EXPORTED] if run else []
    desk.looked([one.id for one in found], by="export")
    record([Deed("members.export", after={"rows": len(found)})], actor=desk.actor, at=desk.at)

    def table() -> Iterator[list[object]]:
        yield [
            _("Id"), _("Name"), _("Class"), _("Stage"), _("Last bought"), _("Spend in a year"), _("At risk"),
            _("Chance to leave"), _("Reason"),
        ]  # fmt: skip
        for one in found:
            leave = "" if one.leave is None else f"{one.leave:.3f}"
            named = (str(CLASSES.get(one.value_class, "")), str(STAGES.get(one.stage, "")))
            yield [typed("mbr", one.id), one.name, *named, one.last_on or "", one.spend, one.at_risk or 0, leave,
                   one.because]  # fmt: skip

    return cells.file("scored.csv", table())


def document_of(cut: Cut) -> dict[str, Any] | None:
    """The same as an audience asks it; None for what no audience can ask."""
    if cut.moved is not None or cut.reason == "complaint" or cut.group in ("regulars", "new", "once"):
        return None
    told: dict[str, Any] = {"type": "scored"}
    if cut.value_class:
        told["classes"] = [cut.value_class]
    if cut.stage or cut.reason or cut.group == "slipping":
        told["stages"] = [cut.stage or "decline"]
    if cut.reason:
        told["reasons"] = [cut.reason]
    if cut.group == "likely":
        told["buys_percent_at_least"] = 50
    if cut.tenth is not None:
        told["leave_percent_at_least"] = cut.tenth * 10
        if cut.tenth < 9:
            told["leave_percent_at_most"] = cut.tenth * 10 + 10
    for name in ("best_from", "best_to"):
        if (bound := getattr(cut, name)) is not None:
            told[f"best_percent_{name.removeprefix('best_')}"] = bound
    return told if len(told) > 1 else None


def audience(desk: Desk) -> HttpResponse:
    """The cut as an audience, which follows every later run. Raises AudienceChanged."""
    _run, form = _asked(desk)
    cut = form.cut
    document = document_of(cut)
    if document is None:
        return desk.go("scored", told=_("Only a cut by scores can become an audience."))
    code = _code(document)
    save(NewAudience(desk.home, code, title(cut) or code, document), actor=desk.actor, at=desk.at)
    return desk.go("audience", code, told=_("The audience is there; it follows every later run."))


def _code(document: dict[str, Any]) -> str:
    """The same cut, the same code."""
    words = [
        text
        for name, value in document.items()
        if name != "type"
        for text in (value if isinstance(value, list) else [f"{name.split('_')[0]}-{value:g}"])
    ]
    return "scored-" + "-".join(words).replace(".", "_")[:50]


def advise(desk: Desk, member: UUID) -> HttpResponse:
    """A next step was done, or is not to be proposed, or stands again. Raises UnknownMember."""
    root = root_of(member, desk)
    state = desk.request.POST.get("state", "")
    offer = desk.request.POST.get("offer", "")[:200]
    if state not in ("done", "dismissed", "open") or not offer:
        return desk.go("member", root)
    services.advise(root, offer=offer, state=state, organisation=desk.home, actor=desk.actor, at=desk.at)
    if state == "open":
        return desk.go("member", root, told=_("It is proposed again."))
    undo = toasts.Undo(desk.url("member-advise", root), {"offer": offer, "state": "open"})
    said = _("Done, and written down.") if state == "done" else _("Put aside for thirty days.")
    return desk.go("member", root, told=said, undo=undo)
