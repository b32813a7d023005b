"""CDNOW: purchases of one cohort of an online music shop (text files carried by the package lifetimes).

Option `sample`: `tenth` (the published 1/10 sample, 5 columns, no header) or `full` (the master file, header, 4 columns).
The files know days only: `ordered_at` is noon of that day, so that no time zone moves it to another day.
"""

from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from helpers.errors import UserError

FILES = {"tenth": "CDNOW_sample.txt", "full": "CDNOW_master.txt"}
COLUMNS = {
    "tenth": ["master_id", "customer_id", "day", "n_cds", "revenue"],
    "full": ["customer_id", "day", "n_cds", "revenue"],
}


def feeds(source) -> tuple[str, ...]:
    return ("transactions",)


def files(source, folder: Path) -> dict[str, Path]:
    sample = source.options.get("sample", "tenth")
    if sample not in FILES:
        raise UserError(f"source '{source.name}': option sample is tenth or full")
    package = Path(find_spec("lifetimes").origin).parent  # `import lifetimes.datasets` needs a module that is gone
    return {sample: package / "datasets" / FILES[sample]}


def read(source, files: dict[str, Path], *, business, connection) -> dict:
    (sample, file), *_ = files.items()
    lines = pd.read_csv(
        file, sep=r"\s+", header=None, names=COLUMNS[sample], skiprows=int(sample == "full"), dtype={"customer_id": str}
    )
    lines["customer_id"] = lines["customer_id"].str.zfill(5)
    days = pd.to_datetime(lines["day"].astype(str), format="%Y%m%d") + pd.Timedelta(hours=12)
    order = lines["customer_id"] + "-" + lines["day"].astype(str)
    transactions = pd.DataFrame({
        "transaction_id": order,
        "line_number": lines.groupby(order).cumcount() + 1,
        "customer_id": lines["customer_id"],
        "ordered_at": days.dt.tz_localize(business.time_zone).dt.tz_convert("UTC"),
        "quantity": lines["n_cds"].astype(float),
        "discount": 0.0,
        "revenue": lines["revenue"],
        "channel": "web",
        "is_return": False,
        "currency": business.currency,
        "source_row": lines.index + 1 + int(sample == "full"),
    })
    return {"transactions": transactions}


def size(source, part: str, file: Path) -> tuple[int, int]:
    """Return rows and columns of a file."""
    with file.open(encoding="ascii") as handle:
        rows = sum(1 for line in handle if line.strip()) - int(part == "full")
    return rows, len(COLUMNS[part])
