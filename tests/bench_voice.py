"""How long 06 takes for 100,000 texts, from the clean table to the page: sentences of reviews, half English, half Chinese.

Each text is made its own by a number, has a date, a verdict and a customer of complete_journey, whose other clean tables and
results are used. Peer: scikit-learn as it comes, on the same texts. `python tests/bench_voice.py` prints the figures.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from helpers import contracts, paths

N_TEXTS, DATA_SET = 100_000, "complete_journey"


def texts(n: int = N_TEXTS) -> pd.DataFrame:
    """Return n texts with a verdict (is_bad): sentences of fine-food reviews, the first 40 characters of Chinese ones."""
    from helpers.sentiment.sentiment_training import read_chinese, read_foods

    foods, lines = pd.concat(read_foods()), pd.concat(read_chinese())
    english = [(part, row.is_bad) for row in foods.itertuples() for part in re.split(r"(?<=[.!?])\s+", row.text)
               if 10 < len(part) < 300]
    chinese = [(row.text[:40], row.is_bad) for row in lines.itertuples()]
    rng = np.random.default_rng(0)
    drawn = [(f"{text} ({i})", is_bad) for pool in (english, chinese)
             for i, (text, is_bad) in enumerate(pool[k] for k in rng.integers(0, len(pool), n // 2))]
    return pd.DataFrame(drawn, columns=["text", "is_bad"])


def feedback(said: pd.DataFrame, customers: pd.Series) -> pd.DataFrame:
    """Return table `feedback` of the texts, a day in 2017 and a customer drawn for each."""
    rng = np.random.default_rng(1)
    columns = [column.name for column in contracts.contract("feedback").columns]
    at = pd.Timestamp("2017-01-05", tz="UTC") + pd.to_timedelta(rng.integers(0, 350 * 24, len(said)), unit="h")
    return pd.DataFrame(index=range(len(said)), columns=columns).assign(
        feedback_id=[f"t{i:06d}" for i in range(len(said))], text=said["text"].to_numpy(), channel="review",
        rating=np.where(said["is_bad"], 1.0, 5.0), received_at=at,
        customer_id=customers.to_numpy()[rng.integers(0, len(customers), len(said))],
    )


def measure(run) -> dict[str, float]:
    """Return seconds, cpu and mb of the stage (`run`: bench.measure), and peer: CPU seconds of the peer."""
    said = texts()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "data" / DATA_SET
        shutil.copytree(paths.dataset(DATA_SET), home, ignore=shutil.ignore_patterns("raw", "stages"))
        customers = pd.read_parquet(home / "results" / "customer_value.parquet")["customer_id"]
        environment = {"WORKBOOK_HOME": folder}
        save = "import sys, pandas as pd; from helpers import tables; tables.use(sys.argv[1]); " \
               "tables.save(pd.read_parquet(sys.argv[2]), 'feedback')"
        made = Path(folder) / "texts.parquet"
        feedback(said, customers).to_parquet(made)
        subprocess.run([sys.executable, "-c", save, DATA_SET, str(made)], check=True, env=_with(environment))
        found = run([sys.executable, "-m", "helpers.run", "voc", f"DATASET={DATA_SET}", "LANGUAGE=en"], env=_with(environment))
    return {"seconds": found["wall"], "cpu": found["cpu"], "mb": found["mb"], "peer": plain(said)}


def plain(said: pd.DataFrame) -> float:
    """Return the CPU seconds of TF-IDF (words, single Chinese characters, and pairs), logistic regression and NMF, no more."""
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    start = time.process_time()
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=5, token_pattern=r"[\u4e00-\u9fff]|\b[A-Za-z']+\b")
    counted = words.fit_transform(said["text"])
    LogisticRegression(C=2, max_iter=1000).fit(counted, said["is_bad"]).predict_proba(counted)
    NMF(18, init="nndsvda", random_state=0, max_iter=400).fit(counted)
    return time.process_time() - start


def _with(more: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **more}


def section(run) -> str:
    """Return the section of BENCHMARKS.md."""
    found = measure(run)
    return f"""
## 100,000 texts, from the clean table to the page

The whole of 06 (reading and masking, aspects, themes and their stability, sentiment learnt, checked and calibrated, quotes,
loyalty, report in English) on {N_TEXTS:,} short texts, half English, half Chinese. Peer: scikit-learn's TF-IDF, one logistic
regression and one NMF of the same texts. Wanted: ≤ 120 s on two cores and ≤ 2,000 MB.

| way | seconds | CPU seconds | against the peer | peak MB |
|---|---|---|---|---|
| scikit-learn, one model of each | – | {found["peer"]:.0f} | 1.00 | – |
| `make voc` | {found["seconds"]:.0f} | {found["cpu"]:.0f} | {found["cpu"] / found["peer"]:.2f} | {found["mb"]:,.0f} |
"""


if __name__ == "__main__":
    import bench

    print(json.dumps(measure(bench.measure), indent=1))
