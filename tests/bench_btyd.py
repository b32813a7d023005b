"""Measure the purchase models: ours, the package lifetimes called plainly, pymc-marketing's MAP, on the same histories.

`python tests/bench_btyd.py` prints the section of BENCHMARKS.md; every case runs in a process of its own, one after another.
pymc-marketing is the optional extra `bench`; BENCH_PEER_PYTHON names another interpreter that has it.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MODELS = ("BG/NBD", "Pareto/NBD", "MBG/NBD")
N_REFITS = 200
WANTED = {  # seconds (issue 4, item 6)
    ("fit", "BG/NBD"): 0.1, ("fit", "Pareto/NBD"): 1.0, ("refits", "BG/NBD"): 6.0, ("refits", "Pareto/NBD"): 40.0,
    ("million", "BG/NBD"): 1.0,
}
PLANTED = {"r": 0.25, "alpha": 4.7, "a": 0.75, "b": 2.3}  # of the million customers
ACQUIRED_DAYS, SEEN_DAYS = 84, 273  # as in CDNOW: first purchases on 84 days, 39 weeks observed


def _best(function, *, times: int = 3) -> tuple[float, object]:
    """Return the shortest wall time of some calls, and what the last one returned."""
    seconds = []
    for _ in range(times):
        begin = time.perf_counter()
        result = function()
        seconds.append(time.perf_counter() - begin)
    return min(seconds), result


# --- cases: each prints one line of JSON


def ours(file: str) -> dict:
    """Fits of the three models and 200 refits of two, collapsing included."""
    import pandas as pd

    from helpers.btyd import btyd, btyd_intervals

    summary = pd.read_parquet(file)
    found = {"n": len(summary), "n_distinct": len(btyd.collapse(summary)), "fit": {}, "refits": {}, "log_likelihood": {},
             "parameters": {}}
    for model in MODELS:
        found["fit"][model], fit = _best(lambda model=model: btyd.fit(summary, model), times=5)
        found["log_likelihood"][model], found["parameters"][model] = fit.log_likelihood, fit.parameters
        found["refits"][model], _ = _best(
            lambda fit=fit: btyd_intervals.bootstrap(summary, fit, n_refits=N_REFITS), times=1
        )
    return found


def plain_lifetimes(file: str) -> dict:
    """Fits of lifetimes as its documentation calls them: every customer a row. Likelihoods are put into weeks."""
    import warnings

    import numpy as np
    import pandas as pd

    warnings.simplefilter("ignore")
    begin = time.perf_counter()
    import lifetimes

    found = {"import": time.perf_counter() - begin, "fit": {}, "log_likelihood": {}}
    summary = pd.read_parquet(file)
    arguments = [summary[name].to_numpy() for name in ("frequency", "recency_weeks", "T_weeks")]
    fitters = (lifetimes.BetaGeoFitter, lifetimes.ParetoNBDFitter, lifetimes.ModifiedBetaGeoFitter)
    for model, fitter in zip(MODELS, fitters, strict=True):
        with np.errstate(all="ignore"):
            found["fit"][model], fit = _best(lambda fitter=fitter: fitter().fit(*arguments), times=2)
        scaled = -fit._negative_log_likelihood_ * len(summary)
        found["log_likelihood"][model] = float(scaled + summary["frequency"].sum() * np.log(fit._scale))
    return found


def pymc_map(file: str) -> dict:
    """MAP fits of pymc-marketing with its own priors: the second call, when the compiler's results are at hand."""
    import logging
    import warnings

    import pandas as pd

    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    begin = time.perf_counter()
    from pymc_marketing import clv

    found = {"import": time.perf_counter() - begin, "fit": {}, "parameters": {}}
    summary = pd.read_csv(file)
    for model, kind in (("BG/NBD", clv.BetaGeoModel), ("Pareto/NBD", clv.ParetoNBDModel)):
        def fit(kind=kind):
            fitted = kind(data=summary)
            fitted.build_model()
            try:
                fitted.fit(method="map", progressbar=False)
            except TypeError:  # the name of the argument in earlier releases
                fitted.fit(fit_method="map", progressbar=False)
            return fitted

        found["fit"][model], fitted = _best(fit, times=2)
        names = ("r", "alpha", "a", "b") if model == "BG/NBD" else ("r", "alpha", "s", "beta")
        found["parameters"][model] = {name: float(fitted.fit_result[name].mean()) for name in names}
    return found


def million(_: str) -> dict:
    """A million customers drawn from BG/NBD day by day: collapsing, then the fit."""
    from helpers.btyd import btyd

    summary = draw_customers(1_000_000, seed=0)
    collapse, rows = _best(lambda: btyd.collapse(summary))
    whole, fit = _best(lambda: btyd.fit(summary))
    return {
        "n": len(summary), "n_distinct": len(rows), "collapse": collapse, "fit": whole - collapse, "parameters": fit.parameters
    }


