"""A book performed again: untouched it comes out the same; what was changed is named, and why."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from sqaudit.books import Verification, verify_book
from sqaudit.books.fingerprints import MANIFEST, hashes, sha256
from sqaudit.errors import ParameterError
from tests.books.conftest import Making, edited, moved


def figures(found: Verification) -> set[str]:
    own = found.differences[found.differences["part"] == "figure"]
    return set(own["indicator"])


def reasons(found: Verification) -> list[tuple[str, str, str]]:
    return [(row["what"], row["name"], row["state"]) for row in found.reasons.to_dict("records")]


def test_an_untouched_book_comes_out_the_same_and_nothing_is_written(make: Making) -> None:
    book = make()
    before = {**hashes(book), MANIFEST: sha256(book / MANIFEST)}
    found = verify_book(book)
    assert found.status == 0
    assert found.compared > 100
    assert found.differences.empty
    assert found.reasons.empty
    assert {**hashes(book), MANIFEST: sha256(book / MANIFEST)} == before


def test_one_changed_record_names_its_figure_and_its_file(make: Making, home: Path) -> None:
    book = make()
    (home / "reports" / "home").mkdir()  # a copy around the book hides nothing
    (home / "reports" / "home" / "visits.csv").write_bytes((home / "visits.csv").read_bytes())
    edited(home / "visits.csv", "2026-08-03 10:30", "2026-08-03 10:31")
    found = verify_book(book)
    assert found.status == 1
    assert figures(found) == {"soon"}
    assert reasons(found) == [("source", "visits.csv", "changed")]
    rows = found.differences[found.differences["figure"] == "numerator"]
    told = {
        (row["grouping"], row["segment"]): (row["stored"], row["computed"]) for row in rows.to_dict("records")
    }
    assert told[("total", "")] == (3, 2)
    assert told[("region", "region=south")] == (2, 1)
    assert ("region", "region=north") not in told


def test_a_tampered_figure_is_named_and_so_are_files_that_changed_went_and_came(make: Making) -> None:
    book = make()
    frame = pd.read_parquet(book / "measurements.parquet")
    frame.loc[frame["indicator"] == "on_time", "value"] = 0.99
    frame.to_parquet(book / "measurements.parquet", index=False)
    (book / "index.html").unlink()
    (book / "note.txt").write_text("mine", encoding="utf-8")
    found = verify_book(book)
    assert found.status == 1
    told = {row["name"]: row["state"] for row in found.altered.to_dict("records")}
    assert told == {"measurements.parquet": "changed", "index.html": "missing", "note.txt": "added"}
    assert figures(found) == {"on_time"}
    assert reasons(found) == []


def test_a_standard_and_a_package_that_changed_since_are_told_and_are_no_difference(
    make: Making, home: Path
) -> None:
    book = make()
    told = json.loads((book / MANIFEST).read_text(encoding="utf-8"))
    told["packages"]["scipy"] = "1.0.0"
    (book / MANIFEST).write_text(json.dumps(told), encoding="utf-8")
    edited(home / "standard.yaml", "target: 0.8", "target: 0.2")
    found = verify_book(book)
    assert found.status == 0
    assert reasons(found) == [("standard", "small", "changed"), ("package", "scipy", "changed")]


def test_a_copy_that_was_changed_gives_way_to_the_original(make: Making) -> None:
    book = make()
    edited(book / "standards" / "small.yaml", "target: 0.8", "target: 0.2")
    found = verify_book(book)
    assert found.altered["name"].tolist() == ["standards/small.yaml"]
    assert found.differences.empty


def test_without_its_sources_a_book_cannot_be_performed_again(make: Making, home: Path) -> None:
    book = make()
    (home / "elsewhere").mkdir()
    shutil.move(home / "visits.csv", home / "elsewhere" / "visits.csv")
    found = verify_book(book)
    assert found.status == 2
    assert found.hindrances == (("source_missing", {"name": "visits.csv"}),)
    assert verify_book(book, [home / "elsewhere"]).status == 0


def test_a_project_that_moved_is_found_around_the_book(make: Making, home: Path, tmp_path: Path) -> None:
    book = make()
    place = moved(home, tmp_path / "attic" / "home")
    assert verify_book(place / "reports" / book.name).status == 0


def test_a_book_that_moved_alone_finds_its_sources_where_they_were(make: Making, tmp_path: Path) -> None:
    book = Path(shutil.move(make(), tmp_path / "a book"))
    assert verify_book(book).status == 0


def test_a_database_without_its_password_is_asked_for(make: Making, home: Path) -> None:
    import sqlite3

    with sqlite3.connect(home / "visits.db") as store:
        pd.read_csv(home / "visits.csv").to_sql("visits", store, index=False)
    url = f"sqlite:///{home / 'visits.db'}"
    book = make(records={"visit": {"url": url, "query": "select * from visits"}})
    found = verify_book(book)
    assert found.status == 0
    assert [(what, state) for what, _, state in reasons(found)] == [("database", "not_checked")]
    for name in (MANIFEST, "run.json"):
        edited(book / name, f'"url": "{url}"', '"url": "mysql://me:***@host/base"')
    assert verify_book(book).hindrances == (
        ("no_address", {"kind": "visit", "url": "mysql://me:***@host/base"}),
    )
    assert verify_book(book, urls={"visit": url}).differences.empty


def test_what_was_never_finished_is_refused(make: Making) -> None:
    book = make()
    partial = book.rename(book.with_name(book.name + ".partial"))
    with pytest.raises(ParameterError, match="never finished"):
        verify_book(partial)
    told = json.loads((partial / MANIFEST).read_text(encoding="utf-8"))
    (partial / MANIFEST).write_text(json.dumps({**told, "kept": [{"key": "actions"}]}), encoding="utf-8")
    half = partial.rename(partial.with_name("half"))
    with pytest.raises(ParameterError, match="cannot be read"):
        verify_book(half)
    partial = half.rename(partial)
    (partial / MANIFEST).write_text("{}", encoding="utf-8")
    broken = partial.rename(partial.with_name("broken"))
    with pytest.raises(ParameterError, match="cannot be read"):
        verify_book(broken)
