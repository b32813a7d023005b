"""Contracts of the ledger: what each run foretold, and what came of it. Earlier predictions are carried on from run to run."""

from helpers.contracts.contracts_columns import MAYBE, Contract, day, flag, rate, real, text, whole

WHATS = ("churn", "purchases", "revenue", "segment size")
TOPICS = ("segmentation", "lifetime_value", "churn")


def _predictions(topic: str) -> Contract:
    return Contract(
        f"predictions_{topic}", "results", topic, "a figure that a run foretold", ("made_on", "what", "due_on", "subject"),
        (
            day("made_on", "last day that the run had seen"),
            text("what", "what is foretold of the days after after_day, up to due_on", isin=WHATS),
            day("after_day", "the days after this one count: made_on, or later where there is a lead time"),
            day("due_on", "last day that the prediction speaks of, inclusive"),
            text("subject", "the customer or segment; (all) = all of them together"),
            real("predicted", "churn: probability of no purchase; else purchase days, net revenue or customers"),
            real("low", "lower end of its 95 % interval", **MAYBE),
            real("high", "upper end of its 95 % interval", **MAYBE),
            real("baseline", "what a rule of thumb said at the time", **MAYBE),
        ),
        gives="what earlier runs foretold", is_kept=True, file=f"predictions/{topic}",
    )


def _came_true(topic: str) -> Contract:
    return Contract(
        f"came_true_{topic}", "results", topic, "a prediction of an earlier run that is due", ("made_on", "what"),
        (
            day("made_on", "last day that the run had seen"),
            day("after_day", "the days after this one count"),
            day("due_on", "last day that the prediction speaks of, inclusive"),
            text("what", "what was foretold", isin=WHATS),
            whole("n", "customers or segments", ge=1),
            whole("n_unknown", "customers foretold of whom the data no longer know anything; left out", ge=0),
            real("predicted", "the total foretold"),
            real("low", "lower end of its 95 % interval", **MAYBE),
            real("high", "upper end of its 95 % interval", **MAYBE),
            real("actual", "the total that came"),
            real("baseline", "the total of the rule of thumb", **MAYBE),
            real("error", "mean absolute error per customer or segment", ge=0),
            real("baseline_error", "the same of the rule of thumb", ge=0, **MAYBE),
            rate("inside", "customers or segments inside their own 95 % interval", **MAYBE),
            rate("auc", "churn: pairs of a lost and a kept customer ranked right", **MAYBE),
            rate("baseline_auc", "the same by the days since the last purchase", **MAYBE),
            flag("is_inside", "the total came within its interval", **MAYBE),
        ),
        gives="whether what an earlier run foretold came true",
    )


LEDGER = tuple(make(topic) for topic in TOPICS for make in (_predictions, _came_true))
