"""The gate: a right reaches the place it was given at and all within; a grant never widens."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.access import gate
from regulars.access.errors import NeedsSecondApprover, NotAllowed
from regulars.access.moves import Grant, Grants, Holder, Place, Places, Scope
from regulars.access.rights import BUILT_IN, Right

ORGANISATIONS = [UUID(int=n) for n in range(1, 4)]
MERCHANTS = [UUID(int=n) for n in range(11, 16)]
STORES = [UUID(int=n) for n in range(101, 110)]


@st.composite
def maps(draw: st.DrawFn) -> Places:
    organisations = draw(st.lists(st.sampled_from(ORGANISATIONS), min_size=1, unique=True))
    merchants = draw(st.lists(st.sampled_from(MERCHANTS), min_size=1, unique=True))
    stores = draw(st.lists(st.sampled_from(STORES), unique=True))
    return Places(
        frozenset(organisations),
        {merchant: draw(st.sampled_from(organisations)) for merchant in merchants},
        {store: draw(st.sampled_from(merchants)) for store in stores},
    )


@st.composite
def somewhere(draw: st.DrawFn, places: Places) -> Place:
    """A place of the map: an organisation, a merchant or a store."""
    everywhere: list[Place] = [Place(organisation) for organisation in sorted(places.organisations)]
    everywhere += [Place(o, m) for m, o in places.organisation_of.items()]
    everywhere += [Place(places.organisation_of[m], m, s) for s, m in places.merchant_of.items()]
    return draw(st.sampled_from(everywhere))


@st.composite
def anything(draw: st.DrawFn) -> Place:
    """A place that may be in no map, or say of itself what is not so."""
    merchant = draw(st.none() | st.sampled_from(MERCHANTS))
    store = draw(st.none() | st.sampled_from(STORES)) if merchant else None
    return Place(draw(st.sampled_from(ORGANISATIONS)), merchant, store)


RIGHTS = st.frozensets(st.sampled_from(sorted(Right)), max_size=4)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Places, Grants]:
    places = draw(maps())
    where = st.one_of(somewhere(places), anything())
    given_here = draw(st.lists(st.builds(Grant, RIGHTS, where), max_size=4))
    return places, Grants(tuple(given_here), places)


def leaves(places: Places, found: Scope) -> set[UUID]:
    """Every store and merchant that a scope reaches, by asking one by one."""
    stores = {s for s in places.merchant_of if gate.covers(found, places, store=s)}
    return stores | {m for m in places.organisation_of if gate.covers(found, places, m)}


def within(places: Places, place: Place) -> set[UUID]:
    """All below a place, the long way."""
    if place.store:
        return {place.store}
    merchants = {place.merchant} if place.merchant else set()
    if not place.merchant:
        merchants = {m for m, organisation in places.organisation_of.items() if organisation == place.organisation}
    return {m for m in merchants if m} | {s for s, m in places.merchant_of.items() if m in merchants}


@given(worlds(), st.sampled_from(sorted(Right)))
def test_a_right_reaches_what_lies_within_its_places_and_nothing_else(
    world: tuple[Places, Grants], right: Right
) -> None:
    places, grants = world
    true = [
        g.place
        for g in grants.given
        if right in g.rights
        and (
            g.place in [Place(o) for o in places.organisations]
            or places.place(g.place.merchant, g.place.store) == g.place
        )
    ]
    wanted = set().union(*(within(places, place) for place in true))
    assert leaves(places, gate.scope(grants, right)) == wanted


@given(worlds(), st.sampled_from(sorted(Right)), st.data())
def test_another_grant_only_adds_and_only_below_its_place(
    world: tuple[Places, Grants], right: Right, data: st.DataObject
) -> None:
    places, grants = world
    place = data.draw(somewhere(places))
    more = Grants((*grants.given, Grant(frozenset({right}), place)), places)
    before = leaves(places, gate.scope(grants, right))
    assert leaves(places, gate.scope(more, right)) == before | within(places, place)
    for other in set(Right) - {right}:
        assert gate.scope(more, other) == gate.scope(grants, other)


@given(worlds(), st.data())
def test_nobody_gives_more_than_they_have(world: tuple[Places, Grants], data: st.DataObject) -> None:
    places, giver = world
    rights, place = data.draw(RIGHTS), data.draw(st.one_of(somewhere(places), anything()))
    if not gate.may_give(giver, rights, place):
        return
    taker = Grants((Grant(rights, place),), places)
    for right in rights:
        assert leaves(places, gate.scope(taker, right)) <= leaves(places, gate.scope(giver, right))
        assert gate.may(giver, Right.ACCESS_MANAGE, place.merchant, place.store, organisation=place.organisation)


@given(worlds(), st.sampled_from(sorted(Right)))
def test_a_store_is_reached_by_whoever_reaches_its_merchant_and_a_merchant_by_whoever_reaches_its_organisation(
    world: tuple[Places, Grants], right: Right
) -> None:
    places, grants = world
    for store, merchant in places.merchant_of.items():
        if gate.may(grants, right, merchant):
            assert gate.may(grants, right, merchant, store)
    for merchant, organisation in places.organisation_of.items():
        if gate.may(grants, right, organisation=organisation):
            assert gate.may(grants, right, merchant)
        if gate.may(grants, right):
            assert gate.may(grants, right, merchant, organisation=organisation)


@given(worlds(), st.sampled_from(sorted(Right)), st.sampled_from(STORES), st.sampled_from(MERCHANTS))
def test_a_store_named_with_a_foreign_merchant_is_refused(
    world: tuple[Places, Grants], right: Right, store: UUID, merchant: UUID
) -> None:
    places, grants = world
    if places.merchant_of.get(store) != merchant:
        assert not gate.may(grants, right, merchant, store)


ONE, TWO = ORGANISATIONS[:2]
SHOP, RIVAL = MERCHANTS[:2]
DOWNTOWN, AIRPORT, ELSEWHERE = STORES[:3]
TOWN = Places(frozenset({ONE, TWO}), {SHOP: ONE, RIVAL: TWO}, {DOWNTOWN: SHOP, AIRPORT: SHOP, ELSEWHERE: RIVAL})


def holding(right: Right, place: Place) -> Grants:
    return Grants((Grant(frozenset({right}), place),), TOWN)


@pytest.mark.parametrize(
    ("case", "place", "asked", "passes"),
    [
        ("own store", Place(ONE, SHOP, DOWNTOWN), {"store": DOWNTOWN}, True),
        ("own store, merchant named too", Place(ONE, SHOP, DOWNTOWN), {"merchant": SHOP, "store": DOWNTOWN}, True),
        ("the store next door", Place(ONE, SHOP, DOWNTOWN), {"store": AIRPORT}, False),
        ("the merchant as a whole", Place(ONE, SHOP, DOWNTOWN), {"merchant": SHOP}, False),
        ("a store of the merchant", Place(ONE, SHOP), {"store": AIRPORT}, True),
        ("another merchant", Place(ONE, SHOP), {"merchant": RIVAL}, False),
        ("another organisation's store", Place(ONE), {"store": ELSEWHERE}, False),
        ("own organisation", Place(ONE), {"organisation": ONE}, True),
        ("no place at all", Place(ONE), {}, False),
        ("an unknown store", Place(ONE), {"store": UUID(int=999)}, False),
        ("an unknown organisation", Place(ONE), {"organisation": UUID(int=999)}, False),
    ],
)
def test_the_gate(case: str, place: Place, asked: dict[str, UUID], passes: bool) -> None:
    grants = holding(Right.MEMBERS_READ, place)
    assert gate.may(grants, Right.MEMBERS_READ, **asked) is passes, case
    assert not gate.may(grants, Right.MEMBERS_ERASE, **asked), case
    if not passes:
        with pytest.raises(NotAllowed) as refused:
            gate.require(grants, Right.MEMBERS_READ, **asked)
        assert (refused.value.status, refused.value.facts) == (403, {"right": "members.read"})


def test_the_house_may_everything_and_somebody_without_grants_nothing() -> None:
    for right in Right:
        gate.require(gate.HOUSE, right)
        gate.require(gate.HOUSE, right, SHOP, DOWNTOWN, organisation=ONE)
        with pytest.raises(NotAllowed):
            gate.require_any(Grants(places=TOWN), right)
        with pytest.raises(NotAllowed):
            gate.require(Grants(), right)


@pytest.mark.parametrize(
    ("case", "kind", "number", "place", "passes"),
    [
        ("another who may", "staff", 2, Place(ONE), True),
        ("oneself", "staff", 1, Place(ONE), False),
        ("a key, which is nobody", "key", 2, Place(ONE), False),
        ("another who may elsewhere", "staff", 2, Place(TWO), False),
    ],
)
def test_a_second_approver_is_somebody_else_who_may(
    case: str, kind: str, number: int, place: Place, passes: bool
) -> None:
    asking = Holder("staff", UUID(int=1), "Ann", holding(Right.LEDGER_ADJUST, Place(ONE)))
    approving = Holder(kind, UUID(int=number), "Bob", holding(Right.LEDGER_APPROVE, place))
    if passes:
        gate.require_second(asking, approving, SHOP, DOWNTOWN)
        return
    for other in (approving, None):
        with pytest.raises(NeedsSecondApprover):
            gate.require_second(asking, other, SHOP, DOWNTOWN)


def test_only_administrators_manage_access_and_tills_never_see_the_trail() -> None:
    managing = {code for code, (_, rights) in BUILT_IN.items() if Right.ACCESS_MANAGE in rights}
    assert managing == {"administrator"}
    assert {code for code, (_, rights) in BUILT_IN.items() if Right.JOURNAL_READ in rights} == {
        "administrator",
        "auditor",
    }
    asking_and_approving = {
        c for c, (_, rights) in BUILT_IN.items() if {Right.LEDGER_ADJUST, Right.LEDGER_APPROVE} <= rights
    }
    assert asking_and_approving == {"administrator"}
