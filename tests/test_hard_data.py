"""The four analysis notebooks on data that no method likes: one customer, ten, only guests, nobody lost, years of gaps …

The cells of the real notebooks run in one IPython shell without a kernel. Every section has to say what it needs and has:
no exception, no NaN on the page, no figure of fewer than ten customers by name.
"""

import re

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from helpers import paths, report, tables
from helpers.plots import plots
from helpers.running import notebook

pytestmark = pytest.mark.slow
STAGES = ("03_segmentation", "04_lifetime_value", "05_persona", "07_churn")
SETTINGS = """\
name: hard
title: {en: A hard case, zh: 难题}
about: {en: Hard data., zh: 难处理的数据。}
business:
  {currency: EUR, time_zone: Europe/Berlin, contractual: CONTRACTUAL, first_date: 2016-01-01, snapshot_date: 2017-12-31,
   margin_rate: {value: 0.3, low: 0.2, high: 0.4, source: {en: made up, zh: 虚构}},
   offer_cost: {value: 5, low: 2, high: 9, source: {en: made up, zh: 虚构}},
   contact_cost: {value: 1, low: 0.5, high: 2, source: {en: made up, zh: 虚构}},
   success_rate: {value: 0.1, low: 0.05, high: 0.2, source: {en: made up, zh: 虚构}}}
sources:
  - {name: till, system: files, table: transactions, pattern: "till*", columns: {transaction_id: a, ordered_at: b, revenue: c}}
"""
BAD_WORDS = re.compile(r"(?<![A-Za-z])(nan|NaN|NaT|None|inf|<NA>)(?![A-Za-z])")
FIRST_DAY, N_DAYS = pd.Timestamp("2016-01-01"), 731


def orders(customers, days, revenue=20.0) -> pd.DataFrame:
    """Return clean orders: one a row of customers × days (day 0 = 1 January 2016)."""
    frame = pd.DataFrame({"customer_id": pd.Series(customers, dtype="str"), "day": days, "revenue": revenue})
    at = FIRST_DAY + pd.to_timedelta(frame.pop("day"), unit="D")
    return frame.assign(
        transaction_id=[f"t{i:06d}" for i in range(len(frame))], ordered_at=(at + pd.Timedelta(hours=10)).dt.tz_localize("UTC"),
        order_date=at, order_hour=11, channel="shop", store_id="s1", quantity=1.0, n_lines=1, n_products=1, discount=0.0,
    )


