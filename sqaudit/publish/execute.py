"""Notebooks of a book, executed side by side by papermill; what fails is kept and told, the rest goes on."""

from __future__ import annotations

import os
import shutil
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_core.utils import ensure_event_loop
from traitlets.config import Config

Progress = Callable[[str, int, int], None]  # notebook, cells done, cells in all


def silent(name: str, done: int, total: int) -> None:
    """A progress that shows nothing."""


@dataclass(frozen=True)
class Execution:
    """What became of one notebook.

    `cell` is the number of the cell it stopped at, counted from one in the notebook as it was written;
    None where none had started.
    """

    name: str
    path: Path
    seconds: float
    error: str = ""
    cell: int | None = None
    source: str = ""

    @property
    def failed(self) -> bool:
        """Whether it did not come to its end."""
        return bool(self.error)


def execute_all(
    notebooks: Mapping[str, Path],
    folder: Path,
    parameters: Mapping[str, Any],
    *,
    jobs: int,
    timeout_minutes: float,
    progress: Progress,
) -> list[Execution]:
    """Every notebook executed into the folder, at most `jobs` at a time, in the order given.

    The status comes from the exception alone: a notebook whose kernel died carries no error of its own.
    """

    def one(name: str) -> Execution:
        return execute(name, notebooks[name], folder / f"{name}.ipynb", parameters, timeout_minutes, progress)

    with _kernel_environment(), ThreadPoolExecutor(max_workers=jobs) as pool:
        return list(pool.map(one, notebooks))


def execute(
    name: str,
    source: Path,
    target: Path,
    parameters: Mapping[str, Any],
    timeout_minutes: float,
    progress: Progress,
) -> Execution:
    """One notebook executed into `target`, which is there also where it failed."""
    import papermill

    started = time.monotonic()
    reached: list[Any] = []  # the cells that were started, in order
    total = len(nbformat.read(source, as_version=4).cells) + 1  # type: ignore[no-untyped-call]

    def on_start(cell: Any, cell_index: int) -> None:  # noqa: ARG001 - named by nbclient
        reached.append(cell)

    def on_done(cell: Any, cell_index: int, **_: Any) -> None:  # noqa: ARG001 - named by nbclient
        progress(name, cell_index + 1, total)

    error = ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # papermill and its kernels warn about themselves, not about our data
            papermill.execute_notebook(
                str(source),
                str(target),
                parameters=dict(parameters),
                kernel_name="python3",
                progress_bar=False,
                execution_timeout=int(timeout_minutes * 60),
                request_save_on_cell_execute=True,  # so that a dead kernel leaves what it had said
                shutdown_kernel="immediate",
                config=Config({"KernelManager": {"transport_encryption": "auto"}}),
                on_cell_start=on_start,
                on_cell_executed=on_done,
            )
    except Exception as failure:
        error = _told(failure)
    finally:
        ensure_event_loop().close()  # the client leaves the loop of its thread open
    progress(name, total, total)
    seconds = time.monotonic() - started
    if not error:
        return Execution(name, target, seconds)
    _keep(source, target)
    if not reached:
        return Execution(name, target, seconds, error)
    # papermill puts cells of its own between ours; the number is that in the notebook as it was written
    cells = nbformat.read(source, as_version=4).cells  # type: ignore[no-untyped-call]
    places = [place for place, cell in enumerate(cells, start=1) if cell.id == reached[-1].id]
    return Execution(name, target, seconds, error, places[0] if places else None, str(reached[-1].source))


def default_jobs(notebooks: int) -> int:
    """As many notebooks at a time as there are cores, and memory for their kernels (about 300 MB each)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(notebooks, cores, _free_megabytes() // 300))


def _free_megabytes() -> int:
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1_000_000
    except (ValueError, OSError, AttributeError):
        return 4_000


def _told(failure: Exception) -> str:
    """The error in words a reader can use: for an error in a cell its own last line."""
    name = getattr(failure, "ename", None)
    if name is not None:
        return f"{name}: {getattr(failure, 'evalue', '')}"
    first = str(failure).strip().splitlines()
    return f"{type(failure).__name__}: {first[0] if first else 'the kernel stopped without a word'}"


def _keep(source: Path, target: Path) -> None:
    """The notebook as far as it came stays; the untouched one where papermill could not save any."""
    try:
        nbformat.read(target, as_version=4)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, nbformat.reader.NotJSONError):
        shutil.copy(source, target)


@contextmanager
def _kernel_environment() -> Iterator[None]:
    """One thread for linear algebra in each kernel: side by side, more of them only wait for each other."""
    name = "OMP_NUM_THREADS"
    before = os.environ.get(name)
    os.environ.setdefault(name, "1")
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(name, None)
