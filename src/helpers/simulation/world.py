"""One chunk of the world: its people and everything that they did, before any system writes it down."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.simulation import behaviour, marketing, names, service, surveys
from helpers.simulation.people import make_people
from helpers.simulation.settings import N_DAYS, Plan, date_of, generator

ORDERS_PER_CHUNK = 1_000_000  # numbers set aside for the orders of a chunk
GUEST = np.array([.10, .13])  # share of shop and web orders of members without their number


@dataclass
class Chunk:
    """The true events of up to 10,000 people; `row` in every frame is the place in `people`."""

    number: int
    people: pd.DataFrame
    orders: pd.DataFrame
    lines: pd.DataFrame
    returns: pd.DataFrame
    consents: pd.DataFrame
    contacts: pd.DataFrame
    cases: pd.DataFrame
    surveys: pd.DataFrame
    invitations: pd.DataFrame
    reviews: pd.DataFrame
    comments: pd.DataFrame


def make_chunk(plan: Plan, number: int) -> Chunk:
    """Return what the people of a chunk did."""
    people = make_people(plan, number)
    rng = generator(plan, number, "behaviour")
    ends = behaviour.natural_ends(people, rng)
    orders = behaviour.natural_orders(people, ends, rng)
    permitted = marketing.consents(people, generator(plan, number, "consents"))
    touched = marketing.contacts(people, ends, permitted, generator(plan, number, "contacts"))
    orders = marketing.apply_effects(orders, touched, generator(plan, number, "effects"))
    orders, people = behaviour.add_failures(orders, people, ends, rng)
    orders = _add_identity(behaviour.set_hours(orders, rng), people, number, generator(plan, number, "identity"))
    lines = behaviour.make_lines(orders, people, generator(plan, number, "lines"))
    money = np.bincount(lines["order"], weights=lines["revenue"], minlength=len(orders))
    touched = _add_truth(marketing.answers(touched, orders, money), people)
    people["acquired_by"], people["acquisition_cost"] = marketing.acquisition(people, generator(plan, number, "acquisition"))
    rng = generator(plan, number, "service")
    felt = service.satisfaction(people, orders, rng)
    people["satisfaction"] = felt
    returns, cases = behaviour.make_returns(lines, orders, rng), service.cases(orders, people, rng)
    answers, invited = surveys.respond(people, orders, felt, service.surveys(people, orders, felt, rng),
                                       generator(plan, number, "surveys"))
    return Chunk(
        number, people, orders, lines, returns, permitted, touched, cases, answers, invited,
        service.reviews(people, orders, lines, felt, rng), service.comments(people, felt, rng),
    )


def _add_identity(orders: pd.DataFrame, people: pd.DataFrame, number: int, rng) -> pd.DataFrame:
    """Add the order's number, its shop, and under which card (or phone, or nothing) it was placed."""
    orders = orders.sort_values(["day", "row"], kind="stable", ignore_index=True)
    n, row = len(orders), orders["row"].to_numpy()
    home = people["city"].to_numpy()[row]
    shop = np.where(rng.random(n) < .9, home, rng.integers(0, len(names.STORES), n))
    is_web = (orders["channel"] > 0).to_numpy()
    guest = rng.random(n) < GUEST[is_web.astype(int)]
    member = people["in_member"].to_numpy()[row] & (orders["day"].to_numpy() >= people["joined"].to_numpy()[row])
    second = people["has_second_card"].to_numpy()[row] & (orders["day"].to_numpy() > _second_card_day(people)[row])
    card = np.where(second, people["second_member_no"].to_numpy()[row], people["member_no"].to_numpy()[row])
    uses_card = member & ~guest
    date = np.char.replace(np.datetime_as_string(date_of(orders["day"].to_numpy())), "-", "")
    order = (number * ORDERS_PER_CHUNK + np.arange(n)).astype(str)
    shop_no = np.array([s[0] for s in names.STORES])[shop]
    ids = np.where(is_web, np.char.add(np.char.add("W", date), np.char.zfill(order, 9)),
                   np.char.add(np.char.add(shop_no, date), np.char.zfill(order, 9)))
    return orders.assign(
        shop=shop, transaction_id=ids.astype(object), card=np.where(uses_card, card, None).astype(object),
        gives_phone=~uses_card & (is_web | (rng.random(n) < .35)),
    )


def _second_card_day(people: pd.DataFrame) -> np.ndarray:
    """Return the day on which a second card (where there is one) replaces the first: half way through."""
    start, end = np.maximum(people["joined"], 0), np.minimum(people["left"], N_DAYS)
    return ((start + end) / 2).to_numpy()


def _add_truth(touched: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Keep the lift of those who were still customers when the campaign began; for the others it is 0."""
    start = np.array([c.start for c in marketing.CAMPAIGNS])[touched["campaign"]]
    is_customer = people["left"].to_numpy()[touched["row"]] > start
    return touched.assign(true_uplift=np.where(is_customer, touched["lift"], 0.0), is_customer=is_customer)