def regular(n: int, *, gap: int, last: int = N_DAYS - 1, seed: int = 0) -> pd.DataFrame:
    """Return `n` customers who buy about every `gap` days up to day `last`, for about 20 each time."""
    random = np.random.default_rng(seed)
    who, when = [], []
    for i in range(n):
        days = np.cumsum(random.geometric(1 / gap, size=4 * N_DAYS // gap)) - 1
        days = days[days <= last]
        who += [f"c{i:05d}"] * len(days)
        when += list(days)
    return orders(who, when, random.gamma(4, 5, len(who)).round(2))


def everybody_leaves() -> pd.DataFrame:
    return regular(150, gap=20, last=380)


def contracts(n: int, churned) -> pd.DataFrame:
    random = np.random.default_rng(1)
    months = random.integers(1, 60, n).astype(float)
    return pd.DataFrame({
        "subscription_id": [f"s{i:04d}" for i in range(n)], "customer_id": [f"c{i:04d}" for i in range(n)],
        "started_at": pd.NaT, "ended_at": pd.NaT, "tenure_months": months, "churned": churned,
        "plan": random.choice(["monthly", "yearly"], n), "monthly_fee": random.uniform(10, 90, n).round(2),
    })


BUYERS = {
    "one customer, one purchase": lambda: orders(["a"], [700]),
    "one customer, many purchases": lambda: orders(["a"] * 50, range(0, 700, 14)),
    "ten customers": lambda: regular(10, gap=30),
    "one purchase each": lambda: orders([f"c{i:04d}" for i in range(400)], np.arange(400) * 731 // 400),
    "all identical": lambda: orders(np.repeat([f"c{i:04d}" for i in range(300)], 8), list(range(10, 650, 80)) * 300),
    "nobody lost": lambda: regular(150, gap=5),
    "everybody lost": everybody_leaves,
    "no money": lambda: regular(150, gap=25).assign(revenue=0.0),
    "refunds only": lambda: regular(150, gap=25).assign(revenue=-5.0),
    "a year of gaps": lambda: pd.concat([
        regular(200, gap=20, last=150), orders([f"c{i:05d}" for i in range(200)], 600 + np.arange(200) % 120),
    ], ignore_index=True).assign(transaction_id=lambda t: [f"t{i}" for i in range(len(t))]),
    "only guests": lambda: regular(200, gap=25).assign(customer_id=pd.NA),
}
CONTRACTS = {
    "one contract": lambda: contracts(1, [True]),
    "ten contracts": lambda: contracts(10, [True, False] * 5),
    "nobody ended": lambda: contracts(400, False),
    "everybody ended": lambda: contracts(400, True),
}


@pytest.fixture(scope="module")
def shell():
    InteractiveShell.clear_instance()
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def laid_out(figure) -> bytes:
    """Lay a chart out as for a picture, where hard data would break it; nobody looks at the picture here."""
    figure.draw_without_rendering()
    return b""


@pytest.fixture
def read(home, shell, monkeypatch):
    """Run the notebooks on a table and return what they show, by stage; an exception of a cell is raised."""
    blocks = []
    monkeypatch.setattr(report, "display", lambda block: blocks.append(block.data))
    monkeypatch.setattr(plots, "to_png", laid_out)
    folder = home / "data" / "hard"
    folder.mkdir(parents=True)
    if not hasattr(shell, "kernel"):
        monkeypatch.setattr(notebook, "get_ipython", lambda: shell)

    def pages(table: str, frame: pd.DataFrame, *, language: str, stages=STAGES, **parameters) -> dict[str, str]:
        settings = SETTINGS.replace("CONTRACTUAL", "true" if table == "subscriptions" else "false")
        (folder / "dataset.yml").write_text(settings, encoding="utf-8")
        tables.use("hard")
        tables.save(frame, table)
        found = {}
        for stage in stages:
            blocks.clear()
            _run(stage, shell, {"dataset": "hard", "language": language, **parameters})
            found[stage] = "\n".join(blocks)
            plt.close("all")
        return found

    return pages


def _run(stage: str, shell, parameters: dict) -> None:
    cells = [c for c in nbformat.read(paths.NOTEBOOKS / f"{stage}.ipynb", as_version=4).cells if c.cell_type == "code"]
    shell.reset(new_session=False)
    for cell in cells:
        result = shell.run_cell(cell.source, store_history=False, silent=True)
        if (error := result.error_before_exec or result.error_in_exec) is not None:
            raise AssertionError(f"{stage}: {cell.source[:200]}") from error
        if "parameters" in cell.metadata.get("tags", []):
            shell.push(parameters)


def visible(page: str) -> str:
    """Return the words that a reader sees: no pictures, no data of CSV links, no tags."""
    page = re.sub(r"<style.*?</style>", "", page, flags=re.S)
    page = re.sub(r'(src|srcset|href)="data:[^"]*"', "", page)
    return re.sub(r"<[^>]+>", " ", page)


def check(pages: dict[str, str]) -> None:
    for stage, page in pages.items():
        words = visible(page)
        assert not (found := BAD_WORDS.search(words)), f"{stage}: …{words[max(found.start() - 80, 0):found.end() + 40]}…"
        assert "block" in page, f"{stage} shows nothing"


@pytest.mark.parametrize("case", BUYERS)
def test_no_kind_of_buyers_breaks_a_report(case, read):
    language = "zh" if list(BUYERS).index(case) % 2 else "en"
    check(read("orders", BUYERS[case](), language=language))


@pytest.mark.parametrize("case", CONTRACTS)
def test_no_kind_of_contracts_breaks_a_report(case, read):
    check(read("subscriptions", CONTRACTS[case](), language="en", stages=("04_lifetime_value", "07_churn")))


def test_a_snapshot_in_the_middle_of_the_data_does_not_break_a_report(read):
    check(read("orders", regular(300, gap=30), language="en", snapshot_date="2016-11-15"))
