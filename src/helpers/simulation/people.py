"""The people of a chunk: who they are, where they live, how they buy, which systems know them. One row a person."""

import numpy as np
import pandas as pd

from helpers.simulation import names
from helpers.simulation.personas import LEVELS, PERSONAS, group_of, trait
from helpers.simulation.seasons import SENSITIVITY
from helpers.simulation.settings import CHUNK, DAYS_PER_MONTH, FIRST_DAY, N_DAYS, Plan, generator

PREFIXES = [str(p) for p in (*range(130, 140), *range(150, 154), *range(155, 160), *range(170, 174), *range(175, 179),
                             *range(180, 190), *range(195, 198))]
DOMAINS = ("example.com", "mail.example.com", "post.example.net", "example.org", "inbox.example.net")
WORDS = ("sunny", "lucky", "moon", "panda", "river", "tea", "coffee", "cloud", "maple", "happy", "kite", "bamboo")
ABROAD, FAMILY, COMPANY, STAFF = .05, .015, .012, .006  # shares; a family is two people with one phone
KNOWN_BEFORE = .22  # share of customers won before the window
PHONE_CHANGED, MOVED = .07, .08
AREA_CODES = (  # of the United States; 555-0100 … 0199 is fictional in each
    201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 220, 223, 224, 225, 227, 228,
    229, 231, 234, 235, 239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 272, 274, 276, 279, 281, 283,
    301, 302, 303, 304, 305, 307, 308, 309, 310, 312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 323, 324, 325, 326,
    327, 329, 330, 331, 332, 334, 336, 337, 339, 341, 346, 347, 350, 351, 352, 353, 360, 361, 363, 364, 369, 380, 385,
    386, 401, 402, 404, 405, 406, 407, 408, 409, 410, 412, 413, 414, 415, 417, 419, 423, 424, 425, 430, 432, 434, 435,
    440, 442, 443, 445, 447, 448, 458, 463, 464, 469, 470, 472, 475, 478, 479, 480, 484, 501, 502, 503, 504, 505, 507,
    508, 509, 510, 512, 513, 515, 516, 517, 518, 520, 521, 525, 526, 527, 528, 529, 530, 531, 532, 534, 539, 540, 541,
    551, 557, 559, 561, 562, 563, 564, 567, 570, 571, 572, 573, 574, 575, 580, 582, 585, 586, 601, 602, 603, 605, 606,
    607, 608, 609, 610, 612, 614, 615, 616, 617, 618, 619, 620, 623, 626, 628, 629,
)


def make_people(plan: Plan, chunk: int) -> pd.DataFrame:
    """Return the people of a chunk."""
    n, rng = plan.size(chunk), generator(plan, chunk, "people")
    people = pd.DataFrame({"person": chunk * CHUNK + np.arange(n)})
    people["person_id"] = [f"P{i:08d}" for i in people["person"]]
    people["is_abroad"] = rng.random(n) < ABROAD
    people["is_staff"] = (rng.random(n) < STAFF) & ~people["is_abroad"]
    people["is_company"] = (rng.random(n) < COMPANY) & ~people["is_abroad"] & ~people["is_staff"]
    people["is_second"] = _second_of_family(n, people, rng)
    people = _add_behaviour(people, rng)
    people = _add_names(people, rng)
    people = _add_contacts(people, plan, rng)
    return _add_systems(people, rng)


