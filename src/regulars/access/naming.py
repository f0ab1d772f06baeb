"""Places and roles as people call them, and lists as people read them: for commands."""

from uuid import UUID

from django.db.models import Count, Prefetch, Q

from regulars.access.errors import UnknownPlace, UnknownRole
from regulars.access.models import Alert, Assignment, Key, Merchant, Organisation, Staff, Store
from regulars.access.moves import Place, Places
from regulars.access.selectors import places
from regulars.basics.ids import WrongId, typed, untyped


def place_named(text: str) -> Place:
    """A place by its typed id, by its merchant's name, or as "Merchant/Store"; "" is the only organisation there is.

    Two queries. Raises UnknownPlace where there is none, or more than one.
    """
    known = places()
    if not text:
        found = [Place(organisation) for organisation in known.organisations]
    else:
        found = _by_id(known, text) or _by_name(known, text)
    if len(found) != 1:
        wrong = (
            "more than one place: give its id" if found else "no place: give a merchant's name, Merchant/Store or an id"
        )
        raise UnknownPlace(f"{text[:80]!r} is {wrong}. `regulars places list` tells all.")
    return found[0]


def _by_id(known: Places, text: str) -> list[Place]:
    for prefix in ("org", "mrc", "str"):
        try:
            number = untyped(prefix, text)
        except WrongId:
            continue
        if prefix == "org":
            return [Place(number)] if number in known.organisations else []
        place = known.place(number, None) if prefix == "mrc" else known.place(None, number)
        return [place] if place else []
    return []


def _by_name(known: Places, text: str) -> list[Place]:
    merchant, _, store = text.partition("/")
    if store:
        stores = Store.objects.filter(merchant__name=merchant, name=store).values_list("id", flat=True)
        found = [known.place(None, number) for number in stores]
    else:
        merchants = Merchant.objects.filter(name=merchant).values_list("id", flat=True)
        found = [known.place(number, None) for number in merchants]
    return [place for place in found if place]


def assignment_of(staff: UUID, role: str, place: Place) -> UUID:
    """The giving of a role at just this place. One query. Raises UnknownRole."""
    found = Assignment.objects.filter(
        staff=staff,
        role__code=role,
        organisation=place.organisation,
        merchant=place.merchant,
        store=place.store,
    ).first()
    if found is None:
        raise UnknownRole(f"They do not have the role {role[:60]!r} there.")
    return found.id


def names() -> dict[UUID, str]:
    """What each place is called: "Shop", "Shop/Downtown". Three queries."""
    found = dict(Organisation.objects.values_list("id", "name"))
    merchants = dict(Merchant.objects.values_list("id", "name"))
    stores = Store.objects.values_list("id", "name", "merchant_id")
    return found | merchants | {store: f"{merchants[merchant]}/{name}" for store, name, merchant in stores}


def given_told(holder: Staff | Key, called: dict[UUID, str]) -> str:
    """What somebody of `staff_within` or `keys_within` may, in words: "clerk at Shop/Downtown". No query."""
    given: list[Assignment] = holder.given  # type: ignore[union-attr]
    where = [one.store_id or one.merchant_id or one.organisation_id for one in given]
    return ", ".join(f"{one.role.code} at {called[place]}" for one, place in zip(given, where, strict=True))


def made_on(one: Staff) -> str:
    """Since when somebody of `staff_within` has a second factor; empty where they have none. No query."""
    factor = getattr(one, "factor", None)
    return f"{factor.made_at:%Y-%m-%d}" if factor is not None and factor.made_at else ""


def places_told() -> list[list[str]]:
    """Every place as a row: id, name, zone, currency, region, number, since when it is closed. Three queries."""
    rows = [[typed("org", o.id), o.name, o.zone, "", "", "", ""] for o in Organisation.objects.order_by("name")]
    stores = Prefetch("stores", Store.objects.order_by("name"))
    for merchant in Merchant.objects.order_by("name").prefetch_related(stores):
        rows.append(
            [typed("mrc", merchant.id), merchant.name, merchant.zone, merchant.currency, "", "", _day(merchant)]
        )
        rows += [
            [typed("str", s.id), f"{merchant.name}/{s.name}", s.zone, s.currency, s.region, s.external_id, _day(s)]
            for s in merchant.stores.all()
        ]
    return rows


def _day(place: Merchant | Store) -> str:
    return f"{place.closed_at:%Y-%m-%d}" if place.closed_at else ""


def alerts_told(limit: int) -> list[list[str]]:
    """The newest alerts as rows: when, rule, about, measured, letters. One query."""
    sent, all_of = Count("letters", filter=Q(letters__told_at__isnull=False)), Count("letters")
    found = Alert.objects.select_related("rule").annotate(sent=sent, all_of=all_of).order_by("-first_at", "-id")
    return [
        [
            f"{a.first_at:%Y-%m-%d %H:%M:%S}",
            a.rule.name,
            f"{a.actor_name} {a.about}".strip(),
            str(a.measured),
            f"{a.sent} of {a.all_of}",
        ]
        for a in found[:limit]
    ]
