"""How long each kind of thing is kept. A job takes out what is older, some at a time.

Consents stay as long as the member: they are the proof that what was sent was allowed. What was taken out is gone
from the tables; backups forget it as they are themselves replaced.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members.errors import WrongRetention
from regulars.members.fields import BUILT_IN
from regulars.members.keys import keyring
from regulars.members.models import Field, Retention
from regulars.members.selectors.recognition import roots
from regulars.members.services.people import copy_again

DAYS_MAX: Final = 36_500
FACT: Final = "fact:"  # and its name: a present fact, counted from when it was last told to hold
# What of each kind is too old: a table, its key, and the test (m is the member's row).
_TOO_OLD: Final[Mapping[str, tuple[str, str, str]]] = {
    "fact_history": ("members_fact", "id", "t.ended_at < %(before)s"),
    "ended_identifier": ("members_identifier", "id", "t.kind <> 'card' AND t.ended_at < %(before)s"),
    "note": ("members_note", "id", "t.recorded_at < %(before)s"),
    "tag": ("members_tag", "ctid", "t.recorded_at < %(before)s"),
    "mark": ("members_mark", "ctid", "t.as_of < %(before)s"),
}
_PRESENT_FACT: Final = (
    "members_fact",
    "id",
    "t.name = %(name)s AND t.ended_at IS NULL AND t.confirmed_at < %(before)s",
)


GOING_MOST: Final = 10_000  # counted, before it is said that there are more


@transaction.atomic
def keep(kind: str, days: int | None, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """Keeps a kind this long; None: as long as the member. Raises WrongRetention."""
    _check(kind, days, organisation)
    if days is None:
        Retention.objects.filter(organisation=organisation, kind=kind).delete()
    else:
        Retention.objects.update_or_create(organisation=organisation, kind=kind, defaults={"days": days})
    record([Deed("retention.keep", after={"kind": kind, "days": days})], actor=actor, at=at)


def going(kind: str, days: int | None, *, organisation: UUID, at: datetime) -> int:
    """How many rows the next round would begin to take out if a kind were kept this long; of more than GOING_MOST one
    more than these. Nothing is changed. Raises WrongRetention. Two queries."""
    _check(kind, days, organisation)
    if days is None:
        return 0
    chosen, parameters = _chosen(Retention(organisation=organisation, kind=kind, days=days), at, GOING_MOST + 1)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({chosen}) AS old", parameters)
        ((found,),) = cursor.fetchall()
    return int(found)


def _check(kind: str, days: int | None, organisation: UUID) -> None:
    """One query, for a field of the organisation's own."""
    name = kind.removeprefix(FACT) if kind.startswith(FACT) else ""
    own = name and Field.objects.filter(organisation=organisation, name=name).exists()
    if kind not in _TOO_OLD and name not in BUILT_IN and not own:
        raise WrongRetention(f"Kept are: {', '.join(_TOO_OLD)}, and fact:NAME of a fact.", kind=kind[:80])
    if days is not None and not 1 <= days <= DAYS_MAX:
        raise WrongRetention(f"A period has 1 to {DAYS_MAX} days.", days=days)


def apply(*, actor: Actor, at: datetime, limit: int = 5000) -> dict[str, int]:
    """One round: of each kind at most `limit` rows, oldest organisations' rules first. A job asks again until nothing
    is left. Returns how many of each kind went."""
    gone: dict[str, int] = {}
    for rule in Retention.objects.order_by("organisation", "kind"):
        count = _take_out(rule, actor=actor, at=at, limit=limit)
        if count:
            gone[rule.kind] = gone.get(rule.kind, 0) + count
    return gone


def _parts(rule: Retention) -> tuple[str, str, str]:
    return _PRESENT_FACT if rule.kind.startswith(FACT) else _TOO_OLD[rule.kind]


def _chosen(rule: Retention, at: datetime, limit: int) -> tuple[str, dict[str, UUID | str | int | datetime]]:
    """What is too old by a rule, as a query with its values."""
    name = rule.kind.removeprefix(FACT)
    table, key, test = _parts(rule)
    parameters: dict[str, UUID | str | int | datetime] = {
        "organisation": rule.organisation,
        "before": at - timedelta(days=rule.days),
        "name": name,
        "limit": limit,
    }
    chosen = (
        f"SELECT t.{key} FROM {table} t JOIN members_member m ON m.id = t.member_id"
        f" WHERE m.organisation = %(organisation)s AND {test} LIMIT %(limit)s"
    )
    return chosen, parameters


@transaction.atomic
def _take_out(rule: Retention, *, actor: Actor, at: datetime, limit: int) -> int:
    table, key, _ = _parts(rule)
    chosen, parameters = _chosen(rule, at, limit)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} d WHERE d.{key} IN ({chosen}) RETURNING d.member_id", parameters)
        members = [row[0] for row in cursor.fetchall()]
        if members and rule.kind.startswith(FACT):
            now = set(roots(members, organisation=rule.organisation).values())
            copy_again(now, organisation=rule.organisation, keys=keyring())
    if members:
        after = {"kind": rule.kind, "rows": len(members), "days": rule.days}
        record([Deed("retention.apply", after=after)], actor=actor, at=at)
    return len(members)
