"""Contracts of the answers: the tables that the analysis notebooks write to results/."""

from helpers.contracts import CUSTOMER, MAYBE, Contract, day, flag, rate, real, text, whole

SEGMENTATION = (
    Contract(
        "segments", "results", "segmentation", "a customer with at least one purchase", ("customer_id",),
        (
            CUSTOMER,
            whole("recency_days", "days since the last purchase day", "days", ge=0),
            whole("frequency", "distinct purchase days in the window", "days", ge=1),
            real("monetary_value", "mean revenue per purchase day", "currency"),
            real("revenue", "revenue in the window", "currency"),
            whole("r_score", "recency score, 5 = most recent", ge=1, le=5),
            whole("f_score", "frequency score, 5 = most often", ge=1, le=5),
            whole("m_score", "value score, 5 = most per purchase day", ge=1, le=5),
            text("segment", "named RFM segment"),
            text("frequency_group", "frequent, occasional or potential", isin=("frequent", "occasional", "potential")),
            text("cluster", "behavioural cluster; null where clusters are not stable", **MAYBE),
        ),
        gives="the segment of each customer",
    ),
)

ANSWERS = (*SEGMENTATION,)
__all__ = ["ANSWERS", "day", "flag", "rate"]
