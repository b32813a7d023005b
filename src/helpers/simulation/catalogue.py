"""The shelf: products with price and cost, which go together, and what a customer of a group puts into an order."""

from functools import cache

import numpy as np
import pandas as pd

from helpers.simulation.personas import CATEGORIES, LEVELS, PERSONAS
from helpers.simulation.seasons import category_months

PER_CATEGORY = 14
DEPARTMENTS = {"床品": "家居", "厨具": "家居", "收纳": "家居", "灯饰": "家居", "餐具": "家居", "洗发护发": "个护",
               "护肤": "个护", "口腔护理": "个护",
               "纸品": "个护", "洗衣清洁": "个护", "茶叶": "食品", "咖啡": "食品", "零食": "食品", "粮油": "食品",
               "饮料": "食品", "礼盒": "食品"}
PRICES = dict(zip(CATEGORIES, (189, 79, 45, 129, 39, 49, 99, 25, 29, 32, 88, 59, 19, 62, 12, 198), strict=True))  # CNY, middle
BRANDS = ("云溪里", "禾木间", "青屿", "拾光集", "南枝", "自有品牌")
NOUNS = {
    "床品": "四件套,夏凉被,枕芯,床笠", "厨具": "不粘锅,汤锅,菜板,刀具", "收纳": "收纳箱,衣架,抽屉盒,置物篮",
    "灯饰": "台灯,夜灯,吊灯,落地灯",
    "餐具": "餐盘,茶具,马克杯,碗筷组", "洗发护发": "洗发水,护发素,发膜,头皮精华", "护肤": "面膜,洁面乳,乳液,防晒霜",
    "口腔护理": "牙膏,牙刷,漱口水,牙线",
    "纸品": "抽纸,卷纸,湿巾,厨房纸", "洗衣清洁": "洗衣液,柔顺剂,洗洁精,除菌液", "茶叶": "龙井,普洱,乌龙,花茶",
    "咖啡": "挂耳咖啡,咖啡豆,冻干咖啡,咖啡液",
    "零食": "坚果,饼干,果干,海苔", "粮油": "大米,菜籽油,面粉,杂粮", "饮料": "气泡水,果汁,椰子水,苏打水",
    "礼盒": "坚果礼盒,茶礼盒,月饼礼盒,年货礼盒",
}
STYLES = ["轻享", "臻选", "家庭装", "便携", "经典", "清润", "原野", "简约", "柔雾", "暖阳", "北纬", "慢作", "半日", "小满"]
PARTNERS = {"咖啡": "餐具", "茶叶": "餐具", "床品": "洗衣清洁", "洗发护发": "护肤", "厨具": "粮油", "礼盒": "茶叶",
            "纸品": "洗衣清洁",
            "零食": "饮料", "护肤": "洗发护发", "灯饰": "收纳"}  # who buys the first is drawn to the second
PARTNER_SHARE, SAME_PARTNER = .35, .5  # of further lines drawn by the first one; of these, to its own partner product
TEST_PRODUCT = "TEST0001"
RETURN_SHARE = .025


@cache
def products() -> pd.DataFrame:
    """Return the products by category and price: product_id, noun, name, department, category, brand, price and cost (fen)."""
    rng = np.random.default_rng(20_240_101)  # the same shelf for every seed
    n = len(CATEGORIES) * PER_CATEGORY
    category = np.repeat(np.arange(len(CATEGORIES)), PER_CATEGORY)
    rank = np.tile(np.arange(PER_CATEGORY), len(CATEGORIES))
    middle = np.array([PRICES[c] for c in CATEGORIES])[category]
    price = np.floor(middle * np.exp((rank - 6.5) / 6.5 * .75 + rng.normal(0, .04, n))) * 100 + 90
    price = np.sort(price.reshape(-1, PER_CATEGORY), axis=1).ravel().astype(int)
    brand = np.array(BRANDS)[rng.integers(0, len(BRANDS), n)]
    nouns = [NOUNS[CATEGORIES[category[i]]].split(",")[rank[i] % 4] for i in range(n)]
    return pd.DataFrame({
        "product_id": [f"SKU{10_001 + i}" for i in range(n)], "noun": nouns,
        "name": [f"{brand[i]}{STYLES[rank[i]]}{nouns[i]}" for i in range(n)],
        "department": [DEPARTMENTS[CATEGORIES[c]] for c in category], "category": [CATEGORIES[c] for c in category],
        "brand": brand, "price": price, "cost": np.round(price * rng.uniform(.52, .72, n)).astype(int),
    })


