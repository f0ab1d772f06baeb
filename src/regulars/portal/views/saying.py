"""What a member says: of themselves, what they like, and what they may be asked."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, QueryDict

from regulars.members.errors import WrongFact
from regulars.members.models import Field
from regulars.members.moves import Asked, FactChange, Plain
from regulars.members.selectors.profiles import identifiers_of, values_of
from regulars.members.selectors.settings import fields
from regulars.members.selectors.ways import waiting
from regulars.members.services import consents, people
from regulars.portal.forms import PreferencesForm, ProfileForm
from regulars.portal.refusals import said
from regulars.portal.selectors.consents import Topic, topics
from regulars.portal.services import sessions
from regulars.portal.services import ways as services
from regulars.portal.visit import UNFIT, Visit

SOURCE: Final = "portal"


def me(visit: Visit) -> HttpResponse:
    """Who they are, how they are reached, and where they are logged in."""
    known = values_of(visit.own)
    born = "birth_on" in known
    form = ProfileForm(visit.posted, born=born, initial=dict(known))
    if visit.request.method == "POST" and form.is_valid():
        changed = {name: _plain(form.cleaned_data[name]) for name in form.fields}
        if _tell(visit, form, changed, known):
            return visit.go("my-me", told="kept")
    ways = [one for one in identifiers_of([visit.own])[visit.own] if one.kind in ("email", "phone")]
    shut = {row.identifier: row for row in waiting(visit.own, at=visit.at)}
    shown = {
        "form": form,
        "waiting": [(one, shut[one.id].opens_at) for one in ways if one.id in shut],
        "born": date.fromisoformat(str(known["birth_on"])) if born else None,
        "ways": [one for one in ways if one.id not in shut],
        "sessions": sessions.of_member(visit.own, at=visit.at),
    }
    return visit.show("portal/me.html", shown, status=UNFIT if form.errors else 200)


def way(visit: Visit) -> HttpResponse:
    """Whether what somebody else added is theirs. Logged in by what was known before, they say so at once."""
    try:
        number = UUID(visit.request.POST.get("way", ""))
    except ValueError:
        return visit.go("my-me")
    said_now: dict[str, Any] = {"root": visit.own, "actor": visit.actor, "at": visit.at}
    if visit.request.POST.get("theirs") == "yes":
        services.agree(number, **said_now)
        return visit.go("my-me", told="kept")
    services.object_to(number, organisation=visit.home, language=visit.language, **said_now)
    return visit.go("my-login-at", visit.home, told="out")  # every device is logged out, this one too


def preferences(visit: Visit) -> HttpResponse:
    """Consent by topic and channel, and what they like. A yes is given to the words that stood beside it."""
    listed = topics(visit.own, organisation=visit.home, language=visit.language)
    own, known = fields(visit.home, preferences=True), values_of(visit.own)
    posted = visit.request.POST
    form = PreferencesForm(own, posted if "likes" in posted else None, initial=_initial(own, known))
    unread = False
    if visit.request.method == "POST":
        if "nothing" in posted:
            consents.withdraw_all(visit.own, organisation=visit.home, source=SOURCE, actor=visit.actor, at=visit.at)
            return visit.go("my-preferences", told="nothing")
        if "likes" in posted:
            if form.is_valid() and _tell(visit, form, _liked(own, form.cleaned_data), known):
                return visit.go("my-preferences", told="kept")
        else:
            asked = [one for topic in listed for one in _asked(visit, topic, posted)]
            unread = any(one.given and posted.get(f"words-{one.purpose}") != str(one.wording) for one in asked)
            if not unread:
                consents.tell(asked, organisation=visit.home, actor=visit.actor, at=visit.at)
                return visit.go("my-preferences", told="kept")
    shown = {"topics": listed, "form": form, "unread": unread}
    return visit.show("portal/preferences.html", shown, status=UNFIT if unread or form.errors else 200)


def _asked(visit: Visit, topic: Topic, posted: QueryDict) -> list[Asked]:
    """What differs from what holds. A box that was not on the page is as it was."""
    on_page = set(posted.getlist(f"on-{topic.purpose}"))
    ticked = set(posted.getlist(f"yes-{topic.purpose}"))
    return [
        Asked(visit.own, one.channel, topic.purpose, one.channel in ticked, SOURCE, visit.at,
              topic.wording if one.channel in ticked else None)
        for one in topic.choices
        if one.channel in on_page and one.given != (one.channel in ticked) and (topic.wording or one.given)
    ]  # fmt: skip


def _tell(visit: Visit, form: Any, said_now: Mapping[str, Plain | None], known: Mapping[str, Plain]) -> bool:
    """Writes what is new; whether it could be."""
    changes = [
        FactChange(visit.own, name, value, SOURCE, visit.at)
        for name, value in said_now.items()
        if value != known.get(name)
    ]
    try:
        if changes:
            people.change_facts(changes, organisation=visit.home, actor=visit.actor, at=visit.at)
    except WrongFact as refusal:
        name = str(refusal.facts.get("name", ""))
        place = next((one for one in (name, f"own-{name}") if one in form.fields), None)
        form.add_error(place, said(refusal))
        return False
    return True


def _plain(value: Any) -> Plain | None:
    """As facts are kept; what is empty is taken out."""
    if value in (None, "", []):
        return None
    found: Plain = value.isoformat() if isinstance(value, date) else value
    return found


def _liked(own: list[Field], given: Mapping[str, Any]) -> dict[str, Plain | None]:
    found: dict[str, Plain | None] = {}
    for one in own:
        value = given[f"own-{one.name}"]
        found[one.name] = {"yes": True, "no": False}.get(value) if one.kind == "flag" else _plain(value)
    return found


def _initial(own: list[Field], known: Mapping[str, Plain]) -> dict[str, Any]:
    return {
        f"own-{one.name}": ("yes" if known[one.name] else "no") if one.kind == "flag" else known[one.name]
        for one in own
        if one.name in known
    }
