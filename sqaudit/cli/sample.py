"""Commands on samples: see what a plan will tell, and draw it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from sqaudit.cli.app import AsJson, LanguageChoice, Period, RunFile, app, faults_told, shown, told
from sqaudit.cli.sample_chosen import Folder, print_line
from sqaudit.errors import Fault, ParameterError

if TYPE_CHECKING:
    from sqaudit.plan import Plan
    from sqaudit.sample_plan import SamplePlan

sample_app = typer.Typer(
    help="Samples for inspection: plan, draw, forms, read, estimate; replace and dispute on the way.",
    no_args_is_help=True,
)
app.add_typer(sample_app, name="sample")

Tongue = Annotated[LanguageChoice, typer.Option("--language", help="Chinese, English or both.")]


@sample_app.command("plan")
def sample_plan(
    run_file: RunFile,
    period: Period = None,
    expected: Annotated[
        float, typer.Option(min=0, max=1, help="The share of cases that is expected to pass.")
    ] = 0.95,
    folder: Folder = None,
    language: Tongue = LanguageChoice.en,
    as_json: AsJson = False,
) -> None:
    """Show, without drawing, how many cases each stratum has and gives, and what that will tell.

    Precision of each stratum and of all, the errors that may stay unseen, and what would reach +-3 points.
    """
    with faults_told(as_json):
        the_plan, wanted = _planned(run_file, period)
        place = _folder(the_plan, wanted, folder)
        from sqaudit.audit import Audit
        from sqaudit.samples import earlier_samples, sample_sizes_of
        from sqaudit.samples.outlook import outlook

        with _placed(the_plan), Audit(the_plan) as audit:
            sizes = sample_sizes_of(audit, wanted, _now(the_plan), earlier_samples(place))
        seen = outlook(sizes, wanted.design, expected, the_plan.run.confidence)
    if as_json:
        print_line({"records": wanted.records, "period": the_plan.run.period, **seen.as_dict()})
        return
    from sqaudit.present.sampling import outlook_lines, outlook_table

    shown.print(outlook_table(seen, wanted.records, the_plan.run.period, language.value))
    for line in outlook_lines(seen, language.value):
        shown.print(line, markup=False)


@sample_app.command("draw")
def sample_draw(
    run_file: RunFile,
    period: Period = None,
    folder: Folder = None,
    language: Tongue = LanguageChoice.en,
    as_json: AsJson = False,
) -> None:
    """Draw the sample of a run file and store it with everything that proves it.

    Writes a new folder with sample.parquet (the cases), reserve.parquet (those held ready) and sample.json
    (seed, strata, frame hash ...). Nothing is overwritten. The same plan, records and seed give the same
    cases.
    """
    with faults_told(as_json):
        the_plan, wanted = _planned(run_file, period)
        place = _folder(the_plan, wanted, folder)
        from sqaudit.audit import Audit
        from sqaudit.samples import draw, earlier_samples, write_sample

        with _placed(the_plan), Audit(the_plan) as audit:
            drawn = draw(audit, wanted, _now(the_plan), earlier=earlier_samples(place))
            sample = write_sample(drawn, place)
    if as_json:
        print_line(_told(sample))
        return
    from sqaudit.present.sampling import drawn_lines

    for line in drawn_lines(sample, language.value):
        told.print(line, markup=False)
    sys.stdout.write(f"{sample.folder}\n")


def _planned(run_file: Path, period: str | None) -> tuple[Plan, SamplePlan]:
    """The plan of the run and of its sample; ParameterError where it has none."""
    from sqaudit.plan import plan

    the_plan = plan(run_file, **({"period": period} if period else {}))
    if the_plan.run.sample is None:
        remedy = "Say under `sample:` what is drawn, as params/inspection.yaml does."
        raise ParameterError([Fault(str(run_file), "the run file has no key `sample`.", remedy)])
    return the_plan, the_plan.run.sample


@contextmanager
def _placed(the_plan: Plan) -> Iterator[None]:
    """Faults of the sample plan that only the records show, such as `sample.size`, with file and line."""
    try:
        yield
    except ParameterError as error:
        raise ParameterError(
            replace(fault, place=the_plan.at(*fault.place.split(".")))
            if fault.place.startswith("sample.")
            else fault
            for fault in error.faults
        ) from error


def _folder(the_plan: Plan, wanted: SamplePlan, folder: Path | None) -> Path:
    from sqaudit.samples import sample_folder

    return folder if folder is not None else sample_folder(wanted.folder, the_plan.base)


def _now(the_plan: Plan) -> datetime:
    """The moment of the draw, in the time zone of the run and without offset, as all its times."""
    return datetime.now(ZoneInfo(the_plan.run.timezone)).replace(tzinfo=None)


def _told(sample: Any) -> dict[str, Any]:
    names = (
        "sample_id",
        "kind",
        "period",
        "design",
        "seed",
        "frame_size",
        "frame_hash",
        "sample_size",
        "made",
    )
    settings = {name: sample.settings[name] for name in names}
    return {
        "status": "drawn",
        "folder": str(sample.folder),
        **settings,
        "earlier": sample.settings["earlier"],
    }
