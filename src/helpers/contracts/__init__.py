"""Table contracts: every table's owner, key, columns, types, units and limits, in one place.

`tables.py` checks them on write and on read; `data/README.md` is generated from them.
Types: string, int64, float64, bool, date (business day), timestamp (UTC). "currency" means the data set's currency.
"""

from helpers.contracts.contracts_columns import (
    CUSTOMER,
    ENGINE,
    FINE,
    MAYBE,
    Column,
    Contract,
    day,
    flag,
    moment,
    rate,
    real,
    text,
    whole,
)
from helpers.contracts.contracts_surveys import SURVEYS
from helpers.evidence import DECISIONS

__all__ = ["ENGINE", "Contract", "contract", "contracts"]

CANONICAL = (
    Contract(
        "customers", "clean", "cleaning", "a customer", ("customer_id",),
        (
            CUSTOMER,
            day("joined_at", "first day as a customer, where the source knows it", **MAYBE),
            text("acquisition_channel", "how the customer was won", **MAYBE),
            real("acquisition_cost", "what winning the customer cost", "currency", ge=0, **MAYBE),
            text("gender", "gender as recorded", **MAYBE),
            text("age_band", "age in bands", **MAYBE),
            text("income_band", "yearly household income in bands", **MAYBE),
            text("household_size", "people in the household, in bands", **MAYBE),
            text("household_type", "composition of the household", **MAYBE),
            text("n_children", "children in the household, in bands", **MAYBE),
            text("home_ownership", "owner or renter", **MAYBE),
            text("marital_status", "marital status", **MAYBE),
            text("city", "city", **MAYBE),
            text("region", "province or state", **MAYBE),
            text("country", "country", **MAYBE),
            text("loyalty_tier", "tier in the loyalty programme", **MAYBE),
        ),
        gives="who the customers are: age, income, household, region, and how each segment differs in them",
        is_open=True,
    ),
    Contract(
        "products", "clean", "cleaning", "a product", ("product_id",),
        (
            text("product_id", "the product"),
            text("name", "product name", **MAYBE),
            text("department", "department of the shop", **MAYBE),
            text("category", "category within the department", **MAYBE),
            text("brand", "brand, or private label against national brand", **MAYBE),
            real("unit_cost", "purchase cost of one unit", "currency", ge=0, **MAYBE),
        ),
        gives="what customers buy: departments, categories and brands, and which of them each segment favours",
    ),
    Contract(
        "transactions", "clean", "cleaning", "a line of an order", ("transaction_id", "line_number"),
        (
            text("transaction_id", "the order or basket"),
            whole("line_number", "line within the order", ge=1),
            text("customer_id", "the customer; null = guest", **FINE),
            moment("ordered_at", "moment of the order"),
            day("order_date", "day of the order in the business's time zone"),
            whole("order_hour", "hour of the order in the business's time zone", "hour 0–23", ge=0, le=23, **MAYBE),
            text("product_id", "the product", **MAYBE),
            real("quantity", "units bought; null where the source's figure is no count of units", "units", **MAYBE),
            real("unit_price", "shelf price of one unit before discounts", "currency", **MAYBE),
            real("discount", "the seller's discounts on the line; negative where a return gives one back", "currency"),
            real("revenue", "what the seller received for the line", "currency"),
            text("channel", "shop, web, app …", **MAYBE),
            text("store_id", "the store", **MAYBE),
            flag("is_return", "the line takes goods back"),
            text("currency", "ISO 4217 code"),
        ),
        gives="what customers bought, when and for how much: segments, lifetime value, retention and churn of buyers",
        is_scanned=True,
    ),
    Contract(
        "interactions", "clean", "cleaning", "a touch between customer and company", ("interaction_id",),
        (
            text("interaction_id", "the touch"),
            text("customer_id", "the customer, if known", **MAYBE),
            text("visitor_id", "the device or visitor", **MAYBE),
            moment("occurred_at", "moment of the touch"),
            text("channel", "web, app, e-mail, social, call, store", **MAYBE),
            text("kind", "visit, view, click, open …", **MAYBE),
            text("session_id", "session", **MAYBE),
            text("campaign_id", "campaign that led to it", **MAYBE),
            text("product_id", "product looked at", **MAYBE),
            text("page", "page or screen", **MAYBE),
            real("value", "value of the touch", "currency", **MAYBE),
        ),
        gives="how customers move between web, app, e-mail and shop before they buy",
        is_scanned=True,
    ),
    Contract(
        "campaigns", "clean", "cleaning", "a campaign", ("campaign_id",),
        (
            text("campaign_id", "the campaign"),
            text("name", "name of the campaign", **MAYBE),
            text("kind", "type of the campaign", **MAYBE),
            text("channel", "mail, e-mail, text message …", **MAYBE),
            day("starts_at", "first day", **MAYBE),
            day("ends_at", "last day, inclusive", **MAYBE),
            real("cost", "cost of the campaign", "currency", ge=0, **MAYBE),
        ),
        gives="which campaigns ran, when, and what they cost",
    ),
    Contract(
        "campaign_contacts", "clean", "cleaning", "a customer contacted in a campaign", ("campaign_id", "customer_id"),
        (
            text("campaign_id", "the campaign"),
            CUSTOMER,
            day("contacted_at", "day of the contact", **MAYBE),
            flag("treated", "false = held back on purpose as a control"),
            rate("propensity", "probability with which the customer was chosen", **MAYBE),
            day("responded_at", "day of the first response; null = none", **FINE),
            real("response_value", "value of the response", "currency", **MAYBE),
        ),
        gives="what customers answer to, and which segments respond to campaigns",
    ),
    Contract(
        "feedback", "clean", "cleaning", "a review, survey answer, call note or comment", ("feedback_id",),
        (
            text("feedback_id", "the piece of feedback"),
            text("customer_id", "who said it, if known", **MAYBE),
            moment("received_at", "moment it was given", **MAYBE),
            text("channel", "review, survey, call, social …", **MAYBE),
            text("product_id", "product it is about", **MAYBE),
            text("text", "what was said", **MAYBE),
            text("language", "language of the text (ISO 639-1)", **MAYBE),
            real("rating", "stars, 1 worst to 5 best", "stars", ge=1, le=5, **MAYBE),
            text("rating_label", "verdict where the source has no stars", **MAYBE),
            real("nps", "likelihood to recommend", "0–10", ge=0, le=10, **MAYBE),
            real("csat", "satisfaction", "1–5", ge=1, le=5, **MAYBE),
            real("ces", "effort", "1–7", ge=1, le=7, **MAYBE),
            text("split", "train or test where the publisher fixed a split", isin=("train", "test"), **MAYBE),
        ),
        gives="what customers say: how satisfied they are, what they praise and what they complain about",
    ),
    Contract(
        "cases", "clean", "cleaning", "a service ticket or call", ("case_id",),
        (
            text("case_id", "the case"),
            text("customer_id", "the customer", **MAYBE),
            moment("opened_at", "opened"),
            moment("first_response_at", "first answer", **MAYBE),
            moment("closed_at", "closed", **FINE),
            real("handle_minutes", "working time", "minutes", ge=0, **MAYBE),
            text("topic", "topic", **MAYBE),
            text("channel", "channel", **MAYBE),
            flag("reopened", "was opened again", **MAYBE),
            real("csat", "satisfaction with the case", "1–5", ge=1, le=5, **MAYBE),
        ),
        gives="how well service answers, and what that does to loyalty",
    ),
    Contract(
        "deals", "clean", "cleaning", "a sales opportunity at a stage", ("deal_id", "stage"),
        (
            text("deal_id", "the opportunity"),
            text("stage", "stage"),
            text("customer_id", "the customer", **MAYBE),
            moment("entered_at", "entered the stage"),
            moment("left_at", "left the stage", **FINE),
            real("amount", "expected amount", "currency", **MAYBE),
            text("owner_id", "who handles it", **MAYBE),
            text("reason_lost", "why it was lost", **FINE),
        ),
        gives="how sales opportunities progress and where they are lost",
    ),
    Contract(
        "subscriptions", "clean", "cleaning", "a contract", ("subscription_id",),
        (
            text("subscription_id", "the contract"),
            CUSTOMER,
            day("started_at", "first day, where the source knows it", **MAYBE),
            day("ended_at", "last day; null = runs on", **FINE),
            real("tenure_months", "months the contract has run", "months", ge=0),
            flag("churned", "true = the customer ended the contract"),
            text("plan", "plan or contract type", **MAYBE),
            real("monthly_fee", "monthly fee", "currency", ge=0, **MAYBE),
        ),
        gives="how long contracts last, who ends them and why",
        is_open=True,
    ),
    Contract(
        "consents", "clean", "cleaning", "a permission", ("customer_id", "purpose"),
        (
            CUSTOMER,
            text("purpose", "what it permits"),
            moment("granted_at", "given", **MAYBE),
            moment("withdrawn_at", "withdrawn", **FINE),
            text("consent_source", "where it was given", **MAYBE),
        ),
        gives="whom the company may contact, and for what",
    ),
    *SURVEYS,
)

