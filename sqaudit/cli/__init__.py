"""The command line: words to calls, no arithmetic.

Exit status: 0 fine; 1 something failed and the rest was delivered; 2 bad parameters, nothing started.
"""

# Each module adds its commands, in the order in which `sqaudit --help` lists them.
# isort: off
from sqaudit.cli import audits
from sqaudit.cli import books
from sqaudit.cli import standards
from sqaudit.cli import clock
from sqaudit.cli import causes
from sqaudit.cli import assess
from sqaudit.cli import actions
from sqaudit.cli import sample
from sqaudit.cli import sample_forms
from sqaudit.cli import sample_estimate
from sqaudit.cli import about

# isort: on
from sqaudit.cli.app import app

__all__ = [
    "about",
    "actions",
    "app",
    "assess",
    "audits",
    "books",
    "causes",
    "clock",
    "main",
    "sample",
    "sample_estimate",
    "sample_forms",
    "standards",
]


def main() -> None:
    """The entry point of the command `sqaudit`."""
    app()
