"""dataset.yml → validated settings. Every error names file, line and key, and says what to do."""

import difflib
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from helpers import paths
from helpers.contracts import COLLECTED_NAMES, contract
from helpers.errors import UserError
from helpers.service.opening_hours import OpeningHours

BUILT_IN = ("complete_journey", "cdnow", "telco", "fine_foods")
VENDORS = (
    "google_analytics", "mailchimp", "hubspot", "zoho", "fxiaoke", "questionpro",
    "point_of_sale", "loyalty", "reviews", "service", "marketing", "transcripts",
    "survey_tools",
)
SYSTEMS = (*BUILT_IN, "files", "database", *VENDORS)
NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
Name = Annotated[str, Field(pattern=f"^{NAME.pattern}$")]
Scalar = str | int | float | bool
ALTERNATIVE = re.compile(r"str|list\[str\]|function-after\[.*")  # what pydantic calls the types that a value may have


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
        """Return the text; in Chinese without the space that a line broken in YAML leaves behind a comma or full stop."""
        return self.en if language == "en" else re.sub(r"(?<=[，。；：、！？]) ", "", self.zh)


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
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "CN"  # ISO 3166: how phone numbers without a country are read
    identifiers: Literal["personal", "published"] = "personal"  # published: pseudonyms that were published with the data
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
    service_hours: OpeningHours | None = None  # when customer service answers


class Question(_Strict):
    """A question of a survey: its columns (one a language) and, where the file does not tell, its scale."""

    columns: str | list[str] = []
    kind: Literal["nps", "csat", "ces", "rating"] | None = None
    low: float | None = None
    high: float | None = None
    best: Literal["low", "high"] | None = None  # which end of the scale is the good one

    @model_validator(mode="after")
    def _has_both_ends(self):
        if (self.low is None) != (self.high is None) or self.low is not None and not self.low < self.high:
            raise ValueError("low and high come together, low below high")
        return self


class Source(_Strict):
    """One system that data comes from. All but the built-in ones need a mapping: canonical column → the file's own column."""

    name: Name
    system: Literal[SYSTEMS]
    note: Bilingual | None = None
    options: dict[str, Scalar] = {}
    export: Name | None = None  # which of the system's exports
    ids: Name | None = None  # whose numbers its customer ids are; sources that share it share their numbers
    pattern: str | None = None
    reading: dict[str, Scalar] = {}  # hints for the reader
    table: Literal[COLLECTED_NAMES] | None = None
    columns: dict[str, str | list[str]] = {}
    tables: dict[Literal[COLLECTED_NAMES], dict[str, str | list[str]]] = {}
    survey: Annotated[str, Field(min_length=1)] | None = None  # its name; else the source's
    questions: dict[Name, str | list[str] | Question] = {}  # besides nps, csat and ces: → its columns
    connection: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = None  # *name* of an environment variable
    relation: Annotated[str, Field(pattern=r"^[^\W\d]\w*(\.[^\W\d]\w*){0,2}$")] | None = None
    query: str | None = None

    @property
    def mapping(self) -> dict[str, dict[str, str | list[str]]]:
        """Canonical table → canonical column → the file's own column, however it was written."""
        return self.tables or ({self.table: self.columns} if self.table else {})

    @property
    def id_space(self) -> str:
        return self.ids or self.name

    @model_validator(mode="after")
    def _complete(self):
        if self.system == "files" and not (self.tables or (self.table and self.columns)):
            raise ValueError("a source of system 'files' needs table, pattern and columns")
        if self.system == "database" and not (self.connection and (self.relation or self.query)):
            raise ValueError("a source of system 'database' needs connection and relation or query")
        if self.system not in (*BUILT_IN, "database") and not self.pattern:
            raise ValueError(f"a source of system '{self.system}' needs table, pattern and columns")
        if self.system not in BUILT_IN and not self.mapping:
            raise ValueError(f"a source of system '{self.system}' needs tables: what it maps to")
        if self.tables and (self.table or self.columns):
            raise ValueError("write either tables, or table and columns")
        if self.questions and "feedback" not in self.mapping:
            raise ValueError("questions need tables: feedback: {feedback_id: …}, the answers that they are part of")
        if self.pattern is not None and not _is_below(self.pattern):
            raise ValueError("pattern must name files below raw/")
        return self


def _is_below(pattern: str) -> bool:
    """Say whether a glob pattern can only match files below the folder that it is used in, on any platform."""
    parts = re.split(r"[/\\]", pattern)
    return bool(pattern.strip()) and not re.match(r"[/\\~]|[A-Za-z]:", pattern) and ".." not in parts and "\0" not in pattern


