"""How alike two people are, field by field: levels from the same to different, and what each weighs. Pure.

A level has m, how often one person's two entries agree so far, and u, how often two people's do; log2(m / u) is its
weight. These are the starting values, from a made-up population with known truth; in bulk they are learned from the
data itself. A field that either side lacks weighs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp2, log2
from typing import Final
from uuid import UUID

from rapidfuzz.distance import Hamming, JaroWinkler

from regulars.members.naming import folded, is_han

SHARED_MAX: Final = 12  # a phone or address that more have is a shop's own or a placeholder: it says nothing
PRIOR_PAIRS: Final = 0.06  # of a member: how many others are the same person, before anything is known


@dataclass(frozen=True, slots=True)
class Level:
    """How far a field agrees, told in DuckDB's SQL for bulk."""

    name: str
    sql: str  # "ELSE": none of the others
    m: float
    u: float

    @property
    def weight(self) -> float:
        return log2(self.m / self.u)


_JW: Final = "jaro_winkler_similarity({0}_l, {0}_r)"
_HAN: Final = "(is_han_l AND is_han_r AND len(letters_l) >= 3 AND len(letters_l) = len(letters_r) AND {0})"
_HAN_CLOSE: Final = _HAN.format("len(list_intersect(letters_l, letters_r)) >= len(letters_l) - 1")
_WITHIN: Final = (
    "(least(len(words_l), len(words_r)) >= 2 AND (list_has_all(words_l, words_r) OR list_has_all(words_r, words_l)))"
)
LEVELS: Final[Mapping[str, tuple[Level, ...]]] = {
    "name": (
        Level("same", "name_l = name_r", 0.86, 0.0003),
        Level("close", f"{_WITHIN} OR (NOT is_han_l AND {_JW.format('name')} >= 0.93) OR {_HAN_CLOSE}", 0.08, 0.0009),
        Level("alike", f"NOT is_han_l AND {_JW.format('name')} >= 0.86", 0.03, 0.004),
        Level("other", "ELSE", 0.03, 0.9948),
    ),
    "birth_on": (
        Level("same", "birth_on_l = birth_on_r", 0.92, 0.00005),
        Level("close", "hamming(birth_on_l, birth_on_r) <= 1 OR birth_turned_l = birth_on_r", 0.06, 0.0015),
        Level("other", "ELSE", 0.02, 0.99845),
    ),
    "phone": (
        Level("same", "phone_l = phone_r", 0.7, 0.0000005),
        Level("close", "length(phone_l) = length(phone_r) AND hamming(phone_l, phone_r) <= 1", 0.06, 0.00001),
        Level("other", "ELSE", 0.24, 0.9999895),
    ),
    "email": (
        Level("same", "email_l = email_r", 0.68, 0.0000002),
        Level("close", f"{_JW.format('email')} >= 0.95", 0.03, 0.0001),
        Level("other", "ELSE", 0.29, 0.9998998),
    ),
    "address": (
        Level("same", "street_l = street_r AND postcode_l = postcode_r", 0.8, 0.000002),
        Level("close", f"postcode_l = postcode_r OR {_JW.format('street')} >= 0.96", 0.05, 0.0002),
        Level("other", "ELSE", 0.15, 0.999798),
    ),
    "sex": (Level("same", "sex_l = sex_r", 0.98, 0.5), Level("other", "ELSE", 0.02, 0.5)),
}
MISSING: Final[Mapping[str, str]] = {
    "name": "name_l IS NULL OR name_r IS NULL",
    "birth_on": "birth_on_l IS NULL OR birth_on_r IS NULL",
    "phone": "phone_l IS NULL OR phone_r IS NULL",
    "email": "email_l IS NULL OR email_r IS NULL",
    "address": "street_l IS NULL OR street_r IS NULL",
    "sex": "sex_l IS NULL OR sex_r IS NULL",
}


@dataclass(frozen=True, slots=True)
class Alike:
    """Two who may be one person."""

    one: UUID
    two: UUID
    score: float
    levels: Mapping[str, str]  # of the fields that both have


@dataclass(frozen=True, slots=True)
class Likeness:
    """What of a person is compared, in its one form. None: not known."""

    name: str | None = None  # words in order of letters; characters of a Chinese name too: 小明王 is 王小明
    words: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    is_han: bool = False
    birth_on: str | None = None
    phone: str | None = None
    email: str | None = None
    street: str | None = None
    postcode: str | None = None
    sex: str | None = None


