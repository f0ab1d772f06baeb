"""A made-up population with known truth: who is entered twice, and how the second entry differs from the first.

Families share homes, names and often a phone, so that not everything alike is one person.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

_ONSETS: Final = [
    "b",
    "br",
    "c",
    "ch",
    "d",
    "f",
    "g",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "sch",
    "st",
    "t",
    "tr",
    "v",
    "w",
    "z",
]
_VOWELS: Final = ["a", "e", "i", "o", "u", "ei", "au", "ö", "ü", "é"]
_CODAS: Final = ["n", "r", "s", "l", "ck", "tt", "ll", "rn", "mann", "berg", "son", "ez", "ini", "ova"]
_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕欧"
_CHARACTERS: Final = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰玉萍红鹏辉建国华文斌波宇浩凯婷雪慧莹佳欣怡晨阳"
    "思雨梓轩涵博睿志远嘉俊彤瑶琪诗雅晓东海峰林森江山云天梅竹菊春夏秋冬"
)
_STREETS: Final = [
    "Mill",
    "High",
    "Church",
    "Station",
    "Park",
    "Garden",
    "Lake",
    "Hill",
    "Bridge",
    "Market",
    "North",
    "South",
    "Linden",
    "Rose",
    "Oak",
]
_MAILS: Final = ("example.com", "mail.example", "post.example", "example.net", "shop.example")


@dataclass(frozen=True, slots=True)
class Person:
    """One entry. `truth` is the same for entries of one person."""

    truth: int
    given_name: str = ""
    family_name: str = ""
    birth_on: str = ""
    sex: str = ""
    phone: str = ""
    email: str = ""
    street: str = ""
    postcode: str = ""


def made(people: int, *, twice: float = 0.06, seed: int = 1) -> Iterator[Person]:
    """Entries of so many people, in families; a share of them is entered a second time, somewhere later."""
    chance = Random(seed)
    latin = [_word(chance) for _ in range(4000)], [_word(chance) for _ in range(1500)]
    number, waiting = 0, []
    while number < people:
        for person in _family(chance, number, latin):
            number += 1
            yield person
            if chance.random() < twice:
                waiting.append(_again(chance, person))
        if len(waiting) > 1000:
            yield from waiting
            waiting = []
    yield from waiting


def _word(chance: Random) -> str:
    parts = [chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(chance.choice((1, 2, 2)))]
    return ("".join(parts) + chance.choice(_CODAS)).capitalize()


def _often(chance: Random, words: list[str] | str) -> str:
    """Some names are common and most are rare."""
    return words[int(len(words) * chance.random() ** 2.5)]


def _family(chance: Random, first: int, latin: tuple[list[str], list[str]]) -> list[Person]:
    chinese = chance.random() < 0.5
    surname = _often(chance, _SURNAMES if chinese else latin[0])
    street = f"{chance.randrange(1, 200)} {chance.choice(_STREETS)} {_often(chance, latin[1])} Street"
    postcode = f"{chance.randrange(10000, 99999)}"
    home = _phone(chance)
    born = chance.randrange(1935, 1985)
    size = chance.choice((1, 1, 2, 2, 3, 4))
    return [
        _member(chance, first + n, chinese, surname, latin[1], street, postcode, home, born if n < 2 else born + 28)
        for n in range(size)
    ]


def _member(
    chance: Random,
    number: int,
    chinese: bool,
    surname: str,
    givens: list[str],
    street: str,
    postcode: str,
    home: str,
    born: int,
) -> Person:
    given = "".join(_often(chance, _CHARACTERS) for _ in range(chance.choice((1, 2, 2)))) if chinese else ""
    given = given or _often(chance, givens)
    person = Person(
        number,
        given,
        surname,
        f"{min(born + chance.randrange(6), 2010)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
        chance.choice(("female", "male")),
        home if chance.random() < 0.1 else _phone(chance),
        f"{_word(chance)}.{_word(chance)}{chance.randrange(99)}@{chance.choice(_MAILS)}".lower(),
        street,
        postcode,
    )
    return _with_gaps(chance, person)


def _with_gaps(chance: Random, person: Person) -> Person:
    """Clerks ask little."""
    blanks = {"birth_on": 0.25, "phone": 0.12, "email": 0.35, "street": 0.3, "sex": 0.2}
    gone: dict[str, Any] = {name: "" for name, often in blanks.items() if chance.random() < often}
    if "street" in gone:
        gone["postcode"] = ""
    if "phone" in gone and "email" in gone:  # nobody is entered without a way to reach them
        del gone["phone"]
    return replace(person, **gone)


def _phone(chance: Random) -> str:
    return f"+49151{chance.randrange(10_000_000, 99_999_999)}"


def _again(chance: Random, person: Person) -> Person:
    """The same person entered again: what was typed otherwise, left out, or has changed since."""
    changes: dict[str, Any] = {}
    if chance.random() < 0.25:
        changes["phone"] = _phone(chance)
    elif chance.random() < 0.1 and person.phone:
        changes["phone"] = _mistyped(chance, person.phone, "0123456789", start=6)
    if chance.random() < 0.3:
        changes["email"] = f"{_word(chance)}{chance.randrange(999)}@{chance.choice(_MAILS)}".lower()
    if chance.random() < 0.15:
        changes["street"] = f"{chance.randrange(1, 200)} {chance.choice(_STREETS)} {_word(chance)} Street"
        changes["postcode"] = f"{chance.randrange(10000, 99999)}"
    if chance.random() < 0.08 and person.birth_on:
        year, month, day = person.birth_on.split("-")
        changes["birth_on"] = f"{year}-{day}-{month}" if int(day) <= 12 else f"{year}-{month}-{int(day) % 28 + 1:02}"
    return _with_gaps(chance, replace(person, **changes, **_name_again(chance, person)))


def _name_again(chance: Random, person: Person) -> dict[str, Any]:
    given, family = person.given_name, person.family_name
    drawn = chance.random()
    if drawn < 0.12:
        given, family = family, given  # the columns the other way round
    elif drawn < 0.24:
        given = _mistyped(chance, given, _CHARACTERS if given > "\u2e80" else "aeioumnrst", start=0)
    elif drawn < 0.3:
        given, family = given.upper(), family.upper()
    elif drawn < 0.38:
        given = given.translate(str.maketrans("öüéäi", "ouEai")).replace("E", "e")
        family = family.translate(str.maketrans("öüé", "oue"))
    elif drawn < 0.42:
        given = f"　{given} "
    return {"given_name": given, "family_name": family}


def _mistyped(chance: Random, text: str, letters: str, *, start: int) -> str:
    place = chance.randrange(start, len(text))
    return text[:place] + chance.choice(letters) + text[place + 1 :]
