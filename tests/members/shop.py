"""What the tests of members share: an organisation, a clerk, and verbs with both filled in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from regulars.journal.moves import Actor
from regulars.members.moves import Found, NewIdentifier, NewMember, Plain, Presented
from regulars.members.selectors import recognise
from regulars.members.services import cards, people

OURS = UUID(int=1)  # an organisation
THEIRS = UUID(int=2)  # another one
AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
ANN = Actor("staff", "stf_1", "Ann", request_id="req_1", address="127.0.0.1")


def enrol(
    *identifiers: tuple[str, str],
    facts: Mapping[str, Plain] | None = None,
    organisation: UUID = OURS,
    at: datetime = AT,
    may_share: bool = False,
) -> UUID:
    """One member with identifiers of the source "shop" where they need one."""
    new = [
        NewIdentifier(kind, value, "shop" if kind in ("external", "open_id") else "", may_share=may_share)
        for kind, value in identifiers
    ]
    wanted = NewMember(organisation, "till 1", at, facts=facts or {}, identifiers=new, region="DE")
    return people.enrol([wanted], actor=ANN, at=at)[0]


def seen(kind: str, value: str, organisation: UUID = OURS) -> Found | None:
    source = "shop" if kind in ("external", "open_id") else ""
    return recognise(Presented(kind, value, source), organisation=organisation, region="DE")


def make_range(prefix: str = "2700", serial_digits: int = 7, organisation: UUID = OURS) -> UUID:
    return cards.make_range(
        organisation=organisation,
        programme="club",
        name="Club cards",
        prefix=prefix,
        serial_digits=serial_digits,
        actor=ANN,
        at=AT,
    )
