"""Contracts of the answers: the tables that the analysis notebooks write to results/."""

from helpers.contracts import CUSTOMER, MAYBE, Contract, day, flag, rate, real, text, whole

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

LIFETIME_VALUE = (
    Contract(
        "customer_value", "results", "lifetime_value", "a customer with at least one purchase", ("customer_id",),
        (
            CUSTOMER,
            whole("frequency", "repeat purchase days (the first one is not counted)", "days", ge=0),
            real("recency_weeks", "first to last purchase day (the literature's recency)", "weeks", ge=0),
            real("T_weeks", "first purchase day to the last day observed", "weeks", ge=0),
            real("revenue", "revenue so far", "currency"),
            rate("p_alive", "probability that the customer still buys at all (1 without a repeat purchase: see p_purchase)"),
            rate("p_purchase", "probability of at least one purchase in the horizon"),
            real("expected_purchases", "purchase days expected in the horizon", "days", ge=0),
            real("expected_purchases_low", "lower end of its 95 % interval", "days", ge=0),
            real("expected_purchases_high", "upper end of its 95 % interval", "days", ge=0),
            real("expected_value_per_purchase", "revenue expected per purchase day", "currency", ge=0),
            real("expected_revenue", "revenue expected in the horizon, not discounted", "currency", ge=0),
            real("customer_lifetime_value", "discounted value of the horizon: gross margin, or revenue where none is known",
                 "currency", ge=0),
            real("clv_low", "lower end of its 95 % interval", "currency", ge=0),
            real("clv_high", "upper end of its 95 % interval", "currency", ge=0),
            whole("value_decile", "tenth of customers by value, 1 = highest", ge=1, le=10),
            real("horizon_weeks", "weeks after the last day observed that the expectations cover", "weeks", ge=0),
        ),
        gives="what each customer is worth from now on",
    ),
    Contract(
        "btyd_parameters", "results", "lifetime_value", "a parameter of a fitted model", ("model", "fitted_on", "parameter"),
        (
            text("model", "BG/NBD (purchases) or Gamma-Gamma (value of a purchase)"),
            text("fitted_on", "days that the fit saw", isin=("calibration", "all days")),
            text("parameter", "name in the literature, or log-likelihood; time in weeks, money in the currency"),
            real("estimate", "maximum-likelihood estimate"),
            real("low", "lower end of its 95 % bootstrap interval", **MAYBE),
            real("high", "upper end of its 95 % bootstrap interval", **MAYBE),
            real("published", "published value, where the histories are the published ones", **MAYBE),
            whole("n_customers", "customers that the fit saw", ge=1),
        ),
        gives="the parameters of the lifetime-value models",
    ),
    Contract(
        "value_backtest", "results", "lifetime_value", "a method, checked on unseen days", ("method",),
        (
            text("method", "the model, or a naive baseline"),
            whole("n_customers", "customers known before the unseen days", ge=1),
            real("purchases_predicted", "purchase days predicted; null = the method only ranks", "days", **MAYBE),
            real("purchases_actual", "purchase days that came", "days"),
            real("revenue_predicted", "revenue predicted; null = the method only ranks", "currency", **MAYBE),
            real("revenue_actual", "revenue that came", "currency"),
            real("mae", "mean absolute error of purchase days per customer", "days", ge=0, **MAYBE),
            real("correlation", "correlation with actual purchase days", ge=-1, le=1, **MAYBE),
            real("top_share", "share of the actual revenue that the best tenth by this method brought"),
            real("top_share_best", "the same for the best tenth in hindsight"),
        ),
        gives="how well lifetime value was predicted on unseen days, beside naive baselines",
    ),
    Contract(
        "cohort_retention", "results", "lifetime_value", "a cohort in a month observed in full",
        ("cohort_month", "months_since"),
        (
            day("cohort_month", "first day of the month of the first purchase"),
            whole("months_since", "months since that month; 0 = the month itself", "months", ge=0),
            whole("n_customers", "customers of the cohort", ge=1),
            whole("n_active", "customers of the cohort who bought in the month", ge=0),
            rate("retention_rate", "n_active / n_customers"),
            rate("low", "lower end of its 95 % interval (Wilson)"),
            rate("high", "upper end of its 95 % interval (Wilson)"),
        ),
        gives="how many customers of each cohort come back month by month",
    ),
    Contract(
        "contract_retention", "results", "lifetime_value", "a plan and an age of its contracts", ("plan", "month"),
        (
            text("plan", "plan or contract type; 'All plans' = all contracts"),
            whole("month", "age of the contract", "months", ge=0),
            rate("retention_rate", "contracts still running at that age (Kaplan-Meier)"),
            rate("low", "lower end of its 95 % interval"),
            rate("high", "upper end of its 95 % interval"),
            whole("n_at_risk", "contracts observed at that age", ge=0),
        ),
        gives="how long contracts of each plan run",
    ),
    Contract(
        "contract_value", "results", "lifetime_value", "a running contract with a known fee", ("subscription_id",),
        (
            text("subscription_id", "the contract"),
            CUSTOMER,
            text("plan", "plan or contract type"),
            real("tenure_months", "months the contract has run", "months", ge=0),
            real("monthly_fee", "monthly fee", "currency", ge=0),
            real("expected_months", "months expected to be paid in the horizon", "months", ge=0),
            real("expected_fees", "fees expected in the horizon, not discounted", "currency", ge=0),
            real("customer_lifetime_value", "discounted value of the horizon: margin, or fees where no margin is known",
                 "currency", ge=0),
            real("horizon_months", "months after the last day observed that the expectations cover", "months", ge=0),
        ),
        gives="what each running contract is expected to pay",
    ),
)

