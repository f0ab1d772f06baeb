"""What real exports are full of: fees, returns, cancelled receipts, samples, slips of cashiers, odd accounts."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from regulars.sample.goods import Goods
from regulars.sample.lines import LINE, NOBODY, Fault, Kind, Lines, negated, settle
from regulars.sample.seasons import SECONDS
from regulars.sample.shops import Shop, Till
from regulars.sample.vocabulary import BAG, CATEGORIES, DELIVERY, DEPOSIT

Ints = npt.NDArray[np.int64]

BULK_CARD: Final = "C0999901"  # the card under the counter, swiped for whoever has none
TEST_CARD: Final = "TEST"
ODD_ACCOUNTS: Final = (BULK_CARD, TEST_CARD)
_BULK_SHARE: Final = 0.6  # of cardless receipts in the first shop
_TEST_RECEIPTS: Final = 60
_BAG_SHARE, _DEPOSIT_SHARE, _DELIVERY_SHARE = 0.03, 0.3, 0.6
_RETURNED_LINES: Final = 0.008
_RETURN_DAYS: Final = 14
_CANCELLED_RECEIPTS: Final = 0.004
_SAMPLES: Final = 0.0015
_FAULTS_EVERY: Final = 8_000  # lines for one broken date, and one missing amount
_ABSURD_EVERY: Final = 90_000
_CANCELLING: Final = (Till.STONEBRIDGE, Till.WEB)
_WRITTEN_AS_TEXT: Final = (Till.RIVERSIDE, Till.STONEBRIDGE, Till.NORTHGATE)


@dataclass(frozen=True, slots=True)
class Chain:
    """What dirt needs to know of the chain."""

    shops: tuple[Shop, ...]
    goods: Goods
    customers: int
    days: int


def dirty(lines: Lines, chain: Chain, random: np.random.Generator) -> Lines:
    """All lines the tills export: the clean ones and everything that comes with them."""
    _swipe_bulk_card(lines, chain, random)
    samples = _samples(lines, random)
    fees = _fees(lines, chain, random)
    receipts = int(lines["receipt"].max()) + 1
    sound = _of_several(lines)
    returned = np.flatnonzero(sound & (random.random(len(lines)) < _RETURNED_LINES))
    back = _returns(lines[returned], receipts, chain.days, random)
    again = _cancelled(np.concatenate((lines, samples, fees)), receipts + len(back), returned, chain, random)
    untouched = np.ones(len(lines), dtype=bool)
    untouched[np.isin(lines["receipt"], lines["receipt"][returned])] = False
    untouched[np.isin(lines["receipt"], again["cancels"])] = False
    _slips(lines, np.flatnonzero(untouched & sound), chain, random)
    tests = _test_account(receipts + len(back) + 2 * len(again) + 1, chain, random)
    return np.concatenate((lines, samples, fees, back, again, tests))


def _swipe_bulk_card(lines: Lines, chain: Chain, random: np.random.Generator) -> None:
    receipts = np.unique(lines["receipt"][(lines["customer"] == NOBODY) & (lines["shop"] == 0)])
    swiped = receipts[random.random(len(receipts)) < _BULK_SHARE]
    lines["customer"][np.isin(lines["receipt"], swiped)] = chain.customers


def _of_several(lines: Lines) -> npt.NDArray[np.bool_]:
    """Lines of receipts with more than one: losing one of them does not lose the visit."""
    return np.asarray(np.bincount(lines["receipt"])[lines["receipt"]] > 1)


def _samples(lines: Lines, random: np.random.Generator) -> Lines:
    """Free samples handed out: further lines at price zero, which still cost the shop something."""
    free = lines[random.random(len(lines)) < _SAMPLES].copy()
    free["quantity"] = 1000
    for field in ("price", "discount", "amount"):
        free[field] = 0
    return free


def _fees(lines: Lines, chain: Chain, random: np.random.Generator) -> Lines:
    """Bags anywhere, deposits with drinks, delivery by web: at most one of each a receipt."""
    first = lines[np.unique(lines["receipt"], return_index=True)[1]]
    web = first["shop"] == len(chain.shops) - 1
    drinks = [number for number, category in enumerate(CATEGORIES) if category.name in ("Beer", "Soft drinks")]
    wet = np.unique(lines["receipt"][np.isin(chain.goods.category[lines["product"]], drinks)])
    chosen = {
        BAG: ~web & (random.random(len(first)) < _BAG_SHARE),
        DEPOSIT: np.isin(first["receipt"], wet) & (random.random(len(first)) < _DEPOSIT_SHARE),
        DELIVERY: web & (random.random(len(first)) < _DELIVERY_SHARE),
    }
    made = [_fee(first[rows], fee, chain.goods) for fee, rows in chosen.items()]
    return np.concatenate(made)


def _fee(receipts: Lines, fee: int, goods: Goods) -> Lines:
    lines = receipts.copy()
    lines["product"] = goods.fees + fee
    lines["price"] = goods.price[goods.fees + fee]
    lines["quantity"] = 1000
    lines["cost"] = 0
    lines["kind"] = Kind.FEE
    settle(lines, np.zeros(len(lines), dtype=np.int64))
    return lines


def _returns(sold: Lines, receipt: int, days: int, random: np.random.Generator) -> Lines:
    """Each line back on a receipt of its own, one to fourteen days later, at the shop that sold it."""
    back = negated(sold)
    later = random.integers(1, _RETURN_DAYS + 1, len(sold))
    back["at"] = (sold["at"] // SECONDS + later) * SECONDS + random.integers(10 * 3600, 19 * 3600, len(sold))
    back = back[back["at"] < days * SECONDS]
    back["receipt"] = receipt + np.arange(len(back))
    return back


def _cancelled(lines: Lines, receipt: int, returned: Ints, chain: Chain, random: np.random.Generator) -> Lines:
    """Receipts rung up wrongly: cancelled as a whole some minutes later, and rung up again."""
    tills = np.array([shop.till in _CANCELLING for shop in chain.shops])
    able = np.setdiff1d(np.unique(lines["receipt"][tills[lines["shop"]]]), lines["receipt"][returned])
    wrong = able[random.random(len(able)) < _CANCELLED_RECEIPTS]
    rows = lines[np.isin(lines["receipt"], wrong)]
    place = np.searchsorted(wrong, rows["receipt"])
    minutes = random.integers(2, 9, len(wrong))[place]
    cancelling, anew = negated(rows), rows.copy()
    cancelling["at"] = rows["at"] + minutes * 60
    cancelling["cancels"] = rows["receipt"]
    cancelling["receipt"] = receipt + place
    anew["at"] = rows["at"] + (minutes + 1) * 60
    anew["receipt"] = receipt + len(wrong) + place
    return np.concatenate((cancelling, anew))


def _slips(lines: Lines, able: Ints, chain: Chain, random: np.random.Generator) -> None:
    """Spoils some lines, each in one way, never a whole receipt's only line."""
    text = np.array([shop.till in _WRITTEN_AS_TEXT for shop in chain.shops])
    able = able[text[lines["shop"][able]]]
    able = able[np.unique(lines["receipt"][able], return_index=True)[1]]  # one a receipt
    faults, absurd = max(2, len(lines) // _FAULTS_EVERY), max(1, len(lines) // _ABSURD_EVERY)
    chosen = random.choice(able, size=2 * faults + absurd, replace=False)
    lines["fault"][chosen[:faults]] = Fault.DATE
    lines["fault"][chosen[faults : 2 * faults]] = Fault.AMOUNT
    scanned = chosen[2 * faults :]
    lines["fault"][scanned] = Fault.ABSURD
    article = np.array([int(code) * 100 for code in chain.goods.code])
    lines["price"][scanned] = lines["amount"][scanned] = article[lines["product"][scanned]]
    lines["quantity"][scanned] = 1000
    lines["discount"][scanned] = 0


def _test_account(receipt: int, chain: Chain, random: np.random.Generator) -> Lines:
    """Somebody who tries the till out: one fen, ninety-nine pieces."""
    lines = np.zeros(2 * _TEST_RECEIPTS, dtype=LINE)
    number = np.arange(len(lines)) // 2
    moment = random.integers(0, chain.days, _TEST_RECEIPTS) * SECONDS + random.integers(
        9 * 3600, 18 * 3600, _TEST_RECEIPTS
    )
    lines["at"] = moment[number]
    lines["receipt"] = receipt + number
    lines["customer"] = chain.customers + 1
    lines["product"] = random.integers(0, chain.goods.fees, len(lines))
    lines["price"] = 1
    lines["quantity"] = 99_000
    lines["cancels"] = -1
    settle(lines, np.zeros(len(lines), dtype=np.int64))
    return lines
