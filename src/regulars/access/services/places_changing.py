"""Organisations, merchants and stores that are there: called otherwise, closed and opened again.

What happened at a place stays with it. A place that is closed books nothing new; whoever works there still may look.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from regulars.access import gate
from regulars.access.checking import named
from regulars.access.errors import UnknownPlace, WrongSetting
from regulars.access.models import Merchant, Organisation, Store
from regulars.access.moves import Grants
from regulars.access.rights import Right
from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record

NUMBER_MOST = 80


@transaction.atomic
def rename_organisation(organisation: UUID, name: str, *, by: Grants, actor: Actor, at: datetime) -> None:
    """Raises NotAllowed, UnknownPlace, WrongSetting. Three queries."""
    gate.require(by, Right.ACCESS_MANAGE, organisation=organisation)
    row = Organisation.objects.filter(pk=organisation).first()
    if row is None:
        raise UnknownPlace("There is no such organisation.")
    changed = _change(row, {"name": named(name, what="organisation")})
    if changed:
        record([Deed("access.change_organisation", typed("org", row.id), after=changed)], actor=actor, at=at)


@transaction.atomic
def change_merchant(merchant: UUID, name: str, *, by: Grants, actor: Actor, at: datetime) -> None:
    """Another name. Its currency stays, since bills are kept in it. Raises NotAllowed, UnknownPlace, WrongSetting.
    Three queries."""
    row = _merchant(merchant, by)
    changed = _change(row, {"name": named(name, what="merchant")})
    if changed:
        record([Deed("access.change_merchant", merchant=typed("mrc", row.id), after=changed)], actor=actor, at=at)


@transaction.atomic
def change_store(
    store: UUID, *, name: str, external_id: str, region: str, by: Grants, actor: Actor, at: datetime
) -> None:
    """Another name, number or region: from now on its tills are known by that number. Raises NotAllowed, UnknownPlace,
    WrongSetting. Four queries."""
    row = _store(store, by)
    told = {"external_id": external_id.strip(), "region": region.strip()}
    if max(map(len, told.values())) > NUMBER_MOST:
        raise WrongSetting(f"The number and the region of a store have at most {NUMBER_MOST} letters.", field="name")
    changed = _change(row, {"name": named(name, what="store"), **told})
    if changed:
        record([_of_store("access.change_store", row, changed)], actor=actor, at=at)


@transaction.atomic
def close_merchant(merchant: UUID, *, by: Grants, actor: Actor, at: datetime) -> bool:
    """With all its stores; says whether it was open. Raises NotAllowed, UnknownPlace. Three queries."""
    row = _merchant(merchant, by)
    done = Merchant.objects.filter(pk=row.id, closed_at=None).update(closed_at=at) == 1
    if done:
        record([Deed("access.close_merchant", merchant=typed("mrc", row.id))], actor=actor, at=at)
    return done


@transaction.atomic
def reopen_merchant(merchant: UUID, *, by: Grants, actor: Actor, at: datetime) -> bool:
    """A store that was closed by itself stays so. Says whether it was closed. Raises NotAllowed, UnknownPlace. Three
    queries."""
    row = _merchant(merchant, by)
    done = Merchant.objects.filter(pk=row.id, closed_at__isnull=False).update(closed_at=None) == 1
    if done:
        deed = Deed("access.reopen_merchant", merchant=typed("mrc", row.id), before=_since(row.closed_at))
        record([deed], actor=actor, at=at)
    return done


@transaction.atomic
def close_store(store: UUID, *, by: Grants, actor: Actor, at: datetime) -> bool:
    """Says whether it was open. Raises NotAllowed, UnknownPlace. Three queries."""
    row = _store(store, by)
    done = Store.objects.filter(pk=row.id, closed_at=None).update(closed_at=at) == 1
    if done:
        record([_of_store("access.close_store", row, {})], actor=actor, at=at)
    return done


@transaction.atomic
def reopen_store(store: UUID, *, by: Grants, actor: Actor, at: datetime) -> bool:
    """Says whether it was closed. Raises NotAllowed, UnknownPlace. Three queries."""
    row = _store(store, by)
    done = Store.objects.filter(pk=row.id, closed_at__isnull=False).update(closed_at=None) == 1
    if done:
        record([_of_store("access.reopen_store", row, {}, _since(row.closed_at))], actor=actor, at=at)
    return done


def _merchant(merchant: UUID, by: Grants) -> Merchant:
    gate.require(by, Right.ACCESS_MANAGE, merchant)
    row = Merchant.objects.filter(pk=merchant).first()
    if row is None:
        raise UnknownPlace("There is no such merchant.")
    return row


def _store(store: UUID, by: Grants) -> Store:
    """Who opens the stores of a merchant changes and closes them: a role at the store alone is not enough."""
    row = Store.objects.filter(pk=store).first()
    gate.require(by, Right.ACCESS_MANAGE, row.merchant_id if row else None)
    if row is None:
        raise UnknownPlace("There is no such store.")
    return row


def _change(row: Organisation | Merchant | Store, wanted: Mapping[str, str]) -> dict[str, Any]:
    """Which parts became another, by name: what people call a place stays out of the trail, as people's names do.
    Raises WrongSetting."""
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    if changed:
        try:
            with transaction.atomic():
                row.save(update_fields=changed)
        except IntegrityError as clash:
            raise WrongSetting("A name or a number is in use already: each is there once.", field="name") from clash
    return {"changed": changed} if changed else {}


def _of_store(what: str, row: Store, after: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> Deed:
    at = {"merchant": typed("mrc", row.merchant_id), "store": typed("str", row.id)}
    return Deed(what, before=before or {}, after=after, **at)


def _since(closed_at: datetime | None) -> dict[str, str]:
    return {"closed_at": closed_at.isoformat()} if closed_at else {}