def likeness(facts: Mapping[str, str], *, phone: str | None, email: str | None) -> Likeness:
    """From facts as they stand; order, case, spacing, accents and width of names are folded away.

    >>> likeness({"given_name": "José", "family_name": "LUIS"}, phone=None, email=None).name
    'jose luis'
    >>> likeness({"full_name": "小明　王"}, phone=None, email=None).name
    '小明王'
    """
    written = " ".join(facts[one] for one in ("given_name", "family_name") if facts.get(one)) or facts.get(
        "full_name", ""
    )
    plain = folded(written)
    han = tuple(sorted(letter for letter in plain if is_han(letter)))
    latin = "".join(" " if is_han(letter) else letter for letter in plain).split()
    words = tuple(sorted(latin))
    return Likeness(
        name=" ".join([*words, *(["".join(han)] if han else [])]) or None,
        words=words,
        letters=han,
        is_han=bool(han),
        birth_on=facts.get("birth_on") or None,
        phone=phone,
        email=email,
        street=folded(facts.get("street", "")) or None,
        postcode=folded(facts.get("postcode", "")).replace(" ", "") or None,
        sex=facts.get("sex") or None,
    )


def compared(one: Likeness, two: Likeness) -> dict[str, str]:
    """Field → level, of the fields that both have. The same levels as in SQL."""
    found: dict[str, str] = {}
    if one.name and two.name:
        found["name"] = _names(one, two)
    if one.birth_on and two.birth_on:
        found["birth_on"] = _days(one.birth_on, two.birth_on)
    if one.phone and two.phone:
        found["phone"] = _near(one.phone, two.phone, _one_off(one.phone, two.phone))
    if one.email and two.email:
        found["email"] = _near(one.email, two.email, JaroWinkler.similarity(one.email, two.email) >= 0.95)
    if one.street and two.street:
        same = one.street == two.street and one.postcode is not None and one.postcode == two.postcode
        near = one.postcode is not None and one.postcode == two.postcode
        near = near or JaroWinkler.similarity(one.street, two.street) >= 0.96
        found["address"] = "same" if same else "close" if near else "other"
    if one.sex and two.sex:
        found["sex"] = "same" if one.sex == two.sex else "other"
    return found


def turned(day: str) -> str:
    """A day with month and day the other way round, as half the world writes it.

    >>> turned("1980-03-04")
    '1980-04-03'
    """
    year, month, day_of = day.split("-")
    return f"{year}-{day_of}-{month}"


def _near(one: str, two: str, near: bool) -> str:
    return "same" if one == two else "close" if near else "other"


def _one_off(one: str, two: str) -> bool:
    return len(one) == len(two) and Hamming.distance(one, two) <= 1


def _days(one: str, two: str) -> str:
    return _near(one, two, _one_off(one, two) or turned(one) == two)


def _names(one: Likeness, two: Likeness) -> str:
    assert one.name is not None
    assert two.name is not None
    if one.name == two.name:
        return "same"
    shorter, longer = sorted((set(one.words), set(two.words)), key=len)
    if len(shorter) >= 2 and shorter <= longer:
        return "close"
    if one.is_han and two.is_han:
        shared = len(set(one.letters) & set(two.letters))
        far = len(one.letters) < 3 or len(one.letters) != len(two.letters)
        return "other" if far or shared < len(one.letters) - 1 else "close"
    if one.is_han:
        return "other"
    alike = JaroWinkler.similarity(one.name, two.name)
    return "close" if alike >= 0.93 else "alike" if alike >= 0.86 else "other"


def chance(levels: Mapping[str, str], *, members: int) -> float:
    """How likely two entries are one person, from the starting weights."""
    weights = {(field, level.name): level.weight for field, of in LEVELS.items() for level in of}
    total = log2(PRIOR_PAIRS / max(members, 2)) + sum(weights[one] for one in levels.items())
    return 1 / (1 + exp2(-max(min(total, 60.0), -60.0)))


def is_exact(levels: Mapping[str, str]) -> bool:
    """The same name with the same phone or mail address, and nothing that speaks against it."""
    reached = levels.get("phone") == "same" or levels.get("email") == "same"
    return (
        levels.get("name") == "same"
        and reached
        and not {"other", "close"}
        & {
            levels.get("birth_on"),
            levels.get("sex"),
        }
    )


def is_family(levels: Mapping[str, str]) -> bool:
    """People of other names who share a home and a phone are a family, however sure the sum of the two looks; names
    that are no more than alike have the surname in common."""
    known_better = levels.get("birth_on") == "same" or levels.get("email") == "same"
    return levels.get("name") in ("alike", "other") and not known_better
