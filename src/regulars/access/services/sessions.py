"""Logging in and out. A log-in page calls `log_in`, and then Django's `login` with what `staff_of` gives.

Call it outside a transaction: what a failed log-in leaves (its count, its line) must stay.
"""

import ipaddress
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import F

from regulars.access.errors import TooManyTries, WrongLogIn
from regulars.access.models import Haunt, Staff, Tries
from regulars.access.moves import LoggedIn
from regulars.access.selectors import has_factor, staff_of_email
from regulars.access.services.factors import check
from regulars.access.services.tries import WINDOW, begun, counted, left
from regulars.access.texts import keyed
from regulars.basics.ids import typed
from regulars.journal.moves import STAFF, SYSTEM, Actor, Deed
from regulars.journal.services import record

# Failed log-ins within a window: of one account from one network, of one network, of one account from anywhere.
MOST_TOGETHER: Final = 10
MOST_OF_NETWORK: Final = 50
MOST_OF_ACCOUNT: Final = 100


def log_in(email: str, password: str, *, address: str = "", request_id: str = "", at: datetime) -> LoggedIn:
    """Who this is, written into the journal. Raises TooManyTries (before the password is looked at), WrongLogIn.

    Whoever has a second factor is not in yet: see `log_in_with_code`, which writes the line then. Unknown, wrong and
    closed are answered alike and in the same time.
    """
    network = network_of(address)
    name = email.strip().lower()
    nobody = Actor(SYSTEM, "log-in", request_id=request_id, address=address)
    marks = {
        keyed("regulars.access.tries", f"{name}\x1f{network}"): MOST_TOGETHER,
        keyed("regulars.access.tries", f"\x1f{network}"): MOST_OF_NETWORK,
        keyed("regulars.access.tries", name): MOST_OF_ACCOUNT,
    }
    _count(marks, nobody, at)
    person = authenticate(None, username=name, password=password)
    if person is None:
        known = staff_of_email(name)
        record([Deed("access.log_in_failed", typed("stf", known.id) if known else "")], actor=nobody, at=at)
        raise WrongLogIn("Mail address and password do not belong together.")
    assert isinstance(person, Staff)
    Tries.objects.filter(mark__in=list(marks), window_at=begun(at), count__gt=0).update(count=F("count") - 1)
    if has_factor(person.id):
        return LoggedIn(person.id, new_place=False, needs_code=True)
    return _welcome(person, Actor(STAFF, typed("stf", person.id), person.name, request_id, address), at)


def log_in_with_code(staff: UUID, code: str, *, address: str = "", request_id: str = "", at: datetime) -> LoggedIn:
    """The second half of a log-in whose password was right. Raises TooManyTries, WrongCode, WrongLogIn (closed)."""
    nobody = Actor(SYSTEM, "log-in", request_id=request_id, address=address)
    person = Staff.objects.filter(pk=staff, is_active=True).first()
    if person is None:
        raise WrongLogIn("Mail address and password do not belong together.")
    by = check(staff, code, actor=nobody, at=at)
    return _welcome(person, Actor(STAFF, typed("stf", person.id), person.name, request_id, address), at, by=by)


def staff_of(found: LoggedIn) -> Staff:
    """As Django's `login` wants it. One query."""
    return Staff.objects.get(pk=found.staff)


def log_out(staff: UUID, *, actor: Actor, at: datetime) -> None:
    """Writes that somebody left; ending the session itself is the page's."""
    record([Deed("access.log_out", typed("stf", staff))], actor=actor, at=at)


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


def sweep(*, at: datetime) -> int:
    """Forgets counts of windows long past; says how many. One query."""
    return Tries.objects.filter(window_at__lt=at - 2 * WINDOW).delete()[0]


@transaction.atomic
def _welcome(person: Staff, actor: Actor, at: datetime, *, by: str = "") -> LoggedIn:
    new_place = _noted(person, network_of(actor.address), at)
    second = {"second_factor": by} if by else {}
    record([Deed("access.log_in", actor.id, after={"new_place": new_place, **second})], actor=actor, at=at)
    return LoggedIn(person.id, new_place)


def _noted(person: Staff, network: str, at: datetime) -> bool:
    """Keeps the network; whether it is new to a person who has been here from others before."""
    mark = keyed("regulars.access.haunt", f"{person.id}\x1f{network}")
    others = Haunt.objects.filter(staff=person).exclude(mark=mark).exists()
    _, fresh = Haunt.objects.update_or_create(
        staff=person, mark=mark, defaults={"last_at": at}, create_defaults={"first_at": at, "last_at": at}
    )
    return others and fresh


def _count(marks: dict[bytes, int], actor: Actor, at: datetime) -> None:
    """Counts a try before it is made, so that tries at the same instant cannot slip through. Raises TooManyTries."""
    with transaction.atomic():
        tries = counted(dict.fromkeys(marks, WINDOW), at=at)
        over = [mark for mark, most in marks.items() if tries[mark] > most]
        if any(tries[mark] == marks[mark] + 1 for mark in over):
            record([Deed("access.log_in_barred")], actor=actor, at=at)
    if over:
        raise TooManyTries("Too many failed log-ins. Wait a while.", retry_after=left(at))
