"""How good the data is, as the set-up shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.console.desk import Desk
from regulars.console.selectors.importing import told
from regulars.imports.models import Import
from regulars.imports.quality import Figure, figures, last_imports

# What is there of each member …
COMPLETE: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "no-name": (_("Name"), _("Members without a name")),
    "no-phone": (_("Phone"), _("Members without a phone")),
    "no-email": (_("Mail address"), _("Members without a mail address")),
    "no-birthday": (_("Birthday"), _("Members without a birthday")),
    "no-sex": (_("Sex"), _("Members without a sex")),
    "no-town": (_("Town"), _("Members without a town")),
    "no-language": (_("Language"), _("Members without a language")),
    "no-consent": (_("A yes to hear from you"), _("Members who said yes to nothing")),
}
# … and what is odd.
ODD: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "no-way": (_("Neither phone nor mail address"), _("they cannot be reached")),
    "unverified": (_("Nothing verified"), _("nobody has shown yet that phone or address is theirs")),
    "shared": (_("Phone or address shared with somebody else"), _("a family, or the same person twice")),
    "never-bought": (_("Never bought anything"), _("as far as the bills here tell")),
    "duplicates": (_("Pairs that may be one person"), _("look at them, the surest first")),
    "bills-of-nobody": (_("Bills of nobody in the last year"), _("no card was shown")),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """The page."""

    at: datetime | None
    complete: Sequence[tuple[str, str, Figure]]
    odd: Sequence[tuple[str, str, str, Figure]]
    imports: Sequence[tuple[Import, Mapping[str, Any]]]


def page(desk: Desk) -> Shown:
    """Two queries."""
    known, at = figures(desk.home)
    return Shown(
        at,
        [(what, str(name), known[what]) for what, (name, _title) in COMPLETE.items() if what in known],
        [(what, str(name), str(why), known[what]) for what, (name, why) in ODD.items() if what in known],
        [(one, told(one)) for one in last_imports(desk.home)],
    )


def title(what: str) -> str:
    return str(COMPLETE[what][1] if what in COMPLETE else ODD[what][0])
