"""Samples on a terminal: what a plan will be able to tell, and what was drawn."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape
from rich.table import Table

from sqaudit.present import numbers
from sqaudit.present.words import DASH, Language, say
from sqaudit.samples.model import Sample
from sqaudit.samples.outlook import Outlook

_COLUMNS = ("stratum_size", "stratum_sample", "sampling_share", "half_width_points", "unseen_share")
COARSE = 10.0  # points; a stratum known less well than that is hardly known


def outlook_table(told: Outlook, kind: str, period: str, language: Language) -> Table:
    """The strata of a plan with their sizes and what their sample alone will tell, and all together."""
    title = say("sampling.title", language, kind=kind, period=period)
    table = Table(title=escape(title), title_justify="left", box=None, header_style="bold", pad_edge=False)
    table.add_column(say("sampling.stratum", language))
    for name in _COLUMNS:
        table.add_column(say(f"sampling.{name}", language), justify="right")
    for row in told.strata.to_dict("records"):
        table.add_row(
            escape(str(row["stratum"])),
            numbers.count(row["stratum_size"]),
            numbers.count(row["stratum_sample"]),
            numbers.share(row["sampling_share"]),
            _points(row["half_width_points"]),
            _share(row["unseen_share"]),
        )
    table.add_row(
        say("sampling.total", language),
        numbers.count(told.frame_size),
        numbers.count(told.sample_size),
        numbers.share(told.sample_size / told.frame_size) if told.frame_size else DASH,
        _points(told.half_width_points),
        _share(told.unseen_share),
        style="bold",
    )
    return table


def outlook_lines(told: Outlook, language: Language) -> Iterator[str]:
    """What the sample can and cannot see, and how many cases would reach +-3 points."""
    if not numbers.is_number(told.half_width_points):
        yield say("sampling.unknown_reach", language)
        return
    expected = numbers.share(told.expected_share, digits=0)
    confidence = numbers.share(told.confidence, digits=0)
    points = _points(told.half_width_points)
    yield say("sampling.reach", language, expected=expected, points=points, confidence=confidence)
    yield say("sampling.unseen", language, share=_share(told.unseen_share))
    coarse = int((told.strata["half_width_points"] > COARSE).sum())
    if coarse and len(told.strata) > 1:
        wide = numbers.plain(COARSE)
        yield say("sampling.small", language, points=wide, count=coarse, of=len(told.strata))
    yield say("sampling.enough", language, size=told.size_for_wanted)


def drawn_lines(sample: Sample, language: Language) -> Iterator[str]:
    """What was drawn, from how many, where it lies, and what proves it."""
    settings = sample.settings
    key = "clusters_drawn" if sample.design == "cluster" else "drawn"
    told = {"cases": len(sample.cases), "of": settings["frame_size"], "folder": sample.folder}
    yield say(f"sampling.{key}", language, **told)
    yield say("sampling.seed", language, seed=str(sample.seed), hash=str(settings["frame_hash"])[:16])
    if len(sample.reserve):
        yield say("sampling.reserve", language, cases=len(sample.reserve))
    if settings["earlier"]["cases"]:
        earlier = settings["earlier"]
        yield say("sampling.earlier", language, cases=earlier["cases"], samples=earlier["samples"])


def _points(value: float) -> str:
    return numbers.plain(round(value, 1)) if numbers.is_number(value) else DASH


def _share(value: float) -> str:
    return numbers.share(value) if numbers.is_number(value) else DASH
