"""The folder of a sample: written once as a whole, read back only if nothing in it was changed."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from sqaudit.errors import Fault, ParameterError, SourceError
from sqaudit.samples.model import Sample

CASES, RESERVE, SETTINGS = "sample.parquet", "reserve.parquet", "sample.json"
MOST_OF_A_NAME = 1000  # samples of one kind and period


def sample_folder(folder: str, base: Path) -> Path:
    """Where the samples of a run file lie: beside its project.

    `base` is the folder of the run file. A relative path counts from the folder above where the run files lie
    in a folder `params`, else from `base` itself.

    >>> sample_folder("samples", Path("project/params")).as_posix()
    'project/samples'
    """
    wanted = Path(folder).expanduser()
    if wanted.is_absolute():
        return wanted
    return (base.parent if base.name == "params" else base) / wanted


def write_sample(sample: Sample, folder: Path) -> Sample:
    """The sample stored in a new folder within `folder`, under its id, or `id_2` ... if that is taken.

    Nothing is ever overwritten: the files are written aside and moved in one step. ParameterError where the
    folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        aside = folder / f".partial-{secrets.token_hex(8)}"
        aside.mkdir()
    except OSError as error:
        message = f"the folder {folder} cannot be written: {error.strerror}."
        raise ParameterError([Fault("sample.folder", message, "Name another `folder`.")]) from error
    try:
        for number in range(1, MOST_OF_A_NAME + 1):
            name = sample.id if number == 1 else f"{sample.id}_{number}"
            if (folder / name).exists():
                continue
            stored = _filled(sample, aside, name)
            try:
                aside.rename(
                    folder / name
                )  # fails if somebody else was quicker, and then the next name is tried
            except OSError:
                continue
            return replace(stored, folder=folder / name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    message = f"{folder} already holds {MOST_OF_A_NAME:,} samples called {sample.id}."
    raise ParameterError([Fault("sample.folder", message, "Give the sample a `name`.")])


def read_sample(folder: str | Path) -> Sample:
    """The sample in a folder; SourceError if a file is missing, unreadable or no longer what was written."""
    place = Path(folder)
    try:
        settings = json.loads((place / SETTINGS).read_text(encoding="utf-8"))
        _refuse_changed(place, settings)
        cases, reserve = (pd.read_parquet(place / name) for name in (CASES, RESERVE))
        return Sample(
            cases,
            reserve,
            pd.DataFrame(settings["strata"]),
            settings,
            pd.DataFrame(settings["frame_profile"]["counts"]),
            pd.DataFrame(settings["frame_profile"]["durations"]),
            place,
        )
    except FileNotFoundError as error:
        raise SourceError(
            f"{place} is no complete sample: {Path(error.filename).name} is missing."
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"the sample in {place} cannot be read: {error}.") from error


def _filled(sample: Sample, folder: Path, name: str) -> Sample:
    """The folder with the files of the sample, and the sample with the hashes of them."""
    for frame, file in ((sample.cases, CASES), (sample.reserve, RESERVE)):
        frame.to_parquet(folder / file, index=False)
    settings = {
        **sample.settings,
        "sample_id": name,
        "strata": _records(sample.strata),
        "frame_profile": {
            "counts": _records(sample.profile_counts),
            "durations": _records(sample.profile_durations),
        },
        "sha256": {file: _sha256(folder / file) for file in (CASES, RESERVE)},
    }
    settings["sha256"]["settings"] = _digest_of(settings)
    text = json.dumps(settings, ensure_ascii=False, indent=1)
    (folder / SETTINGS).write_text(text + "\n", encoding="utf-8")
    return replace(sample, settings=settings)


def _refuse_changed(folder: Path, settings: Mapping[str, Any]) -> None:
    """SourceError that names every file that is no longer what was written."""
    known = settings["sha256"]
    changed = [file for file in (CASES, RESERVE) if _sha256(folder / file) != known[file]]
    if _digest_of(settings) != known["settings"]:
        changed.append(SETTINGS)
    if changed:
        raise SourceError(
            f"{' and '.join(changed)} of the sample in {folder} changed after the draw: what it says is no "
            "longer what was drawn. Restore the folder from a copy, or draw again."
        )


def _digest_of(settings: Mapping[str, Any]) -> str:
    """SHA-256 of all settings but itself, written with sorted keys."""
    hashes = {name: value for name, value in settings["sha256"].items() if name != "settings"}
    content = json.dumps({**settings, "sha256": hashes}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as plain values; what is missing as null."""
    content: list[dict[str, Any]] = json.loads(
        frame.to_json(orient="records", date_format="iso", force_ascii=False, double_precision=15)
    )
    return content
