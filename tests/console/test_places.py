"""Where a member of staff works: the same place each time, what they chose, and nothing of others."""

from itertools import permutations
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from regulars.access.errors import NotAllowed
from regulars.access.moves import Grant, Grants, Holder, Place, Places
from regulars.basics.ids import typed
from regulars.console.places import CHOSEN, choose, open_to, text_of, working_at
from regulars.journal.moves import STAFF

FIRST, SECOND, MARKET, BAKERY, FAR, QUAY, HILL = (UUID(int=number) for number in range(1, 8))
MAP = Places(
    organisations=frozenset((FIRST, SECOND)),
    organisation_of={MARKET: FIRST, BAKERY: FIRST, FAR: SECOND},
    merchant_of={HILL: MARKET, QUAY: MARKET},
)


def holder(*places: Place) -> Holder:
    return Holder(STAFF, UUID(int=9), "Ada", Grants(tuple(Grant(frozenset(), place) for place in places), MAP))


def request(chosen: str = "") -> Any:
    return SimpleNamespace(session={CHOSEN: chosen})


WITHIN = {
    (Place(FIRST),): [Place(FIRST), Place(FIRST, MARKET), Place(FIRST, BAKERY), Place(FIRST, MARKET, QUAY),
                      Place(FIRST, MARKET, HILL)],
    (Place(FIRST, MARKET),): [Place(FIRST, MARKET), Place(FIRST, MARKET, QUAY), Place(FIRST, MARKET, HILL)],
    (Place(FIRST, MARKET, HILL),): [Place(FIRST, MARKET, HILL)],
    (Place(SECOND), Place(FIRST, MARKET, HILL)): [Place(SECOND), Place(SECOND, FAR), Place(FIRST, MARKET, HILL)],
    (Place(UUID(int=99)), Place(FIRST, BAKERY)): [Place(FIRST, BAKERY)],
}  # fmt: skip


@pytest.mark.parametrize("given", WITHIN)
def test_what_lies_within_the_places_given(given: tuple[Place, ...]) -> None:
    one = holder(*given)
    assert open_to(one) == WITHIN[given]
    everywhere = [Place(FIRST), *WITHIN[(Place(FIRST),)], Place(SECOND), Place(SECOND, FAR)]
    for place in everywhere:
        asked = request()
        assert choose(asked, one, text_of(place)) == (place in WITHIN[given])
        if place in WITHIN[given]:
            assert working_at(asked, one) == (place, len(WITHIN[given]) > 1)


def test_the_widest_is_first_and_of_two_that_which_was_founded_first() -> None:
    for given in permutations((Place(SECOND), Place(FIRST), Place(FIRST, MARKET, HILL))):
        assert working_at(request(), holder(*given)) == (Place(FIRST), True)


@pytest.mark.parametrize("text", ["", "org_", typed("org", SECOND), typed("str", UUID(int=99)), "x" * 500])
def test_what_is_not_theirs_is_not_where_they_work(text: str) -> None:
    assert working_at(request(text), holder(Place(FIRST, BAKERY))) == (Place(FIRST, BAKERY), False)
    assert not choose(request(), holder(Place(FIRST, BAKERY)), text)


def test_without_a_role_there_is_no_place() -> None:
    with pytest.raises(NotAllowed):
        working_at(request(), holder())
