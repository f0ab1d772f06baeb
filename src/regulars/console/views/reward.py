"""The programme: its terms as sentences, versions published from documents, levels, coupons, rewards."""

from typing import Any, Final

from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.console import pointing
from regulars.console.asking import since, uuid_of
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_reward import TermsForm
from regulars.console.forms_terms import Numbers, digest, written
from regulars.console.refusals import said
from regulars.console.selectors import drafts, reward
from regulars.console.selectors.ready_terms import READY, ready
from regulars.programme.errors import PreviewRefused, TermsClash, WrongTerms
from regulars.programme.previews import selectors as previews
from regulars.programme.previews.asking import ask as ask_preview
from regulars.programme.previews.moves import NewPreview
from regulars.programme.services.terms import publish as publish_terms
from regulars.programme.services.terms import retire as retire_terms
from regulars.programme.terms import kinds

_READ: Final = Right.PROGRAMME_READ


def terms(desk: Desk) -> HttpResponse:
    """All that holds or is to come, in sentences, and drafts. Nine queries at most."""
    shown = {"groups": reward.groups(desk), "drafts": drafts.waiting(desk) if desk.may_all_over(_READ) else ()}
    return desk.show("console/terms.html", shown)


def code(desk: Desk, kind: str, code: str) -> HttpResponse:
    """A code with all its versions and drafts, and the form of the next one. Six queries."""
    found = reward.versions(desk, kind, code)
    if not found:
        raise Http404
    plain = reward.plain(found[0].version)
    shown: dict[str, Any] = {"kind": kind, "code": code, "versions": found, "document": reward.plain_text(plain)}
    drafted = drafts.of_code(desk, kind, code) if desk.may_all_over(_READ) else []
    shown["drafts"] = [one for one in drafted if one.version is None]
    shown["before"] = {str(one.version): one.id for one in drafted if one.version is not None}
    if desk.may_all_over(Right.PROGRAMME_MANAGE):
        shown["form"] = TermsForm([kind], initial={"kind": kind, "code": code, "document": shown["document"]})
        shown |= reward.numbers(desk, kind, plain)
    return desk.show("console/terms_code.html", shown)


def new(desk: Desk) -> HttpResponse:
    """A document becomes a version: read aloud first, with its faults where they are, then published; or looked at over
    what was bought."""
    if desk.request.method != "POST":
        return _begun(desk)
    form, numbers, changed = _filled(desk, desk.request.POST)
    shown: dict[str, Any] = {"form": form, "previewed": form.previewed}
    if numbers is not None and numbers.errors:
        shown |= {"numbers": numbers, "seen": desk.request.POST.get("seen", "")}
        return desk.show("console/terms_new.html", shown, status=UNFIT)
    if form.is_valid():
        given, do = form.cleaned_data, desk.request.POST.get("do")
        try:
            shown["sentence"] = reward.read_aloud(desk, given["kind"], given["code"], form.plain)
            if do == "publish" and not changed:
                with transaction.atomic():
                    return _published(desk, form)
            if do == "preview":
                with transaction.atomic():
                    return _previewed(desk, form)
            shown["read"] = True
        except WrongTerms as wrong:
            form.add_error(None, said(wrong))
            shown["marked"] = pointing.marked(given["document"], wrong.facts["errors"])  # type: ignore[arg-type]
        except TermsClash as clash:
            form.add_error("begins_on", said(clash))
        except PreviewRefused as refused:
            form.add_error(None, said(refused))
        shown |= reward.numbers(desk, given["kind"], form.plain)
    return desk.show("console/terms_new.html", shown, status=UNFIT if form.errors else 200)


