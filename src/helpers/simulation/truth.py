"""The truth, kept apart in truth/: who is who, who left when and why, what campaigns did, what people felt, what lines were."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from helpers.simulation import catalogue, marketing, surveys, voice
from helpers.simulation.behaviour import CHANNELS, expected_orders, order_values
from helpers.simulation.files import ParquetFile
from helpers.simulation.personas import PERSONAS
from helpers.simulation.seasons import exposure
from helpers.simulation.settings import DAYS_PER_MONTH, FIRST_DAY, N_DAYS, N_MONTHS, Plan, date_of, month_of
from helpers.simulation.world import Chunk

TEXT, DAY = pa.string(), pa.date32()
TYPES = {
    "records": dict.fromkeys(("local_id", "full_name", "phone", "email", "person_id"), TEXT),
    "people": {"why_left": TEXT, "left_at": DAY, "joined": DAY, "birth_date": DAY},
    "lines": dict.fromkeys(("person_id", "member_no", "phone", "date_problem", "failure"),
                           TEXT) | {"ordered_at": pa.timestamp("us")},
    "churned": {"left_at": DAY}, "feedback": {"person_id": TEXT}, "campaign_effects": {"responded_at": DAY},
    "invitations": {"person_id": TEXT}, "survey_drivers": {}, "cases": {"person_id": TEXT},
    "consents": {"granted_at": DAY, "withdrawn_at": DAY}, "affinities": {}, "sales": {"month": DAY}, "files": {},
}


class Truth:
    """The tables of the truth; they grow chunk by chunk."""

    def __init__(self, folder: Path, plan: Plan):
        self._tables = {name: ParquetFile(folder / f"{name}.parquet", types) for name, types in TYPES.items()}
        self._value, self._month_factor = order_values(plan.seed)
        self._sales = np.zeros((N_MONTHS + 12, 3))  # expected orders, expected revenue, actual revenue (fen)

    def add(self, table: str, frame: pd.DataFrame) -> None:
        if len(frame):
            self._tables[table].append(frame)

    def add_records(self, source: str, people: pd.DataFrame, **written) -> None:
        """Note what one system wrote of whom: local_id (null where the system gives none), full_name, phone, email.

        `is_shared`: nothing but a phone that two people of a family have: nobody can tell who it was.
        """
        columns = {name: written.get(name) for name in ("local_id", "full_name", "phone", "email")}
        frame = pd.DataFrame({"source": source, **columns, "person_id": people["person_id"].to_numpy()})
        only_phone = frame[["local_id", "full_name", "email"]].isna().all(axis=1)
        frame["is_shared"] = only_phone & people["shares_phone"].to_numpy()
        self.add("records", frame.astype(dict.fromkeys(columns, object)))

    def add_chunk(self, chunk: Chunk) -> None:
        """Add what is true of the people of a chunk, whatever the systems wrote."""
        self.add("people", self._people(chunk))
        people, touched = chunk.people, chunk.contacts
        left = people[people["left"] < N_DAYS]
        self.add("churned", pd.DataFrame({
            "person_id": left["person_id"].to_numpy(), "left_at": _days(left["left"].to_numpy()),
            "why_left": left["why_left"].to_numpy(), "by_failure": left["left_by_failure"].to_numpy()}))
        campaign = np.array([c.campaign_id for c in marketing.CAMPAIGNS])[touched["campaign"]]
        person = people.iloc[touched["row"]]
        self.add("campaign_effects", pd.DataFrame({
            "campaign_id": campaign, "person_id": person["person_id"].to_numpy(), "customer_id": person["member_no"].to_numpy(),
            "treated": touched["treated"].to_numpy(), "is_customer": touched["is_customer"].to_numpy(),
            "true_uplift_orders": touched["true_uplift"].to_numpy(),
            "true_uplift_revenue": touched["true_uplift"].to_numpy() * self._value[person["group"]] / 100,
            "responded_at": _days(touched["responded"].to_numpy())}))
        given = chunk.consents
        self.add("consents", pd.DataFrame({
            "person_id": people["person_id"].to_numpy()[given["row"]], "purpose": given["purpose"].to_numpy(),
            "granted_at": _days(given["granted"].to_numpy()), "withdrawn_at": _days(given["withdrawn"].to_numpy())}))
        self._add_sales(chunk)

    def _people(self, chunk: Chunk) -> pd.DataFrame:
        people, n = chunk.people, len(chunk.people)
        stays = people["left"].to_numpy() >= N_DAYS
        orders = expected_orders(people, np.full(n, float(N_DAYS))) * stays
        value = self._value[people["group"]]
        n_orders = np.bincount(chunk.orders["row"], minlength=n)
        money = np.bincount(chunk.orders["row"].to_numpy()[chunk.lines["order"]], weights=chunk.lines["revenue"], minlength=n)
        return pd.DataFrame({
            "person_id": people["person_id"], "persona": np.array([p.name for p in PERSONAS])[people["persona"]],
            "sensitivity_level": people["sensitivity_level"], "price_tier": people["tier"], "basket_size": people["size"],
            "joined": _days(people["joined"].to_numpy()), "left_at": _days(np.where(stays, np.nan, people["left"])),
            "why_left": people["why_left"], "orders_per_month": people["rate"], "hazard_per_month": people["hazard"],
            "mean_order_value": value / 100, "expected_orders_12m": orders, "expected_revenue_12m": orders * value / 100,
            "n_orders": n_orders, "revenue": money / 100, "satisfaction": people["satisfaction"], "gender": people["gender"],
            "birth_date": people["birth_date"].to_numpy().astype("datetime64[D]"), "is_staff": people["is_staff"],
            "is_abroad": people["is_abroad"], "is_company": people["is_company"], "in_member": people["in_member"],
            "acquisition_channel": people["acquired_by"], "acquisition_cost": people["acquisition_cost"] / 100,
        })

    def _add_sales(self, chunk: Chunk) -> None:
        """Add expected orders by month: of whoever was a customer then; after the window of those who still are."""
        people, curve = chunk.people, chunk.people["curve"].to_numpy()
        value, rate = self._value[people["group"]], people["rate"].to_numpy() / DAYS_PER_MONTH
        months = (np.datetime64("2024-01") + np.arange(N_MONTHS + 13)).astype("datetime64[D]")
        edges = (months - FIRST_DAY).astype(int).astype(float)
        joined, end = people["joined"].to_numpy(), people["left"].to_numpy()
        start, before = np.maximum(joined, 0), np.zeros(len(people))
        for month in range(N_MONTHS + 12):
            first, last = edges[month], edges[month + 1]
            if month < N_MONTHS:
                orders = rate * exposure(curve, np.clip(start, first, last), np.clip(end, first, last))
                orders = orders + ((joined >= first) & (joined < last))
            else:
                total = expected_orders(people, np.full(len(people), float(N_DAYS)), days=int(last - N_DAYS)) * (end >= N_DAYS)
                orders, before = total - before, total
            self._sales[month, :2] += orders.sum(), (orders * value * self._month_factor[curve, month % 12]).sum()
        placed = month_of(chunk.orders["day"].to_numpy())[chunk.lines["order"]]
        self._sales[:N_MONTHS, 2] += np.bincount(placed, weights=chunk.lines["revenue"], minlength=N_MONTHS)

    def add_feedback(self, source: str, ids, people: pd.DataFrame, told: pd.DataFrame, *, rows=None) -> None:
        """Note what each piece of feedback truly says."""
        self.add("feedback", pd.DataFrame({
            "source": source, "feedback_id": np.asarray(ids, dtype=object),
            "person_id": people["person_id"].to_numpy()[told["row"]],
            "sentiment": np.array(voice.SENTIMENTS)[told["sentiment"]], "aspect": np.array(voice.ASPECTS)[told["aspect"]],
            "language": np.where(told["is_english"], "en", "zh"), "has_text": told["text"].notna().to_numpy(),
        }))

    def add_cases(self, ids, people: pd.DataFrame, cases: pd.DataFrame) -> None:
        """Note of each case whether something had failed, whether that drove the customer away, the rating from 1 to 5 that it
        deserves (before noise and rounding), and for how many days she still was a customer."""
        person = people.iloc[cases["row"]]
        self.add("cases", pd.DataFrame({
            "case_id": np.asarray(ids, dtype=object), "person_id": person["person_id"].to_numpy(),
            "is_failure": cases["is_failure"].to_numpy(), "drove_away": cases["drove_away"].to_numpy(),
            "mood": cases["mood"].to_numpy(),
            "stays_days": (person["left"].to_numpy() - cases["opened"].to_numpy()).clip(min=0),
        }))

    def add_invitations(self, ids, people: pd.DataFrame, sent: pd.DataFrame) -> None:
        """Note who was invited to the survey, how likely an answer was, and whether there is one."""
        self.add("invitations", pd.DataFrame({
            "invitation_id": np.asarray(ids, dtype=object), "person_id": people["person_id"].to_numpy()[sent["row"]],
            "chance_of_answer": sent["chance"].to_numpy(), "answered": sent["answer"].to_numpy() >= 0,
        }))

    def close(self, files: pd.DataFrame) -> None:
        """Write the tables that only the end knows: sales by month, affinities, files."""
        months = (np.datetime64("2024-01") + np.arange(N_MONTHS + 12)).astype("datetime64[D]")
        self.add("sales", pd.DataFrame({
            "month": months, "is_future": np.arange(N_MONTHS + 12) >= N_MONTHS, "expected_orders": self._sales[:, 0],
            "expected_revenue": self._sales[:, 1] / 100,
            "gross_revenue": np.where(np.arange(N_MONTHS + 12) < N_MONTHS, self._sales[:, 2] / 100, np.nan)}))
        products, pulled = catalogue.products(), catalogue.partner_products()
        pairs = np.flatnonzero(pulled >= 0)
        self.add("affinities", pd.DataFrame({
            "product_id": products["product_id"].to_numpy()[pairs],
            "partner_id": products["product_id"].to_numpy()[pulled[pairs]],
            "category": products["category"].to_numpy()[pairs],
            "partner_category": products["category"].to_numpy()[pulled[pairs]],
            "share_of_further_lines": catalogue.PARTNER_SHARE * catalogue.SAME_PARTNER}))
        self.add("survey_drivers", pd.DataFrame({
            "question_id": list(surveys.POINTS), "points_per_point": list(surveys.POINTS.values())}))
        self.add("files", files)
        for table in self._tables.values():
            table.close()


def line_kinds(frame: pd.DataFrame, people: pd.DataFrame, *, source: str, file: str, line: np.ndarray) -> pd.DataFrame:
    """Return the truth of order lines as they were written: the columns of truth/lines."""
    person = people["person_id"].to_numpy()[frame["row"].clip(lower=0)]
    return pd.DataFrame({
        "source": source, "file": file, "line": line, "transaction_id": frame["transaction_id"].to_numpy(),
        "line_number": frame["line_number"].to_numpy(), "person_id": np.where(frame["row"] >= 0, person, None),
        "member_no": frame["card"].to_numpy(), "phone": frame["phone"].to_numpy(), "kind": frame["kind"].to_numpy(),
        "is_copy": frame["is_copy"].to_numpy(), "is_ragged": frame["is_ragged"].to_numpy(),
        "date_problem": frame["date_problem"].to_numpy(), "ordered_at": frame["moment"].to_numpy(),
        "product_id": frame["product_id"].to_numpy(), "quantity": frame["quantity"].to_numpy(),
        "revenue": frame["revenue"].to_numpy() / 100, "channel": np.array(CHANNELS)[frame["channel"]],
        "why": frame["why"].to_numpy(), "failure": frame["failure"].to_numpy(),
    })


def _days(day: np.ndarray) -> np.ndarray:
    """Return days as dates, NaT for NaN."""
    known = ~np.isnan(np.asarray(day, dtype=float))
    dates = np.full(len(day), np.datetime64("NaT"), dtype="datetime64[D]")
    dates[known] = date_of(np.asarray(day, dtype=float)[known])
    return dates
