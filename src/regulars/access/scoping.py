"""A scope as a condition on rows, so that a query cannot see past it."""

from django.db.models import Q

from regulars.access.moves import Places, Scope
from regulars.basics.ids import typed
from regulars.journal.moves import Seen

NOTHING = Q(pk__in=[])


def within(
    scope: Scope,
    *,
    merchant: str | None = None,
    store: str | None = None,
    organisation: str | None = None,
    places: Places | None = None,
) -> Q:
    """The rows a scope reaches, by the names of the columns that say where a row belongs.

    A row that names no merchant belongs to its organisation (to all, where there is no such column) and is seen by
    those who see that as a whole. A table with a store column alone needs `places`.
    """
    if scope.everything:
        return Q()
    found = NOTHING
    if organisation:
        found |= Q(**{f"{organisation}__in": scope.organisations})
    if merchant:
        found |= Q(**{f"{merchant}__in": scope.merchants})
    if store:
        stores = scope.stores
        if merchant is None and organisation is None:
            assert places is not None, "a store column alone does not tell the merchant"
            stores |= places.stores_of(scope.merchants)
        found |= Q(**{f"{store}__in": stores})
    return found


def seen(scope: Scope) -> Seen:
    """The lines of the journal a scope reaches (of the right `journal.read`)."""
    return Seen(
        scope.everything,
        frozenset(typed("mrc", merchant) for merchant in scope.merchants),
        frozenset(typed("str", store) for store in scope.stores),
    )
