"""Nothing personal leaves cleaning: a small company full of planted values runs through all stages, and none is found again."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import personal_shop
from helpers import tables
from helpers.errors import UserError
from helpers.identity import vault
from helpers.running import freshness
from leaks import canaries_of, scan
from personal_shop import NAME

pytestmark = pytest.mark.slow

STAGES = sorted((stage.split("_", 1)[1] for stage in freshness.stage_names()), key="persona dashboard".find)
KEPT = ("clean", "results", "stages")
KINDS = {"name", "phone", "email", "id number", "address", "ip address"}
BROKEN = {  # what is broken in a run → its stage and parameters
    "a parameter without sense": ("cleaning", "cleaning: {match_threshold: -1.0}"),
    "limits that are no numbers": ("segmentation", "segmentation: {recency_cuts: [1, a, 3]}"),
}
RUN = "import sys; from helpers import run; sys.exit(max(run.main([s, *sys.argv[2:]]) for s in sys.argv[1].split(',')))"


def make(home: Path, stages: str, *options: str) -> subprocess.CompletedProcess:
    """Run stages as the Makefile does, one after the other."""
    keys = {"WORKBOOK_HOME": str(home), "WORKBOOK_VAULT_KEY_FILE": str(key_file(home))}
    return subprocess.run(
        [sys.executable, "-c", RUN, stages, f"DATASET={NAME}", "LANGUAGE=both", *options], capture_output=True, text=True,
        timeout=600, cwd=home, env={**os.environ, **keys},
    )


def key_file(home: Path) -> Path:
    return home.parent / "keys" / "vault.key"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The home in which all stages have run, the planted people, and what was said on the way."""
    home = tmp_path_factory.mktemp("shop") / "home"
    who = personal_shop.write(home)
    done = make(home, ",".join(STAGES))
    (home / "stages.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    return home, canaries_of(who), done


@pytest.fixture
def vaulted(shop, monkeypatch):
    monkeypatch.setenv("WORKBOOK_HOME", str(shop[0]))
    monkeypatch.setenv("WORKBOOK_VAULT_KEY_FILE", str(key_file(shop[0])))
    tables.use(NAME)
    return shop[0] / "data" / NAME


def kept_in(home: Path) -> list[Path]:
    """Return every folder and log that is not plain on purpose."""
    return [*(home / "data" / NAME / layer for layer in KEPT), home / "reports", *sorted(home.glob("*.log"))]


def test_every_stage_runs_to_its_end_and_the_people_are_found_again(shop, vaulted):
    home, canaries, done = shop
    assert (done.returncode, done.stderr) == (0, "")
    assert {canary.kind for canary in canaries} == KINDS
    planted = {leak.kind for leak in scan([home / "data" / NAME / "collected"], canaries)}
    assert planted >= KINDS, "the collected tables are where the values are: else the test looks for what never arrived"
    customers = tables.load("customers")
    n_people = personal_shop.N_PEOPLE
    assert n_people <= len(customers) <= n_people * 1.2, "five systems know the same people"
    rejected = tables.scan("rejected").to_pandas()
    assert (rejected["source"] == "till").sum() >= 12, "lines with a person in the wrong place were set aside"


def test_nothing_personal_is_found_after_cleaning(shop):
    home, canaries, _ = shop
    assert scan(kept_in(home), canaries) == []
    assert len(list((home / "reports").rglob("*.html"))) == 2 * len(STAGES)
    assert len(list((home / "reports").rglob("*.ipynb"))) == 2 * len(STAGES)


def test_masked_texts_still_say_what_they_are_about(vaulted):
    texts = set(tables.load("feedback")["text"].dropna())
    assert {"送货很快", "坏了，打[phone]没人接", "mail me: [e-mail]", "from [number]"} <= texts
    assert {"[name]", "金卡"} & set(tables.load("customers")["loyalty_tier"]) == {"金卡"}
    assert set(tables.load("customers")["city"].dropna()) == {"杭州市"}
    assert "杯子 订购热线[phone]" in set(tables.load("products")["name"])
    pages = tables.scan("interactions").to_pandas()["page"]
    assert {"https://shop.example/login", "https://shop.example/call/[number]"} <= set(pages)


@pytest.mark.parametrize("place", ["clean", "results", "stages", "reports", "executed", "log"])
def test_a_leak_planted_afterwards_is_found(shop, place):
    home, canaries, _ = shop
    secret = next(canary.value for canary in canaries if canary.kind == "phone")
    folder = home / "data" / NAME
    file = {
        "clean": folder / "clean" / "feedback.parquet", "results": folder / "results" / "sources.parquet",
        "stages": folder / "stages" / "02_cleaning.json", "reports": home / "reports" / NAME / "en" / "02_cleaning.html",
        "executed": home / "reports" / NAME / "zh" / "executed" / "02_cleaning.ipynb", "log": home / "stages.log",
    }[place]
    before = file.read_bytes()
    try:
        if file.suffix == ".parquet":
            pq.write_table(pq.read_table(file).append_column("planted", [[secret] * pq.read_metadata(file).num_rows]), file)
        elif file.suffix in (".json", ".ipynb"):
            file.write_text(json.dumps({**json.loads(before), "planted": secret}), encoding="utf-8")
        else:
            file.write_bytes(before + secret.encode())
        assert {(Path(leak.file).name, leak.kind) for leak in scan(kept_in(home), canaries)} == {(file.name, "phone")}
    finally:
        file.write_bytes(before)


def test_the_vault_opens_with_its_key_only(shop, vaulted, monkeypatch, tmp_path):
    files = sorted((vaulted / "vault").glob("*.parquet"))
    assert {"people", "ledger", "corrections"} <= {file.stem for file in files}
    for file in files:
        with pytest.raises((OSError, ValueError)):
            pq.read_table(file)
    assert {leak.kind for leak in scan([vaulted / "vault"], shop[1])} == {"unreadable"}
    assert vault.opened(vaulted / "vault" / "people.parquet").metadata.num_rows > personal_shop.N_PEOPLE
    monkeypatch.setenv("WORKBOOK_VAULT_KEY_FILE", str(tmp_path / "keys" / "other.key"))
    with pytest.raises(UserError, match="its key is not"):
        vault.opened(vaulted / "vault" / "people.parquet")


def test_what_is_plain_is_raw_collected_and_for_review(shop, vaulted):
    """The file for the analyst is for its owner only, and so is the key."""
    home, canaries, _ = shop
    found = scan([home / "data" / NAME], canaries)
    plain = {Path(leak.file).relative_to(vaulted).parts[0] for leak in found if leak.kind in KINDS}
    assert plain <= {"raw", "collected", "review"}
    assert stat.S_IMODE(key_file(home).stat().st_mode) == 0o600
    for file in (vaulted / "review").rglob("*"):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file.name
    if (vaulted / "review").exists():
        assert stat.S_IMODE((vaulted / "review").stat().st_mode) == 0o700
    assert not list(home.rglob("*.partial"))
    assert not list(home.rglob(".staging-*"))


@pytest.mark.parametrize("what", BROKEN)
def test_a_run_that_fails_tells_no_personal_value(shop, what, tmp_path):
    home, canaries, _ = shop
    stage, how = BROKEN[what]
    (tmp_path / "my.yml").write_text(how, encoding="utf-8")
    done = make(home, stage, f"PARAMS={tmp_path / 'my.yml'}")
    (home / "failed.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    assert done.returncode in (1, 2)
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1, done.stderr
    failed = list(home.rglob("*.failed.ipynb"))
    assert failed, done.stderr
    assert scan([*kept_in(home), *failed], canaries) == []
    assert '"error"' in failed[0].read_text(encoding="utf-8")
