"""What the commands on a drawn sample share: which sample is meant, in which language, at what time."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from sqaudit.cli.app import LanguageChoice
from sqaudit.errors import Fault, ParameterError, did_you_mean

if TYPE_CHECKING:
    from sqaudit.plan import Plan
    from sqaudit.present.words import Language
    from sqaudit.sample_plan import SamplePlan
    from sqaudit.samples import Sample

SampleName = Annotated[
    str | None,
    typer.Option("--sample", help="Another sample than the newest: its name, or the path of its folder."),
]
Folder = Annotated[
    Path | None, typer.Option(help="The folder that collects the samples, in place of the plan's own.")
]
Speech = Annotated[LanguageChoice | None, typer.Option("--language", help="Chinese, English or both.")]


def sample_of(
    run_file: Path, name: str | None, collected: Path | None = None
) -> tuple[Plan, SamplePlan, Sample]:
    """The plan of the run file, its key `sample`, and the sample named or the newest of its kind.

    `collected` is the folder of the samples where it is not the one that the run file names.
    """
    from sqaudit.plan import plan
    from sqaudit.samples import earlier_samples, read_sample, sample_folder

    the_plan = plan(run_file)
    setting = the_plan.run.sample
    if setting is None:
        remedy = "Say there what is drawn, on which form, by whom."
        raise ParameterError([Fault(the_plan.place, "the run file has no key `sample`.", remedy)])
    if name is not None and (Path(name) / "sample.json").is_file():
        return the_plan, setting, read_sample(Path(name))
    folder = collected if collected is not None else sample_folder(setting.folder, the_plan.base)
    known = [one.id for one in earlier_samples(folder) if one.kind == setting.records]
    if name is None and not known:
        said = f"there is no sample of {setting.records} records."
        remedy = f"Draw one first: sqaudit sample draw {run_file}; "
        remedy += "or say with --folder where samples lie, or with --sample which is meant."
        raise ParameterError([Fault(str(folder), said, remedy)])
    chosen = name if name is not None else known[-1]
    if chosen not in known:
        said = f"there is no sample '{chosen}' in {folder}."
        raise ParameterError([Fault("--sample", said, did_you_mean(chosen, known))])
    return the_plan, setting, read_sample(folder / chosen)


def language_of(the_plan: Plan, setting: SamplePlan, chosen: LanguageChoice | None) -> Language:
    """The language asked for, else that of the forms, else that of the run."""
    return chosen.value if chosen is not None else setting.language or the_plan.run.language


def now_of(the_plan: Plan) -> datetime:
    """The moment, in the time zone of the run."""
    return datetime.now(tz=ZoneInfo(the_plan.run.timezone))


def folder_of(drawn: Sample) -> Path:
    """The folder of a sample that was read from there."""
    return drawn.folder or Path()


def print_line(content: Any) -> None:
    """The content as one line of JSON on the standard output."""
    from sqaudit.publish.tables import plain

    sys.stdout.write(json.dumps(plain(content), ensure_ascii=False) + "\n")
