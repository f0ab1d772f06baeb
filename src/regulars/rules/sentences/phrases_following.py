"""Phrases of prizes, referrals, challenges, offers to opt into, and what a house settles: English and Simplified
Chinese."""

from collections.abc import Mapping
from typing import Final

FOLLOWING: Final[Mapping[str, tuple[str, str]]] = {
    # Prizes.
    "prize coupon": ("one coupon {name}", "{name}券1张"),
    "prize coupons": ("{number} coupons {name}", "{name}券{number}张"),
    "prize beside": ("{prize} ({beside})", "{prize}（{beside}）"),
    # Members bring members.
    "referral both": (
        "who brings a friend gets {referrer} once the friend has bought, and the friend gets {friend}",
        "推荐好友，好友购买后推荐人得{referrer}，好友得{friend}",
    ),
    "referral referrer": (
        "who brings a friend gets {referrer} once the friend has bought",
        "推荐好友，好友购买后推荐人得{referrer}",
    ),
    "referral friend": (
        "a friend whom a member brings gets {friend} after buying",
        "经会员推荐的好友购买后得{friend}",
    ),
    "referral said": ("who brought them is said within {length} of joining", "好友须在入会{length}内填写推荐码"),
    "referral said at once": ("who brought them is said on the day of joining", "好友须在入会当天填写推荐码"),
    "referral household": ("not for people of one household", "同一家庭的成员之间不适用"),
    "referral back": (
        "taken back if within {length} so much comes back that the purchase counts no more",
        "购买后{length}内退货致不再符合条件的，奖励收回",
    ),
    "referral back always": (
        "taken back whenever so much comes back that the purchase counts no more",
        "退货致不再符合条件的，奖励随时收回",
    ),
    "referral limit": ("for who brings friends {limit}", "推荐人{limit}"),
    # Challenges, and offers to opt into.
    "challenge": ("who opts in gets {prize} once for {goal}", "参加后{goal}，可得{prize}（仅一次）"),
    "counting": ("counting only {what}", "仅计{what}"),
    "goal times": ("{occasions}, {number} times", "{occasions}满{number}次"),
    "goal times 1": ("{occasions}", "{occasions}1次"),
    "goal days": ("{occasions} on {number} different days", "在{number}个不同日子{occasions}"),
    "goal days 1": ("{occasions} on one day", "在1天内{occasions}"),
    "goal pieces": ("buying {number} pieces", "购买满{number}件"),
    "goal pieces 1": ("buying one piece", "购买满1件"),
    "goal amount": ("{occasions} worth {money} in all", "{occasions}金额累计满{money}"),
    "goal spent": ("spending {money} in all", "累计消费满{money}"),
    "goal categories": ("buying from {number} different categories", "购买{number}个不同品类"),
    "goal categories 1": ("buying from one category", "购买1个品类"),
    "goal items": ("buying {number} different items", "购买{number}种不同商品"),
    "goal items 1": ("buying one item", "购买1种商品"),
    "window length": ("within {length} of opting in", "自参加起{length}内"),
    "window until": ("from the day of opting in until {last}", "自参加当天起至{last}止"),
    "window every day": ("on the day of opting in", "限参加当天"),
    "window every week": ("in the week of opting in", "限参加当周"),
    "window every month": ("in the calendar month of opting in", "限参加当月"),
    "window every quarter": ("in the quarter of opting in", "限参加当季度"),
    "window every year": ("in the calendar year of opting in", "限参加当年"),
    "offer": ("for members who opt in", "会员报名参加"),
    "places": ("{number} places in all", "共{number}个名额"),
    "place": ("{number} place in all", "共{number}个名额"),
    # What a role may give on the spot.
    "goodwill": (
        "in the role {role} each person may give on the spot {each}",
        "担任{role}者每人可当场赠送{each}",
    ),
    "allowance": ("up to {deed} at a time and {day} a day", "每次最多{deed}、每天最多{day}"),
    "allowance coupons": ("up to {deed} at a time and {day} a day", "每次最多{deed}、每天最多{day}张"),
    "goodwill reasons": ("for {names}", "事由限{names}"),
    "goodwill refuse": ("more than that is refused", "超出限额则拒绝"),
    "goodwill ask": ("more than that waits for a second person", "超出限额须经第二人批准"),
    "goodwill ask units": (
        "more than that waits for a second person, more coupons are refused",
        "超出限额须经第二人批准，券超出限额则拒绝",
    ),
    # What is taken, and what is not given.
    "reset": ("on the event {event} all {unit} that a member could spend are taken", "{event}时会员可用的{unit}清零"),
    "reset appeal": ("an appeal is heard within {length}", "{length}内可申诉"),
    "balance cap": (
        "a member has at most {units}, active and pending together; what rules would give above that is not given",
        "每位会员最多持有{units}（含待生效），规则超出部分不予发放",
    ),
    "late": (
        "a bill that is told more than {length} after the purchase gives nothing until a person has accepted it",
        "购买{length}后才提交的账单，经人工批准后方可生效",
    ),
    # When goods come back.
    "returns": ("when goods come back: {said}", "退货时：{said}"),
    "spent owed": (
        "points they had earned that are spent by then are owed, and repaid by what is earned later",
        "应收回但已使用的积分记为欠分，由日后所得抵还",
    ),
    "spent charged": (
        "points they had earned that are spent by then are taken off the money that is paid out, at what they pay at"
        " the till; those that pay nothing there are owed",
        "应收回但已使用的积分按抵扣比例从退款中扣除；不可抵扣的记为欠分",
    ),
    "spent forgiven": (
        "points they had earned that are spent by then are let go",
        "应收回但已使用的积分不再追收",
    ),
    "mixed proportion": (
        "what points paid goes back as points, and stored value and money in proportion to what they paid",
        "以积分支付的部分退回积分，储值与现金按各自支付比例退回",
    ),
    "mixed value-first": (
        "what points paid goes back as points, of the rest stored value goes back first and money after it",
        "以积分支付的部分退回积分，其余先退储值、后退现金",
    ),
    "mixed money-first": (
        "what points paid goes back as points, of the rest money goes back first and stored value after it",
        "以积分支付的部分退回积分，其余先退现金、后退储值",
    ),
    # Between all offers.
    "choice customer": (
        "of offers that cannot all stand together those apply that take most off",
        "优惠不能同时使用时，取合计减免最多的组合",
    ),
    "choice house": (
        "of offers that cannot all stand together those apply that take least off, as long as no other could be added",
        "优惠不能同时使用时，取不可再增加优惠的组合中减免最少者",
    ),
    "choice priority": (
        "of offers that cannot all stand together each applies in turn, by rank, that stands beside those before it",
        "优惠不能同时使用时，按优先级依次取用可与此前优惠同时使用者",
    ),
    "typed skip": ("codes that cannot be taken are left out", "不可用的券码略过"),
    "typed all-or-nothing": ("if one code cannot be taken, none is", "任一券码不可用则全部不用"),
    "cap": ("all offers together take at most {most} off {what}", "{what}的全部优惠合计最多减{most}"),
    "cap line": (
        "all offers together take at most {most} off each line of {what}",
        "{what}的全部优惠每行合计最多减{most}",
    ),
    "cap share": ("{percent} of the price", "原价的{percent}"),
    "cap both": ("{share} and never more than {money}", "{share}且不超过{money}"),
}
