"""Contracts of what 06_voc finds on costs, loyalty and wishes: the tables that it writes to results/."""

from helpers.contracts.contracts_columns import CUSTOMER, MAYBE, Contract, day, flag, rate, real, text, whole

_LIFTS = tuple(
    real(f"{name}{end}", f"{words}{means}", "share", ge=-1, le=1, **MAYBE)
    for name, words in (
        ("lift", "stopped_share − expected_share"),
        ("halved", "the same for spending at least halved"),
        ("other", "stopped_share against other dissatisfied customers alike"),
    )
    for end, means in (("" if name == "lift" else "_lift", ""), ("_low", ": lower end of its 95 % interval"),
                       ("_high", ": upper end of its 95 % interval"))
)
VOC_COSTS = (
    Contract(
        "money_at_risk", "results", "voc", "a topic that at least 10 known customers complained about lately", ("topic",),
        (
            text("topic", "an aspect or a theme, as in feedback_topics"),
            text("kind", "aspect or theme"),
            whole("n_mentions", "pieces of feedback that complain about it in the months looked at", ge=0),
            whole("mention_rank", "place by mentions, 1 = most", ge=1),
            whole("n_compared", "customers who complained about it, with a known outcome and somebody alike", ge=0),
            rate("stopped_share", "of them bought nothing in the days after; null below 30", **MAYBE),
            rate("expected_share", "the same of customers alike who gave feedback without that complaint", **MAYBE),
            *_LIFTS,
            rate("p_value", "of the lift", **MAYBE),
            rate("q_value", "p_value corrected for the number of topics (Benjamini-Hochberg)", **MAYBE),
            whole("n_reached", "known customers who complained about it in the months looked at", "customers", ge=10),
            real("value_reached", "their value (customer_value)", "currency"),
            real("money_at_risk", "lift × value_reached, an association; null = cannot be told", "currency", **MAYBE),
            real("money_low", "lower end of its 95 % interval, not below 0", "currency", ge=0, **MAYBE),
            real("money_high", "upper end of its 95 % interval", "currency", ge=0, **MAYBE),
            whole("money_rank", "place by money at risk, 1 = most", ge=1, **MAYBE),
            flag("is_clear", "q < .05 over the topics and the interval of the lift above 0"),
        ),
        gives="which complaints go with the most money at risk",
    ),
    Contract(
        "said_and_did", "results", "voc", "a customer who says one thing and does another", ("customer_id",),
        (
            CUSTOMER,
            text("listed_as", "what she is listed as", isin=("promoter who stopped buying", "detractor who keeps buying")),
            real("score", "her last score"),
            text("scale", "the scale of the score", isin=("nps", "rating", "csat")),
            day("said_on", "day of that score"),
            day("last_on", "day of the last purchase"),
            whole("silent_days", "days since", "days", ge=0),
            whole("limit_days", "days from which on she counts as having stopped", "days", ge=0),
            real("revenue", "revenue so far", "currency", **MAYBE),
            real("customer_lifetime_value", "value (customer_value)", "currency", **MAYBE),
        ),
        gives="who praises and stays away, and who complains and keeps buying",
    ),
    Contract(
        "requests", "results", "voc", "a wish that at least 10 authors share", ("idea",),
        (
            text("idea", "its most frequent words"),
            text("language", "language of the wish", isin=("en", "zh")),
            whole("n_authors", "authors who ask for it", ge=10),
            rate("share", "of all authors who wrote something"),
            rate("low", "lower end of its 95 % interval (Wilson)"),
            rate("high", "upper end of its 95 % interval (Wilson)"),
            whole("n_customers", "known customers among the authors", ge=0),
            real("value", "their value (customer_value); null = fewer than 10 of them have one", "currency", **MAYBE),
            text("quote", "the wish in an author's own words, masked"),
        ),
        gives="what customers ask for, and how many",
    ),
)
