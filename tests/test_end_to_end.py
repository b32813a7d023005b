"""All stages on a small sample of complete_journey, twice, and on a shop with one customer and a dirty till export."""

import html
import json
import os
import random
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

import browser
from conftest import copy_settings
from helpers import contracts, i18n, paths, tables
from helpers.running import freshness

pytestmark = pytest.mark.slow

STAGES = freshness.stage_names()
ONE_IN = 3  # households; of fewer than that, too few fall silent for the churn model
SAMPLED = {"complete_journey": "one_household_in", "fine_foods": "one_review_in"}  # system → its option
ORDER = ["collection", "cleaning", "segmentation", "lifetime_value", "voc", "persona", "churn", "dashboard"]
OTHER_ORDER = ["collection", "cleaning", "churn", "lifetime_value", "segmentation", "voc", "persona", "dashboard"]
SHOP = """\
name: corner_shop
title: {en: A corner shop, zh: 街角小店}
about: {en: One customer and a dirty till., zh: 一位顾客和一份有问题的收银导出。}
business: {currency: EUR, time_zone: Europe/Berlin, contractual: false, first_date: 2017-01-01, snapshot_date: 2017-12-31}
sources:
  - name: till
    system: files
    table: transactions
    pattern: till.csv
    columns: {transaction_id: Receipt, customer_id: Card, ordered_at: Time, product_id: SKU, quantity: Qty, revenue: Net}
"""
BAD_LINES = {  # line of the file → reason why it is set aside
    "r90,c1,2017-05-01 10:00:00,p1,two,3.00": "not readable",
    "r91,c1,2017-05-01 10:00:00,p1,1,3.00,one too many": "not readable",
    "r92,c1,2018-01-01 00:00:00,p1,1,3.00": "outside the data window, in the business's time zone",
    "r93,c1,,p1,1,3.00": "no moment of the order",
    "r94,c1,2017-05-01 10:00:00,p1,1,": "no amount",
    ",c1,2017-05-01 10:00:00,p1,1,3.00": "no key",
    "r95,c1,2017-05-01 10:00:00,p1,0,0.00": "zero quantity and no money",
}
TEMPLATE = re.compile(r"\{\w+(:\w+)?\}")


def make(home: Path, stage: str, *options: str, **environment: str) -> subprocess.CompletedProcess:
    """Run one stage as the Makefile does."""
    return subprocess.run(
        [sys.executable, "-m", "helpers.run", stage, *options], capture_output=True, text=True, timeout=600, cwd=home,
        env={**os.environ, "WORKBOOK_HOME": str(home), **environment},
    )


def make_all(home: Path, topics: list[str], *options: str, **environment: str) -> list[subprocess.CompletedProcess]:
    done = [make(home, topic, *options, **environment) for topic in topics]
    return [*done, make(home, "--reports", *options, **environment)]


def make_at_once(home: Path, topics: list[str], *options: str, **environment: str) -> list[subprocess.CompletedProcess]:
    """Run the stages in one process: what is done once for `first` as the Makefile does need not be done three times."""
    program = "import sys; from helpers import run; sys.exit(max(run.main([s, *sys.argv[2:]]) for s in sys.argv[1].split(',')))"
    return [subprocess.run(
        [sys.executable, "-c", program, ",".join([*topics, "--reports"]), *options], capture_output=True, text=True,
        timeout=600, cwd=home, env={**os.environ, "WORKBOOK_HOME": str(home), **environment},
    )]


def sample_home(folder: Path) -> Path:
    copy_settings(folder)
    file = folder / "data" / "complete_journey" / "dataset.yml"
    settings = file.read_text(encoding="utf-8")
    for name, option in SAMPLED.items():
        system = f"    system: {name}\n"
        assert system in settings
        settings = settings.replace(system, system + f"    options: {{{option}: {ONE_IN}}}\n")
    file.write_text(settings, encoding="utf-8")
    return folder


