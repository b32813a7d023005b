"""dataset.yml → validated settings. Every error names file, line and key, and says what to do."""

import difflib
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from helpers import paths
from helpers.contracts import CANONICAL_NAMES
from helpers.errors import UserError

SYSTEMS = ("complete_journey", "cdnow", "telco", "fine_foods", "files")
NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except Exception:
        raise ValueError("is not a time zone such as America/New_York or Asia/Shanghai") from None
    return name


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Strict):
    """A text in both languages."""

    en: str
    zh: str

    def in_language(self, language: str) -> str:
        return getattr(self, language)


class Assumption(_Strict):
    """A figure that the data does not hold: its value, its plausible range and where it comes from."""

    value: float
    low: float
    high: float
    source: Bilingual

    @model_validator(mode="after")
    def _ordered(self):
        if not self.low <= self.value <= self.high:
            raise ValueError("value must lie between low and high")
        return self


class Business(_Strict):
    """What every notebook must know of the business."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    time_zone: Annotated[str, AfterValidator(_time_zone)]
    contractual: bool
    first_date: date | None = None
    snapshot_date: date
    revenue_means: Bilingual | None = None
    margin_rate: Assumption | None = None
    yearly_discount_rate: Assumption | None = None
    offer_cost: Assumption | None = None
    contact_cost: Assumption | None = None
    success_rate: Assumption | None = None
    months_of_value: Assumption | None = None


class Source(_Strict):
    """One system that data comes from; `files` reads CSV or Parquet with a mapping, the others are built in."""

    name: Annotated[str, Field(pattern=f"^{NAME.pattern}$")]
    system: Literal[SYSTEMS]
    note: Bilingual | None = None
    options: dict[str, str | int | float | bool] = {}
    table: Literal[CANONICAL_NAMES] | None = None
    pattern: str | None = None
    columns: dict[str, str] = {}

    @model_validator(mode="after")
    def _files_need_a_mapping(self):
        if self.system == "files" and not (self.table and self.pattern and self.columns):
            raise ValueError("a source of system 'files' needs table, pattern and columns")
        if self.pattern and (Path(self.pattern).is_absolute() or ".." in Path(self.pattern).parts):
            raise ValueError("pattern must name files below raw/")
        return self


def _different_names(sources: list[Source]) -> list[Source]:
    names = [source.name for source in sources]
    if len(set(names)) < len(names):
        raise ValueError("each source needs a name of its own")
    return sources


class Dataset(_Strict):
    """All settings of a data set."""

    name: Annotated[str, Field(pattern=f"^{NAME.pattern}$")]
    title: Bilingual
    about: Bilingual
    business: Business
    sources: Annotated[list[Source], Field(min_length=1), AfterValidator(_different_names)]
    limits: list[Bilingual] = []
    parameters: dict[str, dict[str, str | int | float | bool | list]] = {}


def available() -> list[str]:
    """Return the names of the data sets that have a dataset.yml."""
    return sorted(file.parent.name for file in (paths.home() / "data").glob("*/dataset.yml"))


def load(name: str) -> Dataset:
    """Return the validated settings of data set `name`; raises UserError in one line."""
    file = paths.dataset_yml(name) if NAME.fullmatch(name) else None
    if file is None or not file.exists():
        near = difflib.get_close_matches(name, available(), n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(available())}"
        raise UserError(f"DATASET={name}: there is no such data set; {hint}")
    settings = read_yaml(file, Dataset)
    if settings.name != name:
        raise UserError(f"{paths.shown(file)}: key 'name' is {settings.name!r}, the folder is {name!r}: make them equal")
    return settings


def read_yaml(file: Path, model: type[BaseModel]):
    """Return a YAML file as `model`; an error names file, line and key, never the value."""
    try:
        content = file.read_text(encoding="utf-8")
        node = yaml.compose(content, Loader=yaml.SafeLoader)
        data = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: 2017-13-01 is no day
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        unreadable = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else "a value is no date or number"
        problem = getattr(error, "problem", None) or unreadable
        raise UserError(f"{paths.shown(file)}{where}: not readable as YAML: {problem}") from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise UserError(_first_problem(error, file, node, model)) from None


def _first_problem(error: ValidationError, file: Path, node, model) -> str:
    problems = error.errors(include_input=False)
    problem = min(problems, key=lambda p: (p["type"] == "missing", _line(node, p["loc"])))  # a misspelt key is missing, too
    key = ".".join(str(part) for part in problem["loc"]) or "(whole file)"
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        known = _known_keys(model, problem["loc"])
        near = difflib.get_close_matches(str(problem["loc"][-1]), known, n=1)
        message = f"unknown key; did you mean '{near[0]}'?" if near else f"unknown key; known are {', '.join(known)}"
    elif problem["type"] == "missing":
        message = "is missing: add it"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{paths.shown(file)}:{_line(node, problem['loc'])}: key '{key}': {message}{more}"


def _line(node, loc) -> int:
    """Return the line (from 1) of the deepest part of `loc` that the file has."""
    line = (node.start_mark.line + 1) if node is not None else 1
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            match = [(k, v) for k, v in node.value if k.value == str(part)]
            if not match:
                break
            line, node = match[0][0].start_mark.line + 1, match[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _known_keys(model, loc) -> list[str]:
    for part in loc[:-1]:
        if isinstance(part, int):
            continue
        annotation = str(model.model_fields[part].annotation) if part in model.model_fields else ""
        for candidate in (Business, Source, Assumption, Bilingual):
            if candidate.__name__ in annotation:
                model = candidate
    return list(model.model_fields)
