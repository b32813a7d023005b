"""How often the intervals of survey scores cover the truth, from 15 to 1,500 answers.

NPS (up to 100 answers) and CSAT: not drawn but counted, over every outcome that n answers can have. What is asked is the
coverage near a pair of shares: averaged over pairs within 3 points of it, since with few answers coverage jumps from one pair
to the next. CES and weighted scores: simulated. `python tests/bench_surveys.py` prints the tables of BENCHMARKS.md.
"""

import numpy as np
import pandas as pd
from scipy import special, stats
from scipy.stats import qmc

from helpers.errors import TooLittleData
from helpers.proportions import Z95, wilson
from helpers.surveys import surveys_change, surveys_response, surveys_trend, surveys_value, surveys_weights
from helpers.surveys.surveys_intervals import PRIOR, mean_interval, share_below

SIZES = (15, 20, 30, 50, 75, 100, 150, 300, 500, 1000, 1500)
NPS_VALUES = np.array([-1.0, 0.0, 1.0])
CES_VALUES = np.arange(1.0, 8.0)
GRID = [(p / 10, d / 10) for p in range(1, 10) for d in range(1, 10) if p + d <= 9]
SKEWED = [(0.9, 0.03), (0.8, 0.03), (0.6, 0.03), (0.4, 0.03), (0.2, 0.03), (0.95, 0.02), (0.05, 0.05)]
SKEWED += [(d, p) for p, d in SKEWED if p != d]
CES_SHAPES = {
    "even around the middle": [5, 10, 20, 30, 20, 10, 5], "leaning high": [2, 3, 5, 10, 20, 30, 30],
    "60% the best": [2, 2, 3, 5, 8, 20, 60], "80% the best": [3, 2, 2, 2, 3, 8, 80], "two camps": [30, 10, 5, 5, 5, 15, 30],
    "ends only": [20, 0, 0, 0, 0, 0, 80], "leaning low": [40, 25, 15, 10, 5, 3, 2],
}
EXACT = 100  # answers up to which every outcome is counted
HALF_WIDTH = 0.03  # of the neighbourhood over which coverage is averaged


# --- NPS


def _wald(a, b, n, *, more: float) -> tuple[np.ndarray, np.ndarray]:
    total = n + more
    p, d = (a + more / 4) / total, (b + more / 4) / total
    half = Z95 * np.sqrt(np.maximum(p + d - (p - d) ** 2, 0) / total)
    return p - d - half, p - d + half


def wald(a, b, n):
    """The textbook interval."""
    return _wald(a, b, n, more=0)


def adjusted_wald(a, b, n):
    """Rocks (2016): three answers more, ¾ promoter, 1½ passive, ¾ detractor."""
    return _wald(a, b, n, more=3)


def adjusted_to_100(a, b, n):
    """Adjusted below 100 answers, the textbook interval from there on."""
    return adjusted_wald(a, b, n) if n < 100 else wald(a, b, n)


def nearby(p: float, d: float) -> np.ndarray:
    """Return pairs of shares spread evenly around (p, d), inside the triangle of possible ones."""
    spread = 2 * np.minimum(HALF_WIDTH, [0.9 * p, 0.9 * d]) * (qmc.Sobol(2, scramble=False).random(32) - 0.5 + 1 / 64)
    pairs = np.array([p, d]) + spread
    return pairs[pairs.sum(axis=1) < 0.995]


