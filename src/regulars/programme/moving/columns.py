"""What the columns of another product's files are: by their headings, in English and Chinese, or as told; and what kind
of rows a table has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from regulars.history.headings import folded
from regulars.programme.errors import WrongMoveIn
from regulars.programme.moving.moves import Kind

LEAVE: Final = "-"  # a column that is not taken

# What a column is called → what it is.
_CALLED: Final[Mapping[str, str]] = {
    "kind": "kind, row kind, record type, 类别",
    "member": "regulars id, regulars member, mbr",
    "external": "customer id, customer number, customer no, member id, member number, member no, loyalty number,"
    " client id, client number, external, id, 会员号, 会员编号, 会员id, 客户号, 客户编号, 编号",
    "phone": "phone, phone number, mobile, mobile number, mobile phone, telephone,"
    " 手机, 手机号, 手机号码, 电话, 会员手机",
    "email": "email, e mail, mail, email address, e mail address, 邮箱, 电子邮箱, 电子邮件",
    "number": "card number, card no, card, old card number, number, 卡号, 会员卡号",
    "source": "card source, number source, 卡号来源",
    "unit": "unit, currency, point type, points type, unit code, 单位, 积分类型",
    "amount": "points, amount, balance, remaining, remaining points, points balance, value, miles, stamps, units,"
    " 积分, 剩余积分, 余额, 数量, 金额",
    "earned": "earned, earned on, earned at, earn date, date earned, credited, credited on, issued, issue date,"
    " transaction date, 获得日期, 获得时间, 积分日期, 发放日期",
    "starts": "starts, starts on, valid from, usable from, 生效日期",
    "expires": "expires, expires on, expires at, expiry, expiry date, expiration date, expire date, valid to,"
    " 到期日, 到期日期, 过期日期, 有效期, 有效期至, 失效日期",
    "funder": "funder, funded by, 出资方",
    "reason": "reason, reason code, 原因",
    "activates": "activates, activates on, activates at, available from, available on, pending until,"
    " confirmation date, 激活日期, 可用日期",
    "cancels": "cancels, cancels on, cancelled unless, 取消日期",
    "validity": "validity, lives for, 有效期限",
    "ladder": "ladder, programme, program, 等级体系",
    "level": "level, tier, tier name, member level, member tier, grade, 等级, 会员等级, 级别",
    "since": "since, level since, tier since, tier start, tier start date, 等级开始, 等级生效日期",
    "ends": "ends, ends on, tier expiry, tier end, tier end date, level until, tier valid to, valid until, until,"
    " 等级到期, 等级到期日, 等级有效期",
    "for_ever": "for ever, lifetime, for life, 终身",
    "code": "code, coupon code, voucher code, coupon, voucher, promo code, 券码, 优惠券码, 优惠码, 券号",
    "series": "series, coupon series, campaign, coupon type, voucher type, 券类型, 优惠券类型, 活动",
    "uses": "uses, uses left, redemptions left, 剩余次数, 可用次数",
}  # fmt: skip
_KNOWN: Final = {folded(name): field for field, names in _CALLED.items() for name in names.split(",")}
FIELDS: Final = tuple(_CALLED)
WHO: Final = ("member", "external", "phone", "email")
# By what a table tells its kind, the surest first.
_TELLS: Final = (
    (Kind.COUPON, "code"),
    (Kind.TIER, "level"),
    (Kind.PENDING, "activates"),
    (Kind.LOT, "amount"),
    (Kind.CARD, "number"),
)
_KINDS: Final = {
    folded(name): kind
    for kind, names in {
        Kind.LOT: "lot, lots, points, opening, value, 积分",
        Kind.PENDING: "pending, pendings, 待生效",
        Kind.TIER: "tier, tiers, level, levels, 等级",
        Kind.CARD: "card, cards, 卡",
        Kind.COUPON: "coupon, coupons, voucher, vouchers, 优惠券",
    }.items()
    for name in names.split(",")
}


@dataclass(frozen=True, slots=True)
class Columns:
    """What is taken of a table: for each field its place and heading; the kind of all rows, or None: each says its."""

    places: Mapping[str, tuple[int, str]]
    kind: Kind | None


def kind_named(text: str) -> Kind | None:
    """
    >>> kind_named("Points"), kind_named("oddities")
    (<Kind.LOT: 'lot'>, None)
    """
    return _KINDS.get(folded(text))


def columns_of(
    headings: Sequence[str], *, means: Mapping[str, str], same: Mapping[str, str], kind: Kind | None, file: str
) -> Columns:
    """`means`: heading → field, or "-"; `same`: field → what all rows have in it. Raises WrongMoveIn."""
    told = {folded(heading): field for heading, field in means.items()}
    for field in (*means.values(), *same):
        if field not in FIELDS and field != LEAVE:
            raise WrongMoveIn(f"There is no field {field!r}; there are: {', '.join(FIELDS)}.", field=field)
    places: dict[str, tuple[int, str]] = {}
    for place, heading in enumerate(headings):
        plain = folded(heading)
        # A heading of no words, or one that somebody meant otherwise.
        found = told.get(plain) or _KNOWN.get(plain) or (plain if plain in FIELDS else None)
        if found is None or found == LEAVE:
            continue
        if found in places:
            first = places[found][1]
            raise WrongMoveIn(f"{file}: {first!r} and {heading!r} are both {found!r}; say which is not, with '-'.")
        places[found] = (place, heading)
    return _of_kind(places, same, kind, headings, file)


def _of_kind(
    places: dict[str, tuple[int, str]],
    same: Mapping[str, str],
    kind: Kind | None,
    headings: Sequence[str],
    file: str,
) -> Columns:
    there = {*places, *same}
    if kind is None and "kind" not in there:
        kind = next((one for one, field in _TELLS if field in places), None)
        if kind is None:
            raise WrongMoveIn(
                f"{file}: no column says what moves in; there are: {', '.join(headings)}. Say it with KIND=FILE, as in"
                " points=old.csv, or with --column.",
                headings=list(headings),
            )
    if kind is not None:
        (field,) = [field for one, field in _TELLS if one == kind and kind != Kind.PENDING] or ["amount"]
        if field not in there:
            raise WrongMoveIn(f"{file}: no column is {field!r}, which rows of the kind {kind} need.", field=field)
    if kind not in (Kind.CARD, None) and "external" not in places and "number" in places:
        places["external"] = places.pop("number")  # a card number that people are known by
    if kind != Kind.COUPON and not {*WHO, "number"} & set(places):
        raise WrongMoveIn(f"{file}: no column says whose the rows are; there are: {', '.join(headings)}.")
    return Columns(places, kind)
