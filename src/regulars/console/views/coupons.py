"""One series of coupons: its figures, and the members and purchases behind each."""

from django.http import Http404, HttpResponse

from regulars.access.rights import Right
from regulars.console import kept
from regulars.console.desk import Desk
from regulars.console.selectors.names import names_of
from regulars.console.selectors.reward import versions
from regulars.programme.coupons import series as coupons

PAGE = 50


def series(desk: Desk, series: str) -> HttpResponse:
    """Ten queries at most."""
    said = versions(desk, "coupon-series", series)
    if not said:
        raise Http404
    asked = desk.request.GET.get("of", coupons.GIVEN)
    figure = asked if asked in coupons.FIGURES else coupons.GIVEN
    used = kept.used(desk.home, series, desk.at)
    states = kept.coupons(desk.home, desk.at).get(series, {})
    counts = {
        "given": sum(states.values()),
        "left": states.get("issued", 0),
        "expired": states.get("expired", 0),
        "revoked": states.get("revoked", 0),
        **{state: used.get(state, [0, 0])[0] for state in coupons.USES},
    }
    shown = {"said": said[0], "series": series, "figure": figure, "rows": (), "figures": _figures(counts)}
    shown["off"] = {state: used[state][1] for state in coupons.USES if state in used}
    if desk.may_all_over(Right.MEMBERS_READ):
        before = desk.request.GET.get("before", "")
        found = coupons.behind(figure, organisation=desk.home, series=series, at=desk.at, before=before, limit=PAGE + 1)
        rows = found[:PAGE]
        people = sorted({one.member for one in rows if one.member is not None})
        desk.looked(people, by="coupons")
        names = names_of(people)
        shown["rows"] = [(one, names.get(one.member, "") if one.member else "") for one in rows]
        shown["onward"] = rows[-1].place if len(found) > PAGE else ""
    return desk.show("console/series.html", shown)


def _figures(counts: dict[str, int]) -> list[tuple[str, int]]:
    """What nobody had yet is not said but of what there always is."""
    always = ("given", "left", "redeemed")
    return [(name, counts[name]) for name in coupons.FIGURES if name in always or counts[name]]
