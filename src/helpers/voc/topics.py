"""What is each piece of feedback about, and how does it judge that? The aspects of the dictionary and the themes found, in one.

Input: the reviews of voc.read_reviews, the dictionary of aspects.py, the themes of themes.py. Output: table `feedback_topics`.
"""

import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.texts.word_lists import Dictionary
from helpers.voc import aspects

COLUMNS = ["feedback_id", "topic", "kind", "clause", "sentence", "closeness"]


def find_topics(reviews: pd.DataFrame, dictionary: Dictionary, found=None) -> pd.DataFrame:
    """Return one row a clause about a topic: feedback_id, topic, kind (aspect or theme), clause (lower case), sentence (as
    written), closeness (of a theme's clause to it; null for aspects).

    found: Themes of themes.py, or None where there are too few texts for themes. Only stable themes count; a copy of a text is
    about what the text is about. Raises TooLittleData where no text mentions anything.
    """
    known = aspects.mentions(reviews, dictionary).rename(columns={"aspect": "topic"}).assign(kind="aspect", closeness=np.nan)
    parts = [known] if found is None else [known, _of_themes(reviews, found)]
    mentioned = pd.concat([part[COLUMNS] for part in parts if len(part)] or [known[COLUMNS]], ignore_index=True)
    if mentioned.empty:
        raise TooLittleData(
            "Needs texts that mention something; none of {n:count} pieces of feedback does.", n=len(reviews)
        )
    return mentioned


def _of_themes(reviews: pd.DataFrame, found) -> pd.DataFrame:
    stable = found.table.loc[found.table["is_stable"], "theme"]
    about = found.sentences[found.sentences["theme"].isin(stable)].rename(columns={"theme": "topic"})
    heads = reviews["copy_of"] if "copy_of" in reviews else pd.Series(None, index=reviews.index, dtype="str")
    copies = pd.DataFrame({"feedback_id": heads, "copy": reviews["feedback_id"]}).dropna().merge(about, on="feedback_id")
    copies = copies.drop(columns="feedback_id").rename(columns={"copy": "feedback_id"})
    return pd.concat([about, copies]).assign(clause=lambda rows: rows["clause"].str.lower().str.strip(" ,，"), kind="theme")
