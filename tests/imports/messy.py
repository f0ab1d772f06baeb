"""A till's file as it comes: GB18030, a title above the headings, dates in several styles, one person under two
numbers, things brought back, rows that are none."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Final

HEADINGS: Final = "会员号,手机号,姓名,销售日期,小票号,门店,商品编码,商品名称,数量,金额"
NAMES: Final = ("王小明", "李静", "陈建国", "周雨桐", "吴敏", "张伟", "赵丽", "刘洋")
TWICE: Final = 3  # people with a second number and the same phone
GOODS: Final = (("A01", "牛奶", 1280), ("A02", "面包", 850), ("B07", "咖啡豆", 6600), ("C10", "苹果", 1590))
BROUGHT_BACK: Final = 2
JUNK: Final = 3


def rows(people: int, until: date, *, days: int = 300, seed: int = 5, country: str = "") -> Iterator[str]:
    chance, receipt = Random(seed), 0
    bought: list[str] = []
    for person in range(people + TWICE):
        who = person if person < people else person - people  # the last ones are the first ones again
        name = f"{NAMES[who % len(NAMES)]}{'甲乙丙丁戊己庚辛'[who // len(NAMES) % 8]}"
        phone = f"{country}138{10000000 + who * 137:08}"
        day = until - timedelta(days=days - chance.randint(0, 40))
        gap = chance.randint(9, 35)
        while day <= until:
            receipt += 1
            code, goods, price = GOODS[chance.randrange(len(GOODS))]
            pieces = chance.randint(1, 3)
            said = (f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", f"{day.year}年{day.month}月{day.day}日")[receipt % 3]
            store = "人民路店" if person % 2 else "外滩店"
            told = f"V{1000 + person},{phone},{name},{said},R{receipt:05},{store},{code},{goods}"
            bought.append(f"{told},{pieces},{price * pieces / 100:.2f}")
            if len(bought) in (40, 90):
                back = told.replace(f"R{receipt:05}", f"T{receipt:05}")
                bought.append(f"{back},-1,{-price / 100:.2f}")
            day += timedelta(days=max(3, gap + chance.randint(-5, 5)))
    yield from bought
    yield "V1001,13810000137,李静甲,2025-02-31,R99998,外滩店,A01,牛奶,1,12.80"
    yield "V1001,13810000137,李静甲,没有日期,R99999,外滩店,A01,牛奶,1,12.80"
    yield ",,合计,,,,,,,99999"


def write(path: Path, *, people: int = 24, until: date, days: int = 300, country: str = "") -> int:
    """How many rows it has."""
    lines = list(rows(people, until, days=days, country=country))
    path.write_bytes("\r\n".join(["外滩商贸 销售明细", HEADINGS, *lines, ""]).encode("gb18030"))
    return len(lines)