def nps_coverage(n: int, pairs=None) -> pd.DataFrame:
    """Return coverage near each pair of shares for four intervals: p, d, textbook, adjusted to 100, adjusted, ours.

    Up to 100 answers every outcome is counted with its probability, above that 20,000 outcomes are drawn.
    """
    outcomes, pairs = _outcomes(n) if n <= EXACT else None, pairs or [*GRID, *SKEWED]
    ours = mean_interval(outcomes, NPS_VALUES) if n <= EXACT else None
    rows = []
    for i, (p, d) in enumerate(pairs):
        near = nearby(p, d)
        if n <= EXACT:
            b, _, a = outcomes.T
            log_ways = special.gammaln(n + 1) - special.gammaln(outcomes + 1).sum(axis=1)
            chances = np.exp(log_ways[:, None] + special.xlogy(a[:, None], near[:, 0]) + special.xlogy(b[:, None], near[:, 1])
                             + special.xlogy((n - a - b)[:, None], 1 - near.sum(axis=1))) / len(near)
            inside = (ours[0][:, None] <= near[:, 0] - near[:, 1]) & (near[:, 0] - near[:, 1] <= ours[1][:, None])
        else:
            near = np.repeat(near, 20_000 // len(near), axis=0)
            rng = np.random.default_rng([n, i])
            a, b = rng.multinomial(n, np.column_stack([near, 1 - near.sum(axis=1)]))[:, :2].T
            below = share_below(np.column_stack([b, n - a - b, a]) + PRIOR / 3, NPS_VALUES, near[:, 0] - near[:, 1])
            inside, chances = (below >= 0.025) & (below <= 0.975), 1 / len(near)
        row = {"p": p, "d": d, "ours": float((chances * inside).sum())}
        shape = (slice(None), None) if n <= EXACT else slice(None)
        for name, make in (("textbook", wald), ("adjusted to 100", adjusted_to_100), ("adjusted", adjusted_wald)):
            low, high = (end[shape] for end in make(a, b, n))
            covered = (low <= near[:, 0] - near[:, 1]) & (near[:, 0] - near[:, 1] <= high)
            row[name] = float((chances * covered).sum())
        rows.append(row)
    return pd.DataFrame(rows)


def _outcomes(n: int) -> np.ndarray:
    """Return all outcomes of n answers: detractors, passives, promoters."""
    a, b = (grid.ravel() for grid in np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij"))
    return np.column_stack([b, n - a - b, a])[a + b <= n]


def _in_parts(counts: np.ndarray, values: np.ndarray, truth: float) -> np.ndarray:
    """Return P(mean ≤ truth) of many rows without much memory."""
    parts = np.array_split(counts, max(1, len(counts) // 2000))
    return np.concatenate([share_below(part, values, np.full(len(part), truth)) for part in parts])


# --- CSAT and CES


def csat_coverage(n: int) -> pd.DataFrame:
    """Return the coverage of Wilson's interval near shares of 5 % to 95 %: p, textbook, ours."""
    x, rows = np.arange(n + 1), []
    low, high = wilson(x, n)
    half = Z95 * np.sqrt(x / n * (1 - x / n) / n)
    for p in np.arange(0.05, 0.96, 0.05):
        near = p + HALF_WIDTH * np.linspace(-1, 1, 31)
        weight = stats.binom.pmf(x[:, None], n, near)
        ours = weight * ((low[:, None] <= near) & (near <= high[:, None]))
        plain = weight * ((x / n - half)[:, None] <= near) * (near <= (x / n + half)[:, None])
        rows.append({"p": p, "textbook": plain.sum(axis=0).mean(), "ours": ours.sum(axis=0).mean()})
    return pd.DataFrame(rows)


def ces_coverage(n: int, *, n_runs: int = 10_000, n_bootstrap: int = 0, seed: int = 1) -> pd.DataFrame:
    """Return simulated coverage of the mean of seven-point answers by shape: t interval, ours and, with `n_bootstrap` draws,
    the percentile bootstrap.
    """
    rows = []
    for i, (shape, parts) in enumerate(CES_SHAPES.items()):
        rng = np.random.default_rng([seed, n, i])
        shares = np.array(parts) / sum(parts)
        truth = float(shares @ CES_VALUES)
        counts = rng.multinomial(n, shares, size=n_runs)
        mean = counts @ CES_VALUES / n
        spread = np.sqrt(np.maximum(counts @ CES_VALUES**2 / n - mean**2, 0) / (n - 1))
        below = _in_parts(counts + PRIOR / 7, CES_VALUES, truth)
        inside = ((below >= 0.025) & (below <= 0.975)) | (np.abs(mean - truth) < 1e-12)
        row = {"shape": shape, "t": np.mean(np.abs(mean - truth) <= stats.t.ppf(0.975, n - 1) * spread), "ours": inside.mean()}
        if n_bootstrap:
            ends = [np.quantile(rng.multinomial(n, one / n, size=n_bootstrap) @ CES_VALUES / n, (0.025, 0.975))
                    for one in counts[:2000]]
            row["percentile"] = np.mean([low <= truth <= high for low, high in ends])
        rows.append(row)
    return pd.DataFrame(rows)


# --- weighted scores and control limits


def _mild(rng, n: int):
    """Who answers hangs on recency and channel, as their NPS does: rates of 17 to 68 %."""
    recency, channel = rng.integers(0, 4, n), rng.integers(0, 2, n)
    known = {"recency": recency, "channel": channel}
    return known, 0.6 - 0.13 * recency + 0.08 * channel, 0.55 - 0.09 * recency + 0.1 * channel


def _uneven(rng, n: int):
    """Rates of 35, 15 and 4 % by recency, NPS 55, 25 and -5."""
    recency = rng.integers(0, 3, n)
    return {"recency": recency}, np.array([0.35, 0.15, 0.04])[recency], np.array([0.7, 0.5, 0.3])[recency]


def _four(rng, n: int):
    """Four things known, three of which hang together; rates of 2 to 60 %."""
    shared = rng.normal(size=(n, 1))
    recency, frequency, value = (stats.norm.cdf((shared + rng.normal(size=(n, 3))) / np.sqrt(2)) * [4, 3, 3]).astype(int).T
    channel = rng.integers(0, 2, n)
    rate = 0.6 * np.array([0.2, 0.4, 0.7, 1.0])[recency] * np.array([0.5, 0.8, 1.0])[frequency]
    rate = rate * np.array([0.7, 1.0, 1.0])[value] * np.array([1.0, 0.6])[channel]
    known = {"recency": recency, "frequency": frequency, "value": value, "channel": channel}
    return known, rate, 0.25 + 0.1 * recency + 0.06 * frequency + 0.03 * value - 0.05 * channel


def _unanimous(rng, n: int):
    """Of five in six customers 2 % answer, nearly all of them promoters; of the others half do, of every mood."""
    channel = (rng.random(n) < 5 / 6).astype(int)
    return {"channel": channel}, np.array([0.5, 0.02])[channel], np.array([0.5, 0.97])[channel]


SILENCE = {"mild": _mild, "uneven": _uneven, "four things known": _four, "nearly unanimous": _unanimous}


def weighted_coverage(n_customers: int, *, silence: str = "mild", times: int = 1, n_runs: int = 500, seed: int = 3) -> dict:
    """Return coverage of the NPS of all customers invited, each `times`, where who answers hangs on what is known (`SILENCE`).

    weighted and unweighted (shares; of the runs that hold), bias of both (points), the mean number of answers, and the share of
    runs that hold. With several invitations a customer's own rate and NPS scatter around those of her kind.
    """
    rng = np.random.default_rng([seed, n_customers, times])
    found = [run for run in (_weighted_once(rng, n_customers, silence, times) for _ in range(n_runs)) if run is not None]
    runs = pd.DataFrame(found)
    kept = runs[runs["holds"]]
    return {"n": runs["n"].mean(), "holds": runs["holds"].mean(), **{
        name: kept[name].mean() for name in ("weighted", "unweighted", "weighted_bias", "unweighted_bias")}}


def _weighted_once(rng, n_customers: int, silence: str, times: int) -> dict | None:
    known, rate, willing = SILENCE[silence](rng, n_customers)
    who = np.repeat(np.arange(n_customers), times)
    own = rate if times == 1 else rng.beta(3 * rate, 3 * (1 - rate))
    mood = rng.normal(size=n_customers)
    level = stats.norm.cdf((mood[who] + rng.normal(size=len(who))) / np.sqrt(2))
    points = np.where(level < willing[who], 1.0, np.where(level < (1 + willing[who]) / 2, 0.0, -1.0))
    answered = rng.random(len(who)) < own[who]
    ids = np.char.zfill(np.arange(len(who)).astype(str), 6)
    invited = pd.DataFrame({
        "invitation_id": ids, "feedback_id": ids, "customer_id": np.char.zfill(who.astype(str), 6),
        **dict.fromkeys(("recency", "frequency", "value", "channel"), "same"), "answered": answered,
        **{name: groups.astype(str)[who] for name, groups in known.items()},
        "nps": pd.Series(points).map({1.0: 10.0, 0.0: 8.0, -1.0: 3.0}).where(answered),
        "invited_at": pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(np.arange(len(who)) % times, unit="D"),
    })
    invited["answered_at"] = invited["invited_at"].where(answered)
    expected = 100 * float(np.mean(willing - (1 - willing) / 2))  # of the chances: the answers are a draw from them
    try:
        found = surveys_weights.weighted_score(invited, invited[answered], "nps")
    except TooLittleData:
        return None
    return {"n": found["n"], "holds": found["holds"], "weighted_bias": found["weighted"] - expected,
            "unweighted_bias": found["estimate"] - expected, "n_kish": found["n_kish"],
            "weighted": found["weighted_low"] <= expected <= found["weighted_high"],
            "unweighted": found["low"] <= expected <= found["high"]}


def rate_coverage(n_customers: int, *, times: int, rate: float = 0.2, concentration: float = 1.5, n_runs: int = 2000,
                  seed: int = 7) -> dict:
    """Return coverage of the response rate where each customer is invited up to 2 × `times` (on average `times`), with a rate
    of her own (beta-distributed around `rate`): by customer (ours) and as if invitations were all different people's."""
    rng, hits = np.random.default_rng([seed, n_customers, times]), np.zeros(2)
    for _ in range(n_runs):
        n = rng.integers(1, 2 * times, n_customers) if times > 1 else np.ones(n_customers, int)
        found = rng.binomial(n, rng.beta(concentration * rate, concentration * (1 - rate), n_customers))
        worth = surveys_response._worth(pd.Series(found), pd.Series(n))
        for i, total in enumerate((worth, n.sum())):
            low, high = wilson(found.sum() / n.sum() * total, total)
            hits[i] += low <= rate <= high
    return {"ours": hits[0] / n_runs, "invitations": hits[1] / n_runs}


def change_coverage(n_both: int, n_alone: int, *, n_runs: int = 1000, seed: int = 11) -> dict:
    """Return coverage of a change of NPS where `n_both` customers answer in both halves (their moods correlate at ½) and
    `n_alone` more in each: ours and as if all were different people; and the mean width of both (points)."""
    rng, rows = np.random.default_rng([seed, n_both, n_alone]), []
    mean = -0.1  # of the points: 30 % promote, 40 % detract, at first; 35 and 30 % afterwards
    for _ in range(n_runs):
        mood = rng.normal(size=(n_both, 1))
        own = np.vstack([(mood + rng.normal(size=(n_both, 2))) / np.sqrt(2), rng.normal(size=(n_alone, 2))])
        level = stats.norm.cdf(own)
        points = np.column_stack([np.where(level[:, 0] < 0.3, 10.0, np.where(level[:, 0] < 0.6, 8.0, 2.0)),
                                  np.where(level[:, 1] < 0.35, 10.0, np.where(level[:, 1] < 0.7, 8.0, 2.0))])
        ids = [f"c{i:05d}" for i in range(n_both)]
        people = [*ids, *(f"e{i:05d}" for i in range(n_alone))], [*ids, *(f"l{i:05d}" for i in range(n_alone))]
        halves = pd.concat([pd.DataFrame({"customer_id": who, "nps": points[:, i], "is_later": bool(i)})
                            for i, who in enumerate(people)], ignore_index=True)
        halves["feedback_id"] = halves.index.astype(str)
        for name, rows_ in (("ours", halves), ("apart", halves.assign(customer_id=None))):
            found = surveys_change.change(rows_, "nps")
            rows.append({"how": name, "covered": found["low"] <= 100 * (0.05 - mean) <= found["high"],
                         "width": found["high"] - found["low"]})
    table = pd.DataFrame(rows).groupby("how").mean()
    return {f"{how}{suffix}": table.loc[how, name]
            for how in ("ours", "apart") for name, suffix in (("covered", ""), ("width", "_width"))}


def value_coverage(n: int, *, detractors: float, spread: float, ratio: float = 1.0, n_runs: int = 300, seed: int = 13) -> dict:
    """Return coverage of detractors' share of value and of what it exceeds their share of customers by: ours and, of the share,
    the percentile bootstrap's. Values are log-normal, those of detractors `ratio` times the others'."""
    rng, rows = np.random.default_rng([seed, n, int(100 * spread)]), []
    truth = detractors * ratio / (detractors * ratio + 1 - detractors)
    for run in range(n_runs):
        is_bad = rng.random(n) < detractors
        money = rng.lognormal(0, spread, n) * np.where(is_bad, ratio, 1.0)
        ids = [f"c{i:05d}" for i in range(n)]
        answers = pd.DataFrame({"feedback_id": ids, "customer_id": ids, "received_at": pd.NaT,
                                "nps": np.where(is_bad, 2.0, 9.0)})
        values = pd.DataFrame({"customer_id": ids, "customer_lifetime_value": money})
        found = surveys_value.value_by_group(answers, values, seed=run).iloc[0]
        if found["group"] != "detractors":
            continue
        draws = rng.multinomial(n, np.full(n, 1 / n), size=500)
        low, high = np.quantile(draws @ (money * is_bad) / (draws @ money), (0.025, 0.975))
        rows.append({"share": found["value_low"] <= truth <= found["value_high"], "percentile": low <= truth <= high,
                     "excess": found["excess_low"] <= truth - found["customer_share"] <= found["excess_high"]})
    return pd.DataFrame(rows).mean().to_dict()


def false_alarms(n_periods: int, n: int, *, shift: float = 0.0, n_runs: int = 1000, seed: int = 5) -> float:
    """Return how often a control chart signals in `n_periods` of `n` answers of one and the same mood (or, with `shift`, where
    the last period has so much more promoters and fewer detractors)."""
    rng, alarms = np.random.default_rng([seed, n_periods, n]), 0
    for _ in range(n_runs):
        counted = rng.choice([-1.0, 0.0, 1.0], size=(n_periods, n), p=[0.25, 0.38, 0.37])
        counted[-1] = rng.choice([-1.0, 0.0, 1.0], size=n, p=[0.25 - shift / 2, 0.38, 0.37 + shift / 2])
        table = pd.DataFrame({"n": n, "estimate": 100 * counted.mean(axis=1)})
        alarms += bool((surveys_trend._add_limits(table, counted.ravel(), 100.0)["signal"] != "").any())
    return alarms / n_runs


def section() -> str:
    """Return the section of BENCHMARKS.md."""
    rows, far = [], []
    for n in SIZES:
        nps, csat = nps_coverage(n), csat_coverage(n)
        ces = ces_coverage(n, n_bootstrap=1000 if n <= 100 else 0)
        rows.append(f"| {n:,} | {_covered(nps, 'textbook')} | {_covered(nps, 'adjusted to 100')} | {_covered(nps, 'ours')} | "
                    f"{_covered(csat, 'ours')} | {_covered(ces, 'percentile')} | {_covered(ces, 'ours')} |")
        far += [f"n = {n} at {r.p:.0%} promoters, {r.d:.0%} detractors: {100 * r.ours:.1f} %"
                for r in nps[abs(nps["ours"] - 0.95) > 0.01].itertuples()]
    weighted = [(f"{silence}, {size:,} customers invited" + (f" {times} times" if times > 1 else ""),
                 weighted_coverage(size, silence=silence, times=times))
                for silence in SILENCE for size, times in ((600, 1), (1000, 1), (2500, 1), (600, 6))]
    rates = [f"{rate_coverage(size, times=times)['ours']:.1%} with {size} customers invited {times} times on average (as if "
             f"invitations were independent: {rate_coverage(size, times=times)['invitations']:.1%})"
             for size, times in ((40, 6), (100, 6), (500, 6), (500, 1))]
    moved = [(both, alone, change_coverage(both, alone)) for both, alone in ((100, 0), (100, 100), (30, 30))]
    changes = [f"{found['ours']:.1%}, {found['ours_width']:.0f} points wide, with {both} customers in both halves and {alone} "
               f"more in each (as if all were different people: {found['apart']:.1%}, {found['apart_width']:.0f})"
               for both, alone, found in moved]
    alarms = ", ".join(f"{false_alarms(k, 60):.1%} of charts of {k} periods" for k in (8, 12, 24))
    seen, seen_with_more = (f"{false_alarms(12, n, shift=0.2):.0%}" for n in (60, 300))
    values = [f"{found['share']:.1%} (percentile bootstrap {found['percentile']:.1%}) with {n * share:.0f} detractors of {n}, "
              f"log-normal {spread}"
              for n, share, spread in ((120, 0.3, 1.0), (300, 0.15, 1.5), (1000, 0.15, 1.5), (1000, 0.3, 1.0))
              for found in [value_coverage(n, detractors=share, spread=spread)]]
    listed, silences = "\n".join(rows), "\n".join(_weighted(*found) for found in weighted)
    return f"""
## Intervals of survey scores

How often a 95 % interval covers the truth: mean (lowest – highest), and the share of cases within 1 point of 95 %. NPS:
{len(GRID)} ordinary and {len(SKEWED)} skewed pairs of promoters and detractors, each averaged over its neighbourhood of ±3
points, counted over all outcomes up to {EXACT} answers, drawn above; CSAT: 19 shares; CES: seven shapes of answers. Peers:
Wald's and the adjusted Wald interval (below 100 answers; Wald above), the percentile bootstrap.

| answers | NPS, Wald | NPS, adjusted Wald | NPS, here | CSAT, Wilson (here) | CES, percentile bootstrap | CES, here |
|---|---|---|---|---|---|---|
{listed}

NPS, here, is off by more than 1 point at: {"; ".join(far) or "nowhere"}.

Weighted NPS of all customers invited where answering hangs on what is known of them, where it is shown as holding (mild: rates
of 17 to 68 %; uneven: 35, 15 and 4 %; four things known: 2 to 60 %; nearly unanimous: 50 % and 2 % of five in six customers,
nearly all promoters):

| who keeps silent | answers | shown as holding | weighted: coverage | bias, points | as answered: coverage | bias, points |
|---|---|---|---|---|---|---|
{silences}

Response rate: {"; ".join(rates)}.
Change of NPS: {"; ".join(changes)}.
Detractors' share of value: {"; ".join(values)}.
Control chart of 60 answers a period in which nothing changes: a false signal in {alarms}. A last period 20 points better is
seen in {seen} of charts with 60 answers a period and in {seen_with_more} with 300.
"""


def _covered(table: pd.DataFrame, name: str) -> str:
    if name not in table:
        return "–"
    found = 100 * table[name]
    return f"{found.mean():.1f} ({found.min():.1f} – {found.max():.1f}), {(abs(found - 95) <= 1).mean():.0%}"


def _weighted(name: str, found: dict) -> str:
    if not found["holds"]:
        return f"| {name} | {found['n']:.0f} | 0 % | – | – | – | – |"
    return (f"| {name} | {found['n']:.0f} | {found['holds']:.0%} | {found['weighted']:.1%} | {found['weighted_bias']:+.1f} | "
            f"{found['unweighted']:.1%} | {found['unweighted_bias']:+.1f} |")


if __name__ == "__main__":
    print(section())
