"""Is a stage up to date? Decided by content, not by time stamps; imports nothing heavy, so that "nothing to do" is quick.

A stage depends on its notebook (code and text, not outputs), its parameters, the helper modules and catalogues that it
loaded, dataset.yml, the lock of the libraries, the tables that it read (or asked for) and, for the collection, raw files.
All are written to the stage's manifest by the run itself, so a change reruns what depends on it, and no more: a stage whose
tables come out unchanged lets the stages after it rest.
"""

import ast
import difflib
import hashlib
import json
from pathlib import Path

import yaml

from helpers import paths
from helpers.errors import UserError

TOPICS = ("collection", "cleaning", "segmentation", "lifetime_value", "persona", "voc", "churn", "behavior", "basket",
          "forecast", "actions", "dashboard")  # all stages of the design, built or not
LANGUAGES = ("en", "zh")
MOST_NODES = 100_000  # values in a settings file


def stage_names() -> list[str]:
    """Return the stages in order: the names of the notebooks."""
    return sorted(file.stem for file in paths.NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def find_stage(name: str) -> str:
    """Return the stage for `churn`, `07_churn` or `07`; an unknown one is said with the nearest."""
    stages = stage_names()
    for stage in stages:
        if name in (stage, stage.split("_", 1)[1], stage[:2]):
            return stage
    topics = [stage.split("_", 1)[1] for stage in stages]
    near = difflib.get_close_matches(name, topics, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(topics)}"
    raise UserError(f"there is no stage '{name}'; {hint}")


# --- fingerprints


def sha(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def sha_of(data) -> str:
    content = json.dumps(_with_text_keys(data), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(content.encode()).hexdigest()


def _with_text_keys(data):
    """Return data with every key as text: a key of a YAML file may be a day or a number."""
    if isinstance(data, dict):
        return {str(key): _with_text_keys(value) for key, value in data.items()}
    return [_with_text_keys(value) for value in data] if isinstance(data, list | tuple) else data


def stamp(file: Path) -> list:
    """Return size, time of change and SHA-256 of a file."""
    stat = file.stat()
    return [stat.st_size, stat.st_mtime_ns, sha(file)]


def code_stamps() -> dict[str, list]:
    """Return the stamps of every module and catalogue, by path in the package."""
    files = sorted(file for kind in ("py", "po") for file in paths.PACKAGE.rglob(f"*.{kind}"))
    return {file.relative_to(paths.PACKAGE).as_posix(): stamp(file) for file in files}


def is_unchanged(file: Path, stamped: list | None) -> bool:
    """Say whether a file still has the content of its stamp; only a file that was touched is read again."""
    if stamped is None or not file.exists():
        return stamped is None and not file.exists()
    stat = file.stat()
    return [stat.st_size, stat.st_mtime_ns] == stamped[:2] or (stat.st_size == stamped[0] and sha(file) == stamped[2])


def read_notebook(stage: str) -> dict:
    return json.loads((paths.NOTEBOOKS / f"{stage}.ipynb").read_text(encoding="utf-8"))


def notebook_sha(notebook: dict) -> str:
    """Return the fingerprint of a notebook's cells: what they say and their tags, not outputs or counts."""
    return sha_of([
        [cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("tags", [])] for cell in notebook["cells"]
    ])


# --- parameters


def declared_parameters(notebook: dict) -> dict[str, tuple[str, object]]:
    """Return name → (type, default) of the cell tagged `parameters`."""
    cells = [c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", [])]
    tree = ast.parse("".join(cells[0]["source"])) if cells else ast.Module([], [])
    return {
        node.target.id: (ast.unparse(node.annotation), ast.literal_eval(node.value))
        for node in tree.body if isinstance(node, ast.AnnAssign)
    }


def read_mapping(file: Path) -> dict:
    """Return a YAML file as a dictionary; an unreadable one is said in one line."""
    try:
        content = file.read_text(encoding="utf-8")
        if "&" in content and _unfolded(yaml.compose(content, Loader=yaml.SafeLoader), {}) > MOST_NODES:
            raise UserError(f"{paths.shown(file)}: its aliases unfold to more than {MOST_NODES:,} values: write fewer")
        data = yaml.load(content, Loader=yaml.SafeLoader) or {}
    except (OSError, UnicodeDecodeError):
        raise UserError(f"{paths.shown(file)} cannot be read: give a YAML file") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or (
            "nested too deeply" if isinstance(error, RecursionError) else "a value is no date or number"
        )
        raise UserError(f"{paths.shown(file)}{where}: not readable as YAML: {problem}") from None
    if not isinstance(data, dict):
        raise UserError(f"{paths.shown(file)}: must be a mapping of stage to parameters")
    return data


def _unfolded(node, sizes: dict) -> int:
    """Return how many values a YAML node stands for when every alias is written out; one within itself counts without end."""
    if id(node) not in sizes:
        sizes[id(node)] = MOST_NODES + 1  # while it is being counted
        parts = [part for pair in node.value for part in (pair if isinstance(pair, tuple) else (pair,))] \
            if isinstance(node, yaml.CollectionNode) else []
        sizes[id(node)] = 1 + sum(_unfolded(part, sizes) for part in parts)
    return sizes[id(node)]


def resolve_parameters(stage: str, notebook: dict, settings: dict, options: dict) -> dict:
    """Return the values of the notebook's parameters: its defaults, then dataset.yml, PARAMS file, command line."""
    declared = declared_parameters(notebook)
    values = {name: default for name, (_, default) in declared.items()}
    topic = stage.split("_", 1)[1]
    yml = f"data/{options['DATASET']}/dataset.yml"
    layers = [(yml, (settings.get("parameters") or {}))]
    if options.get("PARAMS"):
        layers.append((options["PARAMS"], read_mapping(Path(options["PARAMS"]))))
    for where, by_topic in layers:
        _check_topics(by_topic, where)
        for name, value in (by_topic.get(topic) or {}).items():
            values[name] = _checked(name, value, declared, f"{where}: {topic}.{name}")
    values["dataset"] = options["DATASET"]
    if options.get("SNAPSHOT_DATE"):
        values["snapshot_date"] = _day(options["SNAPSHOT_DATE"])
    values["engine"] = options.get("ENGINE") or values["engine"]
    return values


def _check_topics(by_topic, where: str) -> None:
    """Raise UserError if `by_topic` is no mapping of stage → parameter → value."""
    if not isinstance(by_topic, dict):
        raise UserError(f"{where}: parameters must be a mapping of stage to parameters")
    for name, values in by_topic.items():
        if name not in TOPICS:
            near = difflib.get_close_matches(str(name), TOPICS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(TOPICS)}"
            raise UserError(f"{where}: there is no stage '{name}'; {hint}")
        if not isinstance(values or {}, dict):
            raise UserError(f"{where}: {name} must be a mapping of parameter to value")


def _day(value: str, where: str = "SNAPSHOT_DATE") -> str:
    from datetime import date

    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise UserError(f"{where}={value} is no day: write it as 2017-12-31") from None


def _checked(name: str, value, declared: dict, where: str):
    if name not in declared or name in ("dataset", "language"):
        near = difflib.get_close_matches(name, declared, n=1)
        known = ", ".join(n for n in declared if n not in ("dataset", "language"))
        raise UserError(f"{where}: unknown parameter; " + (f"did you mean {near[0]}?" if near else f"known are {known}"))
    kind = declared[name][0].split("[")[0]
    allowed = {"str": (str,), "int": (int,), "float": (int, float), "bool": (bool,), "list": (list,), "tuple": (list,),
               "dict": (dict,)}[kind]
    if hasattr(value, "isoformat") and kind == "str":
        value = value.isoformat()
    if not isinstance(value, allowed) or (isinstance(value, bool) and kind != "bool"):
        raise UserError(f"{where}: must be {declared[name][0]}, is {type(value).__name__}")
    return _day(value, where) if name == "snapshot_date" and value else value


# --- the manifest


def manifest_file(dataset: str, stage: str) -> Path:
    return paths.stages(dataset) / f"{stage}.json"


def inputs_now(stage: str, options: dict) -> dict:
    """Return the fingerprints that can be known before a run."""
    notebook = read_notebook(stage)
    settings = read_mapping(paths.dataset_yml(options["DATASET"]))
    parameters = resolve_parameters(stage, notebook, settings, options)
    raw = paths.layer(options["DATASET"], "raw")
    return {
        "notebook": notebook_sha(notebook),
        "parameters": parameters,
        "settings": sha_of({key: value for key, value in settings.items() if key != "parameters"}),
        "lock": sha(paths.LOCK) if paths.LOCK.exists() else None,
        "raw_names": sha_of(sorted(f.relative_to(raw).as_posix() for f in raw.rglob("*") if f.is_file()))
        if stage.startswith("01") and raw.is_dir() else "",  # as a fingerprint: the name of a file may hold that of a person
    }


def read_manifest(dataset: str, stage: str) -> dict | None:
    try:
        return json.loads(manifest_file(dataset, stage).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def why_stale(stage: str, options: dict) -> str:
    """Return in words why a stage has to run, or an empty string if it is up to date."""
    manifest = read_manifest(options["DATASET"], stage)
    if manifest is None:
        return "not run yet, or not to the end"
    now = inputs_now(stage, options)
    if stage.startswith("01") and _reads_a_database(options["DATASET"]):
        return "a database may have changed"
    names = {"notebook": "notebook", "settings": "dataset.yml", "lock": "libraries", "raw_names": "raw files"}
    for key, words in names.items():
        if now[key] != manifest["inputs"][key]:
            return f"{words} changed"
    before = manifest["inputs"]["parameters"]
    changed = [name for name, value in now["parameters"].items() if before.get(name) != value]
    if changed:
        return f"parameter {changed[0]} changed"
    return _changed_file(options["DATASET"], manifest)


def _reads_a_database(dataset: str) -> bool:
    sources = read_mapping(paths.dataset_yml(dataset)).get("sources") or []
    return any(isinstance(source, dict) and source.get("system") == "database" for source in sources)


def _changed_file(dataset: str, manifest: dict) -> str:
    for name, stamped in manifest["code"].items():
        if not is_unchanged(paths.PACKAGE / name, stamped):
            return f"{name} changed"
    for name, stamped in manifest["raw"].items():
        if not is_unchanged(Path(name), stamped):
            return f"{Path(name).name} changed"
    for name, stamped in {**manifest["reads"], **manifest["writes"]}.items():
        if not is_unchanged(paths.dataset(dataset) / name, stamped):
            return f"{name} changed"
    for language in LANGUAGES:
        if not (paths.executed(dataset, language) / f"{manifest['stage']}.ipynb").exists():
            return "the executed notebook is gone"
    return ""


# --- reports


def available(dataset: str) -> list[str]:
    """Return the stages of a data set that have run to the end."""
    return [stage for stage in stage_names() if manifest_file(dataset, stage).exists()]


def is_bilingual(dataset: str, stage: str, languages: list[str]) -> bool:
    """Say whether a stage has a report in each language, or will have when `languages` are rendered: then they are linked."""
    return all(name in languages or (paths.stages(dataset) / f"{stage}.{name}.json").exists() for name in LANGUAGES)


def report_inputs(dataset: str, language: str, stage: str, reports: list[str], has_other_language: bool) -> dict:
    """Return the fingerprints that a rendered report depends on."""
    modules = [paths.PACKAGE / name for name in ("rendering/render.py", "rendering/page.py", "rendering/markup.py", "i18n.py")]
    sources = sorted([*(paths.TEMPLATES / "report").rglob("*.*"), *modules, paths.LOCALE / "zh" / "report.po"])
    return {
        "executed": sha(paths.executed(dataset, language) / f"{stage}.ipynb"),
        "template": sha_of([[file.name, sha(file)] for file in sources if file.is_file()]),
        "settings": sha(paths.dataset_yml(dataset)),
        "reports": reports,
        "has_other_language": has_other_language,
    }


def report_is_fresh(dataset: str, language: str, stage: str, inputs: dict) -> bool:
    """Say whether the report is there as it was rendered, from `inputs`."""
    note = paths.stages(dataset) / f"{stage}.{language}.json"
    try:
        before = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    html = paths.reports(dataset, language) / before["file"]
    return is_unchanged(html, before["html"]) and before["inputs"] == inputs
