"""Who is who: the numbers by which each system knows a person become one `customer_id`, and what identifies a person leaves.

The records of people are standardised (identity_fields.py), linked (identity.py), clustered (identity_clusters.py) and entered in
the ledger (identity_ledger.py), which keeps `customer_id` stable from run to run. Here the result meets the collected tables:
every reference to a person is replaced, devices and sessions get pseudonyms, and records of people become rows of `customers`.
"""

import ibis
import pandas as pd

from helpers.contracts import contract

ATTRIBUTES = ("gender", "city", "region", "country")  # what a personal record says that is no identifier
AGE_BANDS = (("<18", 0, 18), ("18–24", 18, 25), ("25–34", 25, 35), ("35–44", 35, 45), ("45–54", 45, 55), ("55–64", 55, 65),
             ("65+", 65, 130))  # youngest age of the band, and of the next one


def record_keys(collected: dict):
    """Return the distinct `record_key` of all tables: every number by which some system knows a person."""
    parts = [t.filter(t.customer_id.notnull()).select(record_key=t.customer_id).distinct()
             for t in collected.values() if "customer_id" in t.columns]
    return parts[0].union(*parts[1:], distinct=True) if len(parts) > 1 else parts[0]


def refer(table, ledger):
    """Return `table` with `customer_id` = the customer of the ledger (record_key, customer_id); empty references stay empty."""
    columns = table.columns
    known = ledger.select(_key="record_key", _customer="customer_id")
    joined = table.left_join(known, table.customer_id == known["_key"])
    return joined.mutate(customer_id=joined["_customer"]).select(*columns)


def recognise_visitors(interactions):
    """Return (interactions, number of rows recognised): what a device did without a login belongs to the one customer who
    logged in on it. A device on which two customers logged in stays unknown where it is not logged in.
    """
    seen = interactions.filter(interactions.visitor_id.notnull() & interactions.customer_id.notnull())
    owners = seen.group_by("visitor_id").agg(_n=seen.customer_id.nunique(), _owner=seen.customer_id.min())
    owners = owners.filter(owners["_n"] == 1).select(_visitor="visitor_id", _owner="_owner")
    joined = interactions.left_join(owners, interactions.visitor_id == owners["_visitor"])
    unknown = joined.customer_id.isnull() & joined["_owner"].notnull()
    n = int(joined.agg(n=unknown.sum().fill_null(0)).to_pandas().iloc[0]["n"])
    return joined.mutate(customer_id=joined.customer_id.coalesce(joined["_owner"])).select(*interactions.columns), n


def hide(table, column: str, pseudonym):
    """Return `table` with each value of `column` replaced by its pseudonym."""
    values = table.filter(table[column].notnull()).select(_value=table[column]).distinct().to_pandas()
    if values.empty:
        return table
    values["_hidden"] = values["_value"].map(pseudonym)
    known, columns = ibis.memtable(values), table.columns
    joined = table.left_join(known, table[column] == known["_value"])
    return joined.mutate(**{column: joined["_hidden"]}).select(*columns)


def age_band(birth_date, as_of: pd.Timestamp):
    """Return the band of the age in whole years on `as_of`; under 0 and from 130 on the date is not believed (null)."""
    day = ibis.literal(as_of.date())
    had_birthday = (birth_date.month() * 100 + birth_date.day()) <= as_of.month * 100 + as_of.day
    age = day.year() - birth_date.year() - ibis.ifelse(had_birthday, 0, 1)
    return ibis.cases(*(((age >= low) & (age < high), name) for name, low, high in AGE_BANDS), else_=ibis.null("string"))


def by_source(people) -> pd.DataFrame:
    """Return one row a source with records of people: source, n_records, n_keys, n_customers, n_linked, linked_rate.

    people: records with customer_id, record_key, source. linked = another source has a record of the customer, too.
    """
    sources_of = people.group_by("customer_id").agg(_n=people.source.nunique())
    joined = people.inner_join(sources_of, "customer_id")
    found = joined.group_by("source").agg(
        n_records=joined.count(), n_keys=joined.record_key.nunique(), n_customers=joined.customer_id.nunique(),
        n_linked=joined.customer_id.nunique(where=joined["_n"] > 1),
    ).to_pandas().sort_values("source", ignore_index=True)
    return found.assign(linked_rate=found["n_linked"] / found["n_customers"])


def customer_records(customers, people, *, as_of: pd.Timestamp, time_zone: str):
    """Return one row for each record that describes a customer: what the attribute tables say, completed by the personal records.

    customers: collected customers or None; people: standardised records (source, source_row, customer_id, gender, birth_date,
    city, region, country, recorded_at …). A line of a file that fed both stays one row. Columns: those of the collected
    customers.
    """
    from helpers.timezones import local

    said = people.select(
        "source", "source_row", "customer_id", *ATTRIBUTES, age_band=age_band(people.birth_date, as_of),
        joined_at=local(people.recorded_at, time_zone, people).date(),
    )
    spec = contract("collected/customers")
    if customers is None:
        return _in_order(said, spec.column_names)
    renamed = said.rename(**{f"_{c}": c for c in said.columns})
    both = customers.left_join(
        renamed, (customers.source == renamed["_source"]) & (customers.source_row == renamed["_source_row"])
    )
    filled = {c: both[c].coalesce(both[f"_{c}"]) for c in (*ATTRIBUTES, "age_band", "joined_at")}
    described = both.mutate(**filled).select(*customers.columns)
    rest = said.anti_join(customers, ["source", "source_row"])
    return described.union(_in_order(rest, customers.columns, customers.schema()))


def _in_order(table, columns, schema=None):
    types = {"date": "date", "float64": "float64", "int64": "int64", "string": "string", "bool": "boolean"}
    kinds = schema or {c.name: types[c.type] for c in contract("collected/customers").columns}
    return table.select(**{c: table[c].cast(kinds[c]) if c in table.columns else ibis.null(kinds[c]) for c in columns})
