"""Reads of the room: the map of places, and what a staff member or a key may."""

import hmac
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Prefetch, Q

from regulars.access import gate
from regulars.access.models import (
    Assignment,
    Factor,
    Key,
    Map,
    Merchant,
    Organisation,
    RecoveryCode,
    Secret,
    Staff,
    Store,
)
from regulars.access.moves import Bound, Grant, Grants, Holder, Place, Places, Scope
from regulars.access.rights import Right
from regulars.access.scoping import within
from regulars.access.texts import digest_of, prefix_of
from regulars.journal.moves import KEY, STAFF
from regulars.journal.statements import run

NOTED_EVERY: Final = timedelta(hours=1)
_KNOWN: Final = frozenset(right.value for right in Right)
# The map this process read last, with its edition; every change of a place makes a new edition.
_kept: tuple[UUID, Places] | None = None

# Each grant as one row beside its holder; a holder without any is one row with nulls.
_GRANTS: Final = """
    left join access_assignment a on {owner} and (a.until is null or a.until > %(at)s)
    left join access_role r on r.id = a.role_id
    left join access_map m on true
"""
_OF_KEY: Final = f"""
select k.id, k.name, m.edition, r.rights, a.organisation_id, a.merchant_id, a.store_id, s.digest, k.owner_id,
    s.used_at is null or s.used_at < %(noted)s
from access_secret s join access_key k on k.id = s.key_id
{_GRANTS.format(owner="a.key_id = k.id")}
where s.prefix = %(prefix)s and k.revoked_at is null and (s.expires_at is null or s.expires_at > %(at)s)
"""
_OF_KEY_BY_ID: Final = f"""
select k.id, k.name, m.edition, r.rights, a.organisation_id, a.merchant_id, a.store_id, k.owner_id
from access_key k
{_GRANTS.format(owner="a.key_id = k.id")}
where k.id = %(id)s and k.revoked_at is null
    and exists (select from access_secret s where s.key_id = k.id and (s.expires_at is null or s.expires_at > %(at)s))
"""
_OF_STAFF: Final = f"""
select s.id, s.name, m.edition, r.rights, a.organisation_id, a.merchant_id, a.store_id
from access_staff s
{_GRANTS.format(owner="a.staff_id = s.id")}
where s.id = %(id)s and s.is_active
"""


def places(edition: UUID | None = None) -> Places:
    """The map of places: one query, and three more where this process has none of the present edition."""
    global _kept
    now = edition or Map.objects.values_list("edition", flat=True).first()
    if now is None:
        return Places()
    kept = _kept
    if kept is None or kept[0] != now:
        kept = _kept = (now, _read())
    return kept[1]


def _read() -> Places:
    organisations = dict(Organisation.objects.values_list("id", "zone"))
    merchants = list(Merchant.objects.values_list("id", "organisation_id", "zone", "closed_at"))
    stores = list(Store.objects.values_list("id", "merchant_id", "zone", "closed_at"))
    return Places(
        organisations=frozenset(organisations),
        organisation_of={number: within for number, within, _, _ in merchants},
        merchant_of={number: within for number, within, _, _ in stores},
        zones=organisations | {number: zone for number, _, zone, _ in (*merchants, *stores)},
        closed={number: since for number, _, _, since in (*merchants, *stores) if since is not None},
    )


def grants_of_key(text: str, at: datetime) -> Holder | None:
    """Who shows this API key; None for an unknown, wrong, expired or revoked one, in equal time.

    One indexed query; for a person's own key one more.
    """
    rows = run(_OF_KEY, {"prefix": prefix_of(text), "at": at, "noted": at - NOTED_EVERY})
    kept = bytes(rows[0][7]) if rows else bytes(32)
    if not hmac.compare_digest(kept, digest_of(text)) or not rows:
        return None
    return _with_owner(replace(_holder(KEY, rows), unnoted=bool(rows[0][9])), rows[0][8], at)


def grants_of_key_by_id(key: UUID, at: datetime) -> Holder | None:
    """What a key that asked earlier may now; None once it was revoked or has expired. Queries as above."""
    rows = run(_OF_KEY_BY_ID, {"id": key, "at": at})
    return _with_owner(_holder(KEY, rows), rows[0][7], at) if rows else None


def _with_owner(found: Holder, owner: UUID | None, at: datetime) -> Holder | None:
    """Of a person's own key what they may there too; None where they have left."""
    if owner is None:
        return found
    person = grants_of_staff(owner, at)
    return person and replace(found, grants=gate.both(found.grants, person.grants))


