"""The page of one member, and its timeline."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.dateparse import parse_datetime

from regulars.access.rights import Right
from regulars.basics.ids import typed
from regulars.console import places
from regulars.console.desk import Desk
from regulars.console.forms import LANGUAGES
from regulars.console.forms_member import (
    LABELS,
    SEXES,
    AdjustForm,
    FactsForm,
    GoodwillForm,
    MergeForm,
    NoteForm,
    PassOnForm,
    ReplaceForm,
    TagForm,
)
from regulars.console.selectors.consents import purposes
from regulars.console.selectors.member import Known, known, may_give, root_of
from regulars.console.selectors.member_scores import care_of, scores_of
from regulars.console.selectors.names import authors
from regulars.console.selectors.reached import reached
from regulars.console.selectors.timeline import timeline
from regulars.console.templatetags.scores import day_of

CHOICES: Final[dict[str, Any]] = {"sex": SEXES, "language": LANGUAGES}


def show(desk: Desk, member: UUID) -> HttpResponse:
    """Some forty queries, however much there is to tell."""
    root = root_of(member, desk)
    if root != member:
        return desk.go("member", root)
    return page(desk, root)


def page(desk: Desk, root: UUID, *, status: int = 200, **bound: Any) -> HttpResponse:
    """The page with its forms; `bound`: one that was sent and refused, open again."""
    found = known(root, desk)
    kind = desk.request.GET.get("kind", "")
    before = _moment(desk.request.GET.get("before"))
    desk.looked([root], part="page")
    shown = {
        "member": found,
        "facts": _facts(found),
        "numbers": {one.card: one.value for one in found.identifiers if one.card},
        "card": next((one.value for one in found.identifiers if one.card), ""),
        "ways": [one for one in found.identifiers if one.kind != "card"],
        "purposes": purposes(desk.home, found.consents),
        "notes": found.notes[:6],
        "authors": authors({by for _, _, by, _ in found.notes}),
        "timeline": timeline(found, desk, kind=kind, before=before),
        "kind": kind,
        "first": before is None,
        "names": {str(number): name for number, name in places.named(desk.holder.grants.places).items()},
        "opened": next(iter(bound), ""),
        "reached": reached(root, found.group, desk),
        "scores": scores_of(root, found.group, found.coupons, desk),
        **care_of(found.group, desk),
        **_forms(found, desk),
        **{f"{name}_form": form for name, form in bound.items()},
    }
    return desk.show("console/member.html", shown, status=status)


def _forms(found: Known, desk: Desk) -> dict[str, Any]:
    """Those of what the reader may do, and of a member who has not left."""
    if found.row.state not in ("active", "anonymous"):
        return {}
    forms: dict[str, Any] = {}
    if desk.may_all_over(Right.LEDGER_ADJUST) and found.units:
        forms["adjust_form"] = AdjustForm(found.units)
    if desk.may_all_over(Right.LEDGER_TRANSFER) and found.held:
        forms["pass_on_form"] = PassOnForm({one.unit.code: one.unit for one in found.held})
    left, reasons = may_give(desk, found.terms)
    if left:
        forms["goodwill_form"] = GoodwillForm(left, reasons, found.units)
    if desk.may(Right.MEMBERS_WRITE):
        forms |= {"note_form": NoteForm(), "tag_form": TagForm(), "facts_form": facts_form(found)}
    if desk.may(Right.CARDS_WRITE):
        forms["replace_form"] = ReplaceForm()
    if desk.may(Right.MEMBERS_MERGE):
        forms["merge_form"] = MergeForm()
    return forms


def facts_form(found: Known, posted: Any = None) -> FactsForm:
    return FactsForm(found.fields, posted, initial={name: _initial(fact.value) for name, fact in found.facts.items()})


def _initial(value: Any) -> Any:
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


def _facts(found: Known) -> list[tuple[Any, Any]]:
    """By their labels, but for the name, which stands above."""
    own = {one.name: one.label for one in found.fields}
    hidden = {"given_name", "family_name", "full_name", "title"}
    ordered = [*(name for name in LABELS if name in found.facts), *sorted(found.facts.keys() - LABELS.keys())]
    return [
        (LABELS.get(name) or own.get(name, name), _written(found.facts[name].value, name))
        for name in ordered
        if name not in hidden
    ]


def _written(value: Any, name: str) -> str:
    """As it is read: a day as days are, a choice by its word."""
    if name == "birth_on":
        return day_of(str(value))
    if name in CHOICES:
        return str(dict(CHOICES[name]).get(value, value))
    return ", ".join(value) if isinstance(value, list) else str(value)


def _moment(text: str | None) -> datetime | None:
    try:
        found = parse_datetime(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def id_of(root: UUID) -> str:
    return typed("mbr", root)
