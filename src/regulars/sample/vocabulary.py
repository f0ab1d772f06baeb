"""The words on the shelves, in English and Chinese, and which of them sell together."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Buying(StrEnum):
    """How a category is bought."""

    FREELY = "freely"  # whenever it comes to mind; no brands
    BY_HABIT = "habit"  # freely, but each customer has a brand habit
    BY_CYCLE = "cycle"  # when the last pack is used up; with a brand habit too


@dataclass(frozen=True, slots=True)
class Category:
    """A category: prices from … to in minor units, its articles as (English, Chinese)."""

    name: str
    chinese: str
    buying: Buying
    share: float  # of free choices; for cycle categories of those without a card only
    price_from: int
    price_to: int
    articles: tuple[tuple[str, str], ...]
    cycle_days: tuple[float, float] = (0.0, 0.0)  # how long a pack lasts, from … to
    users: float = 0.0  # share of customers that use it up steadily


def _category(name: str, share: float, prices: tuple[int, int], articles: str, buying: str = "freely") -> Category:
    english, chinese = name.split("/")
    pairs = tuple((pair.split("/")[0].strip(), pair.split("/")[1].strip()) for pair in articles.split(","))
    return Category(english, chinese, Buying(buying), share, *prices, pairs)


def _used_up(
    name: str, prices: tuple[int, int], articles: str, cycle_days: tuple[float, float], users: float
) -> Category:
    plain = _category(name, 0.02, prices, articles, "cycle")
    return Category(
        plain.name,
        plain.chinese,
        plain.buying,
        plain.share,
        *prices,
        plain.articles,
        cycle_days=cycle_days,
        users=users,
    )


CATEGORIES: Final = (
    _category(
        "Fruit/水果",
        0.10,
        (600, 2400),
        "Apples/苹果,Bananas/香蕉,Oranges/橙子,Grapes/葡萄,Strawberries/草莓,Mangoes/芒果,Lemons/柠檬",
    ),
    _category(
        "Vegetables/蔬菜",
        0.10,
        (300, 1600),
        "Tomatoes/番茄,Potatoes/土豆,Onions/洋葱,Carrots/胡萝卜,Cucumber/黄瓜,Ginger/生姜,Salad/生菜",
    ),
    _category(
        "Bread/面包",
        0.08,
        (400, 2200),
        "White bread/白面包,Rye bread/黑麦面包,Croissant/牛角包,Buns/小圆面包,Toast/吐司,Baguette/法棍",
    ),
    _category(
        "Meat/肉类",
        0.06,
        (1800, 9800),
        "Chicken breast/鸡胸肉,Pork belly/五花肉,Beef mince/牛肉末,Sausages/香肠,Ham/火腿,Duck/鸭肉",
    ),
    _category(
        "Fish/水产", 0.03, (2200, 12000), "Salmon/三文鱼,Shrimp/虾仁,Cod/鳕鱼,Squid/鱿鱼,Carp/鲤鱼,Sardines/沙丁鱼"
    ),
    _category(
        "Dairy/乳品",
        0.08,
        (500, 3200),
        "Milk/牛奶,Butter/黄油,Cream/奶油,Eggs/鸡蛋,Soy milk/豆浆,Buttermilk/酪乳",
    ),
    _category(
        "Cheese/奶酪",
        0.04,
        (1500, 6800),
        "Gouda/高达奶酪,Brie/布里奶酪,Feta/菲达奶酪,Parmesan/帕尔马奶酪,Gruyère/格鲁耶尔奶酪,Mozzarella/马苏里拉",
    ),
    _category(
        "Staples/粮面",
        0.06,
        (500, 6000),
        "Rice/大米,Spaghetti/意大利面,Noodles/挂面,Flour/面粉,Oats/燕麦,Beans/黄豆,Dumpling wrappers/饺子皮",
    ),
    _category(
        "Sauces/调味",
        0.05,
        (500, 3000),
        "Tomato sauce/番茄酱,Soy sauce/酱油,Salsa/莎莎酱,Vinegar/香醋,Mustard/芥末酱,Olive oil/橄榄油",
    ),
    _category(
        "Snacks/零食",
        0.07,
        (400, 2600),
        "Tortilla chips/玉米片,Crisps/薯片,Peanuts/花生,Seaweed/海苔,Popcorn/爆米花,Pretzels/椒盐卷饼",
    ),
    _category(
        "Beer/啤酒", 0.04, (400, 4800), "Lager/拉格啤酒,Wheat beer/小麦啤酒,Stout/世涛,Pale ale/淡色艾尔,Radler/柠檬啤"
    ),
    _category(
        "Wine/葡萄酒",
        0.02,
        (3500, 19800),
        "Red wine/红葡萄酒,White wine/白葡萄酒,Rosé/桃红葡萄酒,Sparkling wine/起泡酒,Rice wine/黄酒",
    ),
    _category(
        "Frozen/冷冻",
        0.04,
        (900, 4200),
        "Pizza/披萨,Ice cream/冰淇淋,Dumplings/速冻水饺,Peas/豌豆,Spring rolls/春卷,French fries/薯条",
    ),
    _category(
        "Household/日用",
        0.04,
        (500, 5200),
        "Candles/蜡烛,Batteries/电池,Light bulb/灯泡,Napkins/餐巾纸,Matches/火柴,Sponge/海绵",
    ),
    _category(
        "Tea/茶叶", 0.03, (1500, 12800), "Green tea/绿茶,Black tea/红茶,Jasmine tea/茉莉花茶,Oolong/乌龙茶,Pu’er/普洱茶"
    ),
    _category("Chocolate/巧克力", 0.05, (600, 4200), "Dark/黑,Milk/牛奶,Nut/坚果,White/白,Praline/夹心", "habit"),
    _category(
        "Soft drinks/饮料",
        0.06,
        (300, 1800),
        "Cola/可乐,Lemonade/柠檬水,Orange juice/橙汁,Iced tea/冰茶,Water/矿泉水",
        "habit",
    ),
    _category(
        "Yoghurt/酸奶", 0.05, (300, 2200), "Plain/原味,Strawberry/草莓,Vanilla/香草,Mango/芒果,Drinking/饮用", "habit"
    ),
    _category("Biscuits/饼干", 0.04, (500, 2600), "Butter/黄油,Oat/燕麦,Cocoa/可可,Ginger/姜味,Cracker/苏打", "habit"),
    _used_up(
        "Coffee/咖啡",
        (2500, 9800),
        "Espresso/意式浓缩,Café crème/香醇咖啡,Filter/滤泡,Decaf/低因,Instant/速溶",
        (18, 40),
        0.20,
    ),
    _used_up(
        "Detergent/洗涤剂", (1900, 7800), "Powder/洗衣粉,Liquid/洗衣液,Capsules/凝珠,Delicates/丝毛净", (32, 60), 0.15
    ),
    _used_up(
        "Pet food/宠物食品", (2200, 7800), "Dog dry/狗粮,Dog wet/狗罐头,Cat dry/猫粮,Cat wet/猫罐头", (12, 28), 0.08
    ),
    _used_up("Nappies/尿布", (4900, 9800), "Newborn/新生儿,Small/小号,Medium/中号,Large/大号", (9, 18), 0.04),
    _used_up("Shampoo/洗发水", (1900, 6800), "Mild/温和,Repair/修护,Anti-dandruff/去屑,Volume/蓬松", (40, 70), 0.10),
    _used_up("Toothpaste/牙膏", (900, 3900), "Mint/薄荷,Herbal/草本,Whitening/美白,Children/儿童", (40, 70), 0.10),
)

SIZES: Final = (("", ""), ("large", "大"), ("family pack", "家庭装"))
OWN_BRAND: Final = ("Home Basket", "家篮")
NATIONAL_BRANDS: Final = (
    ("Morning Star", "晨星"),
    ("Alto", "阿尔托"),
    ("White Crane", "白鹤"),
    ("Nordlys", "北光"),
    ("Golden Field", "金田"),
    ("Blue Harbour", "蓝港"),
    ("Sunny Hill", "阳坡"),
    ("Panda & Co", "熊猫"),
    ("Évian Lane", "依巷"),
    ("Old Mill", "老磨坊"),
)

# What is charged but is no article: English, Chinese, price in minor units.
FEES: Final = (("Carrier bag charge", "购物袋", 30), ("Bottle deposit", "押金", 100), ("Delivery fee", "配送费", 800))
BAG, DEPOSIT, DELIVERY = range(3)

# (left, right, lift aimed at): who takes the left one takes the right one so much oftener than others do.
PAIRS: Final = (
    ("Spaghetti", "Tomato sauce", 5.0),
    ("Tortilla chips", "Salsa", 5.2),
    ("Croissant", "Butter", 4.0),
    ("Red wine", "Brie", 5.0),
    ("Lager", "Peanuts", 5.0),
    ("Salmon", "Lemons", 5.0),
    ("Candles", "Matches", 4.5),
    ("Dumpling wrappers", "Pork belly", 5.2),
    ("Shrimp", "Ginger", 4.5),
    ("Green tea", "Seaweed", 4.0),
    ("Sausages", "Mustard", 5.0),
    ("Pizza", "Wheat beer", 4.5),
)

# The same for whole categories; milder, because categories are bought much oftener.
CATEGORY_PAIRS: Final = (("Wine", "Cheese", 2.5), ("Beer", "Snacks", 2.2), ("Tea", "Biscuits", 2.2))
