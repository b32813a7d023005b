"""The `%%needs` cell magic: a cell runs only where what it needs is there.

    %%needs products rfm
    ...

A name is a table (contracts.py) or a variable of an earlier cell. Where a table is absent the report says in one sentence
what it would show. Where a method finds too little data (`TooLittleData`) the report says what it needs and has, and the
cells that need its result are left out. Every other error stops the notebook as usual.
"""

import ast

from IPython import get_ipython

from helpers import report, tables
from helpers.contracts import contracts
from helpers.errors import TooLittleData

_reasons: dict[str, tuple[str, dict]] = {}


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
            _remember(block, reason)
            return report.note(reason[0], **reason[1]) if reason[0] else None
    try:
        return _run(block, shell, cell)
    except TooLittleData as short:
        _remember(block, (short.template, short.values))
        return report.note(short.template, **short.values)


def _missing(name: str, variables: dict) -> tuple[str, dict] | None:
    """Return why `name` is not available, as a template and its values, or None if it is."""
    if name in contracts():
        if tables.has(name):
            return None
        return "This data set has no {table:label}. Adding that source would show {gives:label}.", {
            "table": f"table: {name}", "gives": contracts()[name].gives,
        }
    if variables.get(name) is not None:
        return None
    return _reasons.get(name, ("", {}))


def _remember(block: ast.Module, reason: tuple[str, dict]) -> None:
    for node in ast.walk(block):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            _reasons[node.id] = reason
            get_ipython().user_ns.pop(node.id, None)


def _run(block: ast.Module, shell, cell: str):
    """Execute the cell in the notebook's namespace and return the value of its last expression."""
    name = shell.compile.cache(cell)
    last = block.body.pop() if block.body and isinstance(block.body[-1], ast.Expr) else None
    exec(compile(block, name, "exec"), shell.user_ns)
    return eval(compile(ast.Expression(last.value), name, "eval"), shell.user_ns) if last else None
