"""Members an import makes."""

from collections.abc import Iterator, Sequence
from itertools import islice
from uuid import UUID

from regulars.basics.ids import new_ids
from regulars.members.copying import copy_in, fact_numbers
from regulars.members.importing_rows import Seen
from regulars.members.importing_sealing import Line, Sealing

Made = tuple[UUID, Seen, list[int], list[UUID]]  # member, row, numbers of its facts and of its identifiers


def create(rows: Sequence[Seen], sealing: Sealing) -> None:
    """Members with their facts and identifiers. 5 statements however many rows. Raises IntegrityError."""
    if not rows:
        return
    made = list(_numbered(rows, sealing))
    copy_in("members_member", (sealing.member(member, seen.row.facts) for member, seen, _, _ in made))
    copy_in("members_fact", _facts(made, sealing))
    copy_in("members_identifier", _identifiers(made, sealing))
    copy_in("members_import_change", _changes(made, sealing))


def _numbered(rows: Sequence[Seen], sealing: Sealing) -> Iterator[Made]:
    at = sealing.batch.at
    members = new_ids(at, len(rows))
    facts = iter(fact_numbers(sum(len(seen.row.facts) for seen in rows)))
    identifiers = iter(new_ids(at, sum(len(seen.row.identifiers) for seen in rows)))
    for member, seen in zip(members, rows, strict=True):
        numbers = list(islice(facts, len(seen.row.facts)))
        yield member, seen, numbers, list(islice(identifiers, len(seen.row.identifiers)))


def _facts(made: Sequence[Made], sealing: Sealing) -> Iterator[Line]:
    for member, seen, numbers, _ in made:
        for number, (name, value) in zip(numbers, seen.row.facts.items(), strict=True):
            yield sealing.fact(number, member, name, value)


def _identifiers(made: Sequence[Made], sealing: Sealing) -> Iterator[Line]:
    for member, seen, _, numbers in made:
        for number, (kind, plain) in zip(numbers, seen.row.identifiers.items(), strict=True):
            own = kind not in seen.shared
            yield sealing.identifier(number, member, kind, plain, seen.blinds[kind], recognises=own)


def _changes(made: Sequence[Made], sealing: Sealing) -> Iterator[Line]:
    """One line a member with the highest number of its facts: what has a higher one came later."""
    for member, _, facts, identifiers in made:
        yield sealing.change(member, "created", fact=facts[-1] if facts else None)
        for number in identifiers:
            yield sealing.change(member, "identifier", identifier=number)
