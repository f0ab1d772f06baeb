"""Households, companies, key accounts, and who speaks for them."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from tests.members.shop import ANN, AT, OURS, THEIRS, enrol

from regulars.members.erasing import erase
from regulars.members.errors import UnknownMember, WrongGroup
from regulars.members.merging import merge, unmerge
from regulars.members.models import Company, Contact, Household, Member
from regulars.members.selectors.groups import relatives
from regulars.members.services import groups
from regulars.members.services.groups import CompanySaid

pytestmark = pytest.mark.django_db
CARER = UUID(int=77)
LATER, LATEST = AT + timedelta(days=3), AT + timedelta(days=9)


def household_of(member: UUID) -> UUID | None:
    return Member.objects.get(id=member).household_id


def company(name: str, register: str = "", *, parent: UUID | None = None) -> UUID:
    return groups.make_company(CompanySaid(name, register, parent=parent), organisation=OURS, actor=ANN, at=AT)


def test_members_share_a_home_join_and_leave() -> None:
    ann, bob, eve = enrol(), enrol(), enrol()
    home = groups.make_household([ann, bob], organisation=OURS, head=ann, actor=ANN, at=AT)
    groups.join_household([eve], home, organisation=OURS, actor=ANN, at=AT)
    assert {household_of(one) for one in (ann, bob, eve)} == {home}
    groups.join_household([ann], None, organisation=OURS, actor=ANN, at=AT)
    assert household_of(ann) is None
    assert Household.objects.get(id=home).head is None


def test_a_home_is_within_one_organisation() -> None:
    ann, theirs = enrol(), enrol(organisation=THEIRS)
    with pytest.raises(UnknownMember):
        groups.make_household([ann, theirs], organisation=OURS, actor=ANN, at=AT)
    home = groups.make_household([ann], organisation=OURS, actor=ANN, at=AT)
    with pytest.raises(WrongGroup):
        groups.join_household([theirs], home, organisation=THEIRS, actor=ANN, at=AT)
    with pytest.raises(WrongGroup):
        groups.make_household([ann], organisation=OURS, head=theirs, actor=ANN, at=AT)


def test_a_key_account_has_someone_who_looks_after_it() -> None:
    with pytest.raises(WrongGroup):
        groups.make_company(CompanySaid("Brewery", is_key_account=True), organisation=OURS, actor=ANN, at=AT)
    number = company("Brewery", "HRB 1")
    said = CompanySaid("Brewery", "HRB 1", is_key_account=True, carer=CARER)
    groups.change_company(number, said, organisation=OURS, actor=ANN, at=AT)
    row = Company.objects.get(id=number)
    assert (row.is_key_account, row.carer) == (True, CARER)
    with pytest.raises(WrongGroup):
        company("Another", "HRB 1")
    with pytest.raises(WrongGroup):
        groups.change_company(number, said, organisation=THEIRS, actor=ANN, at=AT)


def test_a_company_does_not_stand_above_itself() -> None:
    above = company("Group")
    below = company("Branch", parent=above)
    with pytest.raises(WrongGroup):
        groups.change_company(above, CompanySaid("Group", parent=below), organisation=OURS, actor=ANN, at=AT)
    with pytest.raises(WrongGroup):
        company(" ")


def speak(company_: UUID, member: UUID, *, is_main: bool = False) -> None:
    groups.add_contact(
        company_, member, organisation=OURS, role="buyer", is_main=is_main, effective_at=AT, actor=ANN, at=AT
    )


def test_a_new_main_contact_takes_the_old_ones_place() -> None:
    firm, ann, bob = company("Brewery"), enrol(), enrol()
    speak(firm, ann, is_main=True)
    speak(firm, bob, is_main=True)
    assert dict(Contact.objects.values_list("member_id", "is_main")) == {ann: False, bob: True}
    with pytest.raises(WrongGroup):
        speak(firm, ann)
    groups.end_contact(firm, bob, organisation=OURS, actor=ANN, at=AT)
    with pytest.raises(WrongGroup):
        groups.end_contact(firm, bob, organisation=OURS, actor=ANN, at=AT)
    speak(firm, bob)
    assert Contact.objects.filter(ended_at=None).count() == 2


def since(member: UUID) -> datetime | None:
    return Member.objects.get(id=member).household_since


def test_since_when_somebody_lives_there_is_kept() -> None:
    ann, bob = enrol(), enrol()
    home = groups.make_household([ann], organisation=OURS, actor=ANN, at=AT)
    groups.join_household([ann, bob], home, organisation=OURS, actor=ANN, at=LATER)
    assert (since(ann), since(bob)) == (AT, LATER)
    groups.join_household([ann], None, organisation=OURS, actor=ANN, at=LATER)
    groups.join_household([ann], home, organisation=OURS, actor=ANN, at=LATEST)
    assert (since(ann), [one.id for one in relatives([home])[home]]) == (LATEST, [bob, ann])
    erase(ann, reason="asked", actor=ANN, at=LATEST)
    assert (since(ann), [one.id for one in relatives([home])[home]]) == (None, [bob])


@pytest.mark.parametrize("survivor_first", [True, False])
def test_of_two_who_are_one_the_earlier_moving_in_counts_until_they_are_parted(survivor_first: bool) -> None:
    ann, annie = enrol(), enrol()
    home = groups.make_household([ann if survivor_first else annie], organisation=OURS, actor=ANN, at=AT)
    groups.join_household([ann, annie], home, organisation=OURS, actor=ANN, at=LATER)
    before = since(ann), since(annie)
    merge(ann, annie, organisation=OURS, reason="one person", actor=ANN, at=LATEST)
    assert (since(ann), [one.id for one in relatives([home])[home]]) == (AT, [ann])
    unmerge(annie, organisation=OURS, reason="two", actor=ANN, at=LATEST)
    assert (since(ann), since(annie)) == before


def test_who_lived_nowhere_moves_in_with_whom_they_take_in_until_they_are_parted() -> None:
    ann, annie = enrol(), enrol()
    groups.make_household([annie], organisation=OURS, actor=ANN, at=AT)
    merge(ann, annie, organisation=OURS, reason="one person", actor=ANN, at=LATER)
    assert since(ann) == AT
    unmerge(annie, organisation=OURS, reason="two", actor=ANN, at=LATEST)
    assert (since(ann), household_of(ann), since(annie)) == (None, None, AT)
