"""Who is this? By whatever is shown or said; what is looked for stands in the body, never in an address."""

from typing import Annotated, ClassVar

from ninja import Router
from pydantic import Field, StringConstraints, model_validator

from regulars.access.rights import Right
from regulars.api.doors import read
from regulars.api.fields import Asking, CardId, IdentifierId, MemberId, Telling, Word
from regulars.api.keys import Request
from regulars.api.places import organisation, whole_organisation
from regulars.api.routes.people import Kind, Region, Value
from regulars.basics.ids import typed
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.members import numbers
from regulars.members.errors import UnknownIdentifier
from regulars.members.fields import NAMES
from regulars.members.keys import card_secret
from regulars.members.moves import Found, Presented
from regulars.members.selectors import by_tail, profiles, recognise

router = Router(tags=["Recognition"])


class Shown(Asking):
    """What somebody shows or says."""

    kind: Kind
    value: Value
    source: Annotated[Word | None, Field(description="Whose number it is: of an external or open id.")] = None
    region: Region | None = None

    EXAMPLE: ClassVar = {"kind": "email", "value": "ada@example.com"}


class Recognised(Telling):
    """Whom it leads to. `usable` false: it is refused, `state` says why. A blank card leads to no member yet."""

    member: MemberId | None
    shown: Annotated[MemberId | None, Field(description="Whose identifier it was before any merge.")]
    member_state: str | None
    identifier: IdentifierId
    kind: Kind
    card: CardId | None
    state: str
    usable: bool
    reason: str
    replaced_by: CardId | None


class Search(Asking):
    """A part of a name, or the last four digits of a phone or card: one of the two."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = None
    last_digits: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")] | None = None

    EXAMPLE: ClassVar = {"last_digits": "0199"}

    @model_validator(mode="after")
    def one_of_the_two(self) -> "Search":
        if (self.name is None) == (self.last_digits is None):
            raise ValueError("Either name or last_digits.")
        return self


class Hit(Telling):
    """A member who may be the one."""

    member: MemberId
    name: str


class Hits(Telling):
    """At most twenty, the best first."""

    items: list[Hit]


@read(router, "/members/recognise", right=Right.MEMBERS_READ, answer=Recognised, method="POST")
def recognise_a_member(request: Request, body: Shown) -> Recognised:
    """Whom a card, phone, mail address or number leads to, in one indexed look-up. Unknown and foreign ones are
    answered alike, in equal time; a card that was made up raises an alert."""
    call = request.call
    home = organisation(call, Right.MEMBERS_READ)
    found = recognise(Presented(body.kind, body.value, body.source or ""), organisation=home, region=body.region)
    forged = body.kind == "card" and not numbers.genuine(body.value, card_secret())
    subject = typed("mbr", found.member) if found and found.member else ""
    what = "cards.forged" if forged else "members.recognise"
    record([Deed(what, subject, after={"kind": body.kind, "known": found is not None})], actor=call.actor, at=call.at)
    if found is None:
        raise UnknownIdentifier("Nobody here is recognised by that.")
    return recognised(found)


def recognised(found: Found) -> Recognised:
    return Recognised(
        member=found.member,
        shown=found.shown,
        member_state=found.member_state,
        identifier=found.identifier,
        kind=found.kind,  # type: ignore[arg-type]
        card=found.card,
        state=found.state,
        usable=found.usable,
        reason=found.reason,
        replaced_by=found.replaced_by,
    )


@read(router, "/members/search", right=Right.MEMBERS_READ, answer=Hits, method="POST")
def search_members(request: Request, body: Search) -> Hits:
    """Members by a part of their name or the last four digits of a phone or card. Needs the right everywhere."""
    call = request.call
    home = whole_organisation(call, Right.MEMBERS_READ)
    if body.name is not None:
        ids = [one for one, _ in profiles.by_name(body.name, organisation=home)]
    else:
        ids = by_tail(body.last_digits or "", organisation=home)
    facts = profiles.facts_of(ids)
    found = [(one, " ".join(str(facts[one][n].value) for n in NAMES if n in facts[one])) for one in ids]
    after = {"by": "name" if body.name is not None else "last_digits", "found": len(found)}
    deeds = [Deed("members.search", after=after), *(Deed("members.read", typed("mbr", one)) for one, _ in found)]
    record(deeds, actor=call.actor, at=call.at)
    return Hits(items=[Hit(member=one, name=name) for one, name in found])
