"""Organisations, merchants and stores: founded and opened."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from regulars.access import gate
from regulars.access.alerts.rules import lay_down
from regulars.access.checking import named, priced, zoned
from regulars.access.errors import UnknownPlace, WrongSetting
from regulars.access.models import Merchant, Organisation, Role, Store
from regulars.access.moves import Grants, NewMerchant, NewStore
from regulars.access.rights import BUILT_IN, Right
from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record


@transaction.atomic
def found_organisation(name: str, *, zone: str, by: Grants, actor: Actor, at: datetime) -> UUID:
    """A new organisation with the built-in roles, which it may then edit. Raises NotAllowed, WrongSetting."""
    gate.require(by, Right.ACCESS_MANAGE)
    made = Organisation.objects.create(
        id=new_id(at), name=named(name, what="organisation"), zone=zoned(zone), created_at=at
    )
    Role.objects.bulk_create(
        Role(id=new_id(at), organisation=made, code=code, name=shown, rights=sorted(rights), offered=sorted(rights))
        for code, (shown, rights) in BUILT_IN.items()
    )
    lay_down(at=at)
    record([Deed("access.found", typed("org", made.id), after={"zone": zone})], actor=actor, at=at)
    return made.id


@transaction.atomic
def open_merchants(
    organisation: UUID, wanted: Sequence[NewMerchant], *, by: Grants, actor: Actor, at: datetime
) -> list[UUID]:
    """New merchants of an organisation. Raises NotAllowed, UnknownPlace, WrongSetting. Two queries."""
    gate.require(by, Right.ACCESS_MANAGE, organisation=organisation)
    if not Organisation.objects.filter(pk=organisation).exists():
        raise UnknownPlace("There is no such organisation.")
    made = [
        Merchant(
            id=new_id(at),
            organisation_id=organisation,
            name=named(new.name, what="merchant"),
            zone=zoned(new.zone),
            currency=priced(new.currency),
            created_at=at,
        )
        for new in wanted
    ]
    _insert(made, Merchant)
    record(
        [
            Deed("access.open_merchant", merchant=typed("mrc", m.id), after={"zone": m.zone, "currency": m.currency})
            for m in made
        ],
        actor=actor,
        at=at,
    )
    return [merchant.id for merchant in made]


@transaction.atomic
def open_stores(merchant: UUID, wanted: Sequence[NewStore], *, by: Grants, actor: Actor, at: datetime) -> list[UUID]:
    """New stores of a merchant. Raises NotAllowed, UnknownPlace, WrongSetting. Two queries."""
    gate.require(by, Right.ACCESS_MANAGE, merchant)
    found = Merchant.objects.filter(pk=merchant).first()
    if found is None:
        raise UnknownPlace("There is no such merchant.")
    made = [
        Store(
            id=new_id(at),
            merchant_id=merchant,
            name=named(new.name, what="store"),
            external_id=new.external_id.strip(),
            zone=zoned(new.zone or found.zone),
            region=new.region.strip(),
            currency=priced(new.currency or found.currency),
            created_at=at,
        )
        for new in wanted
    ]
    _insert(made, Store)
    record(
        [
            Deed("access.open_store", merchant=typed("mrc", merchant), store=typed("str", s.id), after={"zone": s.zone})
            for s in made
        ],
        actor=actor,
        at=at,
    )
    return [store.id for store in made]


def _insert(made: Sequence[Merchant] | Sequence[Store], kind: type[Merchant] | type[Store]) -> None:
    try:
        with transaction.atomic():
            kind.objects.bulk_create(made)  # type: ignore[arg-type]
    except IntegrityError as clash:
        raise WrongSetting("A name or a number is in use already: each is there once.", field="name") from clash
