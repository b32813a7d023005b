"""How close each notebook's answer comes to the truth of a simulated company: a table, and truth/score.json.

    python -m helpers.score DATASET=simulated_retailer

It reads truth/ and the tables that the notebooks wrote; no notebook reads truth/ or this. An answer that is not there says so.
"""

import json
import os
import sys

import numpy as np
import pandas as pd

from helpers import datasets, paths, tables
from helpers.errors import TooLittleData, UserError
from helpers.scoring import (
    score_costs,
    score_customers,
    score_people,
    score_personas,
    score_sales,
    score_service,
    score_topics,
    score_voice,
)
from helpers.scoring.score_rows import Score, is_missing
from helpers.service import service, service_links, service_purchases
from helpers.surveys import surveys, surveys_drivers, surveys_history, surveys_response, surveys_weights

WIDTHS = (17, 33, 52, 9, 19, 7, 9, 9)


def truth(dataset: str, name: str) -> pd.DataFrame:
    """Return a table of truth/; UserError where the data set has none."""
    file = paths.layer(dataset, "truth") / f"{name}.parquet"
    if not file.exists():
        raise UserError(f"DATASET={dataset} has no truth to be scored against: run make simulation")
    return pd.read_parquet(file)


def score(dataset: str) -> list[Score]:
    """Return every score that the tables of a data set allow."""
    tables.use(dataset)
    settings = datasets.load(dataset)
    people, lines = truth(dataset, "people"), truth(dataset, "lines")
    rows = _of_collection(dataset) + _of_lines(lines)
    if not tables.has("vault/ledger"):
        return rows + [is_missing("02_cleaning", "which records are one person", "vault/ledger",
                                  "cleaning")] + _of_voice(dataset, people)
    spaces = {source.name: source.id_space for source in settings.sources}
    records = truth(dataset, "records").query("not is_shared")
    persons = score_people.record_persons(records, _collected_people(), spaces)
    both = score_people.joined(persons, tables.load("vault/ledger"))
    customers = score_people.customer_persons(both)
    rows += score_people.identity(both)
    if tables.has("orders"):
        orders = tables.scan("orders").select("transaction_id", "customer_id").to_pandas()
        rows += score_sales.kept_money(lines, orders, customers)
    return rows + _of_customers(customers, people) + _of_voice(dataset, people)


def _of_collection(dataset: str) -> list[Score]:
    if not tables.has("sources"):
        return [is_missing("01_collection", "did everything arrive", "results/sources", "collection")]
    return score_sales.collection(tables.load("sources"), truth(dataset, "files"))


def _of_lines(lines: pd.DataFrame) -> list[Score]:
    if not (tables.has("rejected") and tables.has("orders")):
        return [is_missing("02_cleaning", "what was sold", "clean/orders", "cleaning")]
    rejects = tables.scan("rejected").filter(lambda t: t["table"] == "transactions").to_pandas()
    total = float(tables.scan("orders").revenue.sum().execute())
    return score_sales.rejected(lines, rejects) + score_sales.revenue(lines, total)


def _collected_people() -> pd.DataFrame:
    """Return what the sources wrote of people, each set of values once: customer_id, source and contact values."""
    people = tables.scan("collected/people")
    return people.select("customer_id", "source", *score_people.CONTACTS).distinct().to_pandas()


def _of_customers(customers: pd.Series, people: pd.DataFrame) -> list[Score]:
    """Score segments, personas, lifetime value and churn, each where its table is there."""
    rows = []
    if tables.has("segments"):
        segments = tables.load("segments")
        rows += score_customers.segmentation(segments, customers, people)
        if tables.has("persona_traits"):
            traits, habits = tables.load("persona_traits"), score_personas.true_habits()
            rows += score_personas.personas(traits, segments, customers, people, habits)
        else:
            rows.append(is_missing("05_persona", "are notable traits true", "results/persona_traits", "persona"))
    else:
        rows.append(is_missing("03_segmentation", "are segments true groups", "results/segments", "segmentation"))
    for table, stage, notebook, question, function in (
        ("customer_value", "lifetime_value", "04_lifetime_value", "what will customers bring", score_customers.lifetime_value),
        ("churn_scores", "churn", "07_churn", "who is leaving", score_customers.churn),
    ):
        rows += function(tables.load(table), customers, people) if tables.has(table) else [
            is_missing(notebook, question, f"results/{table}", stage)]
    return rows


