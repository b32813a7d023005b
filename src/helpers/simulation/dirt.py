"""How the same person is written in different systems: name forms, phone forms, mistakes, placeholders. Everything seeded."""

import numpy as np
import pandas as pd

from helpers.simulation import names
from helpers.simulation.settings import date_of

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
PHONE_PLACEHOLDERS = ("00000000000", "无", "暂无", "13800000000", "-")
NAME_PLACEHOLDERS = ("顾客", "无名", "测试", "先生", "匿名用户")
EMAIL_PLACEHOLDERS = ("no@example.com", "无", "test@example.com", "none@example.com")


def _masks(rng, n: int, shares: tuple[float, ...]) -> list[np.ndarray]:
    """Return disjoint masks with the given shares."""
    draw, edges = rng.random(n), np.cumsum((0.0, *shares))
    return [(draw >= low) & (draw < high) for low, high in zip(edges[:-1], edges[1:], strict=True)]


def _change(values: np.ndarray, mask: np.ndarray, function) -> None:
    values[mask] = [function(value) for value in values[mask]]


def full_names(people: pd.DataFrame, rng, *, latin: float = .02) -> np.ndarray:
    """Return full names as a clerk or customer types them; `latin` is the share in pinyin."""
    written = people["full_name"].to_numpy(dtype=object).copy()
    chinese = ~people["is_western"].to_numpy()
    n = len(people)
    in_latin, old, typo, spaced, titled, placeholder = _masks(rng, n, (latin, .02, .02, .01, .015, .004))
    given_first = people["given_latin"] + " " + people["family_latin"]
    family_first = people["family_latin"] + " " + people["given_latin"]
    spelt = np.where(rng.random(n) < .5, given_first, family_first).astype(object)
    mask = in_latin & chinese | (people["is_abroad"].to_numpy() & chinese & (rng.random(n) < .6))
    written[mask] = spelt[mask]
    _change(written, old & chinese, lambda text: text.translate(names.traditional()))
    _change(written, typo & chinese, mistyped)
    _change(written, spaced & chinese, lambda text: text[0] + " " + text[1:])
    calls = np.where(people["gender"] == "女", "女士", "先生")
    titles = titled & chinese & ~people["shares_phone"].to_numpy()  # nobody could tell two of a family by it
    written[titles] = people["family_name"].to_numpy(dtype=object)[titles] + calls[titles]
    western = people["is_western"].to_numpy()
    nick = western & (rng.random(n) < .15)
    written[nick] = [names.NICKNAMES.get(g, g) + " " + f for g, f in
                     zip(people["given_latin"].to_numpy()[nick], people["family_latin"].to_numpy()[nick], strict=True)]
    _change(written, western & (rng.random(n) < .06), lambda text: text.upper())
    _change(written, western & typo, lambda text: text[:2] + text[3:])
    written[placeholder] = rng.choice(NAME_PLACEHOLDERS, placeholder.sum())
    return written


def mistyped(text: str) -> str:
    """Return a Chinese name with a character that sounds or looks alike; else with its last character doubled or dropped."""
    for i in range(len(text) - 1, -1, -1):
        if text[i] in names.CONFUSED:
            return text[:i] + names.CONFUSED[text[i]] + text[i + 1 :]
    return text[:-1] if len(text) > 2 else text + text[-1]


def phones_at(people: pd.DataFrame, day: np.ndarray) -> np.ndarray:
    """Return the number that each person had on a day."""
    return np.where(day < people["phone_changed"].fillna(-1e9), people["old_phone"], people["phone"]).astype(object)


def phones(values: np.ndarray, rng, *, empty: float = .03, wrong: float = .008) -> np.ndarray:
    """Return phones as they are written: +86, 0086, dashes, blanks, full width, digits swapped, a placeholder, nothing."""
    written, n = values.copy(), len(values)
    national = np.array([isinstance(v, str) and not v.startswith("+") for v in values], dtype=bool)
    plus, zeros, dashes, blanks, wide, bad, place, none = _masks(rng, n, (.05, .01, .03, .03, .01, wrong, .004, empty))
    _change(written, plus & national, lambda v: "+86" + v)
    _change(written, zeros & national, lambda v: "0086" + v)
    _change(written, dashes & national, lambda v: f"{v[:3]}-{v[3:7]}-{v[7:]}")
    _change(written, blanks & national, lambda v: f"{v[:3]} {v[3:7]} {v[7:]}")
    _change(written, wide & national, lambda v: v.translate(FULL_WIDTH))
    _change(written, bad & pd.notna(values), lambda v: v[:-2] + v[-1] + v[-2])
    written[place] = rng.choice(PHONE_PLACEHOLDERS, place.sum())
    written[none] = None
    return written


def emails(values: np.ndarray, rng, *, empty: float = .1, placeholder: float = .004) -> np.ndarray:
    """Return e-mail addresses as they are written: capitals, blanks, a letter lost, a comma, a placeholder, nothing."""
    written = np.asarray(values, dtype=object).copy()
    upper, lost, comma, blank, place, none = _masks(rng, len(written), (.03, .008, .003, .01, placeholder, empty))
    _change(written, upper, lambda v: v[0].upper() + v[1:] if len(v) % 2 else v.upper())
    _change(written, lost, lambda v: v[:2] + v[3:])
    _change(written, comma, lambda v: v[::-1].replace(".", ",", 1)[::-1])
    _change(written, blank, lambda v: " " + v + " ")
    written[place] = rng.choice(EMAIL_PLACEHOLDERS, place.sum())
    written[none] = None
    return written


def birth_dates(people: pd.DataFrame, rng, *, empty: float = .15) -> np.ndarray:
    """Return dates of birth as text: day and month swapped at times, 1900-01-01 for unknown, other separators, nothing."""
    text = np.datetime_as_string(people["birth_date"].to_numpy().astype("datetime64[D]")).astype(object)
    swapped, unknown, slashes, chinese, none = _masks(rng, len(text), (.008, .02, .1, .05, empty))
    _change(text, swapped, lambda v: f"{v[:4]}-{v[8:]}-{v[5:7]}" if v[8:] <= "12" else v)
    _change(text, slashes, lambda v: v.replace("-", "/"))
    _change(text, chinese, lambda v: f"{v[:4]}年{int(v[5:7])}月{int(v[8:])}日")
    text[unknown] = "1900-01-01"
    text[none] = None
    return text


def places(people: pd.DataFrame, day: np.ndarray, rng) -> pd.DataFrame:
    """Return province, city, district and address on a day, as written (suffixes dropped at times)."""
    city = np.array(names.CITIES, dtype=object)[people["city"]]
    abroad = people["is_abroad"].to_numpy()
    there = np.array(names.ABROAD, dtype=object)[people["abroad_city"]]
    address = np.where(day < people["moved"].fillna(1e9), people["address"], people["new_address"]).astype(object)
    short = rng.random(len(people)) < .12
    province, town = city[:, 0].copy(), city[:, 1].copy()
    _change(province, short, lambda v: v[:-1])
    _change(town, short, lambda v: v[:-1])
    return pd.DataFrame({
        "province": np.where(abroad, there[:, 0], province), "city": np.where(abroad, there[:, 1], town),
        "district": np.where(abroad, None, city[:, 2]), "address": np.where(abroad, None, address),
    }, index=people.index)


def dates(day: np.ndarray) -> np.ndarray:
    """Return days as YYYY-MM-DD."""
    return np.datetime_as_string(date_of(day)).astype(object)
