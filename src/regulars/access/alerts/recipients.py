"""Who hears of an alert: staff who may, at the place it is about; and the channels of the environment."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from regulars.access import gate
from regulars.access.alerts.transports import alert_urls
from regulars.access.models import Alert, Assignment, Letter
from regulars.access.moves import Grants
from regulars.access.rights import Right
from regulars.access.selectors import grants_of_staff
from regulars.basics.errors import RegularsError
from regulars.basics.ids import new_id, untyped

HEAR = Right.ALERTS_RECEIVE


def letters_for(alerts: Sequence[tuple[Alert, str]], *, at: datetime) -> list[Letter]:
    """The letters of new alerts, each beside its actor. One query, one per staff who hears of alerts at all, and one
    per alert without a place.
    """
    if not alerts:
        return []
    hearing = {staff: grants for staff in _hearing() if (grants := _grants(staff, at))}
    made = []
    for alert, actor in alerts:
        told: list[UUID | None] = [staff for staff, grants in hearing.items() if _concerns(grants, alert, actor)]
        if alert_urls():
            told.append(None)
        made += [Letter(id=new_id(at), alert=alert, recipient_id=staff, next_at=at) for staff in told]
    return made


def _hearing() -> Iterable[UUID]:
    held = Assignment.objects.filter(staff__is_active=True, role__rights__contains=[HEAR.value])
    return [staff for staff in held.order_by("staff").values_list("staff", flat=True).distinct() if staff]


def _grants(staff: UUID, at: datetime) -> Grants | None:
    holder = grants_of_staff(staff, at)
    return holder.grants if holder else None


def _concerns(grants: Grants, alert: Alert, actor: str) -> bool:
    """By the place, where all lines have one, or the organisation it is about; else by where whoever did it works.
    What a job did or found concerns every organisation as a whole; what is left, only who hears of everything.
    """
    merchant, store = _number("mrc", alert.merchant), _number("str", alert.store)
    if merchant or store:
        return gate.may(grants, HEAR, merchant, store)
    if organisation := _number("org", alert.about):
        return gate.may(grants, HEAR, organisation=organisation)
    whole = gate.scope(grants, HEAR)
    if actor and not actor.startswith(("stf_", "key_", "mbr_")):
        return bool(whole.organisations)
    return whole.everything or bool(whole.organisations & organisations_of(actor or alert.about))


def organisations_of(actor: str) -> set[UUID]:
    """Where a staff member or a key works, by typed id. One query."""
    staff, key = _number("stf", actor), _number("key", actor)
    if not staff and not key:
        return set()
    held = Assignment.objects.filter(staff=staff) if staff else Assignment.objects.filter(key=key)
    return set(held.values_list("organisation", flat=True))


def _number(prefix: str, text: str) -> UUID | None:
    try:
        return untyped(prefix, text)
    except RegularsError:
        return None
