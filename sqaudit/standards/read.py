"""Standards and assumptions from their YAML files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from sqaudit.descriptions import Description, Text, read_yaml, validated
from sqaudit.errors import Fault, ParameterError, StandardError
from sqaudit.standards.model import Standard


class Assumption(Description):
    """A reading taken where the source documents are silent or contradict themselves."""

    question: Text
    reading: Text


class _Ledger(Description):
    assumptions: dict[str, Assumption]


def read_standard(path: str | Path) -> Standard:
    """The standard in a YAML file; StandardError lists every fault with file, line and key.

    >>> read_standard("params/standards/after_sales_evaluation.yaml").indicator("fcr_ticket").weight
    20.0
    """
    file = Path(path)
    try:
        content, lines = read_yaml(file)
        standard = validated(Standard, content, str(file), lines)
    except ParameterError as error:
        raise StandardError(error.faults) from error
    if unknown := sorted(set(standard.assumptions_used) - set(read_assumptions())):
        message = f"there is no assumption {', '.join(unknown)}."
        raise StandardError([Fault(str(file), message, f"Known: {', '.join(sorted(read_assumptions()))}.")])
    return standard


@lru_cache(maxsize=1)
def read_assumptions() -> Mapping[str, Assumption]:
    """The readings taken where the documents are open, by number (A01, A02, ...)."""
    path = Path(__file__).with_name("assumptions.yaml")
    content, lines = read_yaml(path)
    shifted = {("assumptions", *key): line for key, line in lines.items()}
    ledger: _Ledger = validated(_Ledger, {"assumptions": content}, path.name, shifted)
    return ledger.assumptions