@cache
def partner_products() -> np.ndarray:
    """Return the number of the product that each product pulls along (−1 = none)."""
    number = np.arange(len(CATEGORIES) * PER_CATEGORY)
    partner = np.array([CATEGORIES.index(PARTNERS[c]) if c in PARTNERS else -1 for c in CATEGORIES])
    own = partner[number // PER_CATEGORY]
    return np.where(own < 0, -1, own * PER_CATEGORY + (number * 5 + 3) % PER_CATEGORY)


@cache
def _category_chances() -> np.ndarray:
    """Return cumulated chances of the categories by persona and month of the year, row by row, each row one higher."""
    weight = np.array([persona.likes for persona in PERSONAS], dtype=float)[:, None, :] * category_months()[None, :, :]
    return _stacked(weight.reshape(-1, len(CATEGORIES)))


@cache
def _product_chances() -> np.ndarray:
    """Return the same for the products of each category, by category and price tier."""
    rank = np.arange(PER_CATEGORY)
    rows = []
    for category in range(len(CATEGORIES)):
        popularity = 1 / (((rank * 5 + category * 3) % PER_CATEGORY) + 2.0)
        rows += [popularity * np.exp((tier - 1) * (rank - 6.5) / 5) for tier in range(LEVELS)]
    return _stacked(np.array(rows))


def _stacked(weight: np.ndarray) -> np.ndarray:
    share = weight.cumsum(axis=1) / weight.sum(axis=1, keepdims=True)
    share[:, -1] = 1.0
    return (share + np.arange(len(share))[:, None]).ravel()


def _draw(stacked: np.ndarray, row: np.ndarray, width: int, rng) -> np.ndarray:
    """Return a draw from each line's own row of chances."""
    found = np.searchsorted(stacked, row + rng.random(len(row)), side="right")
    return np.minimum(found - row * width, width - 1)


def fill_orders(persona, tier, size, month_of_year, rng, *, extra=None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (order, product, quantity) of each line of orders with these customers and months (0 = January)."""
    mean = np.array([p.lines for p in PERSONAS])[persona] * np.array([.6, 1.0, 1.6])[size]
    n_lines = 1 + rng.poisson(mean) if extra is None else extra
    order = np.repeat(np.arange(len(persona)), n_lines)
    first = np.concatenate([[0], np.cumsum(n_lines)[:-1]])[order]
    is_first = np.arange(len(order)) == first
    category = _draw(_category_chances(), persona[order] * 12 + month_of_year[order], len(CATEGORIES), rng)
    product = category * PER_CATEGORY + _draw(_product_chances(), category * LEVELS + tier[order], PER_CATEGORY, rng)
    anchor = product[first]
    pulled = partner_products()[anchor]
    by_partner = ~is_first & (pulled >= 0) & (rng.random(len(order)) < PARTNER_SHARE)
    same = rng.random(len(order)) < SAME_PARTNER
    sibling = pulled // PER_CATEGORY * PER_CATEGORY + rng.integers(0, PER_CATEGORY, len(order))
    product = np.where(by_partner, np.where(same, pulled, sibling), product)
    quantity = 1 + rng.poisson(np.array([.12, .3, .7])[size[order]])
    return order, product, quantity
