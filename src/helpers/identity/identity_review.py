"""Which pairs should an analyst look at, what speaks for and against each, and what did she decide?

`review_table` puts the two records of a doubtful pair side by side, with the evidence in words; `write` saves it as a CSV
that Excel opens; `read` takes the filled `decision` column back. The file holds personal data: it is made readable by its
owner only.
"""

import csv
import io
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

import pandas as pd

from helpers.errors import UserError
from helpers.identity.identity_comparisons import COMPARISONS, NAMES

SHOWN = (
    "name",
    "phone",
    "phone_2",
    "email",
    "birth_date",
    "gender",
    "region",
    "city",
    "district",
    "street",
    "postcode",
    "member_id",
    "source",
)
DECISIONS = {
    "same": "same",
    "s": "same",
    "yes": "same",
    "同一人": "same",
    "相同": "same",
    "是": "same",
    "different": "different",
    "d": "different",
    "no": "different",
    "不同人": "different",
    "不同": "different",
    "否": "different",
}
KEYS = ("key_l", "key_r", "decision")
FORMULA = re.compile(r"[\t\r]|[\s\u200b\ufeff]*[=+@＝＋－＠-]")  # a cell that begins so may be a formula to a spreadsheet
MOST_PAIRS = 2_000  # more than an analyst will read


def weights_of(pair: pd.Series, *, prior_weight: float | None = None) -> pd.DataFrame:
    """Return the waterfall of one pair: comparison, level in words, weight (bits, log2 of m / u), cumulative.

    pair: a row of Links.pairs. The first row is the prior (what is left of match_weight when all evidence is taken off), the
    last cumulative value is match_weight. Comparisons without evidence are left out.
    """
    evidence = [(name, int(pair[f"level_{name}"]), float(pair[f"weight_{name}"])) for name in NAMES]
    if prior_weight is None:
        prior_weight = float(pair["match_weight"]) - sum(weight for _, _, weight in evidence)
    rows = [("prior", "two records taken at random", prior_weight)]
    words = {comparison.name: [level.words for level in comparison.levels] for comparison in COMPARISONS}
    rows += [(name, words[name][level - 1], weight) for name, level, weight in evidence if level]
    missing = float(pair["match_weight"]) - sum(weight for _, _, weight in rows)
    if abs(missing) > 0.01:
        rows.append(("limit", "a name alone is no match", missing))
    table = pd.DataFrame(rows, columns=["comparison", "level", "weight"])
    return table.assign(cumulative=table["weight"].cumsum())


def review_table(
    links, clusters, standardised, *, decisions: pd.DataFrame | None = None, most: int = MOST_PAIRS
) -> pd.DataFrame:
    """Return pairs to decide on, the most useful first, then those decided: key_l, key_r, decision (empty where open),
    probability, why, evidence, <field>_l, <field>_r.

    links: identity.Links; clusters: identity_clusters.Clusters; standardised: Ibis table of identity_fields.standardise;
    decisions: as `read` returns them. A pair is asked about where its probability lies between `review_from` and `threshold`,
    where a link was cut, and where all but the names agree (a contradiction that looks like a match). Useful = the answer
    would join or part many records, and nobody can know it beforehand. All decided pairs follow, those too whose records are
    gone, so that one file holds all decisions.
    """
    parts = [_in_doubt(links, clusters, decisions).head(most).assign(decision="")]
    if decisions is not None and len(decisions):
        of_decided = links.pairs[links.pairs["key_l"].isin(decisions["key_l"])]
        decided = decisions[["key_l", "key_r", "decision"]].assign(why="decided")
        parts.append(decided.merge(of_decided, on=["key_l", "key_r"], how="left"))
    return _side_by_side(pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True), standardised)


def _in_doubt(links, clusters, decisions: pd.DataFrame | None) -> pd.DataFrame:
    """Return the open pairs (columns of Links.pairs, and why), the most useful first."""
    settings, pairs, cut = links.settings, links.pairs, clusters.cut[["key_l", "key_r", "reason"]]
    is_open = (pairs["match_probability"] < settings.threshold) | pairs["contradicts"]
    is_probable = pairs["match_probability"] >= settings.review_from
    pairs = pairs[is_probable & (is_open | pairs["key_l"].isin(cut["key_l"]))].merge(cut, on=["key_l", "key_r"], how="left")
    why = pd.Series("between the limits", index=pairs.index, dtype="str").mask(pairs["contradicts"], "names or ids contradict")
    pairs = pairs.assign(why=pairs["reason"].astype("str").fillna(why))
    is_open = (pairs["match_probability"] < settings.threshold) | pairs["contradicts"] | pairs["reason"].notna()
    cluster_of, sizes = clusters.clusters, clusters.clusters.value_counts()
    left, right = pairs["key_l"].map(cluster_of), pairs["key_r"].map(cluster_of)
    pairs = pairs[is_open & (left != right)]
    if decisions is not None and len(decisions):
        done = pd.MultiIndex.from_frame(decisions[["key_l", "key_r"]])
        pairs = pairs[~pd.MultiIndex.from_frame(pairs[["key_l", "key_r"]]).isin(done)]
    joined = sum(pairs[key].map(cluster_of).map(sizes).astype("float64") for key in ("key_l", "key_r"))  # also of no pair
    certainty = (pairs["match_probability"] - 0.5).abs() + pairs["contradicts"] * 0.25
    pairs = pairs.assign(usefulness=(joined / (1 + certainty)).round(4))
    return pairs.sort_values(["usefulness", "key_l", "key_r"], ascending=[False, True, True], kind="stable")


