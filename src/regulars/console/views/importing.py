"""Import: files come in, are understood, tried, booked and taken back; the work itself is the worker's."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.basics.ids import untyped
from regulars.console import cells
from regulars.console.asking import whole_of
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_import import BookForm, corrected
from regulars.console.refusals import told_in
from regulars.console.selectors import importing
from regulars.imports import folders, services
from regulars.imports.errors import UploadTooLarge
from regulars.imports.models import AT_WORK, Import, State
from regulars.imports.moves import ENCODINGS, MOST, Corrected, Wish
from regulars.imports.selectors import import_of, imports, reasons_of, refusals_of, tables_of

REFUSED_AT_ONCE: Final = 100
REFUSED_IN_A_FILE: Final = 100_000


def listing(desk: Desk) -> HttpResponse:
    """What was brought, and a place to bring more. One query."""
    rows = [(row, importing.told(row), *importing.STATES[row.state]) for row in imports(desk.home)]
    return desk.show("console/imports.html", {"rows": rows, "most": MOST >> 20})


def bring(desk: Desk) -> HttpResponse:
    """Files come in. Raises NothingToImport, UploadTooLarge."""
    if getattr(desk.request, "too_large", False):
        raise UploadTooLarge(f"At most {MOST >> 20} MB together.")
    files = [(one.name or "file", one.path) for one in desk.request.FILES.getlist("files")]  # type: ignore[attr-defined]
    number = services.receive(files, organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("import", number)


def one(desk: Desk, number: UUID) -> HttpResponse:
    """As it stands: at work, a question, tried, booked, taken back."""
    return _one(desk, import_of(number, organisation=desk.home))


def _one(desk: Desk, row: Import, form: BookForm | None = None) -> HttpResponse:
    word, tone = importing.STATES[row.state]
    shown: dict[str, Any] = {
        "row": row, "word": word, "tone": tone, "at_work": row.state in AT_WORK, "told": importing.told(row),
        "undone": row.told.get("undone", {}),
    }  # fmt: skip
    if shown["at_work"]:
        shown["doing"] = importing.doing(row)
        return desk.show("console/import_going.html", shown)
    tables = importing.shown(row, tables_of(row.id))
    reasons = [(name, importing.REASONS.get(name, name), count) for name, count in reasons_of(row.id).items()]
    shown |= {"tables": tables, "reasons": reasons, "groups": importing.groups(), "encodings": ENCODINGS[1:]}
    if row.state == State.READY:
        shown["form"] = form or _form(desk)
        shown["merchants"] = importing.merchants(desk)
    if row.state == State.BOOKED:
        run = importing.run_after(row, desk.home)
        shown |= {"run": run, "going": importing.scores_come(row, run)}
        shown |= {"overview": _there(desk, "know"), "campaigns": _there(desk, "campaigns")}
    return desk.show("console/import.html", shown, status=UNFIT if form else 200)


def _there(desk: Desk, label: str) -> str:
    """The address of a page of the reader's navigation; empty where they may not see it."""
    found = (entry.url for verb in desk.menu for entry in verb.entries)
    return next((url for url in found if url.strip("/").rpartition("/")[2] == label), "")


def _form(desk: Desk, posted: Any = None) -> BookForm:
    return BookForm(importing.merchants(desk), posted, stores=desk.may_all_over(Right.ACCESS_MANAGE))


def correct(desk: Desk, number: UUID) -> HttpResponse:
    """A table is something else than it was taken for; it is looked at again."""
    posted = desk.request.POST
    table = next((one for one in tables_of(number) if str(one.number) == posted.get("table")), None)
    row = import_of(number, organisation=desk.home)
    if table is None:
        return desk.go("import", number)
    said = corrected(table.name, posted, len(table.headings))
    if (choice := _chosen(table.question, posted.get("answer", ""))) is not None:
        position, _heading, _label, written = choice
        columns = {str(place): field for field, place in table.mapping.get("columns", {}).items()}
        columns[str(position)] = table.question["field"]
        said = Corrected(table.name, columns, date_format=written or table.mapping.get("date_format") or "")
    services.correct(row.id, [said], organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("import", number)


def _chosen(question: Mapping[str, Any], answer: str) -> Any:
    """The choice that was pressed; None where the table asks nothing, or nothing of the kind."""
    choices = question.get("choices", []) if question else []
    place = whole_of(answer, most=len(choices))
    return choices[place] if answer.isdecimal() and place < len(choices) else None


def book(desk: Desk, number: UUID) -> HttpResponse:
    """It is booked, as it was tried; one that stopped goes on."""
    row = import_of(number, organisation=desk.home)
    if row.state == State.FAILED and row.booked_at is not None:
        services.book(number, Wish(UUID(row.wish["merchant"])), organisation=desk.home, actor=desk.actor, at=desk.at)
        return desk.go("import", number)
    form = _form(desk, desk.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        wish = Wish(
            untyped("mrc", given["merchant"]), given["source"], given["points"] == "yes", given["merge"],
            given.get("open_stores", False),
        )  # fmt: skip
        with told_in(form):
            services.book(number, wish, organisation=desk.home, actor=desk.actor, at=desk.at)
            return desk.go("import", number)
    return _one(desk, row, form)


def drop(desk: Desk, number: UUID) -> HttpResponse:
    services.drop(number, organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("imports", told=_("Given up: nothing of it was booked."))


def undo(desk: Desk, number: UUID) -> HttpResponse:
    services.undo(number, organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("import", number)


def refused(desk: Desk, number: UUID) -> HttpResponse:
    """The rows that were not taken, each with its place and reason. Four queries."""
    row, reason = import_of(number, organisation=desk.home), desk.request.GET.get("reason", "")[:40]
    after = whole_of(desk.request.GET.get("after"), most=10**9)
    found = refusals_of(number, reason=reason, after=after, limit=REFUSED_AT_ONCE + 1)
    names = {table.number: table.name for table in tables_of(number)}
    rows = [(one, names.get(one.number, ""), importing.REASONS.get(one.reason, one.reason)) for one in found]
    reasons = [(name, importing.REASONS.get(name, name), count) for name, count in reasons_of(number).items()]
    shown = {
        "row": row, "rows": rows[:REFUSED_AT_ONCE], "reasons": reasons, "reason": reason,
        "onward": after + REFUSED_AT_ONCE if len(rows) > REFUSED_AT_ONCE else None,
        "there": (folders.folder_of(number) / folders.REFUSED).exists(),
    }  # fmt: skip
    return desk.show("console/import_refused.html", shown)


def refused_file(desk: Desk, number: UUID) -> HttpResponse:
    """With what stood there, so that their owner can mend them; when the files are gone, place and reason alone."""
    import_of(number, organisation=desk.home)
    path = folders.folder_of(number) / folders.REFUSED
    return cells.file("refused.csv", _lines(path) if path.exists() else _places(number))


def _lines(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def _places(number: UUID) -> Iterator[list[object]]:
    names = {table.number: table.name for table in tables_of(number)}
    yield ["file", "line", "column", "reason"]
    for one in refusals_of(number, limit=REFUSED_IN_A_FILE):
        yield [names.get(one.number, ""), one.line, one.column, one.reason]
