"""Roles, and giving them to somebody somewhere."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from regulars.access import gate, locks
from regulars.access.checking import named
from regulars.access.errors import LastAdministrator, UnknownPlace, UnknownRole, UnknownStaff, WrongSetting
from regulars.access.models import Assignment, Key, Role, Staff
from regulars.access.moves import Grants, Place
from regulars.access.rights import BUILT_IN, Right
from regulars.access.selectors import administrated
from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record


def rights_of(texts: Iterable[str]) -> frozenset[Right]:
    """Rights by their texts. Raises WrongSetting."""
    asked = set(texts)
    known = {right.value for right in Right}
    if unknown := sorted(asked - known):
        raise WrongSetting(f"There is no right {unknown[0][:60]!r}.", field="rights", known=sorted(known))
    return frozenset(Right(text) for text in asked)


def role_of(organisation: UUID, code: str) -> Role:
    """Raises UnknownRole."""
    roles = {role.code: role for role in Role.objects.filter(organisation=organisation)}
    if code not in roles:
        raise UnknownRole(
            f"There is no role {code[:60]!r} here; there are {', '.join(sorted(roles))}.", known=sorted(roles)
        )
    return roles[code]


@transaction.atomic
def write_role(
    organisation: UUID, code: str, *, name: str, rights: Iterable[str], by: Grants, actor: Actor, at: datetime
) -> UUID:
    """Makes a role or changes what it may, at once for all who hold it. Raises NotAllowed, WrongSetting.

    A role is held all over the organisation, so whoever writes it must have all its rights, old and new, all over.
    """
    locks.organisation(organisation)
    wanted = rights_of(rights)
    found = Role.objects.filter(organisation=organisation, code=code).first()
    before = set(found.rights) if found else set()
    gate.require_give(by, wanted | {Right(t) for t in before if t in set(Right)}, Place(organisation))
    role = found or Role(id=new_id(at), organisation_id=organisation, code=named(code, what="role"))
    role.name, role.rights = named(name, what="role"), sorted(wanted)
    role.save()
    if Right.ACCESS_MANAGE in before - wanted:
        keep_an_administrator(organisation)
    deed = Deed(
        "access.write_role",
        typed("rol", role.id),
        before={"rights": sorted(before)},
        after={"rights": role.rights, "organisation": typed("org", organisation)},
    )
    record([deed], actor=actor, at=at)
    return role.id


@transaction.atomic
def renew_built_in(*, actor: Actor, at: datetime) -> int:
    """Built-in roles of organisations that are there get the rights that this release gives them anew; what an
    organisation took away stays away. How many changed. One query, two for each that changes."""
    changed = 0
    for role in Role.objects.filter(code__in=BUILT_IN).order_by("id"):
        _, given = BUILT_IN[role.code]
        fresh = given - set(role.offered)
        if not fresh:
            continue
        before, role.rights = role.rights, sorted({*role.rights, *fresh})
        role.offered = sorted({*role.offered, *fresh})
        role.save()
        changed += 1
        after = {"rights": role.rights, "organisation": typed("org", role.organisation_id)}
        deed = Deed("access.write_role", typed("rol", role.id), before={"rights": before}, after=after)
        record([deed], actor=actor, at=at)
    return changed


@transaction.atomic
def assign(
    role: str,
    place: Place,
    *,
    staff: UUID | None = None,
    key: UUID | None = None,
    until: datetime | None = None,
    by: Grants,
    actor: Actor,
    at: datetime,
) -> UUID:
    """Gives a role at a place; once given, giving it again changes how long. Raises NotAllowed, UnknownRole …"""
    assert (staff is None) != (key is None)
    found = role_of(place.organisation, role)
    gate.require_give(by, rights_of(found.rights), place)
    ends = until is not None and place.merchant is None and Right.ACCESS_MANAGE in found.rights
    if ends:
        locks.organisation(place.organisation)
    known = Staff.objects.filter(pk=staff).exists() if staff else Key.objects.filter(pk=key or found.pk).exists()
    if not known:
        raise UnknownStaff("There is nobody to give the role to.")
    who = {"staff_id": staff, "key_id": key}
    where = {"merchant_id": place.merchant, "store_id": place.store}
    try:
        with transaction.atomic():
            made, created = Assignment.objects.update_or_create(
                role=found,
                **who,
                **where,
                defaults={"until": until},
                create_defaults={
                    "id": new_id(at),
                    "role": found,
                    "organisation_id": place.organisation,
                    **who,
                    **where,
                    "until": until,
                    "given_at": at,
                },
            )
    except IntegrityError as clash:
        raise UnknownPlace("There is no such place.") from clash
    if ends and not created:
        keep_an_administrator(place.organisation)
    record([_deed("access.assign", made, until=until)], actor=actor, at=at)
    return made.id


@transaction.atomic
def withdraw(assignment: UUID, *, by: Grants, actor: Actor, at: datetime) -> None:
    """Takes a role back. Raises NotAllowed, UnknownRole, LastAdministrator."""
    found = Assignment.objects.select_related("role").filter(pk=assignment).first()
    if found is None:
        raise UnknownRole("This role is not given, or was taken back already.")
    locks.organisation(found.organisation_id)
    gate.require_give(by, rights_of(found.role.rights), Place(found.organisation_id, found.merchant_id, found.store_id))
    found.delete()
    if Right.ACCESS_MANAGE in found.role.rights and found.merchant_id is None:
        keep_an_administrator(found.organisation_id)
    record([_deed("access.withdraw", found)], actor=actor, at=at)


def keep_an_administrator(organisation: UUID) -> None:
    """Raises LastAdministrator where nobody could manage the organisation any more. Ask under its lock."""
    if not administrated(organisation):
        raise LastAdministrator("Nobody else could manage this organisation any more.")


def _deed(what: str, given: Assignment, *, until: datetime | None = None) -> Deed:
    subject = typed("stf", given.staff_id) if given.staff_id else typed("key", given.key_id or given.id)
    return Deed(
        what,
        subject,
        merchant=typed("mrc", given.merchant_id) if given.merchant_id else "",
        store=typed("str", given.store_id) if given.store_id else "",
        after={
            "role": given.role.code,
            "organisation": typed("org", given.organisation_id),
            "until": until.isoformat() if until else None,
        },
    )
