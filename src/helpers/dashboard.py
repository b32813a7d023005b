"""The front page: key figures against the period before, trends, segment mix, alerts and the findings that hold.

Reads orders (aggregated in the engine), transactions × products, subscriptions and the answers of the other notebooks;
writes `kpis`. Periods are whole numbers of weeks, so that both sides of a comparison have the same weekdays.
"""

from dataclasses import dataclass

import ibis
import pandas as pd

from helpers.errors import TooLittleData
from helpers.evidence import DECISIONS
from helpers.proportions import wilson
from helpers.report import Kpi
from helpers.voc import aspects_clear

DAYS_PER_WEEK = 7
MIN_SHOWN = 10  # customers; smaller groups are not shown, so that no one can be recognised


@dataclass(frozen=True)
class Key:
    """A key figure before it is put in words: its name, format, value, the value before, its trend."""

    name: str
    fmt: str
    value: float
    before: float | None = None
    trend: tuple[float, ...] = ()
    good: str = "up"
    low: float | None = None
    high: float | None = None
    note: str = ""

    @property
    def change(self) -> float | None:
        return self.value / self.before - 1 if self.before else None


def period_totals(orders, *, as_of: pd.Timestamp, first_day: pd.Timestamp, period_days: int) -> pd.DataFrame:
    """Return one row a period of `period_days` that ends on `as_of` or a multiple of it earlier, oldest first.

    Only periods that the data covers from `first_day` on are returned. Columns: last_day, revenue, n_orders, n_customers
    (known customers with an order), average_order_value. Orders without money count as orders; a period without any order
    is there with zeros.
    """
    n_periods = ((as_of - first_day).days + 1) // period_days
    age = ibis.literal(as_of.date()).delta(orders.order_date, unit="day")
    inside = orders.mutate(period=(age // period_days).cast("int64")).filter(age >= 0)
    totals = inside.group_by("period").agg(
        revenue=inside.revenue.sum(), n_orders=inside.count(), n_customers=inside.customer_id.nunique()
    ).to_pandas()
    totals = totals.set_index("period").reindex(range(n_periods)).fillna(0.0).sort_index(ascending=False)
    totals["average_order_value"] = (totals["revenue"] / totals["n_orders"].where(totals["n_orders"] > 0)).fillna(0.0)
    totals["last_day"] = [as_of - pd.Timedelta(days=int(period) * period_days) for period in totals.index]
    return totals.reset_index(drop=True)


def first_day_of(totals: pd.DataFrame, period_days: int) -> pd.Timestamp:
    """Return the first day that the periods of :func:`period_totals` cover."""
    return totals["last_day"].iloc[0] - pd.Timedelta(days=period_days - 1)


KEYS = {  # column of period_totals → (name, format)
    "revenue": ("Revenue", "money"),
    "n_customers": ("Customers who bought", "count"),
    "n_orders": ("Orders", "count"),
    "average_order_value": ("Average order value", "money2"),
}


def trade_keys(totals: pd.DataFrame, trend: pd.DataFrame) -> list[Key]:
    """Return the key figures of trade: the last period against the one before it, and a trend of shorter periods."""
    if len(totals) < 2:
        raise TooLittleData("Needs two whole periods to compare; there are {n:count}.", n=len(totals))
    last, before = totals.iloc[-1], totals.iloc[-2]
    return [
        Key(name, fmt, float(last[column]), float(before[column]), tuple(trend[column].astype(float)))
        for column, (name, fmt) in KEYS.items()
    ]


def contract_keys(subscriptions: pd.DataFrame) -> list[Key]:
    """Return the key figures of contracts. churned = True means that the customer ended the contract."""
    running = subscriptions[~subscriptions["churned"]]
    n, lost = len(subscriptions), int(subscriptions["churned"].sum())
    low, high = wilson(lost, n)
    fees = float(running["monthly_fee"].sum())
    lost_fees = float(subscriptions.loc[subscriptions["churned"], "monthly_fee"].sum())
    return [
        Key("Running contracts", "count", len(running)),
        Key("Contracts ended", "percent1", lost / n, low=float(low), high=float(high), good="down",
            note="of all contracts in the data"),
        Key("Monthly fees of running contracts", "money", fees),
        Key("Monthly fees of ended contracts", "money", lost_fees, good="down"),
    ]


def cards(keys: list[Key], *, against: str = "") -> list[Kpi]:
    """Return the key figures as cards in the reader's language."""
    from helpers.i18n import text

    return [
        Kpi(text(key.name), key.value, key.fmt, change=key.change, against=against if key.change is not None else "",
            good=key.good, low=key.low, high=key.high, note=text(key.note) if key.note else "", trend=key.trend)
        for key in keys
    ]


def kpi_table(keys: list[Key], *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the key figures as table `kpis`."""
    return pd.DataFrame({
        "kpi": [key.name for key in keys], "as_of": as_of, "value": [float(key.value) for key in keys],
        "previous": [key.before for key in keys], "change": [key.change for key in keys],
    }).astype({"previous": "float64", "change": "float64"})


def answer(keys: list[Key], *, as_of: pd.Timestamp, period_days: int) -> tuple[str, dict]:
    """Return the page's sentence: revenue against the period before, and what moved it most (buyers, orders, or basket).

    Revenue = customers × orders per customer × average order value; the factor with the largest relative change is named.
    """
    by_name = {key.name: key for key in keys}
    if not by_name["Revenue"].before:
        return (
            "Revenue of the {weeks:count} weeks to {last:day} is {revenue:money}; the {weeks:count} weeks before had none."
        ), {"weeks": period_days // DAYS_PER_WEEK, "last": as_of, "revenue": by_name["Revenue"].value}
    revenue, customers = by_name["Revenue"], by_name["Customers who bought"]
    orders, basket = by_name["Orders"], by_name["Average order value"]
    per_customer = (orders.value / customers.value) / (orders.before / customers.before) - 1 if customers.value else 0.0
    factors = {
        "the number of customers who bought": customers.change, "orders per customer": per_customer,
        "the average order value": basket.change,
    }
    driver = max(factors, key=lambda name: abs(factors[name] or 0.0))
    values = {
        "revenue": revenue.value, "change": revenue.change, "weeks": period_days // DAYS_PER_WEEK, "driver": driver,
        "driver_change": factors[driver], "last": as_of,
    }
    return (
        "Revenue of the {weeks:count} weeks to {last:day} is {revenue:money}, {change:change_percent1} on the {weeks:count} "
        "weeks before; what moved most is {driver:label} ({driver_change:change_percent1}).", values,
    )


def contract_answer(keys: list[Key]) -> tuple[str, dict]:
    """Return the page's sentence for a contractual business."""
    by_name = {key.name: key for key in keys}
    values = {
        "running": by_name["Running contracts"].value, "rate": by_name["Contracts ended"].value,
        "fees": by_name["Monthly fees of running contracts"].value,
    }
    return "{running:count} contracts run and bring {fees:money} a month; {rate:percent1} of all contracts have ended.", values


def department_change(transactions, products, *, as_of: pd.Timestamp, period_days: int, most: int = 10) -> pd.DataFrame:
    """Return departments with revenue in the last period and the one before, largest absolute change first.

    Columns: department, revenue, previous, change (currency), change_rate.
    """
    joined = transactions.inner_join(products.select("product_id", "department"), "product_id")
    age = ibis.literal(as_of.date()).delta(joined.order_date, unit="day")
    recent = joined.mutate(is_last=age < period_days).filter(age >= 0, age < 2 * period_days)
    sums = recent.group_by("department").agg(
        revenue=recent.revenue.sum(where=recent.is_last), previous=recent.revenue.sum(where=~recent.is_last)
    ).to_pandas().fillna({"revenue": 0.0, "previous": 0.0}).dropna(subset="department")
    sums["change"] = sums["revenue"] - sums["previous"]
    sums["change_rate"] = sums["change"] / sums["previous"].where(sums["previous"] > 0)
    order = sums["change"].abs().sort_values(ascending=False, kind="stable").index
    return sums.sort_values("department").loc[order].head(most).reset_index(drop=True)


def department_sentence(changes: pd.DataFrame, *, period_days: int) -> tuple[str, dict]:
    """Return what the departments say: the one that grew most and the one that fell most, in money."""
    up, down = changes.loc[changes["change"].idxmax()], changes.loc[changes["change"].idxmin()]
    values = {
        "up": up["department"], "up_change": up["change"], "down": down["department"], "down_change": down["change"],
        "weeks": period_days // DAYS_PER_WEEK,
    }
    if up["change"] <= 0:
        return "No department grew; {down:label} lost most ({down_change:change_money} in {weeks:count} weeks)", values
    if down["change"] >= 0:
        return "No department fell; {up:label} grew most ({up_change:change_money} in {weeks:count} weeks)", values
    return (
        "{up:label} grew most ({up_change:change_money} on the {weeks:count} weeks before), {down:label} fell most "
        "({down_change:change_money})", values,
    )


def shown_segments(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the segments of table `segments_summary` with at least 10 customers: smaller groups are not shown."""
    mix = summary[(summary["scheme"] == "segment") & (summary["n_customers"] >= MIN_SHOWN)]
    if mix.empty:
        raise TooLittleData("Needs a segment of at least {needed:count} customers.", needed=MIN_SHOWN)
    return mix


def segment_sentence(mix: pd.DataFrame) -> tuple[str, dict]:
    """Return which segment brings most revenue. mix: rows of `segments_summary` with scheme `segment`."""
    best = mix.sort_values(["revenue", "group"], ascending=[False, True]).iloc[0]
    values = {"segment": best["group"], "share": best["customer_share"], "revenue_share": best["revenue_share"]}
    return "{segment:label} are {share:percent} of customers and bring {revenue_share:percent} of revenue", values


def holding(findings: dict[str, pd.DataFrame], *, most: int = 3) -> pd.DataFrame:
    """Return the findings that hold and matter most: of each topic at most `most`, one for each decision that they serve.

    findings: topic → table `findings_<topic>`; what earlier runs said does not count. Decisions come in the order of
    `evidence.DECISIONS`, findings that only describe last. Of two for the same decision a prediction goes before an estimate
    and a count; then one that is compared with something before one that is not; then the one said first.
    """
    kinds = {"prediction": 0, "estimate": 1, "fact": 2}
    decisions = {decision: place for place, decision in enumerate(DECISIONS)}
    parts = []
    for topic, frame in findings.items():
        held = frame[frame["is_current"] & (frame["grade"] == "holds")]
        held = held.assign(
            topic=topic, place=held["serves"].map(decisions).fillna(len(DECISIONS)), order=held["kind"].map(kinds),
            alone=held[["low", "baseline"]].isna().any(axis=1),
        ).sort_values(["place", "order", "alone", "finding_id"])
        parts.append(held.drop_duplicates("place").head(most).drop(columns=["place", "order", "alone"]))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def came_true(checks: dict[str, pd.DataFrame]) -> list[pd.Series]:
    """Return the rows of the tables `came_true_<topic>`, in the order of the notebooks.

    Raises
    ------
    TooLittleData : no prediction of an earlier run is due yet.
    """
    rows = [row for topic in checks for _, row in checks[topic].sort_values("what").iterrows()]  # a handful of rows
    if not rows:
        raise TooLittleData(
            "Nothing that an earlier run foretold is due yet. Run the reports again when newer data has arrived: they will say "
            "which predictions came true."
        )
    return rows


def quality_alert(log: pd.DataFrame, quality: pd.DataFrame) -> dict:
    """Return what the data-quality alert says: rows set aside, and the weakest field that a source fills at least in part.

    Rows that repeat another one, or speak of the same customer, were merged: nothing of them is lost, so they count apart.
    """
    affected = log.groupby("effect")["rows_affected"].sum().reindex(["reject", "merge", "change"], fill_value=0)
    weakest = quality[quality["completeness"] > 0].sort_values(["score", "table", "field"]).iloc[0]
    rows = int(log.groupby("table")["rows_before"].max().sum())
    return {
        "aside": int(affected["reject"]), "rows": rows, "aside_rate": affected["reject"] / rows if rows else 0.0,
        "merged": int(affected["merge"]), "changed": int(affected["change"]),
        "field": f"{weakest['table']}.{weakest['field']}", "score": float(weakest["score"]),
    }


@dataclass(frozen=True)
class Alert:
    """An alert: its name, one line, figures (label, value, format), a colour role and where to read on."""

    name: str
    template: str
    values: dict
    facts: tuple[tuple[str, object, str], ...] = ()
    color: str = ""


def churn_alert(
    scores: pd.DataFrame, findings: pd.DataFrame, foretold: pd.DataFrame, *, most: int, as_of: pd.Timestamp
) -> Alert:
    """Return whom we are losing: the first `most` of the call list, unless no prediction of the churn report holds.

    scores: `churn_scores` (rank 1 = largest expected loss; customers already silent for a horizon are no news).
    foretold: `predictions_churn`, which says up to which day the loss foretold on `as_of` counts; empty for contracts.
    """
    predictions = findings[findings["is_current"] & (findings["kind"] == "prediction")]
    if not (predictions["grade"] == "holds").any():
        return Alert(
            "Whom we are losing", "No list: on this data the churn scores did not hold up on customers they had not seen.", {},
            color="muted",
        )
    listed = scores[~scores["is_silent"]].sort_values("rank").head(most)
    n_silent, total = int(scores["is_silent"].sum()), float(scores.loc[~scores["is_silent"], "expected_loss"].sum())
    loss = float(listed["expected_loss"].sum())
    values = {"n": len(listed), "loss": loss, "all": len(scores) - n_silent, "share": loss / max(total, 1e-9)}
    template = "The first {n:count} of {all:count} customers on the call list carry {share:percent} of the expected loss."
    due = foretold.loc[pd.to_datetime(foretold["made_on"]) == as_of, "due_on"]
    if len(due):
        values["until"] = due.max()
        template = (
            "The first {n:count} of {all:count} customers on the call list carry {share:percent} of the loss expected up to "
            "{until:day}."
        )
    return Alert(
        "Whom we are losing", template, values,
        (("Expected loss on the list", loss, "money"),
         ("Mean churn probability", float(listed["churn_probability"].mean()), "percent"),
         *([("Already silent, not on the list", n_silent, "count")] if n_silent else [])),
        color="bad",
    )


def voice_alert(themes: pd.DataFrame, aspects: pd.DataFrame | None = None) -> Alert:
    """Return what customers complain about most: the aspect with the most dissatisfied mentions beyond those of the others.

    aspects: of aspects_sentiment.summarise. Where no aspect stands out (q < .05), the theme with the most dissatisfied
    reviews beyond those expected (table `themes`): it can be what the unhappy ask for ("refund") rather than what went wrong.
    Only stable themes without a caveat (a demand, words on both sides) count whose share of dissatisfied reviews lies above
    that of equally long reviews beyond chance (q < .05 over all themes, interval above 0).
    """
    bad = themes.head(0) if aspects is None else aspects_clear.clearly_different(aspects, worse=True)
    if len(bad):
        top = bad.iloc[0]
        return Alert(
            "What customers complain about",
            "Most complaints beyond what other aspects would give: “{topic:label}”. Of the texts that mention it, "
            "{share:percent} are dissatisfied with it; with other aspects {others:percent}.",
            {"topic": top["topic"], "share": top["dissatisfied_share"], "others": top["others"]},
            (("Texts that mention it", int(top["n"]), "count"), ("Aspects worse than the others", len(bad), "count")),
            color="bad",
        )
    named = themes[themes["caveat"].isna()] if "caveat" in themes else themes
    worse = named[named["is_stable"] & (named["q_value"] < 0.05) & (named["difference_low"] > 0)]
    if worse.empty:
        return Alert(
            "What customers complain about", "No theme has more dissatisfied reviews than expected beyond chance.", {},
            color="muted",
        )
    top = worse.sort_values(["excess", "theme"], ascending=[False, True]).iloc[0]
    return Alert(
        "What customers complain about",
        "Of the reviews about “{theme:label}”, {share:percent} are dissatisfied; {expected:percent} would be expected.",
        {"theme": top["theme"], "share": top["dissatisfied_share"], "expected": top["expected_share"]},
        (("Reviews on the theme", int(top["n"]), "count"), ("Themes worse than expected", len(worse), "count")), color="bad",
    )


def data_alert(log: pd.DataFrame, quality: pd.DataFrame) -> Alert:
    """Return what is wrong with the data: rows set aside and the weakest field that some source fills."""
    values = quality_alert(log, quality)
    counts = {"Rows merged, records of people included": values["merged"], "Values changed": values["changed"]}
    facts = tuple((label, n, "count") for label, n in counts.items() if n)
    template = (
        "{aside:count} of {rows:count} rows ({aside_rate:percent2}) were set aside; every field that a source fills is usable "
        "in all rows."
        if values["score"] == 1 else
        "{aside:count} of {rows:count} rows ({aside_rate:percent2}) were set aside; the weakest field that a source fills is "
        "{field} (usable in {score:percent} of rows)."
    )
    return Alert("Data quality", template, values, facts, color="neutral")


def alert_cards(alerts: list[Alert]) -> list:
    """Return alerts as cards in the reader's language."""
    from helpers.i18n import shown, text
    from helpers.report import Card

    colors = {"bad": "#C8501E", "neutral": "#0072B2", "muted": "#8A9099"}
    return [
        Card(text(a.name), text(a.template, **a.values), [(text(label), shown(value, fmt)) for label, value, fmt in a.facts],
             color=colors[a.color])
        for a in alerts
    ]
