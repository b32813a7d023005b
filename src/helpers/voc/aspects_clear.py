"""Which aspects stand out, and in what order? One rule for the answer, its key figure, the findings and the front page.

Input: aspects_sentiment.summarise.
"""

import pandas as pd

MAX_Q = 0.05  # expected share of false alarms among the aspects that are named


def clearly_different(aspects: pd.DataFrame, *, worse: bool) -> pd.DataFrame:
    """Return the aspects with clearly (q < .05) more dissatisfied mentions than the others (`worse`), or clearly fewer.

    With `excess`: texts dissatisfied with it beyond what the share of the other aspects would give, negative where there are
    fewer; the largest first, ties by name. So a rare aspect that nearly all complain of stands behind a frequent one.
    """
    is_on_side = aspects["difference"] > 0 if worse else aspects["difference"] < 0
    clear = aspects[(aspects["q_value"] < MAX_Q) & is_on_side]
    excess = (clear["n"] * clear["difference"]).astype(float).round(9)
    return clear.assign(excess=excess).sort_values(["excess", "topic"], ascending=[not worse, True])