def shop_home(folder: Path) -> Path:
    shop = folder / "data" / "corner_shop"
    (shop / "raw").mkdir(parents=True)
    (shop / "dataset.yml").write_text(SHOP, encoding="utf-8")
    dice = random.Random(7)
    good = [
        f"r{i:02d},c1,2017-{1 + i % 12:02d}-{1 + i % 27:02d} 1{i % 9}:30:00,p{dice.randint(1, 3)},{dice.randint(1, 4)},"
        f"{dice.randint(100, 2000) / 100:.2f}"
        for i in range(40)
    ]
    lines = [*good[:20], *BAD_LINES, *good[20:]]
    (shop / "raw" / "till.csv").write_text("Receipt,Card,Time,SKU,Qty,Net\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Three homes in which all stages have run: `first`, `second` (another machine, another order) and `shop`."""
    homes = {
        "first": sample_home(tmp_path_factory.mktemp("first")), "second": sample_home(tmp_path_factory.mktemp("second")),
        "shop": shop_home(tmp_path_factory.mktemp("shop")),
    }
    topics = ORDER
    assert sorted(topics) == sorted(OTHER_ORDER) == sorted(stage.split("_", 1)[1] for stage in STAGES)
    with ThreadPoolExecutor(3) as pool:
        done = {
            "first": pool.submit(make_all, homes["first"], topics, "LANGUAGE=both"),
            "second": pool.submit(
                make_at_once, homes["second"], OTHER_ORDER, "LANGUAGE=both", TZ="Asia/Tokyo", LC_ALL="POSIX",
                PYTHONHASHSEED="123", OMP_NUM_THREADS="2",
            ),
            "shop": pool.submit(make_at_once, homes["shop"], topics, "LANGUAGE=both", "DATASET=corner_shop"),
        }
    return {name: (homes[name], future.result()) for name, future in done.items()}


NAMES = {"first": "complete_journey", "shop": "corner_shop"}
in_each_home = pytest.mark.parametrize("name", NAMES)


def executed(home: Path, dataset: str, language: str, stage: str) -> list[str]:
    """Return the HTML blocks that an executed notebook shows."""
    file = home / "reports" / dataset / language / "executed" / f"{stage}.ipynb"
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    blocks = ["".join(output["data"]["text/html"]) for output in outputs if "text/html" in output.get("data", {})]
    return [block for block in blocks if block.startswith('<div class="block ')]


def words(block: str) -> str:
    """Return the text of a block as a reader sees it, without quotes of customers."""
    block = re.sub(r"<blockquote>.*?</blockquote>", " ", block, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", block))


def everything_below(folder: Path) -> dict[str, bytes]:
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


@pytest.mark.parametrize("name", ["first", "second", "shop"])
def test_every_stage_runs_to_its_end(runs, name):
    for done in runs[name][1]:
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""


@in_each_home
def test_every_report_is_there_in_both_languages_and_links_only_to_what_is_there(runs, name):
    home, dataset = runs[name][0], NAMES[name]
    expected = {"index.html" if stage == "12_dashboard" else f"{stage}.html" for stage in STAGES}
    for language in ("en", "zh"):
        folder = home / "reports" / dataset / language
        assert {file.name for file in folder.glob("*.html")} == expected
        for file in folder.glob("*.html"):
            for target in re.findall(r'href="([^"#]+\.html)', file.read_text(encoding="utf-8")):
                assert (folder / target).exists(), f"{file.name} links to {target}"
    assert not list(home.rglob("*.failed.ipynb"))
    assert not list(home.rglob("*.partial"))


@in_each_home
def test_what_a_reader_sees_holds_no_raw_values_and_no_templates(runs, name):
    for stage in STAGES:
        for language in ("en", "zh"):
            for block in executed(runs[name][0], NAMES[name], language, stage):
                found = browser.RAW.search(words(block)) or TEMPLATE.search(words(block))
                assert not found, f"{stage} ({language}): {found[0]!r} in {words(block)[:200]!r}"


@in_each_home
def test_every_report_has_one_answer_and_chinese_pages_are_chinese(runs, name):
    english = [message for message in i18n.catalogue() if len(message) > 25 and "{" not in message]
    for stage in STAGES:
        blocks = {language: executed(runs[name][0], NAMES[name], language, stage) for language in ("en", "zh")}
        roles = {language: [re.match(r'<div class="block (\w+)', b)[1] for b in found] for language, found in blocks.items()}
        assert roles["en"] == roles["zh"], f"{stage} shows other blocks in Chinese"
        assert roles["en"].count("answer") <= 1
        if name == "first":
            assert roles["en"].count("answer") == 1 or "lacking" in roles["en"], f"{stage} neither answers nor says why not"
        for role, block in zip(roles["zh"], blocks["zh"], strict=True):
            if role in ("answer", "finding", "say", "note", "lacking", "verdict", "points", "settings"):
                assert re.search(r"[\u4e00-\u9fff]", words(block)), f"{stage}: {words(block)[:80]!r} is not Chinese"
            untranslated = [message for message in english if message in words(block)]
            assert not untranslated, f"{stage}: {untranslated}"
        for block in blocks["en"]:
            if 'class="block settings"' not in block:
                assert not re.search(r"[\u4e00-\u9fff]", words(block)), f"{stage}: Chinese in {words(block)[:80]!r}"


@in_each_home
def test_every_table_keeps_its_contract(runs, name, monkeypatch):
    home = runs[name][0]
    monkeypatch.setenv("WORKBOOK_HOME", str(home))
    tables.use(NAMES[name])
    n_tables = 0
    for spec in contracts.contracts().values():
        if (home / "data" / NAMES[name] / spec.path).exists():
            n_tables += 1
            if not spec.is_scanned:
                tables.load(spec.name)
            else:
                tables.scan(spec.name)
    assert n_tables >= 15
    for topic in contracts.TOPICS:
        findings = tables.load(f"findings_{topic}")
        for row in findings.itertuples():
            assert row.template in i18n.catalogue(), f"no Chinese for {row.template!r}"
            assert not browser.RAW.search(i18n.text(row.template, **json.loads(row[6])))


def test_the_sample_is_one_household_in_three(runs, monkeypatch):
    monkeypatch.setenv("WORKBOOK_HOME", str(runs["first"][0]))
    tables.use("complete_journey")
    customers = tables.load("customers")
    assert (customers["customer_id"].astype(int) % ONE_IN == 0).all()
    assert 780 <= len(customers) <= 860
    segments = tables.load("segments")
    assert set(segments["customer_id"]) <= set(customers["customer_id"])
    assert segments["customer_id"].is_unique
    orders = tables.scan("orders")
    assert orders.revenue.sum().execute() == pytest.approx(segments["revenue"].sum(), abs=0.01)


def test_another_machine_order_time_zone_and_locale_give_the_same_bytes(runs):
    first, second = (everything_below(runs[name][0]) for name in ("first", "second"))
    compared = [name for name in first if "/stages/" not in name]
    assert len(compared) > 50
    assert [name for name in second if "/stages/" not in name] == compared
    differing = [name for name in compared if first[name] != second[name]]
    assert not differing


def test_nothing_that_is_kept_names_the_machine(runs):
    for name in ("first", "shop"):
        home = runs[name][0]
        for file in [*home.glob("reports/**/*.html"), *home.glob("reports/**/*.ipynb")]:
            content = file.read_text(encoding="utf-8")
            assert str(home) not in content, file.name
            assert str(paths.PROJECT) not in content, file.name


def test_a_second_run_does_nothing_and_says_nothing(runs):
    home = runs["first"][0]
    before = everything_below(home)
    for stage in STAGES:
        done = make(home, stage, "LANGUAGE=both")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), stage
    assert everything_below(home) == before


def test_bad_lines_of_the_till_are_set_aside_with_their_line_and_reason(runs, monkeypatch):
    monkeypatch.setenv("WORKBOOK_HOME", str(runs["shop"][0]))
    tables.use("corner_shop")
    rejected = tables.scan("rejected").order_by("source_row").to_pandas()
    assert rejected["source_row"].tolist() == list(range(22, 22 + len(BAD_LINES)))
    assert rejected["reason"].tolist() == list(BAD_LINES.values())
    assert int(tables.scan("transactions").count().execute()) == 40
    log = tables.load("cleaning_log").groupby("table")["rows_before"].max()
    assert log["transactions"] == 40 + len(BAD_LINES)


def test_one_customer_is_too_few_for_methods_and_enough_for_a_report(runs):
    home = runs["shop"][0]
    blocks = [block for stage in STAGES for block in executed(home, "corner_shop", "en", stage)]
    notes = [words(block) for block in blocks if 'class="block lacking"' in block]
    assert any("This data set has no" in note for note in notes)
    assert any(re.search(r"Needs .*there (is|are)", note) for note in notes)
    kpis = [block for block in executed(home, "corner_shop", "en", "12_dashboard") if 'class="block kpis"' in block]
    assert kpis


def test_a_changed_line_of_the_till_runs_what_depends_on_it_and_a_touched_file_nothing(runs):
    home = runs["shop"][0]
    raw = home / "data/corner_shop/raw/till.csv"
    os.utime(raw)
    assert make(home, "collection", "DATASET=corner_shop").stdout == ""
    before = raw.read_text(encoding="utf-8")
    raw.write_text(before.replace("r00,c1", "r00,c2"), encoding="utf-8")
    done = make(home, "collection", "DATASET=corner_shop")
    assert done.stdout.startswith("01_collection  corner_shop: till.csv changed")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((home / "data/corner_shop/stages/02_cleaning.json").read_text(encoding="utf-8"))
    file = home / "data/corner_shop/collected/transactions.parquet"
    assert pq.read_metadata(file).num_rows == 47
    assert not freshness.is_unchanged(file, manifest["reads"]["collected/transactions.parquet"])


def test_a_file_that_is_truncated_is_one_line_and_leaves_the_last_good_tables(runs):
    home = runs["shop"][0]
    raw = home / "data/corner_shop/raw/till.csv"
    good, before = raw.read_bytes(), everything_below(home / "data/corner_shop/collected")
    for content, said in ((b"", "is empty"), (good[:30], "gave no rows")):
        raw.write_bytes(content)
        done = make(home, "collection", "DATASET=corner_shop")
        assert done.returncode == 2, done.stdout
        assert done.stderr.startswith("error: 01_collection: ")
        assert done.stderr.count("\n") == 1
        assert said in done.stderr
        assert everything_below(home / "data/corner_shop/collected") == before
    raw.write_bytes(good)


def test_parameters_of_a_file_reach_the_notebook_and_a_wrong_one_is_refused(runs, tmp_path):
    home = runs["shop"][0]
    params = tmp_path / "my.yml"
    params.write_text("cleaning: {max_quantity: 2.0}\n", encoding="utf-8")
    done = make(home, "cleaning", "DATASET=corner_shop", f"PARAMS={params}")
    assert done.returncode == 0, done.stderr
    log = pd.read_parquet(home / "data/corner_shop/results/cleaning_log.parquet").set_index("rule")
    assert log.loc["implausible quantity", "rows_affected"].sum() > 0
    params.write_text("cleaning: {max_quantty: 2.0}\n", encoding="utf-8")
    done = make(home, "cleaning", "DATASET=corner_shop", f"PARAMS={params}")
    assert done.returncode == 2
    assert done.stderr == f"error: {params}: cleaning.max_quantty: unknown parameter; did you mean max_quantity?\n"
