"""What a churn model learns from and is tested on, whichever kind of churn it is; and which value of a label means "left"."""

from dataclasses import dataclass

import pandas as pd

from helpers.errors import TooLittleData, UserError

MODEL = "Logistic regression"  # the name of our model among the scores
PURCHASE_MODEL = "BG/NBD: no purchase in the horizon"
NOT_ALIVE = "BG/NBD: no longer alive"
MIN_CLASS = 30  # customers who left and customers who stayed; below that no interval is worth showing


@dataclass(frozen=True)
class Examples:
    """Customers with features and outcome to learn from (`train`) and to be tested on (`test`), and `current` ones to score.

    Each frame has customer_id, value_at_stake and the columns `numeric` and `categorical`; `train` and `test` also churned
    (True = lost) and, where there are cut-offs, cut_off and known_on (the last day of the outcome): one row a customer and
    cut-off. `test` carries the baselines' scores, higher = more likely to be lost.
    kind: `buyers` (non-contractual) or `contracts`. windows: the cut-offs. Without an earlier period to learn from `train` is
    `test`, and the test is across customers, not over time.
    score: the name of the score that these columns make.
    groups: name of a reason → the columns whose contributions it sums up. messages: for each row of `current`, the words of
    each reason, as a message whose fields are columns of `current`.
    """

    kind: str
    train: pd.DataFrame
    test: pd.DataFrame
    current: pd.DataFrame
    numeric: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]
    messages: pd.DataFrame
    categorical: tuple[str, ...] = ()
    windows: object = None
    score: str = MODEL

    @property
    def is_temporal(self) -> bool:
        return self.windows is not None and self.windows.is_temporal

    @property
    def latest(self) -> pd.DataFrame:
        """Return the customers at the latest cut-off whose outcome is known."""
        return at_latest(self.test)

    @property
    def columns(self) -> list[str]:
        return [*self.numeric, *self.categorical]

    @property
    def base_rate(self) -> float:
        return float(self.latest["churned"].mean())


def at_latest(tested: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the latest cut-off (all rows, where there are no cut-offs)."""
    return tested[tested["cut_off"] == tested["cut_off"].max()] if "cut_off" in tested else tested


def check_both_classes(churned: pd.Series, *, needed: int = MIN_CLASS) -> None:
    """Raise TooLittleData unless at least `needed` customers left and as many stayed."""
    left = int(churned.sum())
    stayed = len(churned) - left
    if min(left, stayed) < needed:
        raise TooLittleData(
            "Needs at least {needed:count} customers who left and as many who stayed; {left:count} left and "
            "{stayed:count} "
            "stayed.",
            needed=needed, left=left, stayed=stayed,
        )


def read_target(values: pd.Series, *, means_left) -> pd.Series:
    """Return the label as bool, True = the customer left. The value that means so is declared, never guessed.

    Accepts true/false, 0/1 and two texts such as Yes/No, upper or lower case. Raises UserError where a value is missing, where
    there are more than two values, or where a text label never takes the declared value. (A label of one kind only, true/false
    or 0/1, may be all on one side: nobody left is a fact, not a mistake.)
    """
    if values.isna().any():
        raise UserError(f"the churn label is empty in {int(values.isna().sum()):,} rows: every contract needs one")
    found, wanted = values.map(_spelling), _spelling(means_left)
    if found.nunique() > 2:
        raise UserError(f"the churn label has {found.nunique()} different values; it needs two")
    if wanted not in set(found) and not set(found) <= {"true", "false", "0", "1"}:
        raise UserError(f"no row of the churn label is '{means_left}', the value declared as 'left': check the declaration")
    return (found == wanted).rename("churned")


def _spelling(value) -> str:
    """Return one spelling of a label's value: 1, 1.0 and "1" are the same; so are True, "true" and "TRUE"."""
    text = str(value).strip().lower()
    return text.removesuffix(".0") if text.removesuffix(".0").isdigit() else text
