"""Lines that are money but not goods, and words by which a line takes itself back."""

import re
from typing import Final

from regulars.history.probe import among

# Product codes of the trade, compared in capitals.
FEE_CODES: Final = (
    "POST", "POSTAGE", "DOT", "M", "MANUAL", "D", "DISCOUNT", "S", "SAMPLES", "B", "C2", "C3", "BANK CHARGES",
    "AMAZONFEE", "AMAZON FEE", "CRUK", "ADJUST", "ADJUST2", "CARRIAGE", "SHIPPING", "FREIGHT", "DELIVERY", "FEE",
    "DEPOSIT", "GIFT", "GIFTCARD", "BOTTLE DEPOSIT", "SERVICE", "SURCHARGE", "ROUNDING", "TIP", "TIPS", "DONATION",
)  # fmt: skip

# Of these, codes so short that a shop may number its goods so; where it does, they are goods.
SHORT_CODES: Final = tuple(code for code in FEE_CODES if len(code) <= 2)
OTHER_SHORT_CODES: Final = 5  # as many products with other codes as short are a shop's own way of numbering

# Names of lines that are no goods, compared in lower case; each must be the whole name.
_FEE_NAMES: Final = (
    r"(?:[a-z]+ )?postage(?: (?:and|&) packing| (?:and|&) handling)?",
    r"p ?& ?p",
    r"carriage(?: charge)?",
    r"(?:next day )?(?:carriage|freight|shipping|delivery|handling|postage)"
    r"(?: (?:and|&) (?:handling|packing|delivery))?(?: (?:charges?|fees?|costs?))?",
    r"(?:[a-z]+ )?(?:bank|service|credit card|card|payment|cancellation|restocking|late|amazon|ebay|paypal)"
    r" (?:charges?|fees?)",
    r"(?:[a-z]+ )?commission",
    r"adjust(?:ment|ed)?(?: by .*| bad debt)?",
    r"bad debt.*",
    r"manual",
    r"samples?",
    r"(?:staff |member |loyalty |coupon )?discounts?(?: coupon)?",
    r"rounding(?: adjustment)?",
    r"surcharge",
    r"(?:bottle |key |pallet |crate )?deposits?(?: refund| return)?",
    r"tips?",
    r"gratuity",
    r"(?:.* )?(?:gift|e-gift|store) (?:cards?|vouchers?|certificates?)"
    r"(?: (?:load|top.?up|activation|sale)|.*[0-9£$€¥].*)?",
    r"card (?:top.?up|load|reload)",
    r"(?:wallet|account|balance) (?:top.?up|reload|load)",
    r"(?:carrier|plastic|paper) bag (?:charge|fee|levy)",
    r"donations?",
    r"(?:环保|手提|塑料|购物|胶|環保|塑料|購物|膠)袋(?:费|費)?",
    r".{0,6}(?:运费|邮费|邮资|快递费|配送费|送货费|手续费|服务费|包装费|打包费|餐盒费|押金|訂金|订金|定金).{0,6}",
    r".{0,6}(?:運費|郵費|快遞費|配送費|手續費|服務費|包裝費).{0,6}",
    r".{0,6}(?:充值|储值|儲值|礼品卡|禮品卡|购物卡|提货卡|礼金卡|禮券|代金券|优惠券|折扣|抹零|补差|差价|调整|尾差|小费).{0,6}",
)
FEE_NAME: Final = "^(?:" + "|".join(_FEE_NAMES) + r")\s*$"

_RETURN_WORDS: Final = (
    "cancel|refund|return|void|reversal|reversed|chargeback|credit note|creditnote|storno|"
    "退货|退款|退單|退单|退貨|取消|作废|作廢|红冲|冲销|退换"
)
_NOT_RETURN: Final = "not |non-|non |no |never|un"
_YES: Final = ("1", "true", "yes", "y", "t", "是", "有")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def is_fee(
    product: str, product_name: str | None, names: tuple[str, ...], more: tuple[str, ...], never: tuple[str, ...]
) -> str:
    """SQL: whether a line is a fee. `names` are lower-case names found to be fees, `more` the owner's own codes or
    names, `never` what the owner says is goods."""
    codes = tuple(dict.fromkeys((*FEE_CODES, *(word.upper() for word in more))))
    tests = [among(f"upper({product})", codes)]
    wanted = tuple(dict.fromkeys((*names, *(word.lower() for word in more))))
    if wanted:
        tests.append(among(f"lower(coalesce({product_name or product}, {product}))", wanted))
    told = f"({' OR '.join(tests)})"
    if never:
        goods = tuple(word.upper() for word in never)
        told += f" AND NOT {among(f'upper({product})', goods)}"
        if product_name:
            name = f"upper(coalesce({product_name}, ''))"
            told += f" AND NOT {among(name, goods)}"
    return f"coalesce({told}, false)"


def named_like_a_fee(name: str) -> str:
    """SQL: whether a product's name is that of a fee; for distinct names, not for every line."""
    return f"regexp_matches(lower(trim({name})), {_text(FEE_NAME)})"


def takes_back(status: str, heading: str) -> str:
    """SQL: whether a status says that the line was taken back."""
    # Under "is return" a yes says it; under "status" a word must.
    is_flag = re.search(_RETURN_WORDS, heading.casefold())
    yes = among(f"lower({status})", _YES) + " OR " if is_flag else ""
    words = f"regexp_matches(lower({status}), {_text(_RETURN_WORDS)})"
    negated = f"regexp_matches(lower({status}), {_text('^(?:' + _NOT_RETURN + ')|^[未无不非否]')})"
    return f"coalesce({yes}({words} AND NOT {negated}), false)"
