"""simulation/write_transcripts.py: transcripts agree with calls, cases and feelings, and change nothing else."""

import json

import ibis
import numpy as np
import pandas as pd
import pytest

from helpers import datasets, sources
from helpers.datasets import Source
from helpers.simulation import command, voice
from helpers.simulation.settings import Plan
from helpers.simulation.truth import Truth
from helpers.simulation.world import make_chunk
from helpers.simulation.write_transcripts import Transcripts
from helpers.simulation.write_voice import Voice

pytestmark = pytest.mark.slow
PLAN = Plan(people=3_000, seed=5)
BUSINESS = datasets.Business(currency="CNY", time_zone="Asia/Shanghai", contractual=False, snapshot_date="2025-12-31")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A folder with the voices of a chunk: raw/ and truth/."""
    folder = tmp_path_factory.mktemp("voices")
    truth, chunk = Truth(folder / "truth", PLAN), make_chunk(PLAN, 0)
    vendors = [maker(folder / "raw", PLAN, truth) for maker in (Voice, Transcripts)]
    for vendor in vendors:
        vendor.write(chunk)
        vendor.close()
    truth.close(pd.DataFrame({"source": ["x"], "file": ["x"], "n_rows": [1]}))
    return folder


@pytest.fixture(scope="module")
def read(written):
    """What the source makes of them."""
    tables = next(s for s in datasets.load("simulated_retailer").sources if s.name == "transcripts").tables
    source = Source(name="transcripts", system="transcripts", pattern="transcripts/**/*.*", tables=tables)
    module = sources.module("transcripts")
    found = module.read(source, module.files(source, written / "raw"), business=BUSINESS, connection=ibis.duckdb.connect())
    return found["feedback"].to_pandas()


def truth_of(written) -> pd.DataFrame:
    table = pd.read_parquet(written / "truth" / "feedback.parquet")
    return table[table["source"] == "transcripts"].set_index("feedback_id")


def test_one_call_in_five_has_a_transcript_of_its_number_and_a_dozen_interviews_were_made(written, read):
    calls = pd.read_excel(written / "raw" / "service" / "通话记录.xlsx", engine="openpyxl")["通话编号"]
    of_calls = read[read["channel"] == "call"]["feedback_id"]
    assert set(of_calls) <= set(calls)
    assert .1 < len(of_calls) / len(calls) < .3
    assert (read["channel"] == "interview").sum() == 12
    assert read["feedback_id"].is_unique


def test_the_truth_tells_every_talk_and_only_speakers_without_roles_are_set_aside(written, read):
    true = truth_of(written)
    assert set(true.index) == set(read["feedback_id"])
    assert true["has_text"].all()
    assert len(list((written / "raw").rglob("*.docx"))) == 2
    lost = read["problem"].notna()
    assert lost.mean() < .08
    assert (read.loc[~lost, "text"].str.len() > 3).all()


def test_only_what_the_customer_said_is_read_and_it_agrees_with_the_truth(written, read):
    told = read[read["problem"].isna()].set_index("feedback_id")
    for words in ("非常抱歉", "为您服务", "感谢您的耐心", "非常满意！还有", "so sorry", "patience"):
        assert not told["text"].str.contains(words).any(), words
    true = truth_of(written).loc[told.index]
    chinese = told[true["language"] == "zh"]
    phrases = {mood: [p for aspect in voice.PHRASES.values() for p in aspect[k]] for k, mood in enumerate(voice.SENTIMENTS)}
    own = [any(p in text for p in phrases[true.loc[i, "sentiment"]]) for i, text in chinese["text"].items()]
    assert np.mean(own) == 1.0


def test_callers_of_failures_are_unhappy_and_others_less_so(written):
    talks = [json.loads(line) for line in (written / "raw" / "transcripts" / "通话转写_2024.jsonl").open(encoding="utf-8")]
    failed = {talk["call_id"] for talk in talks if any("到" in t["text"] or "破" in t["text"] for t in talk["turns"][2:3])}
    true = truth_of(written)
    calls = true[true.index.str.startswith("TH")]
    bad = calls["sentiment"].eq("negative")
    assert bad[calls.index.isin(failed)].mean() > .3
    assert 0 < bad.mean() < 1


def test_no_other_file_changes_with_the_transcripts(tmp_path, monkeypatch):
    def bytes_of(folder):
        return {f.relative_to(folder).as_posix(): f.read_bytes() for f in sorted((folder / "raw").rglob("*")) if f.is_file()}

    plan = Plan(people=150, seed=2)
    command._write(plan, tmp_path / "with")

    class Silent(Transcripts):
        def write(self, chunk) -> None:
            pass

    monkeypatch.setattr(command, "Transcripts", Silent)
    command._write(plan, tmp_path / "without")
    with_them, without = bytes_of(tmp_path / "with"), bytes_of(tmp_path / "without")
    more = set(with_them) - set(without)
    assert more and all(name.startswith("raw/transcripts/") for name in more)
    assert {name: with_them[name] for name in without} == without
