"""Tables that people keep beside their sales, known by their columns, so that a refusal can name them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from regulars.history.evidence import ColumnFacts
from regulars.history.headings import folded, tokens
from regulars.history.refusals import LooksLike
from regulars.history.words import NOT_SALE_DATE


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CONTRACT: Final = _words(
    "attrition churn churned churnflag churnlabel churnvalue contract exited tenure 合同 合约 在网时长 流失"
)
_SUMMARY: Final = _words("f frequency m monetary monetaryvalue r recency rfm t tx x zbar 最近购买 频次")
_TREATMENT: Final = _words("arm campaign experiment exposed group offer promotion test treated treatment variant")
_OUTCOME: Final = _words("bought clicked conversion converted outcome purchase purchased responded response visit")
_PERSONAL: Final = _words(
    "address age birthdate birthday city dateofbirth dob education email enrollmentmonth enrollmenttype "
    "enrollmentyear firstname fullname gender income joindate lastname loyaltycard maritalstatus membersince "
    "mobile name phone postalcode postcode province registrationdate salary sex street surname zip zipcode "
    "会员姓名 会员手机 会员等级 入会日期 出生日期 地址 城市 姓名 年龄 性别 手机 手机号 注册日期 生日 电话 省份 "
    "积分余额 邮箱"
)
_DICTIONARY: Final = _words(
    "column datatype definition description field meaning table type variable 含义 字段 描述 说明"
)
_COMPLAINT: Final = ("complain", "grievance", "投诉", "投訴", "抱怨", "客诉")
_YEAR: Final = _words("year 年 年份")
_MONTH: Final = _words("month 月 月份")


def dates_of_people(facts: ColumnFacts) -> bool:
    """Whether the heading is that of a birthday or a date of joining."""
    return folded(facts.heading) in _PERSONAL or bool(NOT_SALE_DATE.intersection(tokens(facts.heading)))


def kind_of_table(facts: Sequence[ColumnFacts]) -> LooksLike | None:
    """What the table looks like; None when it looks like none of the tables we know."""
    for kind, look in _LOOKS.items():
        words = look(facts)
        if words:
            return LooksLike(kind, words)
    return None


def _named(facts: Sequence[ColumnFacts], words: frozenset[str]) -> list[str]:
    return [f.heading for f in facts if folded(f.heading) in words]


def _each_once(facts: Sequence[ColumnFacts], also: Callable[[ColumnFacts], bool]) -> bool:
    return any(f.unique and not f.is_decimal and (f.mean("customer") > 0 or also(f)) for f in facts)


def _is_id(facts: ColumnFacts) -> bool:
    return "id" in tokens(facts.heading)


def _dictionary(facts: Sequence[ColumnFacts]) -> str | None:
    named = _named(facts, _DICTIONARY)
    if len(named) >= 2 and len(named) >= len(facts) - 1 and all(f.rows < 2_000 and f.letters > 0.8 for f in facts):
        return f"a data dictionary ({_quoted(named)}): it describes other tables"
    return None


def _summary(facts: Sequence[ColumnFacts]) -> str | None:
    named = _named(facts, _SUMMARY)
    if len(named) >= 2 and _each_once(facts, _is_id):
        return f"a summary with one row per customer ({_quoted(named)}): the purchases themselves are no longer in it"
    return None


def _contract(facts: Sequence[ColumnFacts]) -> str | None:
    named = _named(facts, _CONTRACT)
    if named and _each_once(facts, _is_id):
        return f"a contract table with one row per customer ({_quoted(named)})"
    return None


def _experiment(facts: Sequence[ColumnFacts]) -> str | None:
    treatment = [f.heading for f in facts if folded(f.heading) in _TREATMENT and f.distinct <= 5]
    outcome = [f.heading for f in facts if folded(f.heading) in _OUTCOME and f.distinct <= 3]
    if treatment and outcome:
        return f"a test of a promotion ({_quoted(treatment)} was given, {_quoted(outcome)} came of it)"
    return None


def _survey(facts: Sequence[ColumnFacts]) -> str | None:
    scales = [
        f for f in facts
        if f.filled and f.numbers > 0.95 and f.whole == 1 and f.low >= 0 and f.high <= 10 and 3 <= f.distinct <= 11
    ]  # fmt: skip
    if len(scales) >= 6 and len(scales) >= 0.6 * len(facts):
        return f"a survey: {len(scales)} answers on the same small scale ({_quoted([f.heading for f in scales])})"
    return None


def _complaints(facts: Sequence[ColumnFacts]) -> str | None:
    named = [f.heading for f in facts if any(word in f.heading.lower() for word in _COMPLAINT)]
    return f"complaints ({_quoted(named)})" if named else None


def _campaigns(facts: Sequence[ColumnFacts]) -> str | None:
    """People and the group they were put in; what came of it stands elsewhere."""
    named = [f.heading for f in facts if folded(f.heading) in _TREATMENT]
    groups = [f for f in facts if f.heading in named and 2 <= f.distinct <= 5]
    if len(named) >= 2 and groups and len(facts) <= 6:
        return f"who was assigned to which campaign ({_quoted(named)})"
    return None


def _activity(facts: Sequence[ColumnFacts]) -> str | None:
    year, month = _named(facts, _YEAR), _named(facts, _MONTH)
    if year and month and any(f.mean("customer") > 0 for f in facts):
        return f"monthly activity per member ({_quoted(year + month)}): it holds sums of months, not purchases"
    return None


def _members(facts: Sequence[ColumnFacts]) -> str | None:
    named = _named(facts, _PERSONAL)
    joined = [f.heading for f in facts if f.dates > 0.9 and dates_of_people(f)]
    told = list(dict.fromkeys([*named, *joined]))
    if (len(told) >= 2 or joined) and _each_once(facts, _is_id):
        return f"a list of members ({_quoted(told)})"
    if len(named) >= 3 and len(named) >= 0.4 * len(facts):
        return f"a list of people ({_quoted(named)})"
    return None


def _quoted(headings: Sequence[str]) -> str:
    return ", ".join(headings[:5]) + (" …" if len(headings) > 5 else "")


NEVER_SALES: Final = ("survey", "complaints", "campaigns")  # whatever dates and numbers are in them
_LOOKS: Final[Mapping[str, Callable[[Sequence[ColumnFacts]], str | None]]] = {
    "dictionary": _dictionary,
    "summary": _summary,
    "contract": _contract,
    "experiment": _experiment,
    "survey": _survey,
    "complaints": _complaints,
    "campaigns": _campaigns,
    "activity": _activity,
    "members": _members,
}
