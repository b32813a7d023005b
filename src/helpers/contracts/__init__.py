"""Table contracts: every table's owner, key, columns, types, units and limits, in one place.

`tables.py` checks them on write and on read; `data/README.md` is generated from them.
Types: string, int64, float64, bool, date (business day), timestamp (UTC). "currency" means the data set's currency.
"""

from helpers.contracts.contracts_canonical import CANONICAL, ROLL_UPS
from helpers.contracts.contracts_columns import (
    ENGINE,
    MAYBE,
    Column,
    Contract,
    day,
    flag,
    rate,
    real,
    text,
    whole,
)
from helpers.evidence import DECISIONS

__all__ = ["ENGINE", "Contract", "contract", "contracts"]

RESULTS = (
    Contract(
        "sources", "results", "collection", "a file that arrived", ("source", "file"),
        (
            text("source", "name of the source"),
            text("system", "system that it came from"),
            text("file", "file"),
            text("table", "canonical table that it feeds"),
            whole("n_rows", "rows"),
            whole("n_columns", "columns"),
            whole("bytes", "size", "bytes"),
            text("sha256", "fingerprint of the content"),
            day("first_date", "first day in the file", **MAYBE),
            day("last_date", "last day in the file", **MAYBE),
        ),
    ),
    Contract(
        "completeness", "results", "collection", "a field of a collected table", ("table", "field"),
        (
            text("table", "canonical table"),
            text("field", "field"),
            whole("n_rows", "rows"),
            whole("n_filled", "rows with a value"),
            whole("n_distinct", "distinct values"),
            rate("filled_rate", "rows with a value"),
        ),
    ),
    Contract(
        "joins", "results", "collection", "a link between two tables", ("link",),
        (
            text("link", "table.column → table"),
            whole("n_rows", "rows on the left"),
            whole("n_found", "rows that find their partner"),
            rate("found_rate", "rows that find their partner"),
        ),
    ),
    Contract(
        "cleaning_log", "results", "cleaning", "a cleaning rule and a table", ("step", "table"),
        (
            whole("step", "order in which the rules ran"),
            text("table", "canonical table"),
            text("rule", "the rule"),
            text("effect", "reject, change, merge or warn", isin=("reject", "change", "merge", "warn")),
            whole("rows_before", "rows before"),
            whole("rows_after", "rows after"),
            whole("rows_affected", "rows set aside, changed or merged"),
            real("revenue_before", "money before", "currency", **MAYBE),
            real("revenue_after", "money after", "currency", **MAYBE),
        ),
    ),
    Contract(
        "field_quality", "results", "cleaning", "a field of a clean table", ("table", "field"),
        (
            text("table", "canonical table"),
            text("field", "field"),
            whole("n_rows", "rows"),
            rate("completeness", "rows with a value"),
            rate("validity", "values within the contract's limits"),
            rate("uniqueness", "distinct values, for key fields", **MAYBE),
            rate("consistency", "references that find their partner", **MAYBE),
            rate("score", "share of rows with a value that is there, valid, unique and linked"),
        ),
    ),
)

FINDINGS = (
    whole("run", "runs so far that found something else, 1 = the first", ge=1),
    day("as_of", "last day observed of that run"),
    flag("is_current", "said by the last run; the others are kept as a record"),
    text("finding_id", "topic and number"),
    text("template", "the sentence, as a message of the catalogue"),
    text("values", "the computed values of the sentence, JSON"),
    text("kind", "fact, estimate or prediction", isin=("fact", "estimate", "prediction")),
    text("grade", "how well it is supported", isin=("holds", "with care", "too weak")),
    text("why", "what the grade rests on, as a message"),
    whole("n", "observations behind it"),
    real("estimate", "the figure that the sentence rests on", **MAYBE),
    real("low", "lower end of its interval", **MAYBE),
    real("high", "upper end of its interval", **MAYBE),
    real("baseline", "what it is compared with", **MAYBE),
    flag("held_out", "measured on data that the method had not seen", **MAYBE),
    text("serves", "the decision that it serves; null = it only describes", isin=DECISIONS, **MAYBE),
)


def _findings(topic: str) -> Contract:
    return Contract(
        f"findings_{topic}", "results", topic, f"a finding of a run of the {topic} notebook", ("run", "finding_id"), FINDINGS,
        is_kept=True, file=f"findings/{topic}",
    )


def _collected(contract: Contract) -> Contract:
    """Return the contract of a table as it arrived: nothing but the types is promised yet."""
    derived = {"order_date", "order_hour"}
    columns = tuple(
        Column(c.name, c.type, c.means, c.unit, nullable=True, empty_is_fine=c.empty_is_fine)
        for c in contract.columns if c.name not in derived
    )
    origin = (
        text("source", "source it came from"), whole("source_row", "row in the source, counted from 1"),
        text("problem", "why the row could not be read; null = it could", **MAYBE),
    )
    return Contract(
        f"collected/{contract.name}", "collected", "collection", contract.one_row, ("source", "source_row"),
        columns + origin, contract.gives, contract.is_scanned, contract.is_open, file=contract.name,
    )


TOPICS = ("collection", "cleaning", "segmentation", "lifetime_value", "persona", "voc", "churn")


def _all() -> dict[str, Contract]:
    from helpers.contracts.contracts_identity import IDENTITY, PEOPLE, VAULT
    from helpers.contracts.contracts_ledger import LEDGER
    from helpers.contracts.contracts_results import ANSWERS

    every = (
        *(_collected(c) for c in (*CANONICAL, PEOPLE)), *CANONICAL, *VAULT, *ROLL_UPS, *RESULTS,
        *IDENTITY, *ANSWERS, *LEDGER,
        *(_findings(topic) for topic in TOPICS),
    )
    return {contract.name: contract for contract in every}


SPOKEN = {  # what a reader calls a table
    "customers": "customer attributes", "products": "product list", "transactions": "purchases", "orders": "purchases",
    "customer_products": "purchases by product", "interactions": "web, app and e-mail traffic", "campaigns": "campaigns",
    "campaign_contacts": "campaign contacts", "feedback": "reviews or survey answers", "cases": "service tickets",
    "deals": "sales opportunities", "subscriptions": "contracts", "consents": "consents", "people": "personal records",
    "survey_questions": "survey questions", "survey_answers": "answers to each question of a survey",
    "survey_invitations": "survey invitations",
}
CANONICAL_NAMES = tuple(c.name for c in CANONICAL)
COLLECTED_NAMES = (*CANONICAL_NAMES, "people")  # what a source can give
CONTRACTS: dict[str, Contract] = {}


def contract(name: str) -> Contract:
    """Return the contract of table `name`; an unknown name is a mistake of the caller and says so."""
    if not CONTRACTS:
        CONTRACTS.update(_all())
    if name not in CONTRACTS:
        raise KeyError(f"there is no table contract named {name!r}; contracts.py lists them")
    return CONTRACTS[name]


def contracts() -> dict[str, Contract]:
    """Return every contract by name."""
    contract("customers")
    return dict(CONTRACTS)
