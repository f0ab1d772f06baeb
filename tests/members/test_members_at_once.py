"""What happens when two tills do the same at the same moment, on a real database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections, transaction
from tests.members.shop import ANN, AT, OURS, enrol, make_range, seen

from regulars.ledger.models import Freeze
from regulars.ledger.services import freeze
from regulars.ledger.words import Level
from regulars.members.errors import IdentifierTaken, WrongCardRange
from regulars.members.fields import Definition
from regulars.members.locks import lock_members
from regulars.members.models import Card, Fact, Field, Member, Retention
from regulars.members.moves import Asked, FactChange
from regulars.members.selectors.consents import permitted
from regulars.members.selectors.profiles import facts_of
from regulars.members.services import cards, consents, people
from regulars.members.services.extras import define_field
from regulars.members.services.retention import keep

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TILLS = 8


def at_once(act: Callable[[int], object]) -> list[object]:
    """Each till's answer, or the name of its refusal."""
    ready = Barrier(TILLS)

    def one(number: int) -> object:
        connection.ensure_connection()
        ready.wait()
        try:
            return act(number)
        except (IdentifierTaken, WrongCardRange) as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TILLS) as tills:
        return list(tills.map(one, range(TILLS)))


def test_one_phone_enrolled_at_eight_tills_is_one_member() -> None:
    answers = at_once(lambda _: enrol(("phone", "0171 5550199"), facts={"town": "Kiel"}))
    assert answers.count("identifier-taken") == TILLS - 1
    assert Member.objects.count() == 1
    assert Fact.objects.count() == 1
    found = seen("phone", "0171 5550199")
    assert found is not None
    assert found.member in answers


def test_serial_numbers_of_cards_issued_at_once_are_never_given_twice() -> None:
    range_id = make_range()
    made = at_once(lambda _: len(cards.issue(range_id, 200, organisation=OURS, actor=ANN, at=AT)))
    assert made == [200] * TILLS
    assert sorted(Card.objects.values_list("serial", flat=True)) == list(range(200 * TILLS))


def test_facts_told_at_once_leave_one_present_and_lose_none() -> None:
    member = enrol()

    def tell(number: int) -> int:
        change = FactChange(member, "town", f"Town {number}", f"till {number}", AT + timedelta(seconds=number))
        return people.change_facts([change], organisation=OURS, actor=ANN, at=AT)

    assert at_once(tell) == [1] * TILLS
    assert Fact.objects.filter(member=member).count() == TILLS
    assert facts_of([member])[member]["town"].value == f"Town {TILLS - 1}"
    assert Member.objects.get(id=member).town == f"Town {TILLS - 1}"


def test_what_is_set_at_once_is_set_once() -> None:
    """Of freezes, fields and periods: who comes second replaces, and nobody is refused."""
    member = enrol(("phone", "0171 5550199"))
    told: dict[str, Any] = {"actor": ANN, "at": AT}

    def put(number: int) -> None:
        freeze(member, Level.LOGIN, reason=f"{number}", **told)
        shoes = Definition("shoes", "whole")
        define_field(shoes, organisation=OURS, label=f"Size {number}", **told)
        keep("note", 100 + number, organisation=OURS, **told)

    assert at_once(put) == [None] * TILLS
    freezes = Freeze.objects.filter(owner=member)
    assert (freezes.count(), freezes.filter(lifted_at=None).count()) == (TILLS, 1)
    assert Field.objects.filter(organisation=OURS).count() == Retention.objects.filter(organisation=OURS).count() == 1


def test_the_latest_word_holds_whichever_till_is_first() -> None:
    member = enrol()
    words = consents.publish(
        organisation=OURS, purpose="marketing", language="en", version="1", text="We may write.", actor=ANN, at=AT
    )

    def say(number: int) -> None:
        given = number != TILLS - 1  # the last word is a no
        moment = AT + timedelta(seconds=number)
        asked = Asked(member, "email", "marketing", given, "till", moment, words if given else None)
        consents.tell([asked], organisation=OURS, actor=ANN, at=AT + timedelta(days=1))

    at_once(say)
    assert permitted([member], "email", "marketing") == set()


def test_what_is_told_while_a_merge_is_under_way_is_told_to_the_survivor() -> None:
    kept, merged = enrol(), enrol()
    under_way, told = Barrier(2), []

    def merge() -> None:
        try:
            with transaction.atomic():
                lock_members([kept, merged], organisation=OURS)
                under_way.wait()
                Member.objects.filter(id=merged).update(root=kept)
        finally:
            connections.close_all()

    def tell() -> UUID:
        try:
            under_way.wait()
            people.change_facts([FactChange(merged, "town", "Kiel", "till", AT)], organisation=OURS, actor=ANN, at=AT)
            return Fact.objects.get(name="town").member_id
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as tills:
        merging, telling = tills.submit(merge), tills.submit(tell)
        merging.result()
        told.append(telling.result())
    assert told == [kept]
