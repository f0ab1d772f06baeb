"""Classes and stages: who is in them, who moves, what each is to get; decided in versions."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_scores import (
    ClassesForm,
    ReasonsForm,
    StagesForm,
    TreatmentsForm,
    classes_shown,
    treatments_shown,
)
from regulars.console.refusals import told_in
from regulars.console.score_words import BOXES
from regulars.console.selectors import scores
from regulars.console.selectors.care import people_told
from regulars.console.views.know import complaints_of
from regulars.scorebook import documents, selectors, services
from regulars.scorebook.documents import CLASSES, CONTROLLED, STAGES

_KEPT: Final = {
    "classes": ("scores-classes", ClassesForm), "treatments": ("scores-classes", TreatmentsForm),
    "stages": ("scores-stages", StagesForm), "reasons": ("scores-stages", ReasonsForm),
}  # fmt: skip


def classes(desk: Desk) -> HttpResponse:
    """Who is in which class, who moved, where classes begin, what each gets. Eight queries."""
    return _classes(desk)


def _classes(desk: Desk, *, status: int = 200, **bound: forms.Form) -> HttpResponse:
    now = scores.standing(desk)
    told = selectors.pictures(now.run.id, "flow", "counts") if now.run else {}
    currency = now.run.currency if now.run else ""
    version, document = documents.present(desk.home, "classes")
    treated, treatments = documents.present(desk.home, "treatments")
    flow = scores.flow(told.get("flow", ()), desk.request.GET.get("month", ""))
    known = sorted({date.fromisoformat(one["month"]) for one in told.get("flow", ())})
    counts = told.get("counts", {}).get("classes", {})
    shown: dict[str, Any] = {
        "now": now,
        "rows": [(one, treatments.get(one.code, {})) for one in reversed(scores.stacked(counts, CLASSES))],
        "flow": flow,
        "months": known,
        "last_month": bool(flow) and flow is not None and flow.month == known[-1],
        "document": document,
        "version": version,
        "versions": _versions(desk, "classes"),
        "classes_form": ClassesForm(currency, initial=classes_shown(document, currency, version)),
        "treatments_form": TreatmentsForm(initial=treatments_shown(treatments, treated)),
        "waits": now.run is not None and now.run.classes_version != version,
        "opened": next(iter(bound), ""),
        **{f"{name}_form": form for name, form in bound.items()},
    }
    return desk.show("console/know_classes.html", shown, status=status)


def stages(desk: Desk) -> HttpResponse:
    """Who stands in which stage, what is done there, and why members decline. Nine queries."""
    return _stages(desk)


def _stages(desk: Desk, *, status: int = 200, **bound: forms.Form) -> HttpResponse:
    now = scores.standing(desk)
    counts = selectors.pictures(now.run.id, "counts").get("counts", {}) if now.run else {}
    written, strategies = documents.present(desk.home, "stages")
    rated, reasons = documents.present(desk.home, "reasons")
    found = dict(counts.get("reasons", {}))
    complaints = complaints_of(desk, now.run) if now.run else 0
    if complaints:
        found["complaint"] = {"members": complaints, "at_risk_minor": None}
    declining = counts.get("stages", {}).get("decline", {}).get("members", 0)
    ranked = scores.boxes(found, reasons, declining, CONTROLLED)
    shown: dict[str, Any] = {
        "now": now,
        "rows": [(one, strategies.get(one.code, "")) for one in scores.stacked(counts.get("stages", {}), STAGES)],
        "ranked": ranked,
        "boxes": [
            (code, name, meaning, [one for one in ranked if one["box"] == code])
            for code, (name, meaning) in BOXES.items()
        ],
        "declining": declining,
        "stages_form": StagesForm(initial=strategies | {"version": written}),
        "reasons_form": ReasonsForm(initial=reasons | {"version": rated}),
        "opened": next(iter(bound), ""),
        **{f"{name}_form": form for name, form in bound.items()},
    }
    return desk.show("console/know_stages.html", shown, status=status)


def decide(desk: Desk, kind: str) -> HttpResponse:
    """The next version of what was decided; a fault is shown at the form. Raises ScoresDocumentChanged."""
    if kind not in _KEPT:
        raise Http404
    name, form_of = _KEPT[kind]
    run = selectors.present_run(desk.home)
    form: Any = (
        ClassesForm(run.currency if run else "", desk.request.POST)
        if form_of is ClassesForm
        else form_of(desk.request.POST)
    )
    if form.is_valid():
        with told_in(form):
            services.decide(kind, _plain(form.document), organisation=desk.home,
                            version=form.cleaned_data["version"], actor=desk.actor, at=desk.at)  # fmt: skip
            said = _("Kept. Classes follow with the next run.") if kind == "classes" else _("Kept as a new version.")
            return desk.go(name, told=said)
    page = _classes if name == "scores-classes" else _stages
    return page(desk, status=UNFIT, **{kind: form})


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    return dict(document)


def _versions(desk: Desk, kind: str) -> list[tuple[Any, str]]:
    rows = documents.versions(desk.home, kind, limit=6)
    names = people_told([row.made_by for row in rows]) if rows else {}
    return [(row, names.get(row.made_by, "")) for row in rows]
