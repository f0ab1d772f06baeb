"""Accounts that are no person: test accounts, and a till's own card swiped for everyone.

Conservative: whoever buys much is left alone. Only what nobody can be is named.
"""

from typing import Any, Final

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

_WORDS: Final = (
    "tests?|testing|tester|test(account|user|customer|kunde|card)|demo|demo(account|user|customer)|dummy|sample"
    "|测试|测试(账号|帐号|账户|会员|卡|用户)|体验(卡|账号)|演示"
)
_HOUSE: Final = (
    "cash|cash(customer|sale)|walkin|walkin(customer)?|counter|staff|employee|guest|anonymous|unknown|none|nocard|nocustomer"
    "|notamember|nonmember|housecard|tillcard|散客|零售|零售客户|现金|现金客户|员工|员工卡|店员|收银|收银员|非会员|匿名|无卡|未知|公用卡|公卡"
)
_BESIDE_THE_WORD: Final = r"[\s_.#/()（）-]+"
_NUMBERING: Final = "0123456789 \t\n\f\r_.#/()（）-"
_RECEIPTS_A_DAY: Final = 5
_ACTIVE_DAYS: Final = 20
_BEYOND_THE_OTHERS: Final = 3
_ONE_IN: Final = 200
_LINES_AT_LEAST: Final = _RECEIPTS_A_DAY * _ACTIVE_DAYS


def _rtrim(text: dt.string, characters: dt.string) -> dt.string:
    """The text without any of these characters at its end. Ibis' own `rstrip` knows blanks only."""


_without_end: Any = ibis.udf.scalar.builtin(name="rtrim")(_rtrim)


def suspicious_accounts(lines: ir.Table) -> ir.Table:
    """Customers to set aside: `customer`, `reason`, `lines`, `spend_minor` (net of returns), the LINES contract given.

    Reasons, the first that fits:

    - ``test-account``: the id is a word for a test (test, demo42, 测试), an e-mail address of such, all zeros, or one
      digit all along (9999999) where no other id is near it;
    - ``house-account``: the id says that nobody was named (walk-in, cash, staff, 散客);
    - ``bulk-account``: at least 5 receipts on a typical active day, 20 such days, and more than three times what
      anybody has but the busiest one in two hundred.
    """
    totals = account_totals(lines)
    return set_aside(totals, bulk_accounts(lines, totals))


def account_totals(lines: ir.Table) -> ir.Table:
    """customer, lines, spend_minor of every known customer."""
    known = lines.filter(lines.customer.notnull())
    return known.group_by("customer").agg(lines=known.count(), spend_minor=known.amount_minor.sum().cast("int64"))


def set_aside(totals: ir.Table, bulk: ir.Table) -> ir.Table:
    """`suspicious_accounts` from `account_totals` and `bulk_accounts` of the same lines, which may be kept tables."""
    # Nearly every id is a number behind a letter at most; those need none of the dear comparisons.
    spoken = totals.filter(_without_end(totals.customer, _NUMBERING).length() > 1)
    word = spoken.customer.strip().lower().re_replace(_BESIDE_THE_WORD, "").re_replace("[0-9]+$", "")
    named = spoken.mutate(
        reason=ibis.cases(
            (
                word.re_search(f"^({_WORDS})$") | spoken.customer.lower().re_search("^(test|demo)[0-9]*@"),
                "test-account",
            ),
            (word.re_search(f"^({_HOUSE})$"), "house-account"),
        )
    ).filter(ibis._.reason.notnull())
    found = (
        named.select("customer", "reason", rank=ibis.literal(1))
        .union(_one_digit(totals).mutate(reason=ibis.literal("test-account"), rank=ibis.literal(2)))
        .union(bulk.mutate(reason=ibis.literal("bulk-account"), rank=ibis.literal(3)))
    )
    first = found.group_by("customer").agg(reason=found.reason.argmin(found.rank))
    return first.join(totals, "customer").select("customer", "reason", "lines", "spend_minor").order_by("customer")


def _one_digit(totals: ir.Table) -> ir.Table:
    """Ids of one digit all along; but in a dense row of numbers 1111 is a customer like 1110."""
    same = totals.filter(
        totals.customer.re_search("^[0-9]{4,}$"),
        totals.customer.replace(totals.customer.substr(0, 1), "") == "",
    ).select("customer")
    zeros = same.filter(same.customer.re_search("^0+$"))
    others = same.filter(~same.customer.re_search("^0+$"))
    near = totals.filter(totals.customer.re_search("^[0-9]{4,}$")).select(near=totals.customer)
    neighbours = near.mutate(block=_block(near.near))
    single = others.mutate(block=_block(others.customer))
    beside = single.join(neighbours, [single.block == neighbours.block, single.customer != neighbours.near], how="semi")
    return zeros.union(others.anti_join(beside, "customer")).select("customer")


def _block(number: ir.StringValue) -> ir.StringValue:
    """Numbers of one length within a hundred, as text."""
    return number.length().cast("string") + ":" + number.substr(0, number.length() - 2)


def bulk_accounts(lines: ir.Table, totals: ir.Table) -> ir.Table:
    """customer: cards that have more receipts a day than a person has, day after day, and far more than anybody else.

    `totals` has customer and lines; customers may go by names or by numbers, as long as both tables do.
    """
    often = totals.filter(totals.lines >= _LINES_AT_LEAST)
    theirs = lines.filter(lines.kind == "sale").semi_join(often, "customer")
    days = theirs.group_by(customer=theirs.customer, day=theirs.sold_at.truncate("D")).agg(
        receipts=theirs.basket.nunique()
    )
    habits = days.group_by("customer").agg(typical=days.receipts.median(), days=days.count())
    ranked = habits.mutate(place=ibis.row_number().over(order_by=habits.typical.desc()))
    few = totals.agg(few=ibis.greatest(1, (totals.count() / _ONE_IN).floor().cast("int64")))
    others = ranked.cross_join(few).filter(ibis._.place == ibis._.few).agg(bar=ibis._.typical.max())
    usual = others.mutate(bar=ibis.coalesce(others.bar, 1.0))
    judged = habits.cross_join(usual)
    return judged.filter(
        judged.typical >= _RECEIPTS_A_DAY,
        judged.days >= _ACTIVE_DAYS,
        judged.typical > _BEYOND_THE_OTHERS * judged.bar,
    ).select("customer")
