"""Levels given whatever was counted: set by hand with a reason, matched from another programme, bought."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_ids, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.programme.book import Book, book
from regulars.programme.errors import WrongLevel
from regulars.programme.ladders import holding
from regulars.programme.models import Given
from regulars.programme.moves_tiers import NewLevel, TierChange
from regulars.programme.services.deciding import again
from regulars.programme.services.qualifying import lock, noted
from regulars.programme.tallies import SET
from regulars.rules.tiers.standing import Because

WAYS: Final = frozenset({Because.SET, Because.MATCHED, Because.BOUGHT})


@transaction.atomic
def give_levels(
    wanted: Sequence[NewLevel], *, organisation: UUID, moving_in: bool = False, actor: Actor, at: datetime
) -> list[TierChange]:
    """Gives levels, all or none; those whose business key was used before are not given again. At most fifteen queries.

    Nothing is given for a time before `at`, except while a running programme moves in. Raises WrongLevel.
    """
    terms = book(organisation)
    for one in wanted:
        _check(one, terms, moving_in, at)
    keys = [(one.source, one.external_id) for one in wanted if one.source]
    known = {
        (row.source, row.external_id)
        for row in Given.objects.filter(
            organisation=organisation, source__in=[source for source, _ in keys], external_id__in=[id for _, id in keys]
        )
    }
    fresh = [one for one in wanted if not one.source or (one.source, one.external_id) not in known]
    if not fresh:
        return []
    rows = lock({one.member: one.begins_at for one in fresh}, organisation=organisation, terms=terms, at=at)
    made = _write(fresh, organisation, actor, at)
    record([_deed(one, number) for one, number in zip(fresh, made, strict=True)], actor=actor, at=at)
    concerned = {(one.member, one.ladder) for one in fresh}
    changes = again([row for row in rows if (row.member, row.ladder) in concerned], terms=terms, at=at)
    return noted(changes, actor=actor, at=at)


@transaction.atomic
def end_level(given: UUID, *, organisation: UUID, reason: str, actor: Actor, at: datetime) -> UUID:
    """Ends a matched or bought level now; whose it was. What was set by hand is set anew instead. Raises WrongLevel."""
    row = Given.objects.filter(id=given, organisation=organisation, void_at=None).first()
    if row is None or Because(row.because) in SET or (row.ends_at is not None and row.ends_at <= at):
        raise WrongLevel("No level that was matched or bought, and still holds, has this id.")
    terms = book(organisation)
    rows = lock({row.member: at}, organisation=organisation, terms=terms, at=at)
    Given.objects.filter(id=given).update(ends_at=max(at, row.begins_at))
    after = {"ladder": row.ladder, "level": row.level, "given": typed("gvn", given)}
    record([Deed("tiers.end", typed("mbr", row.member), after=after, reason=reason)], actor=actor, at=at)
    noted(again([one for one in rows if one.ladder == row.ladder], terms=terms, at=at), actor=actor, at=at)
    return row.member


def _check(one: NewLevel, terms: Book, moving_in: bool, at: datetime) -> None:
    """Raises WrongLevel."""
    ladder = holding(terms, at).get(one.ladder)
    if ladder is None or all(level.code != one.level for level in ladder.levels):
        raise WrongLevel("There is no such ladder or level.", ladder=one.ladder, level=one.level)
    if one.because not in WAYS:
        raise WrongLevel("A level is set, matched or bought.", because=one.because.value)
    if one.begins_at < at and not moving_in:
        raise WrongLevel("What is past is not changed.", begins_at=one.begins_at.isoformat())
    if one.begins_at > at and one.because == Because.SET:
        raise WrongLevel("A level is set now.", begins_at=one.begins_at.isoformat())
    if one.ends_at is not None and one.ends_at <= max(one.begins_at, at if not moving_in else one.begins_at):
        raise WrongLevel("A level ends after it begins.", ends_at=one.ends_at.isoformat())
    if one.because == Because.MATCHED and one.ends_at is None:
        raise WrongLevel("A matched level has an end.")
    if one.because != Because.SET and ladder.rank(one.level) == 0:
        raise WrongLevel("Everybody has the lowest level.", level=one.level)
    if one.for_ever and one.ends_at is not None:
        raise WrongLevel("A level for ever has no end.")


def _write(fresh: Sequence[NewLevel], organisation: UUID, actor: Actor, at: datetime) -> list[UUID]:
    ids = new_ids(at, len(fresh))
    Given.objects.bulk_create(
        Given(
            id=number,
            organisation=organisation,
            member=one.member,
            own=one.shown or one.member,
            ladder=one.ladder,
            level=one.level,
            because=one.because.value,
            begins_at=one.begins_at,
            ends_at=one.ends_at,
            challenge=[dict(part) for part in one.challenge],
            afresh=one.afresh,
            for_ever=one.for_ever,
            reason=one.reason,
            partner=one.partner,
            source=one.source,
            external_id=one.external_id,
            made_at=at,
            made_by=f"{actor.kind}:{actor.id}",
        )
        for number, one in zip(ids, fresh, strict=True)
    )
    return ids


def _deed(one: NewLevel, number: UUID) -> Deed:
    ends = {"ends_at": one.ends_at.isoformat()} if one.ends_at else {}
    after = {"ladder": one.ladder, "level": one.level, "because": one.because.value, "given": typed("gvn", number)}
    return Deed("tiers.give", typed("mbr", one.member), after={**after, **ends}, reason=one.reason)
