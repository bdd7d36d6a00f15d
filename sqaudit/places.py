"""Places on disk: what a path of a run file stands for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def found(path: str, base: Path) -> Path | None:
    """The file or folder that a path of a run file names, or None.

    A relative path counts from the folder of the run file, then from each folder above it, then from
    the folder one is in: so a run file in `params/` can name `data_samples/visits.csv`. The path may be a
    pattern such as `tickets/2026-*.csv`; `matches` lists what it stands for.
    """
    try:
        wanted, base = Path(path).expanduser(), base.resolve()
    except RuntimeError:  # the home of somebody unknown
        return None
    above = (*base.parents, Path.cwd(), *Path.cwd().parents)
    if wanted.parts[:1] == ("**",):
        above = ()  # or the whole disk would be searched
    # an absolute path is the same from every folder
    candidates = dict.fromkeys(folder / wanted for folder in (base, *above))
    return next((place for place in candidates if next(matches(place), None) is not None), None)


def matches(place: Path) -> Iterator[Path]:
    """The files or folders that a path names: itself, else those that fit it as a pattern, in any order."""
    try:
        if place.exists():
            yield place
            return
    except (OSError, ValueError):  # too long a name, or a sign that no name can have
        return
    parts = [index for index, part in enumerate(place.parts) if any(sign in part for sign in "*?[")]
    if parts and (folder := Path(*place.parts[: parts[0]])).is_dir():
        yield from folder.glob(str(Path(*place.parts[parts[0] :])))
