"""Cards: numbers nobody can make up, lost ones refused with their reason, blank ones that earn before a name."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st
from tests.members.shop import ANN, AT, OURS, THEIRS, enrol, make_range, seen
from tests.statements import counted

from regulars.journal.models import Entry
from regulars.journal.statements import run
from regulars.members import codes, numbers
from regulars.members.errors import (
    CardNotUsable,
    CardTaken,
    CodeRefused,
    CodeUsed,
    UnknownIdentifier,
    WrongCardRange,
)
from regulars.members.keys import card_secret
from regulars.members.models import Card, Member, UsedCode
from regulars.members.moves import MadeCard
from regulars.members.selectors.profiles import identifiers_of
from regulars.members.services import cards, people
from regulars.members.services.cards import Replacement
from regulars.members.services.codes import forget_used, take

SECRET = bytes(range(32))
SERIALS = st.integers(0, 10**7 - 1)


@given(SERIALS, st.binary(min_size=32, max_size=32))
def test_a_number_is_genuine_under_its_own_key_alone(serial: int, other: bytes) -> None:
    number = numbers.number_of("2700", serial, 7, SECRET)
    assert numbers.genuine(number, SECRET)
    assert numbers.genuine(f"{number[:4]} {number[4:11]}-{number[11:]}", SECRET)
    made_otherwise = numbers.number_of("2700", serial, 7, other)
    assert numbers.genuine(made_otherwise, SECRET) == (made_otherwise == number)


@given(SERIALS, st.data())
def test_a_mistyped_digit_is_always_caught(serial: int, data: st.DataObject) -> None:
    number = numbers.number_of("2700", serial, 7, SECRET)
    place = data.draw(st.integers(0, len(number) - 1))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    assert not numbers.genuine(number[:place] + digit + number[place + 1 :], SECRET)


def test_made_up_numbers_with_a_right_check_digit_do_not_pass() -> None:
    bodies = [f"2700{serial:07d}{serial % 100_000:05d}" for serial in range(20_000)]
    passed = sum(numbers.genuine(body + numbers.check_digit(body), SECRET) for body in bodies)
    assert passed <= 3  # one in 100,000 is right by chance


@given(st.text(max_size=30))
def test_no_text_is_taken_for_a_number_or_stops_the_till(text: str) -> None:
    assert not numbers.genuine(text, SECRET)


@pytest.mark.slow
@pytest.mark.django_db
def test_a_hundred_thousand_cards_are_issued_at_once() -> None:
    made = cards.issue(make_range(), 100_000, organisation=OURS, actor=ANN, at=AT)
    assert len({card.number for card in made}) == 100_000
    found = seen("card", made[77_777].number)
    assert found is not None
    assert (found.card, found.member, found.usable) == (made[77_777].id, None, True)


@pytest.mark.django_db
def test_after_many_cards_their_tables_are_measured_so_that_keys_are_not_checked_by_reading_all() -> None:
    cards.issue(make_range(), cards.MANY, organisation=OURS, actor=ANN, at=AT)
    for table in ("members_card", "members_identifier"):
        assert run("SELECT reltuples >= %s FROM pg_class WHERE relname = %s", [cards.MANY, table]) == [(True,)]


@pytest.mark.django_db
def test_issuing_costs_the_same_queries_for_any_number() -> None:
    range_id = make_range()
    counts = []
    for count in (1, 500):
        with counted() as queries:
            cards.issue(range_id, count, organisation=OURS, actor=ANN, at=AT)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_serial_numbers_go_on_and_end() -> None:
    range_id = make_range("270", 3 + 3)
    assert len(cards.issue(range_id, 5, organisation=OURS, actor=ANN, at=AT)) == 5
    with pytest.raises(WrongCardRange) as refused:
        cards.issue(range_id, 10**6 - 4, organisation=OURS, actor=ANN, at=AT)
    assert refused.value.facts["left"] == 10**6 - 5
    assert Card.objects.count() == 5
    with pytest.raises(WrongCardRange):
        cards.issue(range_id, 1, organisation=THEIRS, actor=ANN, at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("prefix", "digits"), [("27", 4), ("2700", 11), ("0270", 7), ("27a0", 7), ("2700", 7), ("270012", 7), ("270", 8)]
)
def test_a_range_that_cannot_be_is_refused(prefix: str, digits: int) -> None:
    make_range("2700", 7)
    with pytest.raises(WrongCardRange):
        make_range(prefix, digits)


def blank() -> MadeCard:
    return cards.issue(make_range(), 1, organisation=OURS, actor=ANN, at=AT)[0]


def opened(card: UUID) -> UUID:
    return cards.open_anonymous(card, organisation=OURS, source="till 1", actor=ANN, at=AT)


@pytest.mark.django_db
def test_a_blank_card_earns_now_and_is_claimed_later() -> None:
    card = blank()
    member = opened(card.id)
    found = seen("card", card.number)
    assert found is not None
    assert (found.member, found.member_state) == (member, "anonymous")
    assert opened(card.id) == member
    cards.name_anonymous(member, organisation=OURS, actor=ANN, at=AT)
    found = seen("card", card.number)
    assert found is not None
    assert (found.member, found.member_state) == (member, "active")


@pytest.mark.django_db
def test_a_member_takes_a_blank_card_and_nobody_elses() -> None:
    card, ann, bob = blank(), enrol(), enrol()
    cards.claim(card.id, ann, organisation=OURS, actor=ANN, at=AT)
    cards.claim(card.id, ann, organisation=OURS, actor=ANN, at=AT)  # again: nothing more happens
    with pytest.raises(CardTaken):
        cards.claim(card.id, bob, organisation=OURS, actor=ANN, at=AT)
    found = seen("card", card.number)
    assert found is not None
    assert found.member == ann


@pytest.mark.django_db
def test_a_card_that_has_earned_is_claimed_by_merging_it() -> None:
    card, ann = blank(), enrol(facts={"given_name": "Ann"})
    anonymous = opened(card.id)
    with pytest.raises(CardTaken) as refused:
        cards.claim(card.id, ann, organisation=OURS, actor=ANN, at=AT)
    assert str(refused.value.facts["anonymous_member"]).startswith("mbr_")
    Member.objects.filter(id=anonymous).update(root=ann)  # what a merge does here
    cards.claim(card.id, ann, organisation=OURS, actor=ANN, at=AT)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_blank_card_used_at_two_tills_at_once_is_one_member() -> None:
    card = blank()

    def use(_: int) -> UUID:
        try:
            return opened(card.id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as tills:
        members = set(tills.map(use, range(8)))
    assert len(members) == 1
    assert Member.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("why", ["lost", "stolen", "replaced", "upgraded"])
def test_a_replaced_card_carries_everything_over_and_the_old_number_says_why(why: str) -> None:
    member = enrol(("phone", "0171 5550199"), facts={"given_name": "Ann"})
    old = cards.issue_to(make_range(), [member], organisation=OURS, form="plastic", actor=ANN, at=AT)[0]
    change = Replacement(why, reason="left in a taxi", level="gold")
    new = cards.replace(old.id, change, organisation=OURS, actor=ANN, at=AT + timedelta(days=1))
    was, now = seen("card", old.number), seen("card", new.number)
    assert was is not None
    assert now is not None
    assert (was.usable, was.state, was.reason, was.replaced_by) == (False, why, "left in a taxi", new.id)
    assert (now.usable, now.member) == (True, member)
    assert Card.objects.get(id=new.id).level == "gold"
    with pytest.raises(CardNotUsable):
        cards.claim(old.id, member, organisation=OURS, actor=ANN, at=AT)
    with pytest.raises(CardNotUsable):
        cards.replace(old.id, change, organisation=OURS, actor=ANN, at=AT)


@pytest.mark.django_db
def test_a_lost_anonymous_card_keeps_what_it_earned() -> None:
    old = blank()
    member = opened(old.id)
    new = cards.replace(old.id, Replacement("lost"), organisation=OURS, actor=ANN, at=AT)
    found = seen("card", new.number)
    assert found is not None
    assert found.member == member


@pytest.mark.django_db
def test_a_card_that_turns_up_again_works_unless_replaced() -> None:
    card = blank()
    cards.block(card.id, organisation=OURS, why="lost", reason="called", actor=ANN, at=AT)
    found = seen("card", card.number)
    assert found is not None
    assert not found.usable
    with pytest.raises(CardNotUsable):
        opened(card.id)
    cards.unblock(card.id, organisation=OURS, reason="found", actor=ANN, at=AT)
    assert opened(card.id)
    cards.replace(card.id, Replacement("lost"), organisation=OURS, actor=ANN, at=AT)
    with pytest.raises(CardNotUsable):
        cards.unblock(card.id, organisation=OURS, reason="found", actor=ANN, at=AT)


@pytest.mark.django_db
def test_another_organisations_card_cannot_be_touched() -> None:
    card = blank()
    for act in (
        lambda: cards.open_anonymous(card.id, organisation=THEIRS, source="x", actor=ANN, at=AT),
        lambda: cards.block(card.id, organisation=THEIRS, why="lost", reason="", actor=ANN, at=AT),
        lambda: cards.replace(card.id, Replacement("lost"), organisation=THEIRS, actor=ANN, at=AT),
    ):
        with pytest.raises(UnknownIdentifier):
            act()


# Changing codes


@given(st.uuids(), st.integers(0, 4_000_000_000), st.integers(-120, 120))
def test_a_code_is_good_for_its_short_window_alone(card: UUID, second: int, later: int) -> None:
    at = datetime.fromtimestamp(second, UTC) + timedelta(days=1)
    text = codes.code(card, at=at, secret=SECRET)
    then = at + timedelta(seconds=later)
    near = abs(codes.window_of(then) - codes.window_of(at)) <= 1
    try:
        shown = codes.read(text.lower(), at=then, secret=SECRET)
    except CodeRefused:
        assert not near
    else:
        assert near
        assert shown.card == card


@given(st.uuids(), st.data())
def test_a_changed_code_is_not_genuine(card: UUID, data: st.DataObject) -> None:
    text = codes.code(card, at=AT, secret=SECRET)
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from([c for c in "0123456789ABCDEFGHJKMNPQRSTVWXYZ" if c != text[place]]))
    with pytest.raises(CodeRefused):
        codes.read(text[:place] + letter + text[place + 1 :], at=AT, secret=SECRET)


@given(st.text(max_size=80))
def test_no_text_is_taken_for_a_code_or_stops_the_scanner(text: str) -> None:
    with pytest.raises(CodeRefused):
        codes.read(text, at=AT, secret=SECRET)


@pytest.mark.django_db
def test_a_code_is_taken_once() -> None:
    member = enrol()
    card = cards.issue_to(make_range(), [member], organisation=OURS, actor=ANN, at=AT)[0]
    text = codes.code(card.id, at=AT, secret=card_secret())
    found = take(text, organisation=OURS, actor=ANN, at=AT)
    assert (found.member, found.card) == (member, card.id)
    with pytest.raises(CodeUsed):
        take(text, organisation=OURS, actor=ANN, at=AT + timedelta(seconds=5))
    later = AT + timedelta(seconds=codes.SECONDS)
    assert take(codes.code(card.id, at=later, secret=card_secret()), organisation=OURS, actor=ANN, at=later)


@pytest.mark.django_db
def test_a_forged_or_old_code_is_refused_without_a_query_and_a_foreign_one_is_unknown() -> None:
    card = blank()
    good, forged = (codes.code(card.id, at=AT, secret=key) for key in (card_secret(), SECRET))
    for text, at in ((forged, AT), (good, AT + timedelta(minutes=2))):
        with counted() as queries, pytest.raises(CodeRefused):
            take(text, organisation=OURS, actor=ANN, at=at)
        assert [query for query in queries if "SAVEPOINT" not in query] == []
    for text in (good, codes.code(UUID(int=99), at=AT, secret=card_secret())):
        with pytest.raises(UnknownIdentifier):
            take(text, organisation=THEIRS, actor=ANN, at=AT)
    assert not UsedCode.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_code_shown_at_two_tills_at_once_serves_one() -> None:
    text = codes.code(blank().id, at=AT, secret=card_secret())

    def scan(_: int) -> bool:
        try:
            take(text, organisation=OURS, actor=ANN, at=AT)
        except CodeUsed:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as tills:
        assert sum(tills.map(scan, range(8))) == 1


@pytest.mark.django_db
def test_used_codes_are_forgotten_when_no_code_is_good_any_more() -> None:
    take(codes.code(blank().id, at=AT, secret=card_secret()), organisation=OURS, actor=ANN, at=AT)
    assert forget_used(at=AT + timedelta(minutes=5)) == 0
    assert forget_used(at=AT + timedelta(minutes=11)) == 1


def test_the_picture_of_a_code_stands_in_a_page() -> None:
    picture = codes.svg(codes.code(UUID(int=7), at=AT, secret=SECRET))
    assert picture.startswith("<svg")
    assert "</svg>" in picture


@pytest.mark.django_db
def test_the_trail_of_cards_holds_no_number() -> None:
    member = enrol()
    card = cards.issue_to(make_range(), [member], organisation=OURS, actor=ANN, at=AT)[0]
    cards.replace(card.id, Replacement("lost"), organisation=OURS, actor=ANN, at=AT)
    said = " ".join(f"{entry.subject} {entry.before} {entry.after}" for entry in Entry.objects.all())
    assert "cards.replace" in set(Entry.objects.values_list("what", flat=True))
    assert card.number not in said
    assert [one.value for one in identifiers_of([member])[member]] != [card.number]


@pytest.mark.django_db
def test_a_closed_members_card_says_so() -> None:
    member = enrol(("phone", "0171 5550199"))
    card = cards.issue_to(make_range(), [member], organisation=OURS, actor=ANN, at=AT)[0]
    people.close(member, organisation=OURS, reason="asked", actor=ANN, at=AT)
    found = seen("card", card.number)
    assert found is not None
    assert found.member_state == "closed"
    assert seen("phone", "0171 5550199") is None
