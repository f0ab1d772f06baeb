"""This room's step of deeds across rooms (see `deeds`)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.journal.moves import Actor
from regulars.members import erasing_rows, exporting_rows, importing_undo
from regulars.members.deeds import Plain
from regulars.members.intake import copy_to_member
from regulars.members.keys import keyring
from regulars.members.merging_consents import Said, TakenIn, held
from regulars.members.models import Consent, Identifier, Member, Merge, Permission
from regulars.members.selectors.profiles import facts_of
from regulars.members.services import new_ways

room: Final = "members"

_COPIED: Final = ("sex", "language", "country", "town", "birthday", "birth_decade", "name_grams", "name_key")


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Only `root` is set: rows stay with the member they were written for, and reading goes by root. The survivor's
    household and state are taken from the other where it has none; of one household the earlier moment of moving in
    counts. 10 queries at most."""
    new_ways.join(survivor, other, merge=deed, at=at)
    rows = {row.id: row for row in Member.objects.filter(id__in=[survivor, other])}
    one, two = rows[survivor], rows[other]
    Member.objects.filter(root_id=other).update(root_id=survivor)
    plan: Plain = {"household": None, "state": None, "since": None}
    if one.household_id is None and two.household_id is not None:
        plan["household"] = str(two.household_id)
        home = {"household_id": two.household_id, "household_since": two.household_since}
        Member.objects.filter(id=survivor).update(**home)
    elif one.household_id is not None and one.household_id == two.household_id:
        assert one.household_since is not None
        assert two.household_since is not None
        if two.household_since < one.household_since:
            plan["since"] = [one.household_since.isoformat(), two.household_since.isoformat()]
            Member.objects.filter(id=survivor).update(household_since=two.household_since)
    if one.state == "anonymous" and two.state == "active":
        plan["state"] = "anonymous"
        Member.objects.filter(id=survivor).update(state="active")
    _settle([survivor], extra=TakenIn(survivor, other, at))
    return plan


def unmerge(
    survivor: UUID,
    others: Sequence[UUID],
    *,
    plan: Mapping[str, Any],
    deed: UUID,
    actor: Actor,
    at: datetime,
) -> Plain:
    """The other and whom it had taken in have the other as root again; what the merge lent the survivor goes back,
    unless it was changed since. 9 queries."""
    Member.objects.filter(id__in=others).update(root_id=others[0])
    new_ways.part(deed)
    if plan["household"]:
        Member.objects.filter(id=survivor, household_id=plan["household"]).update(household=None, household_since=None)
    if plan.get("since"):
        own, lent = plan["since"]
        Member.objects.filter(id=survivor, household_since=lent).update(household_since=own)
    if plan["state"] and not _has_a_name(survivor):
        Member.objects.filter(id=survivor, state="active").update(state=plan["state"])
    _settle([survivor, others[0]])
    return {"members": len(others)}


erase = erasing_rows.erase
export = exporting_rows.export
undo = importing_undo.stay


def _settle(roots: Sequence[UUID], extra: TakenIn | None = None) -> None:
    """The copies of what is known of a person, from the facts and consents of all that are one."""
    keys = keyring()
    known = facts_of(roots)
    rows = list(Member.objects.filter(id__in=roots))
    for row in rows:
        copy_to_member(row, {name: fact.value for name, fact in known[row.id].items()}, keys)
    Member.objects.bulk_update(rows, list(_COPIED))
    for root in roots:
        _settle_permissions(root, extra)


def _settle_permissions(root: UUID, extra: TakenIn | None) -> None:
    said: dict[tuple[str, str], dict[UUID, list[Said]]] = defaultdict(lambda: defaultdict(list))
    for row in Consent.objects.filter(member__root_id=root):
        said[row.channel, row.purpose][row.member_id].append(Said(row.given, row.effective_at, row.recorded_at))
    open_merges = Merge.objects.filter(other__root_id=root, undone_at=None)
    merges = [TakenIn(row.survivor_id, row.other_id, row.merged_at) for row in open_merges]
    merges += [extra] if extra else []
    holds = {place: held(root, of, merges) for place, of in said.items()}
    Permission.objects.filter(member_id=root).delete()
    Permission.objects.bulk_create(
        Permission(member_id=root, channel=channel, purpose=purpose, given=now.given, effective_at=now.effective_at)
        for (channel, purpose), now in holds.items()
        if now is not None
    )


def _has_a_name(root: UUID) -> bool:
    """Whether somebody said who this is: otherwise it is a card that earns."""
    return bool(facts_of([root])[root]) or Identifier.objects.filter(member__root=root).exclude(kind="card").exists()
