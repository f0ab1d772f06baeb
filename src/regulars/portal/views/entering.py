"""Log-in: a code to a known address, or a link from somebody who helps; and out again."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from regulars.members.errors import WrongIdentifier
from regulars.portal import cookies, device, places
from regulars.portal.errors import MayNotLogIn, TooManyAsked, WrongLogInCode
from regulars.portal.forms import AddressForm, CodeForm
from regulars.portal.refusals import said
from regulars.portal.services import codes, links, sessions
from regulars.portal.visit import UNFIT, Visit

_BEGIN = "/my/"


def log_in(visit: Visit) -> HttpResponse:
    """Where there are several organisations and none is set, a choice of them."""
    if visit.member is not None:
        return visit.go("my-card")
    home = places.only()
    if home is None:
        return visit.show("portal/which.html", {"organisations": places.listed(), "next": next_of(visit)})
    return log_in_at(visit, home)


def log_in_at(visit: Visit, organisation: UUID) -> HttpResponse:
    """Asks for an address; whatever is known here, the answer is the same."""
    name = places.named(organisation)
    if name is None:
        raise Http404
    form = AddressForm(visit.posted)
    status = 200
    if visit.request.method == "POST":
        status = UNFIT
        if form.is_valid():
            try:
                text = codes.ask(
                    form.cleaned_data["address"],
                    organisation=organisation,
                    region=places.region_of(places.zone_of(organisation)),
                    language=visit.language,
                    actor=visit.actor,
                    at=visit.at,
                )
            except (WrongIdentifier, TooManyAsked) as refusal:
                form.add_error("address" if isinstance(refusal, WrongIdentifier) else None, said(refusal))
                status = refusal.status
            else:
                answer = visit.go("my-code", next=next_of(visit))
                cookies.keep_asked(answer, text)
                return answer
    shown = {"form": form, "programme": name, "organisation": organisation, "next": next_of(visit)}
    return visit.show("portal/login.html", shown, status=status)


def code(visit: Visit) -> HttpResponse:
    """Takes the code that was sent, if one was."""
    token = cookies.asked_of(visit.request)
    if not token:
        return visit.go("my-login")
    form = CodeForm(visit.posted)
    status = 200
    if visit.request.method == "POST":
        status = UNFIT
        if form.is_valid():
            try:
                begun = codes.check(
                    token, form.cleaned_data["code"], device=device_of(visit), actor=visit.actor, at=visit.at
                )
            except (WrongLogInCode, TooManyAsked) as refusal:
                form.add_error("code", said(refusal))
                status = refusal.status
            else:
                return entered(visit, begun, next_of(visit))
    minutes = int(codes.LIVES.total_seconds() // 60)
    return visit.show("portal/code.html", {"form": form, "minutes": minutes, "next": next_of(visit)}, status=status)


def link(visit: Visit, text: str) -> HttpResponse:
    """The page has a button, so that nothing that looks at links in advance uses it up."""
    if visit.request.method == "POST":
        try:
            begun = links.use(text, device=device_of(visit), actor=visit.actor, at=visit.at)
        except (WrongLogInCode, MayNotLogIn) as refusal:
            return visit.show("portal/link.html", {"wrong": said(refusal)}, status=refusal.status)
        return entered(visit, begun, _BEGIN)
    if not links.holds(text, at=visit.at):
        raise Http404
    return visit.show("portal/link.html", {})


def leave(visit: Visit) -> HttpResponse:
    """This device."""
    assert visit.session is not None
    sessions.end(visit.session.id, actor=visit.actor, at=visit.at)
    return out(visit)


def leave_all(visit: Visit) -> HttpResponse:
    """Every device, this one too."""
    sessions.end_all(visit.own, actor=visit.actor, at=visit.at)
    return out(visit)


def gone(visit: Visit) -> HttpResponse:
    """After everything was erased."""
    return visit.show("portal/gone.html", {})


def entered(visit: Visit, begun: sessions.Begun, going: str) -> HttpResponse:
    answer = redirect(going)
    cookies.keep_session(answer, begun.text)
    return answer


def out(visit: Visit, to: str = "") -> HttpResponse:
    """On to the log-in of the same organisation, or to that page."""
    answer = visit.go(to) if to else visit.go("my-login-at", visit.home, told="out")
    cookies.forget(answer, cookies.SESSION)
    return answer


def device_of(visit: Visit) -> str:
    return device.named(str(visit.request.headers.get("User-Agent", "")))


def next_of(visit: Visit) -> str:
    """Where they were going, if that is a page of members."""
    request = visit.request
    wanted = request.POST.get("next") or request.GET.get("next") or _BEGIN
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted.startswith(_BEGIN) else _BEGIN
