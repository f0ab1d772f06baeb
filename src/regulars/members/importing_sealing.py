"""What an import writes, as COPY takes it: values sealed, identifiers blinded, moments the same for the whole batch."""

from collections.abc import Mapping
from uuid import UUID

from regulars.members import identifying, intake
from regulars.members.copying import as_array
from regulars.members.fields import Definition
from regulars.members.importing_rows import Batch
from regulars.members.keyring import Generation
from regulars.members.moves import Plain

Line = tuple[object, ...]


class Sealing:
    """Makes the rows of one batch. What they share is put together once: a million rows would pay for it each time."""

    def __init__(self, batch: Batch, known: Mapping[str, Definition], newest: Generation) -> None:
        self.batch, self.known, self.newest = batch, known, newest
        self.organisation = str(batch.organisation)
        self.number = str(batch.number)
        self._at, self._since = batch.at.isoformat(), batch.effective_at.isoformat()
        self._actor = f"{batch.actor.kind}:{batch.actor.id}"

    def member(self, number: UUID, facts: Mapping[str, Plain]) -> Line:
        one, now = self.batch, intake.copied(facts, self.batch.organisation, self.newest)
        grams = as_array(now.name_grams)
        head = (number, self.organisation, number, "active", one.source, self._since, self._at)
        return (*head, *now[:6], grams, now.name_key)

    def fact(self, number: int, member: UUID, name: str, value: Plain) -> Line:
        text, newest = intake.as_json(value), self.newest
        tail = (self.batch.source, self._actor, self._since, self._at, self._since)
        if not self.known[name].personal:
            return (number, member, name, text, None, None, *tail)
        sealed = newest.seal(text, intake.fact_context(member, name))
        return (number, member, name, None, sealed, newest.number, *tail)

    def identifier(
        self, number: UUID, member: UUID, kind: str, plain: str, blind: bytes, *, recognises: bool = True
    ) -> Line:
        newest, last = self.newest, identifying.tail(kind, plain)
        tail = newest.blind(self.organisation, "tail", last) if last else None
        found_by = (newest.seal(plain, intake.identifier_context(number)), newest.number, blind, tail, recognises)
        head = (number, self.organisation, member, None, kind, self.source_of(kind))
        return (*head, *found_by, "active", "", self.batch.source, self._since, self._at)

    def source_of(self, kind: str) -> str:
        """Whose number it is: only the list's own ids have one."""
        return self.batch.source if kind == "external" else ""

    def change(
        self,
        member: UUID,
        what: str,
        *,
        fact: int | None = None,
        before: int | None = None,
        identifier: UUID | None = None,
    ) -> Line:
        """What undoing needs."""
        return (self.number, member, what, fact, before, identifier)
