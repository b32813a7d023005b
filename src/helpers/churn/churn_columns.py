"""Headers and formats of the churn report's tables: column → (header in the reader's language, format)."""

from helpers.churn.churn_examples import Examples
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
        columns |= {"rhythm": (text("Rhythm"), "")}
    return columns | {"why": (text("Why"), "")}


def base_rates() -> dict:
    """Return the columns of the share lost by group."""
    return {"group": (text("Group"), "label"), "n": (text("Customers"), "count"), "n_churned": (text("Lost"), "count"),
            "share": (text("Share lost"), "percent1"), "low": (text("from"), "percent1"), "high": (text("to"), "percent1")}


def definitions() -> dict:
    """Return the columns of the three definitions of lost."""
    return {
        "definition": (text("Definition of lost"), "label"), "n": (text("Customers"), "count"),
        "share": (text("Share lost"), "percent1"), "low": (text("from"), "percent1"), "high": (text("to"), "percent1"),
        "auc": (text("Pairs ranked right (AUC)"), "percent1"), "recency_auc": (text("by recency alone"), "percent1"),
        "gain": (text("Difference"), "change_points1"), "gain_low": (text("from"), "change_points1"),
        "gain_high": (text("to"), "change_points1"), "returned": (text("Bought again in the next outcome"), "percent"),
    }


def overlap() -> dict:
    """Return the columns of the overlap of the definitions."""
    return {
        "definition": (text("Of those lost by this definition …"), "label"),
        "n_rows": (text("Customers and cut-offs"), "count"),
        "churned": (text("also silent"), "percent"), "overdue": (text("also overdue"), "percent"),
        "halved": (text("also spend half"), "percent"), "alone": (text("by no other"), "percent"),
    }


def rivals() -> dict:
    """Return the columns of the comparison that decides on the score in use."""
    return {
        "rival": (text("Simpler score"), "label"), "auc": (text("The model's gain in AUC"), "change_points1"),
        "auc_low": (text("from"), "change_points1"), "auc_high": (text("to"), "change_points1"),
        "skill": (text("Gain in Brier skill"), "change_points1"), "skill_low": (text("from"), "change_points1"),
        "skill_high": (text("to"), "change_points1"), "is_beaten": (text("Beaten"), ""),
    }


def over_time() -> dict:
    """Return the columns of the ranking by cut-off."""
    return {
        "cut_off": (text("Cut-off"), "day"), "model": (text("Way to rank"), "label"), "n": (text("Customers"), "count"),
        "value": (text("Pairs ranked right (AUC)"), "percent1"), "low": (text("from"), "percent1"),
        "high": (text("to"), "percent1"),
    }


def drift() -> dict:
    """Return the columns of expected and true share lost by cut-off."""
    return {
        "cut_off": (text("Cut-off"), "day"), "n": (text("Customers"), "count"), "share_lost": (text("Share lost"), "percent1"),
        "before": (text("Expected, not shifted"), "percent1"), "error_before": (text("Difference"), "change_points1"),
        "after": (text("Expected, shifted"), "percent1"),
        "error_after": (text("Difference"), "change_points1"),
    }


def reliability() -> dict:
    """Return the columns of predicted against observed share lost."""
    return {"predicted": (text("Predicted share lost"), "percent1"), "observed": (text("Observed share lost"), "percent1"),
            "low": (text("from"), "percent1"), "high": (text("to"), "percent1"), "n": (text("Customers"), "count")}


def tipping() -> dict:
    """Return the columns of the assumptions and the values at which the decision turns."""
    return {
        "assumption": (text("Assumption"), "label"), "low": (text("Low"), "number2"), "value": (text("Assumed"), "number2"),
        "high": (text("High"), "number2"), "profit_low": (text("Profit at the low end"), "money"),
        "profit_high": (text("Profit at the high end"), "money"), "tips_at": (text("Decision turns at"), "number2"),
    }


def survival() -> dict:
    """Return the columns of the survival curves."""
    return {"plan": (text("Contract type"), "label"), "month": (text("Month"), "count"),
            "at_risk": (text("Contracts observed"), "count"), "survival": (text("Still running"), "percent1"),
            "low": (text("from"), "percent1"), "high": (text("to"), "percent1")}


def hazards() -> dict:
    """Return the columns of the hazards by period."""
    return {
        "plan": (text("Contract type"), "label"), "from_month": (text("From month"), "count"),
        "n": (text("Contracts"), "count"), "n_ended": (text("Ended"), "count"),
        "contract_months": (text("Contract-months"), "count"),
        "hazard": (text("Ended per month"), "percent2"), "low": (text("from"), "percent2"), "high": (text("to"), "percent2"),
    }


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
