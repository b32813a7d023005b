"""check_leaks.py DATASET: is any personal value of collected/ to be found after cleaning? Exit code 1 if so.

Every telephone, e-mail, address, number of an identity card and internet address is looked for, and names that cannot be
words: three Chinese characters or more, or two Latin words, which neither the project's own texts nor the products hold.
"""

import sys

import pandas as pd

from helpers import paths, tables
from leaks import canaries_of, scan

AFTER_CLEANING = ("clean", "results", "stages")


def personal_values(dataset: str) -> pd.DataFrame:
    """Return the collected personal records, without names that may be ordinary words."""
    tables.use(dataset)
    people = tables.load("collected/people")
    own = "".join(file.read_text(encoding="utf-8") for file in [
        *paths.NOTEBOOKS.glob("*.ipynb"), *paths.LOCALE.rglob("*.po"), paths.dataset_yml(dataset)
    ])
    if tables.has("collected/products"):
        own += "".join(tables.load("collected/products")["name"].dropna())
    names = people["full_name"].astype("str").str.strip()
    telling = names.where(names.str.fullmatch(r"[\u4e00-\u9fff]{3,}|\w{3,} \w{3,}").fillna(False).astype(bool))
    is_telling = telling.notna() & ~telling.isin(found_in(own, set(telling.dropna())))
    phones = {name: people[name].where(people[name].fillna("").map(lambda text: len(set(text) & set("0123456789")) > 2))
              for name in ("phone", "other_phone")}  # 00000000000 is nobody's
    return people.assign(full_name=names.where(is_telling), **phones)


def found_in(text: str, names: set[str]) -> set[str]:
    """Return the names, of three characters or more, that `text` holds; looked up by how they start."""
    places = {name[:3]: [] for name in names}
    for i in range(len(text) - 2):
        if (start := text[i:i + 3]) in places:
            places[start].append(i)
    return {name for name in names if any(text.startswith(name, i) for i in places[name[:3]])}


def main(dataset: str) -> int:
    canaries = canaries_of(personal_values(dataset))
    folders = [paths.layer(dataset, layer) for layer in AFTER_CLEANING] + [paths.home() / "reports" / dataset]
    found = scan([folder for folder in folders if folder.exists()], canaries)
    for leak in found[:20]:
        print(f"leak: {leak.kind} in {leak.file}, {leak.where}", file=sys.stderr)
    print(f"{len(canaries):,} personal values looked for in {', '.join(f.name for f in folders)}: {len(found):,} found")
    return 1 if found or not canaries else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
