"""The true segments: how often they buy, how soon they leave, where, what, and what moves them. All figures are invented."""

from dataclasses import dataclass

import numpy as np

CATEGORIES = (
    "床品", "厨具", "收纳", "灯饰", "餐具", "洗发护发", "护肤", "口腔护理", "纸品", "洗衣清洁", "茶叶", "咖啡", "零食",
    "粮油", "饮料", "礼盒",
)


@dataclass(frozen=True)
class Persona:
    """A true segment. Rates and hazards are means of gamma distributions, per 30.4 days."""

    name: str
    share: float
    rate: float  # orders a month while a customer
    rate_shape: float
    hazard: float  # leaving, a month
    hazard_shape: float
    channels: tuple[float, float, float]  # store, web shop, mini program
    sensitivity: float  # 0–1, how much discounts pull
    lines: float  # products of an order beyond the first
    gift: float  # how far festivals pull
    tier: float  # mean price level, −1 … 1
    fatal: float  # share of service failures after which the customer leaves
    likes: tuple[float, ...]  # weight of each category


PERSONAS = (
    Persona("family_stocker", .22, .64, 1.6, .040, .7, (.62, .16, .22), .45, 2.3, .6, .0, .22,
            (2, 3, 3, 1, 3, 4, 2, 4, 9, 9, 2, 1, 6, 10, 6, 1)),
    Persona("bargain_hunter", .20, .34, 1.2, .070, .6, (.35, .40, .25), .95, 1.7, .3, -.8, .30,
            (3, 2, 4, 1, 2, 5, 3, 4, 8, 8, 1, 1, 5, 6, 4, 0.5)),
    Persona("urban_convenience", .22, .49, 1.2, .060, .6, (.22, .42, .36), .35, .8, .4, .3, .32,
            (2, 1, 3, 2, 2, 4, 5, 3, 3, 3, 1, 9, 7, 1, 7, 1)),
    Persona("silver_regular", .14, .72, 2.0, .028, .8, (.92, .02, .06), .40, 1.2, .7, -.3, .18,
            (1, 4, 1, 1, 2, 1, 1, 3, 5, 5, 9, .3, 3, 11, 2, 2)),
    Persona("gift_giver", .12, .17, 1.5, .055, .8, (.50, .28, .22), .15, .6, 1.0, .9, .25,
            (3, 2, 1, 3, 6, 1, 2, .5, .5, .5, 8, 3, 3, 1, 1, 14)),
    Persona("novelty_seeker", .10, .38, .9, .110, .6, (.15, .48, .37), .55, 1.0, .3, .5, .42,
            (2, 1, 2, 5, 4, 5, 12, 3, 1, 1, 1, 5, 6, .5, 5, 1)),
)
LEVELS = 3  # of price sensitivity, price tier and basket size
N_GROUPS = len(PERSONAS) * LEVELS**3


def trait(name: str) -> np.ndarray:
    """Return one figure of every persona, in their order."""
    return np.array([getattr(persona, name) for persona in PERSONAS])


def group_of(persona, sensitivity_level, tier, size) -> np.ndarray:
    """Return the number of the group in which customers differ in nothing but rate and hazard."""
    return ((np.asarray(persona) * LEVELS + sensitivity_level) * LEVELS + tier) * LEVELS + size
