"""The names that an organisation's codes have, for sentences."""

from uuid import UUID

from regulars.access.models import Merchant, Role, Store
from regulars.basics.ids import typed
from regulars.ledger.models import Unit
from regulars.programme.book import Book
from regulars.rules.sentences.words import Language, Words


def words(organisation: UUID, language: Language, *, terms: Book) -> Words:
    """Units, places, roles, levels, promotions, series and what one opts into by name. Amounts have the decimals of the
    merchants' currency where they share one. Three queries; one more where roles may give goodwill."""
    units = list(Unit.objects.all())
    merchants = list(Merchant.objects.filter(organisation=organisation))
    stores = Store.objects.filter(merchant__organisation=organisation)
    roles = Role.objects.filter(organisation=organisation) if terms.versions("goodwill") else ()
    currencies = {one.currency for one in merchants}
    return Words(
        language,
        {
            "unit": {one.code: one.name for one in units},
            "merchant": {typed("mrc", one.id): one.name for one in merchants},
            "store": {typed("str", one.id): one.name for one in stores},
            "tier": _levels(terms),
            "offer": _named(terms, "promotion") | _named(terms, "coupon-series"),
            "enrolment": _named(terms, "challenge") | _named(terms, "offer"),
            "role": {one.code: one.name for one in roles},
        },
        currencies.pop() if len(currencies) == 1 else "",
        {one.code: one.scale for one in units},
    )


def _levels(terms: Book) -> dict[str, str]:
    """By their latest names."""
    return {
        f"{one.code}/{level.code}": level.name or level.code.capitalize()
        for one in terms.versions("ladder")
        for level in one.terms.levels
    }


def _named(terms: Book, kind: str) -> dict[str, str]:
    return {one.code: one.terms.name for one in terms.versions(kind) if one.terms.name}