def _side_by_side(pairs: pd.DataFrame, standardised) -> pd.DataFrame:
    import ibis

    fields = [field for field in SHOWN if field in standardised.columns]
    keys = pd.DataFrame({"record_key": pd.concat([pairs["key_l"], pairs["key_r"]]).unique()}, dtype="str")
    shown = standardised.semi_join(ibis.memtable(keys), "record_key").select("record_key", *fields).to_pandas()
    records = shown.sort_values(["record_key", *fields], kind="stable").groupby("record_key")[fields].first()
    table = pairs[["key_l", "key_r", "decision"]].assign(
        probability=_or_empty(pairs["match_probability"].astype(float).round(3)),
        why=pairs["why"],
        evidence=["" if pd.isna(pair["match_weight"]) else _in_words(pair) for _, pair in pairs.iterrows()],
    )
    for field in fields:
        for side in ("l", "r"):
            values = records[field].reindex(pairs[f"key_{side}"]).set_axis(pairs.index)
            if field == "birth_date":
                values = pd.to_datetime(values).dt.strftime("%Y-%m-%d")
            table[f"{field}_{side}"] = _or_empty(values)
    return table.reset_index(drop=True)


def _in_words(pair: pd.Series) -> str:
    return "; ".join(f"{row.level} ({row.weight:+.1f})" for row in weights_of(pair).iloc[1:].itertuples())


def _or_empty(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), "")


# --- the file


def write(table: pd.DataFrame, path: Path) -> Path:
    """Write the table as CSV with a byte-order mark (Excel then reads UTF-8), mode 0600, all or nothing.

    A text that a spreadsheet would take for a formula gets a leading apostrophe, phones as +86… included: `read` takes it off
    again, and Excel then keeps all digits.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_guarded(value) for value in row] for row in table.itertuples(index=False))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".review-")  # mkstemp makes files of mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(b"\xef\xbb\xbf" + text.getvalue().encode())
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    return path


def _guarded(value):
    if isinstance(value, str) and (value.startswith("'") or FORMULA.match(value)):
        return f"'{value}"
    return value


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and (text[1:2] == "'" or FORMULA.match(text[1:])) else text


def read(path: Path) -> pd.DataFrame:
    """Return the decided rows: key_l, key_r (key_l < key_r), decision (same, different), line. Rows without a decision are
    left out.

    Takes what Excel writes: UTF-8 with or without mark, GB 18030, comma, semicolon or tab. One pair decided both ways, an
    unknown word or a missing column is a UserError that names the line.
    """
    rows, delimiter = _text(path), ","
    header = rows.splitlines()[0] if rows.strip() else ""
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(rows), delimiter=delimiter)
    names = [_unguarded(name.strip()) for name in next(reader, [])]
    missing = [name for name in KEYS if name not in names]
    if missing:
        raise UserError(f"{path.name}:1 lacks column '{missing[0]}': keep the header of the review file as it was written")
    places = [names.index(name) for name in KEYS]
    found: dict[tuple[str, str], tuple[str, int]] = {}
    for row in reader:
        where = f"{path.name}:{reader.line_num}"
        if not any(cell.strip() for cell in row):
            continue
        if len(row) <= max(places):
            raise UserError(f"{where} has {len(row)} cells, but the header has {len(names)}: restore the row or delete it")
        left, right, word = (_unguarded(row[place].strip()) for place in places)
        if not word:
            continue
        decision, pair = _decision(left, right, word, where), (min(left, right), max(left, right))
        if found.get(pair, (decision,))[0] != decision:
            raise UserError(f"{where} decides otherwise than line {found[pair][1]} on the same pair: keep one of them")
        found.setdefault(pair, (decision, reader.line_num))
    rows = [(left, right, decision, line) for (left, right), (decision, line) in found.items()]
    return pd.DataFrame(rows, columns=["key_l", "key_r", "decision", "line"])


def _decision(left: str, right: str, word: str, where: str) -> str:
    decision = DECISIONS.get(word.lower())
    if decision is None:
        raise UserError(f"{where} decision must be 'same' or 'different' (同一人, 不同人), or empty: mend the word")
    if not left or not right or left == right:
        raise UserError(f"{where} names no two records: restore key_l and key_r or delete the row")
    return decision


def _text(path: Path) -> str:
    if not path.is_file():
        raise UserError(f"{path.name} is not there: write the review file first (make reports)")
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    raise UserError(f"{path.name} is neither UTF-8 nor GB 18030: save it in Excel as 'CSV UTF-8'")
