"""A row of the score: a notebook's answer to a question beside the truth, and what it is worth."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """How close one answer comes to the truth.

    value: the measure, or None where the answer is missing (`verdict` then says what to run). low, high: 95 % interval. n: what
    the measure rests on. baseline: the naive answer's value. target: what must be reached. ideal: a value to be near to, where
    more is not better.
    """

    notebook: str
    question: str
    measure: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    baseline: float | None = None
    target: float | None = None
    ideal: float | None = None
    lower_is_better: bool = False
    missing: str = ""

    @property
    def verdict(self) -> str:
        """Return `missing …`, `reached` or not (with a target), better than the baseline or not, or nothing."""
        if self.value is None:
            return self.missing or "missing"
        if self.target is not None:
            return "reached" if self._beats(self.target, or_equal=True) else "not reached"
        if self.baseline is None:
            return ""
        return "better than baseline" if self._beats(self.baseline) else "no better than baseline"

    def _beats(self, other: float, *, or_equal: bool = False) -> bool:
        if self.ideal is not None:
            mine, its = abs(self.value - self.ideal), abs(other - self.ideal)
            return mine < its or (or_equal and mine == its)
        ahead = other - self.value if self.lower_is_better else self.value - other
        return ahead > 0 or (or_equal and ahead == 0)

    def as_row(self) -> dict:
        """Return the row as it stands in score.json."""
        names = ("notebook", "question", "measure", "value", "low", "high", "n", "baseline", "target", "ideal")
        return {name: getattr(self, name) for name in names} | {"verdict": self.verdict}


def is_missing(notebook: str, question: str, table: str, stage: str) -> Score:
    """Return the row of an answer that is not there."""
    return Score(notebook, question, "", None, missing=f"{table} is missing: run make {stage}")
