"""When people buy: weekdays, Spring Festival, 618, Double 11, Mid-Autumn, as multipliers of a customer's rate."""

from functools import cache

import numpy as np

from helpers.simulation.personas import CATEGORIES, LEVELS, PERSONAS
from helpers.simulation.settings import FIRST_DAY, FUTURE_DAYS, N_DAYS

SPRING_FESTIVAL = ("2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06")  # first day of the lunar year
MID_AUTUMN = ("2024-09-17", "2025-10-06", "2026-09-25")
ALL_DAYS = N_DAYS + FUTURE_DAYS
SENSITIVITY = (.2, .5, .9)  # of the three levels


def _before_and_after(days: np.ndarray, festivals: tuple[str, ...]) -> np.ndarray:
    """Return days to (negative: since) the nearest of the festivals."""
    to = np.array(festivals, dtype="datetime64[D]")[:, None] - days[None, :]
    to = to.astype(int)
    return to[np.abs(to).argmin(axis=0), np.arange(len(days))]


def is_sale(day: np.ndarray) -> np.ndarray:
    """Say whether a day lies in the 618 sale (1–18 June) or that of Double 11 (1–11 November)."""
    dates = FIRST_DAY + np.floor(np.asarray(day)).astype(int)
    month = dates.astype("datetime64[M]")
    of_month = (dates - month).astype(int) + 1
    of_year = month.astype(int) % 12 + 1
    return ((of_year == 6) & (of_month <= 18)) | ((of_year == 11) & (of_month <= 11))


@cache
def curves() -> np.ndarray:
    """Return the daily multipliers, one row per persona and level of price sensitivity, over the window and the year after."""
    day = np.arange(ALL_DAYS)
    dates = FIRST_DAY + day
    weekend = (dates.astype(int) + 3) % 7 >= 5  # 1970-01-01 was a Thursday
    spring, autumn = _before_and_after(dates, SPRING_FESTIVAL), _before_and_after(dates, MID_AUTUMN)
    sale = is_sale(day)
    after_sale = np.convolve(sale, np.ones(14), "full")[:ALL_DAYS].astype(bool) & ~sale
    rows = []
    for persona in PERSONAS:
        for sensitivity in SENSITIVITY:
            level = np.where(weekend, 1.22, .91)
            level = level * np.where((spring > 0) & (spring <= 16), 1.25 + 2.6 * persona.gift**2, 1.0)
            level = level * np.where((spring <= 0) & (spring > -7), .35, 1.0)
            level = level * np.where((spring <= -7) & (spring > -18), .8, 1.0)
            level = level * np.where((autumn > 0) & (autumn <= 12), 1 + 1.8 * persona.gift**2, 1.0)
            level = level * np.where(sale, 1 + 1.9 * sensitivity, 1.0)
            level = level * np.where(after_sale, 1 - .35 * sensitivity, 1.0)
            rows.append(level)
    return np.array(rows)


@cache
def cumulated() -> np.ndarray:
    """Return the curves summed from the first day: entry d is the sum of all days before d."""
    return np.concatenate([np.zeros((len(PERSONAS) * LEVELS, 1)), curves().cumsum(axis=1)], axis=1)


@cache
def category_months() -> np.ndarray:
    """Return how much each category is wanted in each month of the year: (12, categories)."""
    weight = np.ones((12, len(CATEGORIES)))
    column = {name: i for i, name in enumerate(CATEGORIES)}
    for name, months, factor in (
        ("饮料", (5, 6, 7, 8), 1.9), ("护肤", (10, 11, 12, 1), 1.4), ("床品", (9, 10, 11), 1.6), ("茶叶", (1, 2, 4, 9), 1.4),
        ("礼盒", (1, 2, 9), 2.8), ("粮油", (1, 12), 1.4), ("灯饰", (1,), 1.5), ("收纳", (3, 12), 1.5), ("洗衣清洁", (1,), 1.5),
    ):
        weight[[m - 1 for m in months], column[name]] *= factor
    return weight


def exposure(group: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the sum of the multipliers of `group` (persona × sensitivity) between two days (fractions interpolated)."""
    total = cumulated()
    return _at(total, group, np.maximum(end, start)) - _at(total, group, start)


def _at(total: np.ndarray, group: np.ndarray, day: np.ndarray) -> np.ndarray:
    whole = np.clip(np.floor(np.asarray(day)).astype(int), 0, ALL_DAYS - 1)
    low = total[group, whole]
    return low + (total[group, whole + 1] - low) * (day - whole)


def day_at(group: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the day at which the sum of the multipliers of `group` reaches `target`."""
    days = np.empty(len(group))
    for number in np.unique(group):
        mask = group == number
        days[mask] = np.interp(target[mask], cumulated()[number], np.arange(ALL_DAYS + 1))
    return days