def draw_customers(n: int, *, seed: int):
    """Return purchase histories by whole days, drawn from BG/NBD with the PLANTED parameters."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(seed)
    rate = random.gamma(PLANTED["r"], 1 / PLANTED["alpha"], n) / 7
    leaving = random.beta(PLANTED["a"], PLANTED["b"], n)
    age = SEEN_DAYS - 1.0 - random.integers(0, ACQUIRED_DAYS, n)
    x, t_x, now, here = np.zeros(n), np.zeros(n), np.zeros(n), np.arange(n)
    while len(here):
        now[here] += np.ceil(random.exponential(1 / np.maximum(rate[here], 1e-12)))
        here = here[now[here] <= age[here]]
        x[here], t_x[here] = x[here] + 1, now[here]
        here = here[random.random(len(here)) >= leaving[here]]
    return pd.DataFrame({"frequency": x, "recency_weeks": t_x / 7, "T_weeks": age / 7})


CASES = {"ours": ours, "lifetimes": plain_lifetimes, "pymc": pymc_map, "million": million}


# --- one run


def measure() -> dict[str, dict]:
    """Return the figures of every case; a peer that is not installed has an error instead."""
    import ibis
    import pandas as pd

    from helpers.btyd import btyd
    from helpers.datasets import Source
    from helpers.sources import cdnow

    source = Source(name="purchases", system="cdnow", options={"sample": "full"})
    (name, file), *_ = cdnow.files(source, None).items()
    lines = pd.read_csv(file, sep=r"\s+", header=None, names=cdnow.COLUMNS[name], skiprows=1)
    orders = ibis.memtable(pd.DataFrame({
        "customer_id": lines["customer_id"].astype(str), "order_date": pd.to_datetime(lines["day"].astype(str)).dt.date,
        "revenue": lines["revenue"].astype(float),
    }))
    summary = btyd.purchase_summary(orders, start="1997-01-01", end="1997-09-30")
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        parquet, csv = Path(folder) / "histories.parquet", Path(folder) / "histories.csv"
        summary[btyd.HISTORY].to_parquet(parquet)
        names = {"recency_weeks": "recency", "T_weeks": "T"}
        summary[["customer_id", *btyd.HISTORY]].rename(columns=names).to_csv(csv, index=False)
        for case in CASES:
            python = os.environ.get("BENCH_PEER_PYTHON", sys.executable) if case == "pymc" else sys.executable
            command = [python, __file__, case, str(csv if case == "pymc" else parquet)]
            done = subprocess.run(command, capture_output=True, text=True)
            found[case] = json.loads(done.stdout.strip().splitlines()[-1]) if done.returncode == 0 else {
                "error": (done.stderr.strip().splitlines() or ["stopped"])[-1][:160]
            }
    return found


def section() -> str:
    """Return the section of BENCHMARKS.md."""
    return say(measure())


def say(found: dict[str, dict]) -> str:
    """Return the figures in words and tables."""
    own, plain, pymc, many = (found[case] for case in CASES)
    rows = [("lifetimes, called plainly", plain), ("pymc-marketing, MAP", pymc), ("helpers.btyd.btyd", own)]
    table = "\n".join(f"| {name} | {' | '.join(_seconds(case, 'fit', model) for model in MODELS)} |" for name, case in rows)
    refits = " | ".join(_seconds(own, "refits", model) for model in MODELS)
    wanted = " | ".join(_wanted("fit", model) for model in MODELS)
    wanted_refits = " | ".join(_wanted("refits", model) for model in MODELS)
    lag = max(plain["log_likelihood"][model] - own["log_likelihood"][model] for model in MODELS)
    closest = "" if "error" in pymc else (
        f"\nParameters of pymc-marketing's MAP, which has priors, are within {_apart(own, pymc):.1%} of ours.\n"
    )
    missing = "" if "error" not in pymc else (
        f"\npymc-marketing was not measured ({pymc['error']}): `pip install -e .[bench]`, or BENCH_PEER_PYTHON.\n"
    )
    imported = "" if "error" in pymc else f" Importing pymc-marketing takes {pymc['import']:.1f} s more."
    return f"""
## Buy-till-you-die models

CDNOW, {own['n']:,} customers = {own['n_distinct']:,} distinct histories, 39 weeks; seconds on the same machine in one run, \
the best of several calls, ours with collapsing.{imported}
The largest lead in log-likelihood that a fit of lifetimes has over ours: {lag:.4f}.

| fit | {' | '.join(MODELS)} |
|---|---|---|---|
{table}
| wanted | {wanted} |

| {N_REFITS} bootstrap fits | {' | '.join(MODELS)} |
|---|---|---|---|
| helpers.btyd.btyd | {refits} |
| wanted | {wanted_refits} |
{closest}{missing}
{many['n']:,} simulated customers = {many['n_distinct']:,} distinct histories: collapsing {many['collapse']:.2f} s, then \
BG/NBD {many['fit']:.2f} s (wanted: {_wanted('million', 'BG/NBD')}).
"""


def _apart(own: dict, peer: dict) -> float:
    """Return the largest relative difference of a parameter."""
    return max(
        abs(value / own["parameters"][model][name] - 1)
        for model, parameters in peer["parameters"].items() for name, value in parameters.items()
    )


def _seconds(case: dict, what: str, model: str) -> str:
    seconds = case.get(what, {}).get(model)
    return "–" if seconds is None else f"{seconds:.3f}"


def _wanted(what: str, model: str) -> str:
    limit = WANTED.get((what, model))
    return "–" if limit is None else f"≤ {limit:g}"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(CASES[sys.argv[1]](sys.argv[2])))
    else:
        print(section())
