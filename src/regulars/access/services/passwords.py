"""Passwords: shown at log-in, and shown again by whoever gives themselves a new one. Guesses are counted together.

Call both outside a transaction: what a wrong password leaves (its count, its line) must stay.
"""

import ipaddress
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import F

from regulars.access.errors import TooManyTries, WrongLogIn
from regulars.access.models import Staff, Tries
from regulars.access.selectors import has_factor, staff_of_email
from regulars.access.services.factors import check
from regulars.access.services.staff import known_staff, require_strong, set_password
from regulars.access.services.tries import WINDOW, begun, counted, left
from regulars.access.texts import keyed
from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record

# Wrong passwords within a window: of one account from one network, of one network, of one account from anywhere.
MOST_TOGETHER: Final = 10
MOST_OF_NETWORK: Final = 50
MOST_OF_ACCOUNT: Final = 100


def whose(email: str, password: str, *, failed: str, actor: Actor, at: datetime) -> Staff:
    """Whose password this is; `failed` names the deed that a wrong one is. Raises TooManyTries (before the password is
    looked at), WrongLogIn. Unknown, wrong and closed are answered alike and in the same time.
    """
    name, network = email.strip().lower(), network_of(actor.address)
    marks = {
        keyed("regulars.access.tries", f"{name}\x1f{network}"): MOST_TOGETHER,
        keyed("regulars.access.tries", f"\x1f{network}"): MOST_OF_NETWORK,
        keyed("regulars.access.tries", name): MOST_OF_ACCOUNT,
    }
    _count(marks, actor, at)
    person = authenticate(None, username=name, password=password)
    if person is None:
        known = staff_of_email(name)
        record([Deed(failed, typed("stf", known.id) if known else "")], actor=actor, at=at)
        raise WrongLogIn("Mail address and password do not belong together.")
    assert isinstance(person, Staff)
    Tries.objects.filter(mark__in=list(marks), window_at=begun(at), count__gt=0).update(count=F("count") - 1)
    return person


def change_password(staff: UUID, old: str, new: str, *, code: str = "", actor: Actor, at: datetime) -> None:
    """The person's own new password, which ends every session; asks for a code where there is a second factor.

    A code is used up last: a password that is too weak costs none. Raises TooManyTries, WrongLogIn, WeakPassword,
    WrongCode.
    """
    person = whose(known_staff(staff).email, old, failed="access.password_failed", actor=actor, at=at)
    require_strong(person, new)
    if has_factor(staff):
        check(staff, code, actor=actor, at=at)
    set_password(staff, new, actor=actor, at=at)


def network_of(address: str) -> str:
    """The network that an address is in, as far as one household or shop usually has one.

    >>> network_of("203.0.113.77"), network_of("2001:db8:1:2::3"), network_of("::ffff:203.0.113.9"), network_of("")
    ('203.0.113.0/24', '2001:db8:1::/48', '203.0.113.0/24', '')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))


def _count(marks: dict[bytes, int], actor: Actor, at: datetime) -> None:
    """Counts a try before it is made, so that tries at the same instant cannot slip through. Raises TooManyTries."""
    with transaction.atomic():
        tries = counted(dict.fromkeys(marks, WINDOW), at=at)
        over = [mark for mark, most in marks.items() if tries[mark] > most]
        if any(tries[mark] == marks[mark] + 1 for mark in over):
            record([Deed("access.log_in_barred")], actor=actor, at=at)
    if over:
        raise TooManyTries("Too many wrong passwords. Wait a while.", retry_after=left(at))