def grants_of_staff(staff: UUID, at: datetime) -> Holder | None:
    """What a staff member may; None for one who has left. One query."""
    rows = run(_OF_STAFF, {"id": staff, "at": at})
    return _holder(STAFF, rows) if rows else None


def _holder(kind: str, rows: list[tuple[object, ...]]) -> Holder:
    given = tuple(
        Grant(_rights(rights), Place(organisation, merchant, store))  # type: ignore[arg-type]
        for _, _, _, rights, organisation, merchant, store, *_ in rows
        if organisation is not None
    )
    number, name, edition = rows[0][:3]
    assert isinstance(number, UUID)
    return Holder(kind, number, str(name), Grants(given, places(edition)))  # type: ignore[arg-type]


def _rights(texts: object) -> frozenset[Right]:
    """A text of a role that this release does not know gives nothing."""
    assert isinstance(texts, Iterable)
    return frozenset(Right(text) for text in texts if text in _KNOWN)


def roles_at(kind: str, holder: UUID, right: Right, place: Place, *, at: datetime) -> list[str]:
    """Codes of the roles in which a staff member or a key holds a right at a place. One query."""
    mine = {"key": holder} if kind == KEY else {"staff": holder, "staff__is_active": True}
    found = Assignment.objects.filter(
        Q(until=None) | Q(until__gt=at),
        Q(merchant=None) | Q(merchant=place.merchant),
        Q(store=None) | Q(store=place.store),
        organisation=place.organisation,
        role__rights__contains=[right.value],
        **mine,
    )
    return sorted(set(found.values_list("role__code", flat=True)))


def roles_of_staff(staff: UUID, *, at: datetime) -> frozenset[str]:
    """Codes of the roles of a staff member, wherever. One query."""
    found = Assignment.objects.filter(Q(until=None) | Q(until__gt=at), staff=staff, staff__is_active=True)
    return frozenset(found.values_list("role__code", flat=True))


def administrated(organisation: UUID) -> bool:
    """Whether somebody active may manage the organisation as a whole, without an end. One query."""
    return Assignment.objects.filter(
        organisation=organisation,
        merchant=None,
        until=None,
        staff__is_active=True,
        role__rights__contains=[Right.ACCESS_MANAGE.value],
    ).exists()


def staff_of_email(email: str) -> Staff | None:
    """One query."""
    return Staff.objects.filter(email=email.strip().lower()).first()


def factor_of(staff: UUID) -> Factor | None:
    """Their second factor, also one that was only offered so far. One query."""
    return Factor.objects.filter(pk=staff).first()


def has_factor(staff: UUID) -> bool:
    """Whether one is in use. One query."""
    return Factor.objects.filter(pk=staff, made_at__isnull=False).exists()


def recovery_codes_left(staff: UUID) -> int:
    """One query."""
    return RecoveryCode.objects.filter(staff=staff, used_at=None).count()


def staff_within(scope: Scope) -> list[Staff]:
    """Staff with a role at a place of the scope, and for those who see everything all. Two queries."""
    given = Assignment.objects.filter(_where(scope)).select_related("role").order_by("given_at", "id")
    everyone = (
        Staff.objects.select_related("factor")
        .prefetch_related(Prefetch("assignments", given, to_attr="given"))
        .order_by("email")
    )
    return list(everyone if scope.everything else everyone.filter(pk__in=given.values("staff")))


def keys_within(scope: Scope) -> list[Key]:
    """Keys with a role at a place of the scope. Three queries."""
    given = Assignment.objects.filter(_where(scope)).select_related("role").order_by("given_at", "id")
    secrets = Secret.objects.order_by("created_at")
    found = Key.objects.prefetch_related(Prefetch("assignments", given, to_attr="given"), Prefetch("secrets", secrets))
    return list((found if scope.everything else found.filter(pk__in=given.values("key"))).order_by("name", "id"))


def bound_to(merchant: UUID, store: UUID | None, *, at: datetime) -> list[Bound]:
    """Staff who work here and keys that work, with a role at just this store, or at this merchant or its stores. By
    name. One query."""
    here = Q(store=store) if store else Q(merchant=merchant)
    works = Q(staff__is_active=True) | Q(key__isnull=False, key__revoked_at=None)
    found = Assignment.objects.filter(here, works, Q(until=None) | Q(until__gt=at))
    rows = found.select_related("staff", "key", "role")
    told = [
        Bound(one.staff.name if one.staff else one.key.name, one.role.code, one.store_id, one.staff_id, one.key_id)  # type: ignore[union-attr]
        for one in rows
    ]
    return sorted(told, key=lambda one: (one.key is not None, one.name))


def _where(scope: Scope) -> Q:
    return within(scope, organisation="organisation", merchant="merchant", store="store")
