"""The `%%needs` cell magic: a cell runs only where what it needs is there.

    %%needs products rfm
    ...

A name is a table (contracts.py) or a variable of an earlier cell. Where a table is absent the report says in one sentence
what it would show. Where a method finds too little data (`TooLittleData`) the report says what it needs and has, and the
cells that need its result are left out. Every other error stops the notebook as usual.
"""

import ast
import json
import sys

from IPython import get_ipython

from helpers import paths, report, tables
from helpers.contracts import SPOKEN, contracts
from helpers.errors import TooLittleData

_reasons: dict[str, tuple[str, dict]] = {}
_maker: dict[str, str] = {}  # variable → the cell that made it


def activate() -> None:
    """Register the magic in the running kernel (report.start calls this)."""
    _reasons.clear()
    if (shell := get_ipython()) is not None:
        shell.register_magic_function(needs, magic_kind="cell")


def needs(line: str, cell: str):
    """Run `cell` if every name in `line` is an available table or a defined variable; else show why not."""
    shell = get_ipython()
    block = ast.parse(shell.transform_cell(cell))
    for name in line.split():
        if (reason := _missing(name, shell.user_ns)) is not None:
            _remember(block, cell, reason)
            return report.lacking(reason[0], **reason[1]) if reason[0] else None
    made = _made_by(block)
    try:
        value = _run(block, shell, cell)
        _maker.update(dict.fromkeys(made, cell))
        return value
    except TooLittleData as short:
        _remember(block, cell, (short.template, short.values))
        return report.lacking(short.template, **short.values)


def _missing(name: str, variables: dict) -> tuple[str, dict] | None:
    """Return why `name` is not available, as a template and its values, or None if it is."""
    if name in contracts():
        if tables.has(name):
            return None
        spec = contracts()[name]
        if spec.layer == "results":
            from helpers.rendering.render import STAGES  # imports nbconvert: only where it is needed

            name_of = {stage.split("_", 1)[1]: words[0] for stage, words in STAGES.items()}
            return "This part builds on the report “{topic:label}”, which has nothing to say about this data set.", {
                "topic": name_of[spec.owner],
            }
        return "This data set has no {table:label}. Adding that source would show {gives:label}.", {
            "table": SPOKEN.get(name.rsplit("/", 1)[-1], name), "gives": spec.gives,
        }
    if variables.get(name) is not None:
        return None
    return _reasons.get(name, ("", {}))


def _made_by(block: ast.Module) -> set[str]:
    """Return the variables that a cell makes, without those whose earlier value it uses (`rows += …`, `rows = [*rows, …]`)."""
    made, used = set(), set()
    for statement in block.body:
        names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        extended = {node.target.id for node in ast.walk(statement) if isinstance(node, ast.AugAssign)}
        used |= ({node.id for node in names if isinstance(node.ctx, ast.Load)} | extended) - made
        made |= {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return made - used


def _remember(block: ast.Module, cell: str, reason: tuple[str, dict]) -> None:
    """Keep the reason for the variables that the cell would have made, and forget the values that it made earlier.

    What another cell made under the same name stays: two cells may be alternatives (buyers, contracts).
    """
    for name in _made_by(block):
        _reasons[name] = reason
        if _maker.get(name, cell) == cell:
            get_ipython().user_ns.pop(name, None)


def _run(block: ast.Module, shell, cell: str):
    """Execute the cell in the notebook's namespace and return the value of its last expression."""
    name = shell.compile.cache(cell)
    last = block.body.pop() if block.body and isinstance(block.body[-1], ast.Expr) else None
    exec(compile(block, name, "exec"), shell.user_ns)
    return eval(compile(ast.Expression(last.value), name, "eval"), shell.user_ns) if last else None


def dump_trace(file: str) -> None:
    """Write what this notebook read, wrote and loaded, for its manifest (the runner calls this in the kernel)."""
    from importlib.metadata import version
    from pathlib import Path

    loaded = {getattr(module, "__file__", None) or "" for name, module in sys.modules.items() if name.startswith("helpers")}
    code = [Path(f) for f in loaded if f] + report.i18n.used_catalogues()
    libraries = ("pandas", "numpy", "scikit-learn", "duckdb", "ibis-framework", "pyarrow", "lifetimes", "papermill")
    trace = {
        **tables.trace(),
        "code": sorted(f.relative_to(paths.PACKAGE).as_posix() for f in code if f.is_relative_to(paths.PACKAGE)),
        "libraries": {name: version(name) for name in libraries},
    }
    Path(file).write_text(json.dumps(trace), encoding="utf-8")