def _of_voice(dataset: str, people: pd.DataFrame) -> list[Score]:
    rows = []
    if tables.has("sentiment"):
        rows += score_voice.sentiment(tables.load("sentiment"), truth(dataset, "feedback"))
    else:
        rows.append(is_missing("06_voc", "what do texts say", "results/sentiment", "voc"))
    if tables.has("feedback_topics"):
        rows += score_topics.aspects(tables.load("feedback_topics"), truth(dataset, "feedback"))
    else:
        rows.append(is_missing("06_voc", score_topics.QUESTION, "results/feedback_topics", "voc"))
    if tables.has("feedback"):
        rows += score_voice.promoters(tables.scan("feedback").nps.to_pandas(), people)
        rows += _of_survey(dataset, people) if tables.has("survey_answers") else [
            is_missing("06_voc", "what moves recommendation", "clean/survey_answers", "cleaning")]
    if tables.has("service_links") and tables.has("cases"):
        rows += _of_service(dataset, people)
    else:
        rows.append(is_missing("06_voc", score_service.SLOW, "results/service_links", "voc"))
    if tables.has("money_at_risk"):
        snapshot = pd.Timestamp(datasets.load(dataset).business.snapshot_date)
        rows += score_costs.ranking(tables.load("money_at_risk"),
                                    score_costs.true_loss(truth(dataset, "churned"), people, as_of=snapshot))
    else:
        rows.append(is_missing("06_voc", score_costs.QUESTION, "results/money_at_risk", "voc"))
    return rows


def _of_service(dataset: str, people: pd.DataFrame) -> list[Score]:
    """Score what goes with slow answers, and who comes back after a case, on the cases that the notebook compared."""
    from helpers.simulation.service import SPREAD

    settings = datasets.load(dataset)
    business, links, true = settings.business, tables.load("service_links"), truth(dataset, "cases")
    as_of = pd.Timestamp(business.snapshot_date)
    try:
        cases = service.read_cases(tables.load("cases"), as_of=as_of, time_zone=business.time_zone)
        rows = score_service.speed(service_links.outcomes(cases, None, None), links, true, spread=SPREAD)
        horizon = int(settings.parameters.get("churn", {}).get("horizon_days", service_purchases.RECENT_DAYS))
        after, _ = service_purchases.purchases_after(cases, tables.scan("orders"), as_of=as_of, horizon=horizon,
                                                     first_day=business.first_date and pd.Timestamp(business.first_date))
    except TooLittleData as lack:
        return [Score("06_voc", score_service.SLOW, "", None, missing=str(lack))]
    return rows + score_service.comes_back(after, links, true, people, horizon=horizon)


def _of_survey(dataset: str, people: pd.DataFrame) -> list[Score]:
    """Score the weighting for who did not answer, and what goes with a high score."""
    business, rows = datasets.load(dataset).business, []
    told = surveys.read_answers(tables.load("feedback"), tables.load("survey_answers"))
    if tables.has("survey_invitations") and tables.has("orders"):
        invited = surveys_history.add_history(tables.load("survey_invitations"), tables.scan("orders"), key="invitation_id",
                                              at="invited_at", time_zone=business.time_zone)
        invited = surveys_response.date_answers(invited, tables.load("feedback"))
        invited, _ = surveys_response.settle(invited, as_of=pd.Timestamp(business.snapshot_date))
        answered = surveys_response.answers_of(invited, told)
        try:
            rows += score_voice.weighted_promoters(surveys_weights.weighted_score(invited, answered, "nps"), people)
        except TooLittleData as lack:
            rows.append(Score("06_voc", "how many would recommend us", "", None, n=len(answered), missing=str(lack)))
    try:
        rated, _ = surveys_drivers.ratings(tables.load("survey_answers"), told)
        table = surveys_drivers.driver_table(rated, tables.load("survey_questions"), seed=0)
        rows += score_voice.drivers(table, truth(dataset, "survey_drivers"))
    except TooLittleData as lack:
        rows.append(Score("06_voc", "what moves recommendation", "", None, n=len(told), missing=str(lack)))
    return rows


# --- output


def as_text(rows: list[Score]) -> str:
    """Return the rows as a plain table; truth is a value to be near to, where more is not better."""
    lines = [_line("notebook", "question", "measure", "value", "interval", "n", "baseline", "truth", "verdict")]
    for row in rows:
        interval = "" if row.low is None else f"{row.low:.3f} … {row.high:.3f}"
        lines.append(_line(row.notebook, row.question, row.measure, _number(row.value), interval,
                           "" if row.n is None else f"{row.n:,}", _number(row.baseline), _number(row.ideal), row.verdict))
    return "\n".join(lines)


def _line(*cells: str) -> str:
    return "  ".join([*(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=False)), cells[-1]]).rstrip()


def _number(value: float | None) -> str:
    return "" if value is None or np.isnan(value) else f"{value:.4f}" if abs(value) < 100 else f"{value:,.1f}"


def save(dataset: str, rows: list[Score]) -> None:
    """Write truth/score.json, complete or not at all."""
    file = paths.layer(dataset, "truth") / "score.json"
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    content = [{k: None if isinstance(v, float) and np.isnan(v) else v for k, v in row.as_row().items()} for row in rows]
    partial.write_text(json.dumps(content, indent=1, ensure_ascii=False, default=float) + "\n", encoding="utf-8")
    tables.put_in_place(partial, file)


def main(arguments: list[str]) -> int:
    options = dict(argument.partition("=")[::2] for argument in arguments)
    try:
        if set(options) - {"DATASET"}:
            raise UserError("the only option is DATASET=")
        dataset = options.get("DATASET") or "simulated_retailer"
        datasets.load(dataset)
        rows = score(dataset)
        save(dataset, rows)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(as_text(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
