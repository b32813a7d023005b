"""Write a simulated company: generate chunk by chunk into a hidden folder, then put raw/ and truth/ in place."""

import json
import os
import shutil
import sys
from pathlib import Path

import pandas as pd

from helpers import datasets, paths
from helpers.errors import UserError
from helpers.running.freshness import sha_of
from helpers.simulation.settings import Plan
from helpers.simulation.truth import Truth
from helpers.simulation.world import make_chunk
from helpers.simulation.write_crm import Crm
from helpers.simulation.write_marketing import Marketing
from helpers.simulation.write_shop import Shop
from helpers.simulation.write_transcripts import Transcripts
from helpers.simulation.write_voice import Voice
from helpers.simulation.write_web import Web

OPTIONS = {"DATASET": "simulated_retailer", "PEOPLE": "20000", "SEED": "42"}
MARK = "SIMULATED.txt"  # a folder raw/ with this file may be written anew
MARK_TEXT = (
    "Every file in this folder is simulated: invented people, invented purchases, invented words.\n"
    "本文件夹中的全部内容均为模拟数据。\n"
)


def parse(arguments: list[str]) -> Plan:
    """Return the parameters of the command line: DATASET, PEOPLE and SEED."""
    options = dict(OPTIONS)
    for argument in arguments:
        key, _, value = argument.partition("=")
        if key not in OPTIONS or not value:
            raise UserError(f"unknown option {key}; known are DATASET=, PEOPLE= and SEED=")
        options[key] = value
    if not datasets.NAME.fullmatch(options["DATASET"]):
        raise UserError(f"DATASET={options['DATASET']}: use lower-case letters, digits and _")
    for key, low, high in (("PEOPLE", 100, 20_000_000), ("SEED", 0, 2**31)):
        if not options[key].isdigit() or not low <= int(options[key]) <= high:
            raise UserError(f"{key}={options[key]}: must be a whole number from {low:,} to {high:,}")
    return Plan(options["DATASET"], int(options["PEOPLE"]), int(options["SEED"]))


def simulate(plan: Plan) -> bool:
    """Write raw/ and truth/ of a simulated company; False if they are there already, made by the same code and parameters."""
    raw, truth = paths.layer(plan.dataset, "raw"), paths.layer(plan.dataset, "truth")
    _refuse_to_overwrite(raw)
    stamp = {"people": plan.people, "seed": plan.seed, "code": _code()}
    if _is_done(raw, truth, stamp):
        return False
    for rest in raw.parent.glob(".simulation-*"):
        shutil.rmtree(rest)
    work = raw.parent / f".simulation-{os.getpid()}"
    try:
        _write(plan, work)
        stamp["files"] = {f.relative_to(work).as_posix(): f.stat().st_size for f in sorted(work.rglob("*")) if f.is_file()}
        (work / "truth" / "stamp.json").write_text(json.dumps(stamp, indent=1, ensure_ascii=False), encoding="utf-8")
        (truth / "stamp.json").unlink(missing_ok=True)
        for name, target in (("raw", raw), ("truth", truth)):
            if target.exists():
                target.rename(work / f"old-{name}")
            (work / name).rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return True


def _refuse_to_overwrite(raw: Path) -> None:
    if raw.is_dir() and any(raw.iterdir()) and not (raw / MARK).exists():
        raise UserError(f"{paths.shown(raw)} holds files that are not simulated: name another DATASET")


def _code() -> str:
    """Return the fingerprint of the simulation's own modules."""
    folder = Path(__file__).parent
    return sha_of([[file.name, file.read_text(encoding="utf-8")] for file in sorted(folder.glob("*.py"))])


def _is_done(raw: Path, truth: Path, stamp: dict) -> bool:
    try:
        before = json.loads((truth / "stamp.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    files = before.pop("files", {})
    at = {"raw": raw, "truth": truth}
    same = all((at[name.split("/", 1)[0]] / name.split("/", 1)[1]).is_file()
               and (at[name.split("/", 1)[0]] / name.split("/", 1)[1]).stat().st_size == size for name, size in files.items())
    return before == stamp and bool(files) and same


def _write(plan: Plan, work: Path) -> None:
    raw = work / "raw"
    raw.mkdir(parents=True)
    (raw / MARK).write_text(MARK_TEXT, encoding="utf-8")
    truth = Truth(work / "truth", plan)
    vendors = [maker(raw, plan, truth) for maker in (Shop, Crm, Marketing, Voice, Web, Transcripts)]
    for number in range(plan.n_chunks):
        chunk = make_chunk(plan, number)
        truth.add_chunk(chunk)
        for vendor in vendors:
            vendor.write(chunk)
    for vendor in vendors:
        vendor.close()
    written = [(source, file.path.relative_to(raw).as_posix(), file.rows) for v in vendors for source, file in v.written()]
    truth.close(pd.DataFrame(written, columns=["source", "file", "n_rows"]))


def main(arguments: list[str]) -> int:
    try:
        plan = parse(arguments)
        done = simulate(plan)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    where = paths.shown(paths.layer(plan.dataset, "raw"))
    if done:
        print(f"{plan.people:,} people with seed {plan.seed}: written to {where}")
    return 0
