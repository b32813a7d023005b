"""Contracts of the answers on service: the tables of 06_voc on how fast and how well cases are answered."""

from helpers.contracts.contracts_columns import MAYBE, Contract, day, flag, rate, real, text, whole


def _quantiles(name: str, unit: str, means: str) -> tuple:
    columns = []
    for label, share in (("median", "half"), ("p90", "nine in ten")):
        columns += [
            real(f"{name}_{label}_{unit}", f"{means}: {share} of the cases need no longer", unit, ge=0, **MAYBE),
            real(f"{name}_{label}_low", "lower end of its 95 % interval", unit, ge=0, **MAYBE),
            real(f"{name}_{label}_high", "upper end of its 95 % interval; null = not reached yet", unit, ge=0, **MAYBE),
        ]
    return whole(f"{name}_n", f"cases whose time counts ({means})", ge=0), *columns


def _share(name: str, means: str) -> tuple:
    return (
        whole(f"{name}_n", f"cases behind {name}_rate", ge=0), rate(f"{name}_rate", means, **MAYBE),
        rate(f"{name}_low", "lower end of its 95 % interval", **MAYBE),
        rate(f"{name}_high", "upper end of its 95 % interval", **MAYBE),
    )


SERVICE = (
    Contract(
        "service_quality", "results", "voc", "a topic and a channel of service cases, or all of either", ("topic", "channel"),
        (
            text("topic", "topic of the cases; all = every topic"), text("channel", "channel; all = every channel"),
            whole("n_cases", "cases opened by the snapshot", ge=1),
            whole("n_customers", "their customers; an unknown one counts by herself", ge=10),
            flag("is_small", "fewer than 30 cases: uncertain"),
            whole("n_open", "open at the snapshot", ge=0),
            *_quantiles("first", "hours", "clock hours from the opening to the first answer, open waits counted"),
            *_quantiles("close", "hours", "clock hours from the opening to the closing, open cases counted"),
            *_quantiles("first_open", "hours", "opening hours from the opening to the first answer; null where not stated"),
            *_quantiles("close_open", "hours", "opening hours from the opening to the closing; null where not stated"),
            *_quantiles("handle", "minutes", "working time of a closed case"),
            *_share("reopened", "closed cases that were opened again"),
            *_share("satisfied", "rated cases with 4 or 5 of 5"),
            real("csat_mean", "mean rating", "1–5", ge=1, le=5, **MAYBE),
            real("csat_low", "lower end of its 95 % interval", "1–5", ge=1, le=5, **MAYBE),
            real("csat_high", "upper end of its 95 % interval", "1–5", ge=1, le=5, **MAYBE),
        ),
        gives="how fast and how well service answers, by topic and channel",
    ),
    Contract(
        "service_backlog", "results", "voc", "a whole week", ("week_end",),
        (
            day("week_end", "last day of the week, a Sunday"),
            whole("n_opened", "cases opened in the week", ge=0), whole("n_closed", "cases closed in the week", ge=0),
            whole("n_open", "cases open at its end", ge=0),
        ),
        gives="how many cases lie open from week to week",
    ),
    Contract(
        "service_links", "results", "voc", "a comparison of cases", ("comparison", "outcome", "topic"),
        (
            text("comparison", "slow against fast cases of the same topic and channel, cases opened again against others, or "
                 "cases against comparable purchases without one",
                 isin=("slow first answer", "slow to close", "opened again", "after a case")),
            text("outcome", "what is compared; more is better"),
            text("topic", "all; failures or questions; or one topic"),
            flag("is_placebo", "it lies before the case: a difference shows that the groups differed anyway"),
            whole("n", "cases", ge=1), whole("n_exposed", "of them slow (opened again, with a case)", ge=1),
            rate("exposed", "share among these, topics and channels weighted as in the difference"),
            rate("others", "exposed − difference: share expected of them, had they been like the others"),
            real("difference", "adjusted difference: within topic and channel, beyond comparable customers", "share"),
            real("low", "lower end of its 95 % interval", "share"), real("high", "upper end of its 95 % interval", "share"),
            real("naive", "difference without comparing like with like", "share", **MAYBE),
            rate("p_value", "of the difference", **MAYBE),
            rate("q_value", "p_value corrected for the number of comparisons (Benjamini-Hochberg)", **MAYBE),
        ),
        gives="what goes with slow answers: satisfaction and further purchases, as associations",
    ),
)