def _begun(desk: Desk) -> HttpResponse:
    """An example of the kind that fits the house, or a draft; read aloud. Twelve queries at most."""
    number = uuid_of("prv", desk.request.GET.get("draft"))
    shown: dict[str, Any] = {}
    if number is not None:
        row = previews.preview(number, organisation=desk.home)
        kind, code, document = row.kind, row.code, row.document
        shown = reward.numbers(desk, kind, document)
    else:
        asked = desk.request.GET.get("kind", "")
        kind = asked if asked in READY else next(iter(READY))
        begun, around = ready(desk, kind)
        code, document = begun.code, begun.document
        shown = {"begun": begun, "kind": kind, "kinds": list(READY)}
        shown |= reward.numbers(desk, kind, document, around=around)
    shown["sentence"] = reward.read_aloud(desk, kind, code, document)
    form = TermsForm(kinds(), initial={"kind": kind, "code": code, "document": reward.plain_text(document)})
    shown |= {"form": form, "previewed": form.previewed}
    return desk.show("console/terms_new.html", shown)


def _filled(desk: Desk, posted: QueryDict) -> tuple[TermsForm, Numbers | None, bool]:
    """What was typed: the document, or where it was left as it was shown, the numbers beside it in its place; and
    whether these changed it."""
    form = TermsForm(kinds(), posted)
    text = posted.get("document", "")
    if posted.get("seen") != digest(text) or not form.is_valid():
        return form, None, False
    numbers = reward.numbers(desk, form.cleaned_data["kind"], form.plain, posted)["numbers"]
    if numbers is None or not numbers.is_valid():
        return form, numbers, False
    filled = numbers.fill()
    if filled == form.plain:
        return form, numbers, False
    data = posted.copy()
    data["document"] = written(filled)
    return TermsForm(kinds(), data), numbers, True


def said_of(desk: Desk) -> HttpResponse:
    """What the numbers and the document say as they stand: the part of the page that follows along."""
    form, numbers, _changed = _filled(desk, desk.request.POST)
    shown: dict[str, Any] = {"desk": desk, "form": form}
    try:
        if (numbers is None or not numbers.errors) and form.is_valid():
            given = form.cleaned_data
            shown["sentence"] = reward.read_aloud(desk, given["kind"], given["code"], form.plain)
    except WrongTerms as wrong:
        shown["fault"] = said(wrong)
    return render(desk.request, "console/parts/terms_said.html", shown)


def _previewed(desk: Desk, form: TermsForm) -> HttpResponse:
    """Raises WrongTerms, PreviewRefused."""
    given, days = form.cleaned_data, drafts.spans(desk)[0]
    wanted = NewPreview(desk.home, given["kind"], given["code"], form.plain, *days)
    number = ask_preview(wanted, actor=desk.actor, at=desk.at)
    return desk.go("draft", number, told=_("Kept as a draft: what it would have cost is looked at now."))


def _published(desk: Desk, form: TermsForm) -> HttpResponse:
    """Raises WrongTerms where what lies around the document does not fit, and TermsClash."""
    given = form.cleaned_data
    begins_at = since(given["begins_on"], desk.zone)
    if begins_at is not None and begins_at <= desk.at:
        begins_at = None  # from today on is at once
    made = publish_terms(
        given["kind"],
        given["code"],
        form.plain,
        organisation=desk.home,
        begins_at=begins_at,
        actor=desk.actor,
        at=desk.at,
    )
    told = _("Version %(version)d is published. What is past keeps its own.") % {"version": made.version}
    return desk.go("terms-code", made.kind, made.code, told=told)


def retire(desk: Desk, kind: str, code: str) -> HttpResponse:
    """What holds ends now, what was to come never begins."""
    retire_terms(kind, code, organisation=desk.home, actor=desk.actor, at=desk.at)
    return desk.go("terms-code", kind, code, told=_("It holds no more. What it gave stays given."))


def levels(desk: Desk) -> HttpResponse:
    return desk.show("console/levels.html", {"ladders": reward.ladders(desk)})


def coupons(desk: Desk) -> HttpResponse:
    return desk.show("console/coupons.html", {"series": reward.series(desk)})


def rewards(desk: Desk) -> HttpResponse:
    return desk.show("console/rewards.html", {"rewards": reward.rewards(desk)})
