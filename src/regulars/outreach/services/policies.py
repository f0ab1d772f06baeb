"""How an organisation reaches its members: kept, and changed with a line in the trail."""

from collections.abc import Mapping
from datetime import datetime
from secrets import token_bytes
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.access.selectors import places
from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.outreach.errors import WrongPolicy
from regulars.outreach.gate.policies import DEFAULT, PolicyForm, read
from regulars.outreach.models import Policy

_ENDLESS: Final = "Quiet hours that end when they begin would never end: nothing would be sent any more."


@transaction.atomic
def policy(organisation: UUID, *, at: datetime) -> Policy:
    """The policy of an organisation: the default, made at the first question, with a secret of its own. One query."""
    found = Policy.objects.filter(organisation=organisation).first()
    if found is not None:
        return found
    today = at.astimezone(ZoneInfo(places().zones.get(organisation, "UTC"))).date()
    row = Policy(
        organisation=organisation,
        document=dict(DEFAULT),
        secret=token_bytes(32),
        began_on=today,
        changed_at=at,
    )
    Policy.objects.bulk_create([row], ignore_conflicts=True)
    return Policy.objects.get(organisation=organisation)


@transaction.atomic
def save_policy(
    organisation: UUID, document: Mapping[str, Any], *, within: str = "", actor: Actor, at: datetime
) -> Policy:
    """The same secret stays, so that who is held out stays held out. Raises WrongPolicy."""
    form: PolicyForm = read(document, within=within)
    _refuse_endless(form, within)
    row = policy(organisation, at=at)
    before, row.document, row.changed_at = row.document, form.model_dump(mode="json"), at
    row.save()
    deed = Deed("messages.policy", typed("org", organisation), before=before, after=row.document)
    record([deed], actor=actor, at=at)
    return row


def _refuse_endless(form: PolicyForm, within: str) -> None:
    """Raises WrongPolicy."""
    told = [
        {"pointer": f"{within}/quiet/{place}/ends", "in": "body", "detail": _ENDLESS, "code": "endless"}
        for place, one in enumerate(form.quiet)
        if one.begins == one.ends
    ]
    if told:
        raise WrongPolicy(f"This policy cannot be kept. {_ENDLESS}", errors=told)
