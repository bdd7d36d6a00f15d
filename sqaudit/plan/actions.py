"""The improvement plan that people keep for a run: found and read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqaudit.errors import Fault, ParameterError
from sqaudit.params import RunFile
from sqaudit.places import found
from sqaudit.plan.place import Place

if TYPE_CHECKING:
    from sqaudit.actions import Action, Unread


def run_actions(
    run: RunFile, base: Path, where: Place
) -> tuple[tuple[Action, ...], tuple[Unread, ...], list[Fault]]:
    """The actions of the file that the run names, its columns that are not read, and all that is wrong.

    What a sound plan lacks, such as an owner or an indicator that the standard knows, is a finding and no
    fault: `sqaudit.actions.plan_findings`.
    """
    if run.actions is None:
        return (), (), []
    path = found(run.actions, base)
    if path is None or not path.is_file():
        remedy = "Check the path, or leave the key out."
        return (), (), [where.fault(["actions"], f"there is no file '{run.actions}'.", remedy)]
    from sqaudit.actions.read import read_plan  # loads pandas, which a run without a plan can do without

    try:
        return *read_plan(path), []
    except ParameterError as error:
        return (), (), list(error.faults)
