"""A look at an installation: what a run needs and whether it is there."""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqaudit.plan import shipped
from sqaudit.present.fonts import font_path
from sqaudit.publish.manifest import versions


@dataclass(frozen=True)
class Examined:
    """One thing looked at."""

    what: str
    fine: bool
    found: str
    remedy: str = ""


def examined() -> list[Examined]:
    """Everything a run needs, looked at one by one; nothing is changed."""
    return [_python(), *_packages(), _kernel(), _font(), _notebooks(), _room(), _writable()]


def _python() -> Examined:
    return Examined(
        "Python", sys.version_info >= (3, 11), sys.version.split()[0], "Use Python 3.11 or newer."
    )


def _packages() -> list[Examined]:
    return [
        Examined(name, version != "absent", version, "Install sqaudit again with pip.")
        for name, version in versions().items()
    ]


def _kernel() -> Examined:
    from jupyter_client.kernelspec import KernelSpecManager

    known = KernelSpecManager().find_kernel_specs()
    found = known.get("python3", "none called python3")
    return Examined(
        "Jupyter kernel", "python3" in known, str(found), "Run: python -m ipykernel install --sys-prefix"
    )


def _font() -> Examined:
    path = font_path()
    remedy = "Install zhplot with pip, or name a font file in SQAUDIT_FONT."
    return Examined("Chinese font", path is not None, path.name if path else "none", remedy)


def _notebooks() -> Examined:
    folders = shipped("notebooks")
    names = sorted({file.stem for folder in folders for file in folder.glob("*.ipynb")})
    return Examined("Notebooks", bool(names), ", ".join(names) or "none", "Install sqaudit again with pip.")


def _room() -> Examined:
    free = shutil.disk_usage(tempfile.gettempdir()).free / 1e9
    return Examined(
        "Room for temporary files",
        free > 1,
        f"{free:.1f} GB",
        "Free some room, or set TMPDIR to a larger disk.",
    )


def _writable() -> Examined:
    here = Path.cwd()
    try:
        with tempfile.TemporaryFile(dir=here):
            return Examined("This folder can be written", True, str(here))
    except OSError as error:
        return Examined(
            "This folder can be written", False, str(error), "Go to a folder of yours, or use --out."
        )
