"""What the columns of a list of people are: by their headings, in English and Chinese, or as told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from regulars.history.headings import folded
from regulars.members.errors import NoPeople, WrongPolicy
from regulars.members.fields import Definition

FILL, OVERWRITE, KEEP = "fill", "overwrite", "keep"
WAYS: Final = (FILL, OVERWRITE, KEEP)  # fill blanks; write over what is there; of members already known keep it all
LEAVE: Final = "-"  # a column that is not taken

# What a column is called → what it is. Identifiers are phone, email and external.
_CALLED: Final[Mapping[str, str]] = {
    "external": "customer id, customer number, customer no, member id, member number, member no, card number, card no,"
    " loyalty number, client id, client number, id, 会员号, 会员编号, 会员id, 会员卡号, 客户号, 客户编号, 卡号, 编号",
    "phone": "phone, phone number, mobile, mobile number, mobile phone, telephone, tel, cell, 手机, 手机号, 手机号码,"
    " 电话, 电话号码, 联系电话, 会员手机",
    "email": "email, e mail, mail, email address, e mail address, 邮箱, 电子邮箱, 电子邮件, 邮件",
    "given_name": "given name, first name, forename, firstname, 名, 名字",
    "family_name": "family name, last name, surname, lastname, 姓, 姓氏",
    "full_name": "name, full name, customer name, member name, 姓名, 会员姓名, 客户姓名, 会员名称, 客户名称",
    "title": "title, salutation, 称谓, 称呼",
    "birth_on": "birth date, date of birth, birthday, born, dob, birthdate, birth on, 生日, 出生日期, 出生年月日",
    "sex": "sex, gender, 性别",
    "language": "language, 语言",
    "country": "country, country code, 国家",
    "region": "region, state, province, 省, 省份",
    "town": "town, city, place, 城市, 市, 所在城市",
    "street": "street, address, street address, address line 1, 地址, 街道, 住址, 详细地址, 联系地址",
    "address_more": "address line 2, address 2, 门牌",
    "postcode": "postcode, post code, zip, zip code, postal code, 邮编, 邮政编码",
}
_KNOWN: Final = {folded(name): field for field, names in _CALLED.items() for name in names.split(",")}
IDENTIFIERS: Final = ("phone", "email", "external")
_SEXES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("f", "female", "w", "woman", "frau", "mrs", "ms", "女", "女性", "女士"), "female"),
    **dict.fromkeys(("m", "male", "man", "herr", "mr", "男", "男性", "先生"), "male"),
    **dict.fromkeys(("other", "x", "d", "diverse", "其他", "未知"), "other"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: where it stands, what it is, and what it may do to members already known."""

    place: int
    heading: str
    field: str  # a fact's name, or one of IDENTIFIERS
    way: str = FILL


def columns_of(
    headings: Sequence[str],
    known: Mapping[str, Definition],
    *,
    means: Mapping[str, str],
    ways: Mapping[str, str],
    otherwise: str = FILL,
) -> list[Column]:
    """What is taken from a file. `means`: heading → field (or "-"); `ways`: heading or field → way.

    Raises WrongPolicy, NoPeople.
    """
    places = {folded(heading): heading for heading in headings}
    for asked in means:
        if folded(asked) not in places:
            raise WrongPolicy(f"There is no column {asked!r}; there are: {', '.join(headings)}.", column=asked)
    told = {folded(heading): field for heading, field in means.items()}
    found = [
        Column(place, heading, field, _way(heading, field, ways, otherwise))
        for place, heading in enumerate(headings)
        if (field := told.get(folded(heading)) or _meant(heading, known)) and field != LEAVE
    ]
    _check(found, headings, known, ways)
    return found


def _meant(heading: str, known: Mapping[str, Definition]) -> str | None:
    plain = folded(heading)
    own = {folded(name): name for name in known}
    return _KNOWN.get(plain) or own.get(plain)


def _way(heading: str, field: str, ways: Mapping[str, str], otherwise: str) -> str:
    return ways.get(heading) or ways.get(field) or otherwise


def _check(
    found: Sequence[Column], headings: Sequence[str], known: Mapping[str, Definition], ways: Mapping[str, str]
) -> None:
    fields = [one.field for one in found]
    for one in found:
        if one.field not in known and one.field not in IDENTIFIERS:
            raise WrongPolicy(f"There is no fact {one.field!r}; there are: {', '.join(known)}.", field=one.field)
        if one.way not in WAYS:
            raise WrongPolicy(f"{one.way!r} is none of {', '.join(WAYS)}.", way=one.way)
        if fields.count(one.field) > 1:
            raise WrongPolicy(f"Two columns are {one.field!r}; say which is not, with '-'.", field=one.field)
    for asked in ways:
        if asked not in fields and asked not in [one.heading for one in found]:
            raise WrongPolicy(f"A way for {asked!r}, which is no column that is taken.", column=asked)
    if not set(fields) & {*IDENTIFIERS, "full_name", "given_name", "family_name"}:
        raise NoPeople(f"No column says who the people are; there are: {', '.join(headings)}.", headings=list(headings))


def cleaned(field: str, kind: str, text: str) -> str | bool | int | list[str]:
    """A cell as the fact's kind wants it; what cannot be is left for the check of the fact to refuse."""
    if field == "sex":
        return _SEXES.get(text.casefold(), text)
    if field == "country":
        return text.upper()
    match kind:
        case "day":
            return _day(text)
        case "flag":
            flags = {"yes": True, "y": True, "true": True, "1": True, "是": True}
            flags |= {"no": False, "n": False, "false": False, "0": False, "否": False}
            return flags.get(text.casefold(), text)
        case "whole":
            return int(text) if text.lstrip("-").isdigit() and text.isascii() else text
        case "choices":
            return [one.strip() for one in text.replace("；", ";").split(";") if one.strip()]
    return text


def _day(text: str) -> str:
    """Year first however it is separated, as spreadsheets and Chinese tills write it; other orders are refused later.

    >>> _day("1980/3/4"), _day("1980年3月4日"), _day("1980-03-04 00:00:00"), _day("19800304")
    ('1980-03-04', '1980-03-04', '1980-03-04', '1980-03-04')
    """
    plain = text.split(" ")[0].split("T")[0].rstrip("日")
    if len(plain) == 8 and plain.isdigit():
        return f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    for separator in "/.年月":
        plain = plain.replace(separator, "-")
    parts = plain.split("-")
    if len(parts) != 3 or not all(part.isdigit() for part in parts) or len(parts[0]) != 4:
        return text
    return f"{parts[0]}-{int(parts[1]):02}-{int(parts[2]):02}"
