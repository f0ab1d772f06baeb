"""A tree of conditions as one statement over sets. Each condition that needs more than the member's own row becomes a
table with one row a member, joined by its id; nesting is plain logic over these. So the planner may hash each of them
and spill, whatever is nested in what, and nothing is asked member by member.
"""

from dataclasses import dataclass, field
from typing import assert_never

from regulars.outreach.audiences import people_parts as people
from regulars.outreach.audiences import purchase_parts as purchases
from regulars.outreach.audiences.forms import (
    Balance,
    Birthday,
    Born,
    Bought,
    Consented,
    Enrolled,
    Expiring,
    FactIs,
    FieldIs,
    Identified,
    InHousehold,
    LastBought,
    Leaf,
    Marked,
    NeverBought,
    OnLevel,
    Tagged,
)
from regulars.outreach.audiences.parts import Asked, Binder, Part
from regulars.outreach.audiences.reading import All, Any_, Node, Not, One

# Who is a member now: roots alone, so that a merged person counts once; never closed, erased or frozen ones.
_FROZEN = (
    "EXISTS (SELECT 1 FROM ledger_freeze f WHERE f.owner = m.id AND f.lifted_at IS NULL AND f.since <= {at}"
    " AND f.until > {at})"
)
_LIVES = "m.root_id = m.id AND m.state IN ('active', 'anonymous')"


@dataclass(slots=True)
class Compiled:
    """A statement's pieces: what to select from, what holds, and the values that it binds."""

    source: str  # FROM …
    holds: str  # of the conditions
    base: str  # of who can be in any audience of this place
    values: dict[str, object]
    parts: dict[str, Part] = field(default_factory=dict)  # by pointer

    @property
    def rows(self) -> str:
        """Everybody in it."""
        return f"{self.source} WHERE {self.base} AND {self.holds}"

    def bound(self, **more: object) -> dict[str, object]:
        return {**self.values, **more}


def compiled(tree: Node, asked: Asked) -> Compiled:
    """The statement of a tree."""
    bind, joins, parts = Binder(), list[str](), dict[str, Part]()
    holds = _logic(tree, asked, bind, joins, parts)
    return Compiled(
        source=f"FROM members_member m {' '.join(joins)}",
        holds=holds,
        base=_base(asked, bind),
        values=bind.values,
        parts=parts,
    )


def _base(asked: Asked, bind: Binder) -> str:
    at = bind.one(asked.at, "timestamptz")
    tests = [f"m.organisation = {bind.one(asked.organisation, 'uuid')}", _LIVES, f"NOT {_FROZEN.format(at=at)}"]
    if asked.merchant is not None:
        tests.append(f"m.merchant = {bind.one(asked.merchant, 'uuid')}")
    if asked.store is not None:
        tests.append(f"m.store = {bind.one(asked.store, 'uuid')}")
    return " AND ".join(tests)


def _logic(tree: Node, asked: Asked, bind: Binder, joins: list[str], parts: dict[str, Part]) -> str:
    match tree:
        case One(asked=leaf, pointer=pointer):
            name = f"c{len(parts)}"
            part = parts[pointer] = _part(leaf, name, asked, bind)
            if part.joined:
                joins.append(f"LEFT JOIN ({part.joined}) {name} ON {name}.id = m.id")
            return part.holds
        case Not(part=inner):
            return f"(NOT {_logic(inner, asked, bind, joins, parts)})"
        case All(parts=several):
            return f"({' AND '.join([_logic(one, asked, bind, joins, parts) for one in several])})"
        case Any_(parts=several):
            return f"({' OR '.join([_logic(one, asked, bind, joins, parts) for one in several])})"


def _part(leaf: Leaf, name: str, asked: Asked, bind: Binder) -> Part:
    match leaf:
        case FactIs():
            return people.fact_is(leaf, bind)
        case Born():
            return people.born(leaf, bind)
        case Birthday():
            return people.birthday(leaf, asked, bind)
        case Enrolled():
            return people.enrolled(leaf, asked, bind)
        case Bought():
            return purchases.bought(leaf, name, asked, bind)
        case LastBought():
            return purchases.last_bought(leaf, name, asked, bind)
        case NeverBought():
            return purchases.never_bought(leaf, name, asked, bind)
        case _:
            return _of_holdings(leaf, name, asked, bind)


def _of_holdings(
    leaf: FieldIs | InHousehold | Identified | Consented | Tagged | Marked | OnLevel | Balance | Expiring,
    name: str,
    asked: Asked,
    bind: Binder,
) -> Part:
    match leaf:
        case FieldIs():
            return people.field_is(leaf, name, asked, bind)
        case InHousehold():
            return people.in_household(leaf, name, asked, bind)
        case Identified():
            return people.identified(leaf, name, asked, bind)
        case Consented():
            return people.consented(leaf, name, asked, bind)
        case Tagged():
            return people.tagged(leaf, name, asked, bind)
        case Marked():
            return people.marked(leaf, name, asked, bind)
        case OnLevel():
            return people.on_level(leaf, name, asked, bind)
        case Balance():
            return people.balance(leaf, name, asked, bind)
        case Expiring():
            return people.expiring(leaf, name, asked, bind)
        case unknown:
            assert_never(unknown)
