"""Deeds that concern many rooms: what each room offers, and in which order the rooms are asked.

A room's `people.py` is a `Step`: plain values in, plain values out, no room knows another. `server/people.py` lists the
steps in their order, and hands them over when the program starts. A deed runs all of them in one transaction, in that
order; un-merge and undo run backwards, so that what was built last is taken down first. A refusal of any step undoes
the whole deed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from regulars.journal.moves import Actor

Plain = dict[str, Any]  # what JSON can hold: texts, numbers, lists and dicts of them; never a phone, mail or name


class Step(Protocol):
    """What a room does in a deed across rooms. A module with these names is one."""

    @property
    def room(self) -> str:
        """The room's name, under which its plans are kept."""

    def merge(self, survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
        """Brings what `other` has to `survivor` and answers what un-merge needs. Both are roots: nobody's other yet."""

    def unmerge(
        self,
        survivor: UUID,
        others: Sequence[UUID],
        *,
        plan: Mapping[str, Any],
        deed: UUID,
        actor: Actor,
        at: datetime,
    ) -> Plain:
        """Gives the other back what was its own, and what came since to a card or identifier of its own. `others`: the
        other first, then whom it had taken in before; `plan` is what merge answered, `deed` the merge. Answers what
        was done, in numbers."""

    def erase(self, members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
        """Takes a person out: the first id is the root, the others were merged into it. Totals stay. Answers what was
        done, in numbers."""

    def export(self, members: Sequence[UUID]) -> Plain:
        """All the room knows of a person, readable; the first id is the root. Here personal values are in plain."""

    def undo(self, members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
        """Before members that an import made are taken out: those which this room cannot let go (they have a history
        here) are answered and stay."""


class _Steps:
    """Which rooms take part, in their order."""

    listed: tuple[Step, ...] = ()


def take_part(steps: Sequence[Step]) -> None:
    """Said once, when the program starts."""
    names = [step.room for step in steps]
    assert len(set(names)) == len(names), f"a room twice in {names}"
    _Steps.listed = tuple(steps)


def steps() -> tuple[Step, ...]:
    """The rooms' steps in the order of merge, erase and export; `reversed` for un-merge and undo."""
    assert _Steps.listed, "no room takes part: server/people.py says which, when the program starts"
    return _Steps.listed
