"""Execute a notebook with papermill, once for the models and a second time, in the same kernel, for the other language."""

import logging
import re
import sys
import tempfile
import time
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from traitlets.config import Config

from helpers import paths

OWN_ERRORS = ("UserError", "AssertionError", "TooLittleData", "TypeError")  # ours name no value of the data
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
FRAME = re.compile(r"File |Cell |-{20,}|\s*(?:The above exception|During handling)|[\w.]+ +Traceback \(most recent")
HELD = re.compile(r"\S*@\S*|\S*[^\x00-\x7f…]\S*|\S*\d{4,}\S*")  # of a message that is not ours: may be a value of the data
PROGRESS_SECONDS = 3.0
QUIET = ["--IPKernelApp.log_level=50"]  # what goes wrong in a cell stands in the notebook


@dataclass(frozen=True)
class Problem:
    """Why a run stopped, in one line; `by_user` if the user can mend it."""

    message: str
    by_user: bool = False


class Client(PapermillNotebookClient):
    """Papermill's client with progress, and a second pass in Chinese over the cells that show something."""

    stage, staging, second, problem = "", None, None, None

    def papermill_execute_cells(self):
        started, last_said = time.monotonic(), 0.0
        code = [i for i, cell in enumerate(self.nb.cells) if cell.cell_type == "code"]
        for position, index in enumerate(code, start=1):
            seconds = time.monotonic() - started
            if seconds - last_said >= PROGRESS_SECONDS:
                print(f"{self.stage}  cell {position} of {len(code)}  {seconds:.0f} s", flush=True)
                last_said = seconds
            if not self._execute(index, f"cell {position} of {len(code)}"):
                return
        self._ask(f"from helpers.running import notebook; notebook.dump_trace({str(self.staging / 'trace.json')!r})")
        self._second_language()

    def _execute(self, index: int, where: str) -> bool:
        cell = self.nb.cells[index]
        try:
            self.nb_man.cell_start(cell, index)
            self.execute_cell(cell, index)
        except CellExecutionError as error:
            self.nb_man.cell_exception(cell, cell_index=index, exception=error)
            type(self).problem = _explain(cell, error, where)
            return False
        except CellTimeoutError:
            type(self).problem = Problem(f"stopped in {where}: it took longer than allowed")
            return False
        except DeadKernelError:
            type(self).problem = Problem(f"stopped in {where}: the kernel died, most often because memory ran out")
            return False
        finally:
            self.nb_man.cell_complete(cell, cell_index=index)
        return True

    def _second_language(self):
        """Execute the setup cell and every cell with output again, in Chinese, into a copy of the notebook."""
        type(self).second = other = deepcopy(self.nb)
        self._ask("from helpers import tables; tables.replay(); language = 'zh'")
        english, self.nb = self.nb, other
        try:
            self._show_again(other)
        finally:
            self.nb = english

    def _show_again(self, other) -> None:
        code = [i for i, cell in enumerate(other.cells) if cell.cell_type == "code"]
        for position, index in enumerate(code, start=1):
            cell = other.cells[index]
            is_setup = "setup" in cell.metadata.get("tags", [])
            if not is_setup and not cell.outputs:
                continue
            try:
                self.execute_cell(cell, index)
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                type(self).problem = _explain(cell, error, f"cell {position} of {len(code)} (in Chinese)")
                return

    def _ask(self, code: str) -> None:
        """Execute code of the runner in the kernel, beside the notebook."""
        cell = nbformat.v4.new_code_cell(code)
        self.nb.cells.append(cell)
        try:
            self.execute_cell(cell, len(self.nb.cells) - 1, store_history=False)
        finally:
            self.nb.cells.pop()


class Engine(NBClientEngine):
    """A papermill engine that uses the client above."""

    sockets = ""  # folder of the kernel's sockets: no other user of the machine can listen

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, log_output=False, stdout_file=None, stderr_file=None,
                                 start_timeout=60, execution_timeout=None, **kwargs):
        config = Config({"KernelManager": {"transport": "ipc", "ip": f"{cls.sockets}/kernel"}})
        client = Client(nb_man, timeout=execution_timeout, startup_timeout=start_timeout, kernel_name=kernel_name,
                        log_output=log_output, resources=kwargs.pop("resources", {}), config=config, extra_arguments=QUIET)
        return client.execute()


