"""A tree of conditions as one statement over sets.

Each condition that needs more than the member's own row becomes a set of ids: the member is in it, or is not; a choice
between such sets is their union. So the planner joins sets, hashes and spills, whatever is nested in what, and nothing
is asked member by member. `explained` is the other way to say the same, for one person: each condition is a table
joined by id, so that all of them can be told with their facts.
"""

from dataclasses import dataclass
from typing import assert_never

from regulars.outreach.audiences import people_parts as people
from regulars.outreach.audiences import purchase_parts as purchases
from regulars.outreach.audiences import score_parts as scores
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
    Scored,
    Tagged,
)
from regulars.outreach.audiences.parts import Asked, Binder, Part
from regulars.outreach.audiences.reading import All, Any_, Node, Not, One

# Who is a member now: roots alone, so that a merged person counts once; never closed, erased or frozen ones.
_FROZEN = (
    "EXISTS (SELECT 1 FROM ledger_freeze f WHERE f.owner = m.id AND f.lifted_at IS NULL AND f.since <= {at}"
    " AND f.until > {at})"
)
_LIVES = "(m.root_id = m.id) IS TRUE AND m.state IN ('active', 'anonymous')"  # as the statistics know it
_PLAIN = (FactIs, Born, Birthday, Enrolled)


@dataclass(frozen=True, slots=True)
class Compiled:
    """Who is in it: what to select from, and the values that it binds."""

    rows: str  # FROM … WHERE …; the member is `m`
    values: dict[str, object]

    def bound(self, **more: object) -> dict[str, object]:
        return {**self.values, **more}


@dataclass(frozen=True, slots=True)
class Explained(Compiled):
    """One person with every condition: `rows` names no condition, so that all of them are told."""

    base: str  # whether they can be in any audience of this place
    holds: str  # whether the conditions hold as a whole
    parts: dict[str, Part]  # by pointer


def compiled(tree: Node, asked: Asked) -> Compiled:
    """The statement of a tree."""
    sets = _Sets(asked, Binder())
    base = _base(asked, sets.bind)
    return Compiled(f"FROM members_member m WHERE {base} AND {sets.of(tree, True)}", sets.bind.values)


def explained(tree: Node, asked: Asked) -> Explained:
    """The conditions of a tree about one person."""
    bind, joins, parts = Binder(), list[str](), dict[str, Part]()
    holds = _logic(tree, asked, bind, joins, parts)
    return Explained(f"FROM members_member m {' '.join(joins)}", bind.values, _base(asked, bind), holds, parts)


def _base(asked: Asked, bind: Binder) -> str:
    at = bind.one(asked.at, "timestamptz")
    tests = [_lives(asked, bind), f"NOT {_FROZEN.format(at=at)}"]
    if asked.merchant is not None:
        tests.append(f"m.merchant = {bind.one(asked.merchant, 'uuid')}")
    if asked.store is not None:
        tests.append(f"m.store = {bind.one(asked.store, 'uuid')}")
    return " AND ".join(tests)


def _lives(asked: Asked, bind: Binder) -> str:
    return f"m.organisation = {bind.one(asked.organisation, 'uuid')} AND {_LIVES}"


@dataclass(slots=True)
class _Sets:
    """Conditions as tests of `m` that stand side by side: sets to be in, and sets not to be in."""

    asked: Asked
    bind: Binder
    count: int = 0

    def of(self, tree: Node, wanted: bool) -> str:
        """That it holds, or (not `wanted`) that it does not: a not is handed down to the single conditions."""
        match tree:
            case One(asked=leaf):
                return self._one(leaf, wanted)
            case Not(part=inner):
                return self.of(inner, not wanted)
            case All(parts=several) | Any_(parts=several):
                if len(several) == 1:
                    return self.of(several[0], wanted)
                if isinstance(tree, All) == wanted:
                    return " AND ".join([self.of(one, wanted) for one in several])
                return self._choice(several, wanted)

    def _one(self, leaf: Leaf, wanted: bool) -> str:
        name, self.count = f"c{self.count}", self.count + 1
        part = _part(leaf, name, self.asked, self.bind)
        if not part.joined:
            return part.holds if wanted else f"NOT {part.holds}"
        if part.ids:
            ids = f"SELECT 1 FROM ({part.ids}) {name}(id) WHERE {name}.id = m.id"
            return f"m.id IN ({part.ids})" if wanted != part.absent else f"NOT EXISTS ({ids})"
        if wanted != part.absent:  # who has no row is not meant: to be in the set of those for whom it is so
            return f"m.id IN (SELECT {name}.id FROM ({part.joined}) {name} WHERE {_as(part.holds, wanted)})"
        other = f"{name}.id = m.id AND {_as(part.holds, not wanted)}"
        return f"NOT EXISTS (SELECT 1 FROM ({part.joined}) {name} WHERE {other})"

    def _choice(self, several: tuple[Node, ...], wanted: bool) -> str:
        """The union of what each names; those about the member's own row alone stay one test."""
        plain = [one for one in several if isinstance(one, One) and isinstance(one.asked, _PLAIN)]
        tests = [self.of(one, wanted) for one in plain]
        sets = [self.of(one, wanted) for one in several if one not in plain]
        branches = [*([f"({' OR '.join(tests)})"] if tests else []), *sets]
        if not sets:
            return branches[0]
        lives = _lives(self.asked, self.bind)
        every = [f"SELECT m.id FROM members_member m WHERE {lives} AND {one}" for one in branches]
        return f"m.id IN ({' UNION ALL '.join(every)})"


def _as(holds: str, wanted: bool) -> str:
    return holds if wanted else f"NOT {holds}"


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
        case Scored():
            return scores.scored(leaf, name, asked, bind)
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
