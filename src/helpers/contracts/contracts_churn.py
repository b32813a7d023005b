"""Contracts of the answers of 07_churn: the tables that it writes to results/."""

from helpers.contracts.contracts_columns import CUSTOMER, MAYBE, Contract, flag, rate, real, text, whole

CHURN = (
    Contract(
        "churn_scores", "results", "churn", "a current customer (contracts: the riskiest running contract)", ("customer_id",),
        (
            CUSTOMER,
            whole("rank", "place on the call list, 1 = first; customers already silent for a horizon come last", ge=1),
            rate("churn_probability", "no purchase in the outcome, or the contract is ended"),
            real("value_at_stake", "what the customer would bring by going on as before: margin where its rate is known, else "
                 "revenue, of the horizon; contracts: fees of the months of value", "currency", ge=0),
            real("expected_loss", "churn_probability × value_at_stake", "currency", ge=0),
            flag("is_silent", "already silent for a whole horizon: the loss is no news"),
            whole("recency_days", "days since the last purchase; null for contracts", "days", ge=0, **MAYBE),
            real("usual_gap_days", "median days between purchase days; null = bought on one day only, or a contract", "days",
                 ge=0, **MAYBE),
            text("subscription_id", "the contract; null for buyers", **MAYBE),
            text("reason_1", "heaviest reason above average: a message whose fields are columns of this table", **MAYBE),
            text("reason_2", "second reason", **MAYBE),
            text("reason_3", "third reason", **MAYBE),
            real("points_1", "what reason_1 adds to the log-odds against the average customer; 0 without a reason", ge=0),
            real("points_2", "the same for reason_2", ge=0),
            real("points_3", "the same for reason_3", ge=0),
            real("points_other", "what everything else adds; the points and the average sum up to log_odds"),
            real("average_log_odds", "mean log-odds of the customers scored"),
            real("log_odds", "logit of churn_probability"),
        ),
        gives="who is about to leave, why, and what that costs",
        is_open=True,
    ),
    Contract(
        "churn_quality", "results", "churn", "a measure of a score", ("target", "population", "model", "metric"),
        (
            text("target", "what is foretold", isin=("churned", "overdue", "spending halves")),
            text("population", "all (over all tested cut-offs); still buying: only those not yet silent for a whole horizon; "
                 "cut-off YYYY-MM-DD: one tested cut-off"),
            text("model", "the model or a naive baseline"),
            text("metric", "ROC-AUC, PR-AUC, lift of the top decile, Brier score and skill, calibration, prevalence"),
            real("value", "the measure on customers that the model had not seen"),
            real("low", "lower end of its 95 % bootstrap interval"),
            real("high", "upper end of its 95 % bootstrap interval"),
            whole("n", "customers", ge=1),
            flag("is_baseline", "a naive rule or a purchase model that the scores must beat"),
            flag("is_used", "the score that the list rests on"),
            text("split", "what was unseen: a later period and other customers, or other customers only"),
        ),
        gives="how well the churn scores rank and how far their probabilities hold",
    ),
)
