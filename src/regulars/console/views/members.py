"""Members: the list, whom something typed leads to, a new one, and the list as a file."""

from collections.abc import Iterator
from typing import Any, Final

from django.http import HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.basics.periods import day_of
from regulars.console import cells
from regulars.console.asking import since, until, uuid_of
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms import MemberForm, MembersFilter
from regulars.console.refusals import told_in
from regulars.console.selectors.audiences import one, reach
from regulars.console.selectors.finding import find, region_of
from regulars.console.selectors.members import PAGE, level_names, page
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.members.moves import NewIdentifier, NewMember
from regulars.members.selectors.listing import Wanted
from regulars.members.services import people
from regulars.members.services.extras import tag as tag_members
from regulars.outreach.models import Audience
from regulars.outreach.selectors import audiences as in_use
from regulars.programme.book import book

EXPORTED: Final = 1000  # rows of a file at most
EXPORTED_OF_AUDIENCE: Final = 10_000


def listing(desk: Desk) -> HttpResponse:
    """Those who fit the filters of the address, a page at a time. Who works at a store alone sees the search alone."""
    form = _filters(desk)
    chosen = form.chosen()
    audience = _audience(desk, chosen)
    whole = desk.may_all_over(Right.MEMBERS_READ)
    before = uuid_of("mbr", desk.request.GET.get("before"))
    found = []
    if whole or audience is not None:
        oldest = chosen.get("sort") == "oldest"
        level = _level(chosen)
        found = page(desk, _wanted(desk, chosen), level=level, before=before, audience=audience, oldest=oldest)
    rows, more = found[:PAGE], len(found) > PAGE
    desk.looked([row.id for row in rows], by="list")
    query = urlencode({name: desk.request.GET[name] for name in chosen})
    shown = {
        "form": form,
        "rows": rows,
        "more": more,
        "query": query,
        "cut": bool(chosen),
        "whole": whole,
        "audience": audience,
        "exports": desk.may_all_over(Right.MEMBERS_EXPORT) and (whole or audience is not None),
        "first": before is None,
    }
    return desk.show("console/members.html", shown)


def found(desk: Desk) -> HttpResponse:
    """Whom something typed or scanned leads to: to their page where it is certain, else who may be meant."""
    text = desk.request.POST.get("q", "").strip()[:200]
    sought = find(text, desk)
    if len(sought.hits) == 1 and sought.hits[0].certain:
        return desk.go("member", sought.hits[0].member)
    return desk.show("console/members_found.html", {"sought": sought, "text": text})


def new(desk: Desk) -> HttpResponse:
    """A new member, at the place where their maker works."""
    form = MemberForm(desk.request.POST if desk.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        facts = {
            name: _fact(given[name])
            for name in ("given_name", "family_name", "birth_on", "language", "town")
            if given[name]
        }
        ways = [NewIdentifier(kind, given[kind]) for kind in ("phone", "email") if given[kind]]
        wanted = NewMember(
            desk.home, "console", desk.at, facts, ways, desk.place.merchant, desk.place.store, region_of(desk.zone)
        )
        with told_in(form):
            (made,) = people.enrol([wanted], actor=desk.actor, at=desk.at)
            if given["tag"]:
                words = [given["tag"]]
                tag_members([made], words, organisation=desk.home, source="console", actor=desk.actor, at=desk.at)
            return desk.go("member", made, told=_("The new member is there."))
    return desk.show("console/members_new.html", {"form": form}, status=UNFIT if form.errors else 200)


def export(desk: Desk) -> HttpResponse:
    """The list of the address as a file, from where its page begins; each of them was looked at."""
    chosen = _filters(desk).chosen()
    before = uuid_of("mbr", desk.request.GET.get("before"))
    audience = _audience(desk, chosen)
    most = EXPORTED if audience is None else EXPORTED_OF_AUDIENCE
    wanted = _wanted(desk, chosen)
    oldest = chosen.get("sort") == "oldest"
    level = _level(chosen)
    rows = page(desk, wanted, level=level, before=before, limit=most, audience=audience, oldest=oldest)[:most]
    desk.looked([row.id for row in rows], by="export")
    told = {"rows": len(rows)} | ({"audience": audience.code} if audience else {})
    record([Deed("members.export", after=told)], actor=desk.actor, at=desk.at)

    def table() -> Iterator[list[object]]:
        from regulars.basics.ids import typed

        yield [_("Id"), _("Name"), _("State"), _("Level"), _("Tag"), _("Town"), _("Member since")]
        for row in rows:
            since_on = day_of(row.enrolled_at, desk.zone).isoformat()
            yield [
                typed("mbr", row.id),
                row.name,
                row.state,
                ", ".join(row.levels),
                ", ".join(row.tags),
                row.town,
                since_on,
            ]

    return cells.file("members.csv", table())


def _filters(desk: Desk) -> MembersFilter:
    names = level_names(book(desk.home))
    levels = [(f"{ladder}/{level}", name) for (ladder, level), name in names.items()]
    audiences = []
    if desk.may(Right.AUDIENCES_READ):
        audiences = [(row.code, row.name) for row in in_use(reach(desk), desk.home)]
    return MembersFilter(levels, audiences, desk.request.GET)


def _audience(desk: Desk, chosen: dict[str, Any]) -> Audience | None:
    """Raises AudienceUnknown."""
    code = chosen.get("audience")
    return one(desk, code, Right.MEMBERS_READ) if code else None


def _wanted(desk: Desk, chosen: dict[str, Any]) -> Wanted:
    return Wanted(
        state=chosen.get("state", ""),
        tag=chosen.get("tag", ""),
        town=chosen.get("town", ""),
        birthdays=[_today(desk)] if chosen.get("birthday") else None,
        birth_month=int(chosen["month"]) if "month" in chosen else None,
        since=since(chosen.get("since"), desk.zone),
        until=until(chosen.get("until"), desk.zone),
    )


def _today(desk: Desk) -> int:
    """Month × 100 + day."""
    day = day_of(desk.at, desk.zone)
    return day.month * 100 + day.day


def _level(chosen: dict[str, Any]) -> tuple[str, str] | None:
    ladder, _slash, level = str(chosen.get("level", "")).partition("/")
    return (ladder, level) if level else None


def _fact(value: Any) -> str:
    return value if isinstance(value, str) else str(value.isoformat())
