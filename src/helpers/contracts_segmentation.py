"""Contracts of the answers of 03_segmentation: the tables that it writes to results/."""

from helpers.contracts import CUSTOMER, MAYBE, Contract, rate, real, text, whole

SEGMENTATION = (
    Contract(
        "segments", "results", "segmentation", "a customer with at least one purchase", ("customer_id",),
        (
            CUSTOMER,
            whole("recency_days", "days since the last purchase day", "days", ge=0),
            whole("frequency", "distinct purchase days in the window", "days", ge=1),
            real("monetary_value", "mean net revenue of the purchase days that brought money", "currency"),
            real("revenue", "net revenue in the window", "currency"),
            real("median_gap_days", "median days between purchase days; null with one purchase day", "days", ge=0, **MAYBE),
            whole("r_score", "recency score, 5 = most recent", ge=1, le=5),
            whole("f_score", "frequency score, 5 = most often", ge=1, le=5),
            whole("m_score", "value score, 5 = most per purchase day", ge=1, le=5),
            text("segment", "named RFM segment"),
            text("frequency_group", "frequent, occasional or potential", isin=("frequent", "occasional", "potential")),
            text("cluster", "behavioural cluster; null where clusters are not stable", **MAYBE),
        ),
        gives="the segment of each customer",
    ),
    Contract(
        "segments_summary", "results", "segmentation", "a group of one way to divide customers", ("scheme", "group"),
        (
            text("scheme", "how customers are divided", isin=("segment", "frequency_group", "cluster")),
            text("group", "name of the group"),
            whole("n_customers", "customers", ge=1),
            rate("customer_share", "customers of all"),
            real("revenue", "net revenue in the window", "currency"),
            real("revenue_share", "revenue of all; null where there is none", "share", **MAYBE),
            real("revenue_per_customer", "mean revenue", "currency"),
            real("recency_days", "median days since the last purchase day", "days", ge=0),
            real("frequency", "median purchase days", "days", ge=1),
            real("monetary_value", "median of the customers' revenue per purchase day", "currency"),
            real("median_gap_days", "median days between purchase days; null where nobody bought twice", "days", **MAYBE),
        ),
        gives="size and revenue of each segment",
    ),
    Contract(
        "segments_sensitivity", "results", "segmentation", "another choice of cut points", ("variant",),
        (
            text("variant", "what is chosen differently"),
            whole("n_changed", "customers whose segment changes"),
            rate("changed_share", "customers whose segment changes"),
            rate("champions_share", "customers that are Champions then"),
            real("champions_revenue_share", "their share of revenue", "share", **MAYBE),
        ),
    ),
)