class _OfColumn(_Strict):
    """Something that is said of a column of a canonical table."""

    table: Literal[COLLECTED_NAMES]
    column: str

    @model_validator(mode="after")
    def _column_is_known(self):
        spec = contract(f"collected/{self.table}")
        if self.column not in spec.column_names and not spec.is_open:
            near = difflib.get_close_matches(self.column, spec.column_names, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            raise ValueError(f"{self.table} has no such column{hint}")
        return self


class Rule(_OfColumn):
    """A validation rule: `error` sets the row aside, `warning` counts it.

    value: the pattern of `matches`, the limit of `not_after` (a date, or a column of the table); values: two limits of
    `between` (inclusive), or what `one_of` allows. An empty value breaks `required` only.
    """

    check: Literal["required", "unique", "between", "one_of", "matches", "not_after"]
    value: date | float | str | None = None
    values: list[date | float | str] = []
    severity: Literal["error", "warning"] = "error"

    @model_validator(mode="after")
    def _has_its_limits(self):
        if self.check == "between" and (len(self.values) != 2 or not _ordered(*self.values)):
            raise ValueError("between needs values: [lowest, highest]")
        if self.check == "one_of" and not self.values:
            raise ValueError("one_of needs values")
        if self.check in ("matches", "not_after") and self.value is None:
            raise ValueError(f"{self.check} needs value")
        if self.check == "matches":
            try:
                re.compile(str(self.value))
            except re.error:
                raise ValueError("value is no regular expression") from None
        return self


def _ordered(low, high) -> bool:
    return type(low) is type(high) and low <= high


class Impute(_OfColumn):
    """A column whose empty values are filled in, and flagged."""

    how: Literal["median", "mode", "constant"]
    value: str | float | bool | None = None

    @model_validator(mode="after")
    def _constant_has_a_value(self):
        if (self.how == "constant") != (self.value is not None):
            raise ValueError("value is given with how: constant, and only then")
        return self


def _different_names(sources: list[Source]) -> list[Source]:
    names = [source.name for source in sources]
    if len(set(names)) < len(names):
        raise ValueError("each source needs a name of its own")
    return sources


class Dataset(_Strict):
    """All settings of a data set."""

    name: Name
    title: Bilingual
    about: Bilingual
    business: Business
    sources: Annotated[list[Source], Field(min_length=1), AfterValidator(_different_names)]
    rules: list[Rule] = []
    impute: list[Impute] = []
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
        raise UserError(_first_problem(error, file, yaml.compose(content, Loader=yaml.SafeLoader), model)) from None


def _first_problem(error: ValidationError, file: Path, node, model) -> str:
    problems = _meant(error.errors(include_input=False))
    problem = min(problems, key=lambda p: (p["type"] == "missing", _line(node, p["loc"])))  # a misspelt key is missing, too
    key = ".".join(str(part) for part in problem["loc"]) or "(whole file)"
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        known = _known_keys(model, problem["loc"])
        near = difflib.get_close_matches(str(problem["loc"][-1]), known, n=1)
        message = f"unknown key; did you mean '{near[0]}'?" if near else f"unknown key; known are {', '.join(known)}"
    elif problem["type"] == "missing":
        message = "is missing: add it"
    elif problem["type"] == "literal_error" and (near := _near(node, problem)):
        message = f"unknown; did you mean '{near}'?"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{paths.shown(file)}:{_line(node, problem['loc'])}: key '{key}': {message}{more}"


def _meant(problems: list[dict]) -> list[dict]:
    """Return the problems without pydantic's names of alternative types in their `loc`; of the alternatives for a value, those
    that got further into it than "this is no text"."""
    plain = [p | {"loc": tuple(part for part in p["loc"] if not ALTERNATIVE.fullmatch(str(part)))} for p in problems]
    ends = [p["type"].endswith("_type") and ALTERNATIVE.fullmatch(str((p["loc"] or ("",))[-1])) for p in problems]
    deep = [p["loc"] for p, is_end in zip(plain, ends, strict=True) if not is_end]
    return [p for p, is_end in zip(plain, ends, strict=True)
            if not (is_end and any(loc[:len(p["loc"])] == p["loc"] for loc in deep))]


def _near(node, problem) -> str | None:
    """Return the allowed word that is nearest to the one in the file, which may be a key."""
    for part in problem["loc"]:
        if part == "[key]":
            break
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == str(part)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
    word = problem["loc"][-2] if problem["loc"][-1] == "[key]" else getattr(node, "value", "")
    known = re.findall(r"'([^']+)'", problem["msg"])
    return next(iter(difflib.get_close_matches(word, known, n=1)), None) if isinstance(word, str) else None


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
    """Return the keys that the mapping at `loc` may have; `model` is that of the whole file."""
    for part in loc[:-1]:
        field = model.model_fields.get(str(part)) or model.model_fields.get("root")
        model = (_model_within(field.annotation) if field else None) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_within(annotation) -> type[BaseModel] | None:
    """Return the first model that a field's type names, also within a list or a dictionary."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_within, get_args(annotation))), None)