def _second_of_family(n: int, people: pd.DataFrame, rng) -> np.ndarray:
    plain = ~(people["is_abroad"] | people["is_staff"] | people["is_company"]).to_numpy()
    second = np.zeros(n, dtype=bool)
    second[1::2] = (rng.random(n // 2) < 2 * FAMILY) & plain[1::2] & plain[: 2 * (n // 2) : 2]
    return second


def _add_behaviour(people: pd.DataFrame, rng) -> pd.DataFrame:
    """Add persona, rate, hazard and the day of joining; those won before the window have survived until it."""
    n = len(people)
    persona = rng.choice(len(PERSONAS), n, p=trait("share"))
    wanted = np.clip(rng.normal(trait("sensitivity")[persona], .2), 0, 1)
    before = rng.random(n) < KNOWN_BEFORE
    burst = np.concatenate([np.linspace(1.25, .75, N_DAYS)])
    burst[[d for y in (0, 366) for m in (156, 306) for d in range(y + m, y + m + 12)]] *= 1.7
    joined = np.where(before, -rng.uniform(20, 900, n), rng.choice(N_DAYS, n, p=burst / burst.sum()) + rng.random(n))
    age = np.where(before, -joined, 0) / DAYS_PER_MONTH
    shape, mean = trait("hazard_shape")[persona], trait("hazard")[persona]
    people["persona"] = persona
    people["sensitivity_level"] = np.abs(wanted[:, None] - np.array(SENSITIVITY)[None, :]).argmin(axis=1)
    people["tier"] = np.clip(np.round(rng.normal(trait("tier")[persona], .6)), -1, 1).astype(int) + 1
    people["size"] = rng.choice(LEVELS, n, p=(.3, .45, .25))
    people["rate"] = rng.gamma(trait("rate_shape")[persona], trait("rate")[persona] / trait("rate_shape")[persona])
    people["hazard"] = rng.gamma(shape, 1 / (shape / mean + age))  # gamma, given that they stayed for `age` months
    people["joined"] = joined
    people["curve"] = persona * LEVELS + people["sensitivity_level"]
    people["group"] = group_of(persona, people["sensitivity_level"], people["tier"], people["size"])
    return people


def _add_names(people: pd.DataFrame, rng) -> pd.DataFrame:
    n = len(people)
    female = rng.random(n) < np.array([.68, .6, .55, .55, .45, .62])[people["persona"]]
    surname = np.array(list(names.SURNAMES))[rng.choice(len(names.SURNAMES), n, p=names.surname_weights())]
    second = people["is_second"].to_numpy()
    shares = second & (rng.random(n) < .5)
    surname[shares] = surname[np.flatnonzero(shares) - 1]
    letters = [np.array(list(text)) for text in (names.GIVEN_M, names.GIVEN_F)]
    first, last = (np.where(female, rng.choice(letters[1], n), rng.choice(letters[0], n)) for _ in range(2))
    given = np.where(rng.random(n) < .18, first, np.char.add(first, last))
    western = people["is_abroad"].to_numpy() & (rng.random(n) < .7)
    spelt = {text: names.spell(text) for text in np.unique(np.concatenate([surname, given]))}
    latin = {"given": np.array([spelt[t] for t in given], dtype=object),
             "family": np.array([spelt[t] for t in surname], dtype=object)}
    latin["given"][western] = rng.choice(np.array(names.FIRST_NAMES, dtype=object), western.sum())
    latin["family"][western] = rng.choice(np.array(names.LAST_NAMES, dtype=object), western.sum())
    chinese = np.char.add(surname, given).astype(object)
    age = np.clip(rng.normal(np.array([39, 37, 29, 63, 42, 26])[people["persona"]], 7), 18, 88)
    people["gender"] = np.where(female, "女", "男")
    people["is_western"] = western
    people["family_latin"], people["given_latin"] = latin["family"], latin["given"]
    people["family_name"] = np.where(western, latin["family"], surname)
    people["given_name"] = np.where(western, latin["given"], given)
    people["full_name"] = np.where(western, latin["given"] + " " + latin["family"], chinese)
    people["birth_date"] = FIRST_DAY - (age * 365.25).astype(int)
    return people


def chinese_phone(number: np.ndarray, *, n_numbers: int) -> np.ndarray:
    """Return invented mobiles, one for each number: prefix, 000 (00 beyond 4 million numbers), then digits."""
    width = 5 if n_numbers <= 10**5 * len(PREFIXES) else 6
    space = 10**width * len(PREFIXES)
    mixed = (number * 61_803_399 + 12_345) % space  # one to one: the factor shares no divisor with the space
    return np.array([f"{PREFIXES[m // 10**width]}{'0' * (8 - width)}{m % 10**width:0{width}d}" for m in mixed], dtype=object)


def _add_contacts(people: pd.DataFrame, plan: Plan, rng) -> pd.DataFrame:
    n, person, abroad = len(people), people["person"].to_numpy(), people["is_abroad"].to_numpy()
    second = np.flatnonzero(people["is_second"])
    phone, old = (chinese_phone(2 * person + k, n_numbers=2 * plan.people) for k in (0, 1))
    phone[second] = phone[second - 1]
    people["shares_phone"] = people["is_second"] | people["is_second"].shift(-1, fill_value=False)
    phone[abroad] = [_foreign_phone(p) for p in person[abroad]]
    changed = np.where((rng.random(n) < PHONE_CHANGED) & ~abroad & ~people["is_second"], rng.uniform(60, N_DAYS, n), np.nan)
    domain = rng.choice(DOMAINS, n, p=(.4, .25, .15, .1, .1))
    city = rng.choice(len(names.CITIES), n, p=np.array([c[3] for c in names.CITIES]) / sum(c[3] for c in names.CITIES))
    city[second] = city[second - 1]
    address, new_address = (_addresses(n, rng) for _ in range(2))
    address[second] = address[second - 1]
    people["phone"], people["old_phone"], people["phone_changed"] = phone, old, changed
    people["email"] = _mailboxes(people, rng) + "@" + domain
    people["city"], people["abroad_city"] = city, rng.choice(len(names.ABROAD), n)
    people["address"], people["new_address"] = address, new_address
    people["moved"] = np.where(rng.random(n) < MOVED, rng.uniform(0, N_DAYS, n), np.nan)
    return people


def _foreign_phone(person: int) -> str | None:
    """Return an American number of the fictional range; there are 20,000, so that people beyond have none."""
    code = person // 100
    return f"+1{AREA_CODES[code]}55501{person % 100:02d}" if code < len(AREA_CODES) else None


def _mailboxes(people: pd.DataFrame, rng) -> np.ndarray:
    """Return the part before the @, each one once: name and code, word and code, digits, or name, year of birth and code."""
    mixed = (people["person"].to_numpy() * 7_368_787 + 4_711) % 36**5  # one to one: the factor shares no divisor with 36
    code = [np.base_repr(m, 36).lower().zfill(5) for m in mixed]
    letters = [people[c].str.lower().str.replace(r"[^a-z]", "", regex=True) for c in ("given_latin", "family_latin")]
    year = people["birth_date"].dt.strftime("%y")
    words = rng.choice(WORDS, len(people))
    forms = zip(*letters, year, words, code, mixed, rng.choice(4, len(people), p=(.35, .25, .2, .2)), strict=True)
    return np.array([
        (f"{given}.{family}.{c}", f"{word}{c}", f"{100_000_000 + m}", f"{family}{given[:1]}{yy}{c}")[form]
        for given, family, yy, word, c, m, form in forms
    ], dtype=object)


def _addresses(n: int, rng) -> np.ndarray:
    roads = rng.choice(names.ROADS, n)
    numbers = zip(roads, rng.integers(1, 990, n), rng.integers(1, 30, n), rng.integers(1, 29, n), rng.integers(1, 5, n),
                  strict=True)
    return np.array([f"{road}{a}号{b}幢{c}{d:02d}室" for road, a, b, c, d in numbers], dtype=object)


def _add_systems(people: pd.DataFrame, rng) -> pd.DataFrame:
    """Add which systems know a person; most people are in two to five, a few in one, some only pass as guests."""
    n, persona, abroad = len(people), people["persona"].to_numpy(), people["is_abroad"].to_numpy()
    draw = {name: rng.random(n) for name in ("member", "crm", "mail", "zoho", "lead", "contact", "second_card", "second_crm")}
    member = np.where(abroad, draw["member"] < .6, draw["member"] < np.array([.90, .86, .84, .88, .70, .82])[persona])
    member = member | people["is_staff"]
    crm = (draw["crm"] < np.where(member, .48, .25)) & ~abroad | people["is_company"]
    mail = draw["mail"] < np.array([.25, .35, .45, .06, .3, .45])[persona]
    people["in_member"], people["in_crm"] = member, crm
    people["in_mail"] = mail & (member | crm | abroad)
    people["in_zoho"] = abroad & (draw["zoho"] < .85)
    people["in_lead"] = draw["lead"] < np.where(people["is_company"], .6, .04)
    people["in_contact"] = people["is_company"] & (draw["contact"] < .9) | crm & (draw["contact"] < .05)
    people["has_second_card"] = member & (draw["second_card"] < .025)
    people["has_second_crm"] = crm & (draw["second_crm"] < .04)
    people["member_no"] = [f"M{800_000_000 + p * 7:09d}" for p in people["person"]]
    people["second_member_no"] = [f"M{800_000_000 + p * 7 + 3:09d}" for p in people["person"]]
    people["crm_no"] = [f"KH{p * 3 + 1_000_000:08d}" for p in people["person"]]
    people["second_crm_no"] = [f"KH{p * 3 + 1_000_001:08d}" for p in people["person"]]
    return people
