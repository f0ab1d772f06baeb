"""The programme: its terms as sentences, versions published from documents, levels, coupons, rewards."""

from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.console import pointing
from regulars.console.asking import since
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_reward import TermsForm
from regulars.console.refusals import said
from regulars.console.selectors import reward
from regulars.programme.errors import TermsClash, WrongTerms
from regulars.programme.services.terms import publish as publish_terms
from regulars.programme.services.terms import retire as retire_terms
from regulars.programme.terms import kinds

_START = "{\n  \n}"


def terms(desk: Desk) -> HttpResponse:
    """All that holds or is to come, in sentences. Four queries."""
    return desk.show("console/terms.html", {"groups": reward.groups(desk)})


def code(desk: Desk, kind: str, code: str) -> HttpResponse:
    """A code with all its versions, and the form of the next one."""
    found = reward.versions(desk, kind, code)
    if not found:
        raise Http404
    form = None
    if desk.may_all_over(Right.PROGRAMME_MANAGE):
        form = TermsForm([kind], initial={"kind": kind, "code": code, "document": reward.document(found[0].version)})
    shown = {"kind": kind, "code": code, "versions": found, "form": form, "document": reward.document(found[0].version)}
    return desk.show("console/terms_code.html", shown)


def new(desk: Desk) -> HttpResponse:
    """A document becomes a version: read aloud first, with its faults where they are, then published."""
    posted = desk.request.POST if desk.request.method == "POST" else None
    asked = {"kind": desk.request.GET.get("kind", "earn"), "document": _START}
    form = TermsForm(kinds(), posted, initial=asked)
    shown: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            shown["sentence"] = reward.read_aloud(desk, given["kind"], given["code"], form.plain)
            if posted and posted.get("do") == "publish":
                with transaction.atomic():
                    return _published(desk, form)
            shown["read"] = True
        except WrongTerms as wrong:
            form.add_error(None, said(wrong))
            shown["marked"] = pointing.marked(given["document"], wrong.facts["errors"])  # type: ignore[arg-type]
        except TermsClash as clash:
            form.add_error("begins_on", said(clash))
    return desk.show("console/terms_new.html", shown, status=UNFIT if form.errors else 200)


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
