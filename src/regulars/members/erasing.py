"""Taking a person out: from every room in one transaction, then from the lakes. Totals stay."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import phonenumbers
from django.conf import settings
from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.history import erased as tombstones
from regulars.history.manifest import NAME as MANIFEST
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members import deeds
from regulars.members.errors import MemberClosed, UnknownMember
from regulars.members.locks import lock_for_erasing
from regulars.members.models import Erasure, Member
from regulars.members.selectors.profiles import identifiers_of
from regulars.members.selectors.recognition import group_of


def erase(member: UUID, *, organisation: UUID | None = None, reason: str, actor: Actor, at: datetime) -> dict[str, Any]:
    """Takes a person out, with all that were merged into it: what says who it is goes from every room, entries stay
    under an id that says nothing, and what was owed is written off by a posted entry. The lake follows by
    `finish_lakes`: the command calls it at once, a job within minutes.

    Answers what each room did, in numbers. Raises UnknownMember, MemberClosed (erased before).
    """
    with transaction.atomic():
        root = lock_for_erasing(member)
        if organisation not in (None, root.organisation):
            raise UnknownMember("There is no member with that id.")
        if root.state == "erased":
            raise MemberClosed("This person was erased before.")
        members = [root.id, *(one for one in group_of(root.id) if one != root.id)]
        codes = _codes(root.id, members)
        deed = new_id(at)
        told = {step.room: step.erase(members, deed=deed, actor=actor, at=at) for step in deeds.steps()}
        Erasure.objects.bulk_create(
            Erasure(
                member_id=one,
                root=root.id,
                deed=deed,
                reason=reason,
                actor=f"{actor.kind}:{actor.id}",
                erased_at=at,
                codes=codes if one == root.id else [],
                lake_at=None if one == root.id else at,
            )
            for one in members
        )
        after = {"deed": str(deed), "members": len(members), **told}
        record([Deed("members.erase", typed("mbr", root.id), after=after, reason=reason)], actor=actor, at=at)
    return told


def not_erased(members: Collection[UUID]) -> set[UUID]:
    """Those of them who are here and were not erased: what bringing back an older copy has to erase again. 1 query."""
    return set(
        Member.objects.filter(id__in=members).exclude(state="erased").values_list("root_id", flat=True).distinct()
    )


def lake_folder() -> Path:
    """The lake of this installation."""
    folder: Path = settings.PLACE.lake
    return folder


def lake_folders() -> Iterator[Path]:
    """All lakes here: the one above, which knows of every erasure first, then those of what tills sell."""
    yield lake_folder()
    yield from sorted(path.parent for path in settings.PLACE.lakes.glob(f"*/*/{MANIFEST}"))


def finish_lakes(*, at: datetime) -> int:
    """Takes everybody who was erased out of all lakes; also those of an interrupted run. Work for a command or a
    worker. Answers how many rows lost a name there. Raises LakeBusy, NotWritten: nothing is forgotten, the next run
    does it."""
    waiting = list(Erasure.objects.filter(lake_at=None).values_list("member_id", "codes"))
    if not waiting:
        return 0
    gone = sorted({code for _, codes in waiting for code in codes})
    rows = sum(erase_in_lake(folder, gone) for folder in lake_folders())
    Erasure.objects.filter(member_id__in=[member for member, _ in waiting]).update(lake_at=at)
    return rows


def erase_in_lake(folder: Path, codes: Sequence[str]) -> int:
    """Where no lake has been made yet, the list waits for its first file."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / MANIFEST).exists():
        tombstones.add(folder, codes)
        return 0
    from regulars.history.lake import Lake  # loads DuckDB, which a web process must not

    with Lake(folder) as lake:
        return lake.erase(codes)


def _codes(root: UUID, members: Sequence[UUID]) -> list[str]:
    """Digests of everything the lake may call this person."""
    lake_folder().mkdir(parents=True, exist_ok=True)
    called = {typed("mbr", one) for one in members} | {str(one) for one in members}
    for one in identifiers_of([root], with_ended=True)[root]:
        called |= spellings(one.kind, one.value)
    return sorted(tombstones.make_key(lake_folder()).of(called))


def spellings(kind: str, value: str) -> set[str]:
    """How files write an identifier.

    >>> sorted(spellings("phone", "+491715550199"))
    ['+491715550199', '00491715550199', '01715550199', '1715550199', '491715550199']
    """
    if kind != "phone":
        return {value}
    number = phonenumbers.parse(value)
    at_home = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    bare = value.removeprefix("+")
    return {value, bare, f"00{bare}", tombstones.plain(at_home), str(number.national_number)}
