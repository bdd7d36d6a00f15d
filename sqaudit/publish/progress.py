"""Progress bars for the notebooks of a run; one line each, on the error stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from sqaudit.publish.execute import Progress, silent


@contextmanager
def progress_bars(console: Console, names: Sequence[str], *, quiet: bool) -> Iterator[Progress]:
    """A function to report progress to; it moves one bar for each notebook, or none where `quiet`."""
    if quiet:
        yield silent
        return
    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=console) as bars:
        tasks = {name: bars.add_task(name, total=None) for name in names}
        yield lambda name, done, total: bars.update(tasks[name], completed=done, total=total)
