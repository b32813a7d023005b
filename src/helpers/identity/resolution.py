"""Who is who: the numbers by which each system knows a person become one `customer_id`, and what identifies a person leaves.

The records of people are standardised (identity_fields.py), linked (identity.py), clustered (identity_clusters.py) and
entered in the ledger (identity_ledger.py), which keeps `customer_id` stable from run to run. Here the result meets the
collected tables: every reference to a person is replaced, devices and sessions get pseudonyms, and records of people become
rows of `customers`.
"""

from dataclasses import dataclass, field, replace

import ibis
import pandas as pd

from helpers import paths, tables
from helpers.contracts import ENGINE, contract
from helpers.identity import vault

ATTRIBUTES = ("gender", "city", "region", "country")  # what a personal record says that is no identifier
TEST_NAME = r"(?i)^\s*(测试|測試|test($|[\s_0-9-]|er\b|ing\b))"
HIDDEN = (("interactions", "visitor_id"), ("interactions", "session_id"), ("deals", "owner_id"))  # who else is a person
NUMBERS = (  # some systems make them of the customer's phone
    ("transactions", "transaction_id"), ("interactions", "interaction_id"), ("feedback", "feedback_id"), ("cases", "case_id"),
    ("deals", "deal_id"), ("survey_answers", "feedback_id"), ("survey_invitations", "feedback_id"),
    ("survey_invitations", "invitation_id"),
)
PERSONAL_NUMBER = (  # an e-mail, a Chinese mobile number, a Chinese identity number
    r"@|(^|[^0-9])(86)?1[3-9][0-9]{9}([^0-9]|$)"
    r"|(^|[^0-9])[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]([^0-9Xx]|$)"
)
AGE_BANDS = (("<18", 0, 18), ("18–24", 18, 25), ("25–34", 25, 35), ("35–44", 35, 45), ("45–54", 45, 55), ("55–64", 55, 65),
             ("65+", 65, 130))  # youngest age of the band, and of the next one


@dataclass(frozen=True)
class Resolved:
    """The collected tables with one `customer_id` a customer, and what was learned on the way.

    collected: tables without personal records. names: what the customers are called (customer_id, name), or None where the ids
    are published pseudonyms. vault: tables for the vault. people: the standardised records with their customer. links,
    clusters: of identity.py and identity_clusters.py, None where there are no personal records. keys: record_key → customer_id.
    """

    collected: dict
    names: object = None
    vault: dict = field(default_factory=dict)
    people: object = None
    links: object = None
    clusters: object = None
    corrections: object = None
    decisions: pd.DataFrame | None = None
    keys: pd.DataFrame | None = None
    events: pd.DataFrame | None = None
    n_in_doubt: int = 0


def resolve(arrived: dict, *, run, connection, threshold: float, review_from: float) -> Resolved:
    """Return the collected tables with every reference to a person replaced by the customer.

    arrived: collected tables by name. Where the ids are published pseudonyms, the tables are returned as they are.
    """
    others = {name: table for name, table in arrived.items() if name != "people"}
    if run.business.identifiers == "published":
        return Resolved(others)
    engine = connection if connection.name == "duckdb" else ibis.duckdb.connect()
    found = _link(arrived["people"], run, engine, threshold, review_from) if "people" in arrived else Resolved({})
    if "people" in arrived and "transactions" in others:
        others["transactions"] = mark_tests(others["transactions"], arrived["people"])
    ledger, events = _enter(record_keys(arrived).to_pandas()["record_key"], found, run)
    known = ibis.memtable(ledger[["record_key", "customer_id"]])
    others = {name: refer(table, known) if "customer_id" in table.columns else table for name, table in others.items()}
    others = _without_devices(others, run.settings.name)
    secret = {"vault/ledger": ledger, "vault/identity_events": _all_events(events)}
    if found.people is None:
        return replace(found, collected=others, names=_no_names(), vault=secret, keys=ledger)
    people = found.people.inner_join(known, "record_key")
    others["customers"] = customer_records(
        others.get("customers"), people, as_of=run.as_of, time_zone=run.business.time_zone
    )
    secret |= {"vault/people": people, "vault/corrections": found.corrections}
    return replace(found, collected=others, names=spoken_names(people), vault=secret, people=people, keys=ledger, events=events)


def _link(people, run, engine, threshold: float, review_from: float) -> Resolved:
    """Standardise, link and cluster the personal records; write the pairs in doubt for the analyst."""
    from helpers.identity import identity, identity_clusters, identity_fields, identity_review

    if engine is not people.get_backend():
        people = engine.create_table("resolution_people", people.to_pyarrow(), temp=True)
    standardised, corrections = identity_fields.standardise(people, country=run.business.country, connection=engine)
    settings = identity.Settings(seed=run.seed, threshold=threshold, review_from=review_from)
    links = identity.link(standardised, connection=engine, settings=settings)
    file = review_file(run.settings.name)
    if file.exists():
        tables.note_raw(file)
    decisions = identity_review.read(file) if file.exists() else None
    clusters = identity_clusters.cluster(links.pairs, links.records, decisions=decisions, threshold=threshold)
    asked = identity_review.review_table(links, clusters, standardised, decisions=decisions)
    _ask(asked, file)
    return Resolved({}, people=standardised, links=links, clusters=clusters, corrections=corrections, decisions=decisions,
                    n_in_doubt=int((asked["decision"] == "").sum()))


