"""Places, staff, roles and keys of one organisation, as the set-up shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from regulars.access.errors import UnknownKey, UnknownRole, UnknownStaff
from regulars.access.models import Assignment, Key, Merchant, Organisation, Role, Staff, Store
from regulars.access.moves import Scope
from regulars.access.rights import BUILT_IN
from regulars.access.selectors import keys_within, staff_within
from regulars.console.desk import Desk
from regulars.console.places import named, open_to, text_of, told_apart


@dataclass(frozen=True, slots=True)
class Given:
    """A role that somebody has somewhere."""

    id: UUID
    role: str
    code: str
    place: str


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff."""

    id: UUID
    name: str
    email: str
    is_active: bool
    factor_at: datetime | None
    given: Sequence[Given]


@dataclass(frozen=True, slots=True)
class KeyShown:
    """A key, and when a text of it was last used."""

    id: UUID
    name: str
    made_at: datetime
    used_at: datetime | None
    expires_at: datetime | None
    revoked: bool
    given: Sequence[Given]


def of_home(desk: Desk) -> Scope:
    """All of the organisation."""
    places = desk.holder.grants.places
    merchants = frozenset(m for m, home in places.organisation_of.items() if home == desk.home)
    return Scope(organisations=frozenset({desk.home}), merchants=merchants, stores=places.stores_of(merchants))


def places(desk: Desk) -> tuple[Organisation, list[tuple[Merchant, list[Store]]]]:
    """Three queries."""
    home = Organisation.objects.get(pk=desk.home)
    stores: dict[UUID, list[Store]] = {}
    for store in Store.objects.filter(merchant__organisation=desk.home).order_by("name"):
        stores.setdefault(store.merchant_id, []).append(store)
    merchants = Merchant.objects.filter(organisation=desk.home).order_by("name")
    return home, [(one, stores.get(one.id, [])) for one in merchants]


def people(desk: Desk) -> list[Person]:
    """Who has a role somewhere in the organisation. Two queries."""
    return [_person(one, desk) for one in staff_within(of_home(desk))]


def person(staff: UUID, desk: Desk) -> Person:
    """Raises UnknownStaff for who has no role here."""
    found = next((one for one in people(desk) if one.id == staff), None)
    if found is None:
        raise UnknownStaff("There is no such staff.")
    return found


def assignment_of(text: str, given: Sequence[Given]) -> UUID:
    """One of these, by its text. Raises UnknownRole."""
    found = next((one.id for one in given if str(one.id) == text), None)
    if found is None:
        raise UnknownRole("This role is not given, or was taken back already.")
    return found


def keys(desk: Desk) -> list[KeyShown]:
    """Three queries."""
    return [_key(one, desk) for one in keys_within(of_home(desk))]


def known_key(key: UUID, desk: Desk) -> KeyShown:
    """Raises UnknownKey for one of another organisation."""
    found = next((one for one in keys(desk) if one.id == key), None)
    if found is None:
        raise UnknownKey("There is no such key, or it has been revoked.")
    return found


def roles(desk: Desk) -> list[Role]:
    """One query."""
    return list(Role.objects.filter(organisation=desk.home).order_by("name"))


def role_names(desk: Desk) -> list[tuple[str, str]]:
    """For a choice, who may least first: it is taken by who does not look. One query."""
    return [(one.code, said_name(one)) for one in sorted(roles(desk), key=lambda one: len(one.rights))]


def said_name(role: Role) -> str:
    """A built-in role that keeps its name has one in each language."""
    from django.utils.translation import gettext

    built = BUILT_IN.get(role.code)
    return gettext(role.name) if built and built[0] == role.name else role.name


def place_names(desk: Desk) -> list[tuple[str, str]]:
    """Where the reader may give roles. No query."""
    names = named(desk.holder.grants.places)
    mine = [one for one in open_to(desk.holder) if one.organisation == desk.home]
    return [(text_of(one), told_apart(one, names)) for one in mine]


def _person(one: Staff, desk: Desk) -> Person:
    factor = getattr(one, "factor", None)
    made_at = factor.made_at if factor is not None else None
    return Person(one.pk, one.name, one.email, one.is_active, made_at, _given(one.given, desk))  # type: ignore[attr-defined]


def _key(one: Key, desk: Desk) -> KeyShown:
    secrets = list(one.secrets.all())
    used = max((secret.used_at for secret in secrets if secret.used_at), default=None)
    open_ended = any(secret.expires_at is None for secret in secrets)
    ends = None if open_ended else max((secret.expires_at for secret in secrets if secret.expires_at), default=None)
    given = _given(one.given, desk)  # type: ignore[attr-defined]
    return KeyShown(one.pk, one.name, one.created_at, used, ends, one.revoked_at is not None, given)


def _given(rows: Sequence[Assignment], desk: Desk) -> list[Given]:
    names = named(desk.holder.grants.places)
    return [
        Given(
            one.pk,
            said_name(one.role),
            one.role.code,
            names.get(one.store_id or one.merchant_id or one.organisation_id, ""),
        )
        for one in rows
        if one.organisation_id == desk.home
    ]
