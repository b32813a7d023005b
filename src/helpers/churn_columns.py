"""Headers and formats of the churn report's tables: column → (header in the reader's language, format)."""

from helpers.churn_examples import Examples
from helpers.i18n import text


def comparison() -> dict:
    """Return the columns of the comparison of scores."""
    return {
        "model": (text("Way to rank"), "label"), "roc_auc": (text("Pairs ranked right (AUC)"), "percent1"),
        "roc_auc_low": (text("from"), "percent1"), "roc_auc_high": (text("to"), "percent1"),
        "pr_auc": (text("PR-AUC"), "number3"), "prevalence": (text("Share lost"), "percent1"),
        "top_decile_lift": (text("Lift of the top tenth"), "number1"), "brier": (text("Brier score"), "number4"),
        "brier_skill": (text("Brier skill"), "percent1"), "calibration_slope": (text("Calibration slope"), "number2"),
        "calibration_intercept": (text("Calibration intercept"), "number2"),
    }


def early_warning(examples: Examples) -> dict:
    """Return the columns of the early-warning list."""
    columns = {"rank": (text("Place"), "count"), "customer_id": (text("Customer"), ""),
               "churn_probability": (text("Probability"), "percent1"), "value_at_stake": (text("At stake"), "money"),
               "expected_loss": (text("Expected loss"), "money")}
    if examples.kind == "buyers":
        columns |= {"recency_days": (text("Days silent"), "count")}
    return columns | {"why": (text("Why"), "")}


def rules() -> dict:
    """Return the columns of the comparison of contact rules."""
    return {
        "rule": (text("Rule"), "label"), "n_contacted": (text("Customers contacted"), "count"),
        "share_contacted": (text("Share of customers"), "percent1"),
        "profit_per_customer": (text("Profit per customer"), "money2"),
        "low": (text("from"), "money2"), "high": (text("to"), "money2"),
    }


def sensitivity() -> dict:
    """Return the columns of the sensitivity to the assumptions."""
    return {
        "assumption": (text("Assumption"), "label"), "end": (text("End of its range"), "label"),
        "value": (text("Value"), "number2"),
        "share_contacted": (text("Share of customers contacted"), "percent1"),
        "profit_per_customer": (text("Profit per customer"), "money2"),
    }


def curves(business) -> dict[str, str]:
    """Return the names of the profit curves, the assumed success rate first."""
    rate = business.success_rate
    return {end: text("success rate {rate:percent}", rate=getattr(rate, end)) for end in ("value", "low", "high")}
