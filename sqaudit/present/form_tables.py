"""What a round of reading forms brought, as tables for a reader."""

from __future__ import annotations

import pandas as pd

from sqaudit.present.form_words import fault_place, fault_remedy, fault_sentence
from sqaudit.present.words import Language, say, tongues

__all__ = ["read_files", "worded_faults"]

_FILES = ("file", "inspector", "rows", "rows_used", "answers", "new", "changed", "errors", "warnings", "kept")


def worded_faults(faults: pd.DataFrame, language: Language) -> pd.DataFrame:
    """The faults of filled forms in words: severity, place, what is wrong, and what to do.

    >>> from sqaudit.inspections.faults import fault, fault_table
    >>> worded_faults(fault_table([fault("error", "no_file", file="li.xlsx")]), "en").iloc[0].tolist()
    ['Error', 'li.xlsx', 'there is no such file.', 'Check the path.']
    """
    rows = [{str(name): value for name, value in row.items()} for row in faults.to_dict("records")]
    parts = {"place": fault_place, "fault": fault_sentence, "todo": fault_remedy}
    words = {
        name: [" / ".join(dict.fromkeys(part(row, one) for one in tongues(language))) for row in rows]
        for name, part in parts.items()
    }
    severity = [say(f"severity.{row['severity']}", language) for row in rows]
    columns = {"severity": severity, **words}
    heads = {name: say(f"form_table.{name}", language) for name in columns}
    return pd.DataFrame(columns, dtype="str").rename(columns=heads)


def read_files(files: pd.DataFrame, language: Language) -> pd.DataFrame:
    """What became of each file, under headings of the language."""
    return files[list(_FILES)].rename(columns={name: say(f"form_table.{name}", language) for name in _FILES})
