"""What is each piece of feedback about, and how does it judge that? The aspects of the dictionary and the themes found, in one.

Input: the reviews of voc.read_reviews, the dictionary of aspects.py, the themes of themes.py. Output: table `feedback_topics`.
"""

import pandas as pd

from helpers import aspects, aspects_sentiment
from helpers.errors import TooLittleData

COLUMNS = ["feedback_id", "topic", "kind", "clause", "sentence"]


def find_topics(reviews: pd.DataFrame, dictionary: aspects.Dictionary, found=None) -> pd.DataFrame:
    """Return one row a clause about a topic: feedback_id, topic, kind (aspect or theme), clause, sentence.

    found: Themes of themes.py, or None where there are too few texts for themes. Only stable themes count; a copy of a text is
    about what the text is about.
    """
    known = aspects.mentions(reviews, dictionary).rename(columns={"aspect": "topic"}).assign(kind="aspect")
    if found is None:
        return known[COLUMNS]
    stable = found.table.loc[found.table["is_stable"], "theme"]
    about = found.sentences[found.sentences["theme"].isin(stable)].rename(columns={"theme": "topic"})
    heads = reviews["copy_of"] if "copy_of" in reviews else pd.Series(None, index=reviews.index, dtype="str")
    copies = pd.DataFrame({"feedback_id": heads, "copy": reviews["feedback_id"]}).dropna().merge(about, on="feedback_id")
    copies = copies.drop(columns="feedback_id").rename(columns={"copy": "feedback_id"})
    about = pd.concat([about, copies]).assign(clause=lambda rows: rows["sentence"].str.lower(), kind="theme")
    return pd.concat([known[COLUMNS], about[COLUMNS]], ignore_index=True)


def judge(reviews: pd.DataFrame, dictionary: aspects.Dictionary, found, *, split, readers, scored) -> pd.DataFrame:
    """Return table `feedback_topics` (contracts_topics.py); split, readers and scored are those of sentiment.py.

    Raises TooLittleData where no text mentions anything.
    """
    mentioned = find_topics(reviews, dictionary, found)
    if mentioned.empty:
        raise TooLittleData(
            "Needs texts that mention something; none of {n:count} pieces of feedback does.", n=len(reviews)
        )
    return aspects_sentiment.judge(mentioned, split, readers, scored)
