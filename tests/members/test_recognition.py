"""Whoever shows whatever is known at once, and nobody learns whom another organisation knows."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from tests.members.shop import ANN, AT, OURS, THEIRS, enrol, make_range, seen
from tests.statements import counted

from regulars.members import identifying, numbers
from regulars.members.errors import IdentifierTaken, WrongIdentifier
from regulars.members.keys import card_secret
from regulars.members.models import Identifier, Member
from regulars.members.moves import NewIdentifier, NewMember, Presented
from regulars.members.selectors import by_tail, recognise_all, recognise_text, roots
from regulars.members.selectors.profiles import identifiers_of
from regulars.members.services import cards, identifiers, people

pytestmark = pytest.mark.django_db
EVERY = [
    ("phone", "+49 171 5550199"),
    ("email", "Ann.Lee@Example.com"),
    ("external", "K-0042"),
    ("open_id", "oid-77"),
]


def member_of(kind: str, value: str, organisation: UUID = OURS) -> UUID | None:
    found = seen(kind, value, organisation)
    return found.member if found else None


def shapes(act: Callable[[], object]) -> list[str]:
    """The statements an act sends, without their values."""
    with counted() as queries:
        act()
    return queries


def test_every_identifier_of_a_member_leads_to_it() -> None:
    member = enrol(*EVERY)
    enrol(("phone", "0171 5550200"))
    assert [member_of(kind, value) for kind, value in EVERY] == [member] * len(EVERY)


def test_however_a_phone_or_mail_is_typed_it_is_the_same() -> None:
    member = enrol(("phone", "+49 171 5550199"), ("email", "Ann.Lee@Example.com"))
    typed = ["0171-5550199", "(0171) 555 01 99", "00491715550199", "+491715550199", "\uff10171 5550199"]
    assert {member_of("phone", text) for text in typed} == {member}
    assert {member_of("email", text) for text in ("ann.lee@example.com", " ANN.LEE@EXAMPLE.COM ")} == {member}


def test_many_identifiers_of_any_kind_are_one_query() -> None:
    member = enrol(*EVERY)
    card = cards.issue_to(make_range(), [member], organisation=OURS, actor=ANN, at=AT)[0]
    shown = [
        Presented("card", card.number),
        *(Presented(kind, value, "shop" if kind in ("external", "open_id") else "") for kind, value in EVERY),
        Presented("phone", "+49 30 999999"),
    ]
    with counted() as queries:
        found = recognise_all(shown, organisation=OURS, region="DE")
    assert len(queries) == 1
    assert [one.member if one else None for one in found] == [member] * 5 + [None]


def test_whatever_a_clerk_types_is_one_query() -> None:
    member = enrol(*EVERY)
    card = cards.issue_to(make_range(), [member], organisation=OURS, actor=ANN, at=AT)[0]
    for text in ("0171 5550199", "ann.lee@example.com", "K-0042", card.number):
        with counted() as queries:
            found = recognise_text(text, organisation=OURS, region="DE", sources=["shop"])
        assert found is not None
        assert found.member == member
        assert len(queries) == 1


def test_recognition_goes_through_one_index() -> None:
    people.enrol([_numbered(number) for number in range(400)], actor=ANN, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE members_identifier")
        cursor.execute(
            "EXPLAIN SELECT id FROM members_identifier i WHERE i.blind = ANY(%s) AND i.recognises", [[b"x" * 16]]
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index" in plan
    assert "Seq Scan" not in plan


def _numbered(number: int) -> NewMember:
    return NewMember(OURS, "shop", AT, identifiers=[NewIdentifier("external", f"K-{number:05d}", "shop")])


@pytest.mark.parametrize(
    ("kind", "known", "unknown", "malformed"),
    [
        ("phone", "+49 171 5550199", "+49 171 5550200", "abc"),
        ("email", "ann@example.com", "bob@example.com", "no address"),
        ("external", "K-1", "K-2", ""),
        ("open_id", "o1", "o2", " "),
    ],
)
def test_unknown_foreign_and_malformed_codes_are_answered_alike_with_the_same_work(
    kind: str, known: str, unknown: str, malformed: str
) -> None:
    enrol((kind, known), organisation=THEIRS)
    answers = {text: seen(kind, text) for text in (known, unknown, malformed)}
    assert answers == {known: None, unknown: None, malformed: None}
    work = {text: tuple(shapes(lambda text=text: seen(kind, text))) for text in answers}  # type: ignore[misc]
    assert len(set(work.values())) == 1
    assert len(work[unknown]) == 1
    assert member_of(kind, known, THEIRS) is not None


def test_a_made_up_card_number_is_refused_without_any_look_up() -> None:
    genuine = cards.issue(make_range(), 1, organisation=OURS, actor=ANN, at=AT)[0].number
    body = genuine[: -numbers.SIGNATURE - 1]
    wrong = str((int(genuine[-numbers.SIGNATURE - 1 : -1]) + 1) % 10**numbers.SIGNATURE).zfill(numbers.SIGNATURE)
    made_up = body + wrong + numbers.check_digit(body + wrong)
    with counted() as queries:
        assert seen("card", made_up) is None
    assert len(queries) == 0
    assert seen("card", genuine) is not None


def test_a_foreign_card_is_an_unknown_card() -> None:
    theirs = cards.issue(make_range("2800", organisation=THEIRS), 1, organisation=THEIRS, actor=ANN, at=AT)[0]
    secret_but_never_issued = numbers.number_of("2700", 5, 7, card_secret())
    assert seen("card", theirs.number) is None
    assert seen("card", secret_but_never_issued) is None
    assert shapes(lambda: seen("card", theirs.number)) == shapes(lambda: seen("card", secret_but_never_issued))


def test_sem_35_an_old_id_redirects_and_says_whose_it_was() -> None:
    kept, merged = enrol(("phone", "+49 171 5550199")), enrol(("email", "ann@example.com"))
    Member.objects.filter(id=merged).update(root=kept)
    found = seen("email", "ann@example.com")
    assert found is not None
    assert (found.member, found.shown) == (kept, merged)
    assert roots([kept, merged], organisation=OURS) == {kept: kept, merged: kept}
    with counted() as queries:
        seen("email", "ann@example.com")
    assert len(queries) == 1


def test_what_a_merged_id_is_told_is_told_to_who_it_is_now() -> None:
    kept, merged = enrol(("phone", "+49 171 5550199")), enrol(("email", "ann@example.com"))
    Member.objects.filter(id=merged).update(root=kept)
    _add(merged, "external", "K-9")
    assert Identifier.objects.get(kind="external").member_id == kept


def _add(member: UUID, kind: str, value: str, *, may_share: bool = False) -> UUID:
    source = "shop" if kind in ("external", "open_id") else ""
    return identifiers.add(
        [(member, NewIdentifier(kind, value, source, may_share=may_share))],
        organisation=OURS,
        source="till 1",
        effective_at=AT,
        region="DE",
        actor=ANN,
        at=AT,
    )[0]


def test_two_members_are_not_recognised_by_one_phone() -> None:
    enrol(("phone", "0171 5550199"))
    with pytest.raises(IdentifierTaken) as refused:
        enrol(("phone", "+49 171 5550199"))
    assert "555" not in f"{refused.value} {refused.value.facts}"
    assert Member.objects.count() == 1


def test_a_shared_phone_reaches_the_second_and_recognises_the_first() -> None:
    first = enrol(("phone", "0171 5550199"))
    second = enrol(("phone", "0171 5550199"), may_share=True)
    assert member_of("phone", "0171 5550199") == first
    assert [one.recognises for one in identifiers_of([second])[second]] == [False]


def test_the_same_phone_serves_two_organisations_apart() -> None:
    ours, theirs = enrol(("phone", "0171 5550199")), enrol(("phone", "0171 5550199"), organisation=THEIRS)
    assert member_of("phone", "0171 5550199") == ours
    assert member_of("phone", "0171 5550199", THEIRS) == theirs
    blinds = {bytes(blind) for blind in Identifier.objects.values_list("blind", flat=True)}
    assert len(blinds) == 2


def test_a_phone_that_was_given_up_can_be_somebody_elses() -> None:
    enrol(("phone", "0171 5550199"))
    old = Identifier.objects.get()
    identifiers.end(old.id, organisation=OURS, reason="new number", actor=ANN, at=AT)
    assert seen("phone", "0171 5550199") is None
    second = enrol(("phone", "0171 5550199"))
    assert member_of("phone", "0171 5550199") == second


def test_the_last_four_digits_find_phones_and_cards() -> None:
    ann, bob = enrol(("phone", "0171 5550199")), enrol(("phone", "0171 5550200"))
    card = cards.issue_to(make_range(), [bob], organisation=OURS, actor=ANN, at=AT)[0]
    assert by_tail("0199", organisation=OURS) == [ann]
    assert by_tail(card.number[-4:], organisation=OURS) == [bob]
    assert by_tail("0199", organisation=THEIRS) == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("phone", "12"),
        ("phone", "0171 5550199 ext 5"),
        ("email", "ann@"),
        ("email", "a b@example.com"),
        ("external", "  "),
        ("card", "2700000000000000"),
        ("fax", "1"),
        ("email", "a" * 260 + "@example.com"),
    ],
)
def test_what_cannot_be_an_identifier_is_refused_and_not_repeated(kind: str, value: str) -> None:
    with pytest.raises(WrongIdentifier) as refused:
        enrol((kind, value))
    assert value.strip() == "" or value not in f"{refused.value} {refused.value.facts}"


@given(
    st.from_regex(r"1[5-7][0-9]{8,9}", fullmatch=True), st.sampled_from(["0{}", "+49{}", "0049 {}", "(0{})", "+49-{}"])
)
def test_a_phone_has_one_form_and_that_form_is_its_own(number: str, written: str) -> None:
    plain = identifying.normal("phone", written.format(number), region="DE")
    assert plain == f"+49{number}"
    assert identifying.normal("phone", plain, region="US") == plain


@given(st.emails(domains=st.sampled_from(["example.com", "Mail.Example.ORG", "bücher.example"])))
def test_a_mail_address_has_one_form_and_that_form_is_its_own(address: str) -> None:
    try:
        plain = identifying.normal("email", address)
    except WrongIdentifier:
        return
    assert identifying.normal("email", plain) == plain
    assert identifying.normal("email", f"  {address.upper()} ") == plain or "ß" in address.lower()
