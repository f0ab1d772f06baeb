"""Consent: each yes and no with its proof, and a no that is obeyed at once."""

from datetime import datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.members.shop import ANN, AT, OURS, THEIRS, enrol
from tests.statements import counted

from regulars.members.errors import UnknownMember, WordingChanged, WrongConsent
from regulars.members.models import Consent, Member, Wording
from regulars.members.moves import Asked
from regulars.members.selectors.consents import permissions_of, permitted, proofs_of
from regulars.members.services import consents

DAY = timedelta(days=1)
TEXT = "We may write to you by mail about our offers. You can end this at any time."
pytestmark = pytest.mark.django_db


def wording(text: str = TEXT, version: str = "2026-1", purpose: str = "marketing") -> UUID:
    return consents.publish(
        organisation=OURS, purpose=purpose, language="en", version=version, text=text, actor=ANN, at=AT
    )


def say(member: UUID, given: bool, *, since: datetime = AT, channel: str = "email") -> None:
    words = wording() if given else None
    asked = Asked(member, channel, "marketing", given, "form on the web", since, words)
    consents.tell([asked], organisation=OURS, actor=ANN, at=AT + 100 * DAY)


def test_a_yes_is_kept_with_who_when_which_words_and_whence() -> None:
    member = enrol()
    say(member, True, since=AT + DAY)
    proof = proofs_of(member)[0]
    assert (proof.wording, proof.version, proof.source, proof.actor) == (
        TEXT,
        "2026-1",
        "form on the web",
        "staff:stf_1",
    )
    assert (proof.effective_at, proof.recorded_at, proof.given) == (AT + DAY, AT + 100 * DAY, True)
    assert permitted([member], "email", "marketing") == {member}
    assert permitted([member], "sms", "marketing") == set()


def test_silence_is_a_no() -> None:
    member = enrol()
    assert permitted([member], "email", "marketing") == set()
    assert permissions_of(member) == {}


def test_a_no_holds_at_once_and_the_history_stays() -> None:
    member = enrol()
    say(member, True, since=AT)
    say(member, False, since=AT + DAY)
    assert permitted([member], "email", "marketing") == set()
    assert [proof.given for proof in proofs_of(member)] == [True, False]


def test_a_yes_that_arrives_after_a_later_no_changes_nothing() -> None:
    member = enrol()
    say(member, False, since=AT + 2 * DAY)
    say(member, True, since=AT + DAY)
    assert permitted([member], "email", "marketing") == set()


class InAnyOrder(TestCase):
    """What holds is the latest word, whatever order the words arrive in, singly or together."""

    @settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=4))
    def test_the_order_of_arrival_changes_nothing(self, words: list[tuple[int, bool]]) -> None:
        last = max(day for day, _ in words)
        holds = all(given for day, given in words if day == last)
        orders = list(permutations(words))[:6]
        members = [enrol() for _ in orders]
        for member, order in zip(members, orders, strict=True):
            for day, given_ in order:
                say(member, given_, since=AT + day * DAY)
        assert permitted(members, "email", "marketing") == (set(members) if holds else set())


def test_no_to_everything_at_once() -> None:
    member = enrol()
    say(member, True)
    say(member, True, channel="sms")
    done = consents.withdraw_all(member, organisation=OURS, source="call", actor=ANN, at=AT + 200 * DAY)
    assert done == 2
    assert set(permissions_of(member).values()) == {False}


def test_of_a_merged_member_the_latest_word_counts() -> None:
    kept, merged = enrol(), enrol()
    say(kept, True, since=AT)
    say(merged, False, since=AT + DAY)
    Member.objects.filter(id=merged).update(root=kept)
    assert permitted([kept], "email", "marketing") == set()
    assert len(proofs_of(kept)) == 2
    Member.objects.filter(id=merged).update(root=merged)
    assert permitted([kept], "email", "marketing") == {kept}


def test_a_thousand_answers_cost_the_queries_of_one() -> None:
    words, counts = wording(), []
    for size in (1, 50):
        members = [enrol() for _ in range(size)]
        asked = [Asked(member, "email", "marketing", True, "import", AT, words) for member in members]
        with counted() as queries:
            consents.tell(asked, organisation=OURS, actor=ANN, at=AT)
        assert permitted(members, "email", "marketing") == set(members)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_yes_without_its_words_is_refused() -> None:
    member, other = enrol(), wording(purpose="profiling")
    for asked in (
        Asked(member, "email", "marketing", True, "form", AT),
        Asked(member, "email", "marketing", True, "form", AT, other),
        Asked(member, "email", "marketing", True, "form", AT + 999 * DAY, wording()),
        Asked(member, "E-Mail", "marketing", False, "form", AT),
        Asked(member, "email", "", False, "form", AT),
    ):
        with pytest.raises(WrongConsent):
            consents.tell([asked], organisation=OURS, actor=ANN, at=AT)
    with pytest.raises(WrongConsent):
        consents.tell(
            [Asked(member, "email", "marketing", True, "form", AT, wording())], organisation=THEIRS, actor=ANN, at=AT
        )
    with pytest.raises(UnknownMember):
        consents.tell([Asked(UUID(int=9), "email", "marketing", False, "x", AT)], organisation=OURS, actor=ANN, at=AT)
    assert not Consent.objects.exists()


def test_a_published_wording_does_not_change() -> None:
    first = wording()
    assert wording() == first
    with pytest.raises(WordingChanged):
        wording("We may also sell your data.")
    assert wording("New text.", version="2026-2") != first
    with pytest.raises(WrongConsent):
        wording(" ", version="2026-3")


def test_the_database_itself_refuses_to_change_a_proof() -> None:
    member = enrol()
    say(member, True)
    for act in (
        lambda: Consent.objects.update(given=False),
        lambda: Wording.objects.update(text="other"),
        lambda: connection.cursor().execute("DELETE FROM members_wording"),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            act()
    assert proofs_of(member)[0].wording == TEXT


def test_what_was_on_record_at_a_moment_can_be_shown() -> None:
    member = enrol()
    say(member, True, since=AT)
    assert proofs_of(member, as_of=AT + DAY) == []
    assert len(proofs_of(member, as_of=AT + 100 * DAY)) == 1