def _explain(cell, error: Exception, where: str) -> Problem:
    name = getattr(error, "ename", type(error).__name__)
    value = str(getattr(error, "evalue", "") or "")
    if name == "UserError":
        return Problem((value.strip().splitlines() or [""])[0], by_user=True)
    first = _without_values(name, value, is_ours=_is_raised_by_us(str(getattr(error, "traceback", ""))))
    lines = [line for line in cell.source.splitlines() if line.strip() and not line.startswith("%%")]
    starts = lines[0].strip()[:60] if lines else ""
    return Problem(f"failed in {where} ({starts} …): {name}: {first[:200]}")


def _is_raised_by_us(traceback: str) -> bool:
    """Say whether the innermost frame is a cell or a module of the workbook: libraries quote values of the data."""
    frames = re.findall(r"^(?:File|Cell) [^\n]*", COLOURS.sub("", traceback), re.MULTILINE)
    return not frames or frames[-1].startswith(("Cell ", f"File {paths.PACKAGE}"))


def _without_values(name: str, message: str, *, is_ours: bool) -> str:
    """Return the first line of an error's message; of one that is not ours, without what may be a value of the data.

    That is all from the first quotation mark on, what follows a colon, addresses, long numbers and words that are not ASCII.
    """
    first = (message.strip().splitlines() or [""])[0]
    if name in OWN_ERRORS and is_ours:
        return first
    head, quote, _ = re.sub(r"(?<!\w)['\"‘“`]", "\0", first, count=1).partition("\0")
    kind, said = re.match(r"((?:[A-Z][\w ]* Error: )?)(.*)", head).groups()
    said, colon, rest = said.partition(": ")
    return kind + HELD.sub("…", said) + colon + ("'…'" if quote else "…" if rest.strip() else "")


def _strip_values(notebook) -> None:
    """Leave of each traceback the frames (code, no values) and of each message what :func:`_without_values` does."""
    for output in (o for cell in notebook.cells for o in cell.get("outputs", ()) if o.output_type == "error"):
        is_ours, kept = _is_raised_by_us("\n".join(output.traceback)), []
        for entry in output.traceback:
            plain = COLOURS.sub("", entry)
            if not FRAME.match(plain):
                name, _, message = plain.strip().partition(": ")
                is_last = is_ours and entry is output.traceback[-1]
                entry = f"{name}: {_without_values(name, message, is_ours=is_last)}" if name.isidentifier() else "…"
            kept.append(entry)
        output.traceback, output.evalue = kept, _without_values(output.ename, output.evalue, is_ours=is_ours)


def execute_both_languages(
    notebook: Path, staging: Path, parameters: dict, *, stage: str, cell_seconds: int
) -> tuple[dict, Problem | None]:
    """Execute `notebook`; return (language → executed notebook, what went wrong or None)."""
    logging.getLogger("papermill").setLevel(logging.ERROR)  # it warns of comments that it cannot parse
    papermill_engines.register("both_languages", Engine)
    Client.stage, Client.staging, Client.second, Client.problem = stage, staging, None, None
    output = staging / notebook.name
    parameters = {**parameters, "language": "en"}
    try:
        with tempfile.TemporaryDirectory(prefix="workbook-") as Engine.sockets:
            executed = papermill.execute_notebook(
                str(notebook), str(output), parameters=parameters, engine_name="both_languages", kernel_name="python3",
                progress_bar=False, log_output=False, cwd=str(notebook.parent), execution_timeout=cell_seconds,
                request_save_on_cell_execute=False,
            )
    except papermill.PapermillExecutionError:
        executed = nbformat.read(output, as_version=4)
    except (DeadKernelError, RuntimeError) as error:
        executed = nbformat.read(output if output.exists() else notebook, as_version=4)
        Client.problem = Client.problem or Problem(f"stopped: {type(error).__name__}: the kernel did not answer")
    if Client.problem is None and Client.second is None:
        Client.problem = Problem("stopped before its end")
    sys.stdout.flush()
    if Client.problem is not None:
        for notebook in filter(None, (executed, Client.second)):
            _strip_values(notebook)
    failed_in_chinese = Client.problem is not None and Client.second is not None
    return {"en": Client.second if failed_in_chinese else executed, "zh": Client.second}, Client.problem
