"""The card holders of the sample chain as members. Their names and addresses are made up here; nobody has them."""

import csv
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.demo.setting import DEMO, State
from regulars.demo.terms import ZONE
from regulars.members.moves import Asked, NewIdentifier, NewMember, Presented
from regulars.members.selectors import recognise_all
from regulars.members.services.cards import issue_to
from regulars.members.services.consents import tell
from regulars.members.services.people import enrol

CARD: Final = "Card no"  # the heading
SOURCE: Final = "riverside"  # whose numbers the old cards have
AT_ONCE: Final = 1_000
AGREE: Final = 0.6  # how many of them like to hear of offers
# Names by which somebody may be called, in English and in Chinese.
_HERS: Final = """
Amara Beth Carla Dora Elif Freya Grace Hana Ines Joy Kaya Lena Mina Nora Olga Priya Rosa Sara Tess Una Vera
"""
_HIS: Final = """
Adam Boris Carl Dev Emil Femi Gil Hugo Ivan Jonas Karim Leo Marc Nils Omar Paul Ravi Sam Tom Umar Victor
"""
_FAMILY: Final = """
Abel Ashby Baker Birch Costa Croft Dale Dunn Elder Evans Frost Grant Hale Ibsen Jones Khan Lowe Marsh Novak Okoro Patel
Quist Reyes Shaw Turner Underhill Vale Webb Young Zola
"""
_CHINESE: Final = ("陈 李 王 张 刘 杨 黄 赵 周 吴", "静 伟 芳 磊 敏 强 丽 军 洋 娜 建国 晓明 雨桐 子涵")


def rows_of(members: Path) -> list[dict[str, str]]:
    with members.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_card(home: UUID, rows: Sequence[dict[str, str]]) -> dict[str, UUID]:
    """Members by the number of their old card, as a till would ask for them."""
    found: dict[str, UUID] = {}
    for first in range(0, len(rows), AT_ONCE):
        some = [row[CARD] for row in rows[first : first + AT_ONCE]]
        shown = [Presented("external", card, SOURCE) for card in some]
        for card, one in zip(some, recognise_all(shown, organisation=home), strict=True):
            if one is not None and one.member is not None:
                found[card] = one.member
    return found


def enrolled(state: State, rows: Sequence[dict[str, str]], *, at: datetime) -> Iterator[int]:
    """Makes those who are not members yet, a thousand at a time; tells how many there are after each."""
    there = by_card(state.home, rows)
    missing = [row for row in rows if row[CARD] not in there]
    for first in range(0, len(missing), AT_ONCE):
        some = missing[first : first + AT_ONCE]
        chance = Random(some[0][CARD])
        with transaction.atomic():
            made = enrol([_member(row, state, chance) for row in some], actor=DEMO, at=at)
            issue_to(UUID(state.cards), made, organisation=state.home, actor=DEMO, at=at)
            agreed = [_consent(member, state, at) for member in made if chance.random() < AGREE]
            tell(agreed, organisation=state.home, actor=DEMO, at=at)
        yield len(there) + first + len(made)


def _member(row: dict[str, str], state: State, chance: Random) -> NewMember:
    card = row[CARD]
    facts = {**_named(row, chance), "town": row["Town"], "sex": {"F": "female", "M": "male"}.get(row["Sex"], "other")}
    if row["Birth year"]:
        facts["birth_on"] = date(int(row["Birth year"]), chance.randint(1, 12), chance.randint(1, 28)).isoformat()
    joined = datetime.combine(date.fromisoformat(row["Joined on"]), time(9), ZoneInfo(ZONE)).astimezone(UTC)
    identifiers = (
        NewIdentifier("external", card, SOURCE),
        NewIdentifier("email", f"{card.lower()}@mail.example", verified=True),
    )
    return NewMember(state.home, SOURCE, joined, facts, identifiers, UUID(state.merchant))


def _consent(member: UUID, state: State, at: datetime) -> Asked:
    return Asked(member, "email", "marketing", True, SOURCE, at, UUID(state.wording))


def _named(row: dict[str, str], chance: Random) -> dict[str, str]:
    if chance.random() < 0.15:
        family, given = (chance.choice(names.split()) for names in _CHINESE)
        return {"family_name": family, "given_name": given, "language": "zh"}
    given = chance.choice({"F": _HERS, "M": _HIS}.get(row["Sex"], _HERS + _HIS).split())
    return {"family_name": chance.choice(_FAMILY.split()), "given_name": given, "language": "en"}