def review_file(dataset: str):
    """Return the file in which an analyst decides on pairs in doubt."""
    return paths.layer(dataset, "review") / "identity.csv"


def _ask(asked: pd.DataFrame, file) -> None:
    """Write the pairs in doubt and those that are decided."""
    from helpers.identity import identity_review

    if asked.empty:
        return
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    identity_review.write(asked, file)
    tables.note_raw(file, written=True)


def _enter(keys: pd.Series, found: Resolved, run) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (ledger, events of this run). A number that no personal record explains is a customer of its own."""
    from helpers.identity import identity_ledger

    clusters = pd.Series(keys.to_numpy(), index=pd.Index(keys, name="record_key"), name="cluster", dtype="str")
    pairs = None
    if found.clusters is not None:
        linked = found.clusters.clusters
        clusters = pd.concat([linked, clusters[~clusters.index.isin(linked.index)]])
        pairs = found.links.pairs
    return identity_ledger.update(
        tables.load_previous("vault/ledger"), clusters, pairs, make_id=vault.pseudonyms(run.settings.name),
        run=f"{run.as_of:%Y-%m-%d}",
    )


def _all_events(events: pd.DataFrame) -> pd.DataFrame:
    """Return the events of all runs so far, numbered."""
    before = tables.load_previous("vault/identity_events")
    every = events if before is None else pd.concat([before.drop(columns="number"), events], ignore_index=True)
    return every.assign(number=range(1, len(every) + 1))


def _no_names():
    return ibis.memtable(pd.DataFrame({"customer_id": [], "name": []}, dtype="str"))


def spoken_names(people):
    """Return the distinct names (customer_id, name) that personal records give their customers."""
    return people.filter(people.name.notnull()).select("customer_id", "name").distinct()


def _without_devices(collected: dict, dataset: str) -> dict:
    """Return the tables with visitors recognised by their logins, and devices, sessions and employees under pseudonyms."""
    found = dict(collected)
    if "interactions" in found:
        found["interactions"] = recognise_visitors(found["interactions"])
    for name, column in HIDDEN:
        if name in found:
            found[name] = hide(found[name], column, vault.pseudonyms(dataset, column))
    for name, column in NUMBERS:
        if name in found:
            found[name] = hide(found[name], column, vault.pseudonyms(dataset, column), matching=PERSONAL_NUMBER)
    return found


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


def mark_tests(transactions, people):
    """Return the order lines with `is_test`: the system calls who placed the order "test" (`TEST_NAME`), and nothing else."""
    named = people.filter(people.full_name.notnull() & people.customer_id.notnull())
    called = named.group_by(_test=named.customer_id, _source=named.source).agg(
        _n=named.count(), _tests=named.full_name.re_search(TEST_NAME).sum()
    )
    tests = called.filter(called["_n"] == called["_tests"]).select("_test", "_source")
    columns = transactions.columns
    same = [transactions.customer_id == tests["_test"], transactions.source == tests["_source"]]
    joined = transactions.left_join(tests, same)
    return joined.mutate(is_test=joined["_test"].notnull()).select(*columns, "is_test")


def recognise_visitors(interactions):
    """Return the interactions; what a device did without a login belongs to the one customer who logged in on it.

    A device on which two customers logged in stays unknown where nobody is logged in.
    """
    seen = interactions.filter(interactions.visitor_id.notnull() & interactions.customer_id.notnull())
    owners = seen.group_by("visitor_id").agg(_n=seen.customer_id.nunique(), _owner=seen.customer_id.min())
    owners = owners.filter(owners["_n"] == 1).select(_visitor="visitor_id", _owner="_owner")
    joined = interactions.left_join(owners, interactions.visitor_id == owners["_visitor"])
    return joined.mutate(customer_id=joined.customer_id.coalesce(joined["_owner"])).select(*interactions.columns)


def hide(table, column: str, pseudonym, *, matching: str = ""):
    """Return `table` with each value of `column` (that matches a pattern) replaced by its pseudonym."""
    chosen = table.filter(table[column].re_search(matching) if matching else table[column].notnull())
    values = chosen.select(_value=table[column]).distinct().to_pandas()
    if values.empty:
        return table
    values["_hidden"] = values["_value"].map(pseudonym)
    known, columns = ibis.memtable(values), table.columns
    joined = table.left_join(known, table[column] == known["_value"])
    return joined.mutate(**{column: joined["_hidden"].fill_null(joined[column])}).select(*columns)


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
    """Return one row for each record that describes a customer: attributes, completed by the personal records.

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
    filled = {c: both[f"_{c}"].coalesce(both[c]) for c in ATTRIBUTES}  # standardised before as written
    filled |= {c: both[c].coalesce(both[f"_{c}"]) for c in ("age_band", "joined_at")}
    described = both.mutate(**filled).select(*customers.columns)
    rest = said.anti_join(customers, ["source", "source_row"])
    return described.union(_in_order(rest, customers.columns, customers.schema()))


def _in_order(table, columns, schema=None):
    kinds = schema or {c.name: ENGINE[c.type] for c in contract("collected/customers").columns}
    return table.select(**{c: table[c].cast(kinds[c]) if c in table.columns else ibis.null(kinds[c]) for c in columns})
