"""The readings of a sample on disk: each in its own folder, numbered, written whole and never changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Literal

import pandas as pd

FOLDER = "readings"
ABOUT = "reading.json"
MOST = 99_999  # readings of one sample; a number has five digits, so that folders sort by it
Kind = Literal["form", "entries"]


@dataclass(frozen=True)
class Kept:
    """One reading: its number, when it was read, what was read, and the folder with its tables."""

    number: int
    kind: Kind
    read_at: str
    about: Mapping[str, Any]
    folder: Path

    def table(self, name: str) -> pd.DataFrame:
        """A table of the reading, with its number and time in front."""
        frame = pd.read_parquet(self.folder / f"{name}.parquet")
        if "detail" in frame.columns:
            frame["detail"] = [json.loads(text) for text in frame["detail"]]
        frame.insert(0, "reading", self.number)
        return frame.assign(read_at=self.read_at)


def keep(
    sample_folder: Path, kind: Kind, read_at: datetime, about: Mapping[str, Any], **tables: pd.DataFrame
) -> Kept:
    """Write one reading under the next number; one that breaks off leaves nothing behind."""
    place = sample_folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    partial = Path(mkdtemp(prefix=".partial-", dir=place))
    try:
        for name, frame in tables.items():
            _storable(frame).to_parquet(partial / f"{name}.parquet", index=False)
        stamp = read_at.isoformat(timespec="seconds")
        text = json.dumps({"kind": kind, "read_at": stamp, **about}, ensure_ascii=False, indent=1)
        (partial / ABOUT).write_text(text + "\n", encoding="utf-8")
        partial.chmod(0o755)
        return _kept(_numbered(partial, place))
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def kept(sample_folder: Path) -> list[Kept]:
    """Every reading of the sample, in the order of their numbers."""
    place = sample_folder / FOLDER
    found = sorted(one for one in place.glob("[0-9]*") if (one / ABOUT).is_file()) if place.is_dir() else []
    return [_kept(folder) for folder in found]


def _numbered(partial: Path, place: Path) -> Path:
    """The folder renamed to the next free number; two writers at once get two numbers."""
    taken = [int(one.name) for one in place.glob("[0-9]*") if one.name.isdecimal()]
    for number in range(max(taken, default=0) + 1, MOST + 1):
        target = place / f"{number:05d}"
        try:
            return partial.rename(target)  # refused where somebody took the number meanwhile
        except OSError:
            if not target.exists():
                raise
    raise OSError(f"{place} holds {MOST:,} readings; no number is left.")


def _kept(folder: Path) -> Kept:
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    return Kept(int(folder.name), about["kind"], about["read_at"], about, folder)


def _storable(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with details as text, since Parquet wants one shape for all rows of a column."""
    if "detail" not in frame.columns:
        return frame
    texts = [json.dumps(one, ensure_ascii=False, sort_keys=True) for one in frame["detail"]]
    return frame.assign(detail=pd.Series(texts, index=frame.index, dtype="str"))


__all__ = ["ABOUT", "FOLDER", "Kept", "keep", "kept"]