CHURN = (
    Contract(
        "churn_scores", "results", "churn", "a current customer (contracts: the riskiest running contract)", ("customer_id",),
        (
            CUSTOMER,
            whole("rank", "place on the call list, 1 = first; customers already silent for a horizon come last", ge=1),
            rate("churn_probability", "no purchase in the horizon, or the contract is ended"),
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
            text("target", "what is foretold", isin=("churned", "spending halves")),
            text("population", "all, or only those not yet silent for a whole horizon", isin=("all", "still buying")),
            text("model", "the model or a naive baseline"),
            text("metric", "ROC-AUC, PR-AUC, lift of the top decile, Brier score and skill, calibration, prevalence"),
            real("value", "the measure on customers that the model had not seen"),
            real("low", "lower end of its 95 % bootstrap interval"),
            real("high", "upper end of its 95 % bootstrap interval"),
            whole("n", "customers", ge=1),
            flag("is_baseline", "a naive rule or a purchase model that the scores must beat"),
            text("split", "what was unseen: a later period and other customers, or other customers only"),
        ),
        gives="how well the churn scores rank and how far their probabilities hold",
    ),
)

DASHBOARD = (
    Contract(
        "kpis", "results", "dashboard", "a key figure", ("kpi",),
        (
            text("kpi", "name of the key figure"),
            day("as_of", "last day of the period"),
            real("value", "value in the last period, in the unit of the key figure"),
            real("previous", "value in the period before", **MAYBE),
            real("change", "relative change", "share", **MAYBE),
        ),
    ),
)

_COMPARED = (
    whole("n", "reviews with a verdict that mention it", ge=0),
    rate("share", "of all reviews with a verdict"),
    whole("n_dissatisfied", "of them dissatisfied", ge=0),
    rate("dissatisfied_share", "dissatisfied among them; null below 30", **MAYBE),
    rate("low", "lower end of its 95 % interval", **MAYBE),
    rate("high", "upper end of its 95 % interval", **MAYBE),
    rate("expected_share", "dissatisfied among equally long reviews that do not mention it", **MAYBE),
    real("difference", "dissatisfied_share − expected_share", "share", ge=-1, le=1, **MAYBE),
    real("difference_low", "lower end of its 95 % interval", "share", **MAYBE),
    real("difference_high", "upper end of its 95 % interval", "share", **MAYBE),
    real("excess", "dissatisfied reviews beyond those expected", "reviews", **MAYBE),
    rate("p_value", "of the difference", **MAYBE),
    rate("q_value", "p_value corrected for the number of comparisons (Benjamini-Hochberg)", **MAYBE),
)
VOC = (
    Contract(
        "sentiment", "results", "voc", "a review with text", ("feedback_id",),
        (
            text("feedback_id", "the review"),
            text("role", "what it was to the model", isin=("train", "test", "copy", "silent")),
            flag("is_dissatisfied", "verdict of its author; null = none", **MAYBE),
            rate("p_dissatisfied", "probability of a dissatisfied author, from a model that had not seen the text"),
        ),
        gives="how each review sounds, also where its author left no verdict",
    ),
    Contract(
        "sentiment_quality", "results", "voc", "a measure of a model", ("model", "measure"),
        (
            text("model", "the model or a baseline", isin=("model", "vader", "majority")),
            text("measure", "the measure", isin=("auc", "accuracy", "macro_f1", "brier", "ece")),
            rate("estimate", "value on held-out reviews"),
            rate("low", "lower end of its 95 % bootstrap interval"),
            rate("high", "upper end of its 95 % bootstrap interval"),
            whole("n", "held-out reviews", ge=1),
        ),
        gives="how well the verdict can be read from the text, beside its baselines",
    ),
    Contract(
        "themes", "results", "voc", "a theme of the reviews", ("theme",),
        (
            text("theme", "name, from its anchor words"),
            text("anchor_words", "its ten heaviest words, heaviest first"),
            rate("stability", "mean overlap (Jaccard) of the ten words with resamples of the reviews"),
            flag("is_stable", "stability ≥ .5; others are not shown"),
            *_COMPARED,
        ),
        gives="what customers talk about, and which themes go with dissatisfaction",
    ),
    Contract(
        "complaint_words", "results", "voc", "a word of at least 30 reviews", ("word",),
        (text("word", "the word, in its plain form"), *_COMPARED),
        gives="which words mark complaints",
    ),
)

ANSWERS = (*VOC, *DASHBOARD, *CHURN, *LIFETIME_VALUE, *SEGMENTATION,)
__all__ = ["ANSWERS", "day", "flag", "rate"]
