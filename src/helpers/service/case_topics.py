"""Which topics of service cases are failures of the company, and which are questions?

The words stand in case_topics.yml; `data/<data set>/case_topics.yml` adds and removes (word_lists.py).
"""

from pathlib import Path

import pandas as pd

from helpers.texts.word_lists import Dictionary, read_words

SHIPPED = Path(__file__).with_name("case_topics.yml")


def read_failures(dataset: str) -> Dictionary:
    """Return the words by which a topic is known as a failure: the shipped ones with the changes of the data set's file.

    Raises UserError naming file and line where that is not as it should be.
    """
    return read_words(dataset, SHIPPED, means="kind of topic", is_closed=True)


def is_failure(topics: pd.Series, failures: Dictionary) -> pd.Series:
    """Say for each topic whether its name holds a word of a failure, whatever its case; `_` stands for a space."""
    known = {topic: len(failures.find(topic.lower().replace("’", "'").replace("_", " "))[0]) > 0 for topic in topics.unique()}
    return topics.map(known).astype(bool)
