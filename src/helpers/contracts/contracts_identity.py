"""Contracts of what tells who is who: records of people, the vault, and what 02_cleaning says of both.

`vault/…` is encrypted (vault.py) and holds what identifies a person; the tables of `results/` hold counts and weights.
"""

from helpers.contracts.contracts_columns import FINE, MAYBE, Contract, day, flag, moment, rate, real, text, whole

ADDRESS = (
    text("address", "street and house", **MAYBE),
    text("district", "district or county", **MAYBE),
    text("city", "city", **MAYBE),
    text("region", "province or state", **MAYBE),
    text("country", "country", **MAYBE),
    text("postcode", "postcode", **MAYBE),
)
PEOPLE = Contract(
    "people", "collected", "collection", "a record of a person in one system", ("source", "source_row"),
    (
        text("customer_id", "the system's own number of the person, after the name of its number space"),
        text("full_name", "name as one text", **MAYBE),
        text("family_name", "family name", **MAYBE),
        text("given_name", "given name", **MAYBE),
        text("phone", "telephone", **MAYBE),
        text("other_phone", "another telephone", **MAYBE),
        text("email", "e-mail address", **MAYBE),
        text("national_id", "number of the identity card", **MAYBE),
        day("birth_date", "date of birth", **MAYBE),
        text("gender", "gender as recorded", **MAYBE),
        text("company", "company", **MAYBE),
        *ADDRESS,
        text("member_id", "number in the loyalty programme or account in the web shop", **MAYBE),
        text("visitor_id", "device in web analytics", **MAYBE),
        text("ip_address", "internet address", **MAYBE),
        moment("recorded_at", "when the system first knew the person", **MAYBE),
        moment("updated_at", "when the system last changed the record", **MAYBE),
    ),
    gives="which records of different systems are one customer",
)

ORIGIN = (text("source", "source it came from"), whole("source_row", "row in the source, counted from 1"))

VAULT = (
    Contract(
        "vault/people", "vault", "cleaning", "a record of a person in one system, standardised", ("source", "source_row"),
        (
            text("customer_id", "the customer"), text("record_key", "the system's own number of the person, with its space"),
            *ORIGIN,
        ),
        is_scanned=True, is_open=True, file="people",
    ),
    Contract(
        "vault/ledger", "vault", "cleaning", "a number by which some system knows a person", ("record_key",),
        (
            text("record_key", "the system's own number of the person, with its space"), text("customer_id", "the customer"),
        ),
        is_open=True, is_kept=True, file="ledger",
    ),
    Contract(
        "vault/identity_events", "vault", "cleaning", "a customer that was created, merged or split", ("number",),
        (whole("number", "event, counted from 1"), text("run", "last day observed in the run")), is_open=True,
        is_kept=True, file="identity_events",
    ),
    Contract(
        "vault/corrections", "vault", "cleaning", "a value that was standardised", ("source", "source_row", "field"),
        (
            *ORIGIN, text("field", "field"), text("before", "the value as it arrived", **MAYBE),
            text("after", "the value as it is used; null = it is not usable", **FINE), text("rule", "the rule"),
        ),
        is_scanned=True, file="corrections",
    ),
)

IDENTITY = (
    Contract(
        "identity_sources", "results", "cleaning", "a source with records of people", ("source",),
        (
            text("source", "source"), whole("n_records", "records of people"), whole("n_keys", "distinct numbers of people"),
            whole("n_customers", "customers behind them"),
            whole("n_linked", "of these, customers whom another source knows, too"),
            rate("linked_rate", "customers whom another source knows, too", **MAYBE),
        ),
    ),
    Contract(
        "identity_weights", "results", "cleaning", "a way in which two records can agree in a field", ("comparison", "level"),
        (
            text("comparison", "field that is compared"), whole("level", "level of agreement, 0 = none"),
            text("means", "the level in words"), rate("m", "pairs of one person that agree so", **MAYBE),
            rate("u", "pairs of two people that agree so", **MAYBE), real("weight", "log2 of m / u", "bits", **MAYBE),
        ),
    ),
    Contract(
        "identity_example", "results", "cleaning", "a step of the weight of one pair", ("step",),
        (
            whole("step", "step"), text("comparison", "field that is compared"), text("means", "how the two records agree"),
            real("weight", "evidence of this field", "bits"), real("total", "evidence up to here", "bits"),
        ),
    ),
    Contract(
        "identity_thresholds", "results", "cleaning", "a match threshold", ("threshold",),
        (
            rate("threshold", "pairs at or above this probability are one person"), whole("n_customers", "customers"),
            whole("n_buyers", "customers with an order"), whole("largest", "records of the largest customer"),
            rate("repeat_rate", "buyers with a second order day", **MAYBE),
            real("revenue_per_buyer", "revenue of a buyer", "currency", **MAYBE), flag("is_chosen", "the threshold in use"),
        ),
    ),
    Contract(
        "corrections", "results", "cleaning", "a rule of standardisation and a field", ("source", "field", "rule"),
        (
            text("source", "source"), text("field", "field"), text("rule", "the rule"),
            whole("n_values", "values corrected"), whole("n_lost", "of these, values that cannot be used"),
        ),
    ),
    Contract(
        "validation", "results", "cleaning", "a rule of dataset.yml", ("number",),
        (
            whole("number", "position in dataset.yml"), text("table", "table"), text("column", "column"),
            text("check", "check"),
            text("severity", "error: the row is set aside; warning: it is counted", isin=("error", "warning")),
            whole("n_rows", "rows checked"), whole("n_broken", "rows that break the rule"),
        ),
    ),
    Contract(
        "source_quality", "results", "cleaning", "a field of a source", ("source", "table", "field"),
        (
            text("source", "source"), text("table", "table"), text("field", "field"), whole("n_rows", "rows that arrived"),
            rate("completeness", "rows with a value"), rate("kept", "rows that passed every rule"),
            rate("validity", "filled values within the contract's limits"), rate("score", "product of the three"),
        ),
    ),
    Contract(
        "quality_history", "results", "cleaning", "a source at a run with other data", ("run", "source"),
        (
            whole("run", "run with data that differ from the run before, counted from 1"),
            day("as_of", "last day observed"), text("fingerprint", "fingerprint of the collected tables"),
            text("source", "source"), whole("n_rows", "rows that arrived"), rate("score", "mean score of its filled fields"),
        ),
        is_kept=True,
    ),
)