ROLL_UPS = (
    Contract(
        "orders", "clean", "cleaning", "an order", ("transaction_id",),
        (
            text("transaction_id", "the order"),
            text("customer_id", "the customer; null = guest", **FINE),
            moment("ordered_at", "moment of the order"),
            day("order_date", "day of the order in the business's time zone"),
            whole("order_hour", "hour of the order in the business's time zone", "hour 0–23", **MAYBE),
            text("channel", "shop, web, app …", **MAYBE),
            text("store_id", "the store", **MAYBE),
            real("quantity", "units", "units", **MAYBE),
            whole("n_lines", "lines of the order"),
            whole("n_products", "distinct products of the order"),
            real("discount", "the seller's discounts", "currency"),
            real("revenue", "what the seller received", "currency"),
        ),
        gives="what customers bought, when and for how much: segments, lifetime value, retention and churn of buyers",
        is_scanned=True,
    ),
    Contract(
        "customer_products", "clean", "cleaning", "a customer and a product", ("customer_id", "product_id"),
        (
            CUSTOMER,
            text("product_id", "the product"),
            whole("n_orders", "orders with the product"),
            real("quantity", "units", "units", **MAYBE),
            real("discount", "the seller's discounts", "currency"),
            real("revenue", "what the seller received", "currency"),
            day("first_date", "first purchase"),
            day("last_date", "last purchase"),
        ),
        gives="what each customer buys: favourite departments, categories and brands",
        is_scanned=True,
    ),
    Contract(
        "customer_totals", "clean", "cleaning", "a customer with at least one order", ("customer_id",),
        (
            CUSTOMER,
            day("first_date", "first day with an order"),
            day("last_date", "last day with an order"),
            whole("n_orders", "orders", ge=1),
            whole("n_days", "distinct days with an order", ge=1),
            whole("n_products", "distinct known products", ge=0),
            real("revenue", "what the seller received", "currency"),
        ),
        gives="how often, how long and how much each customer has bought",
    ),
    Contract(
        "rejected", "clean", "cleaning", "a row that was set aside", ("table", "source", "source_row"),
        (
            text("table", "canonical table the row was meant for"),
            text("source", "source it came from"),
            whole("source_row", "row in the source, counted from 1"),
            text("reason", "rule that set it aside"),
            real("revenue", "money on the row", "currency", **MAYBE),
        ),
    ),
)

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
