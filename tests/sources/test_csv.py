"""CSV files as people export them: encodings, delimiters, torn lines, odd headers, numbers with commas."""

# ruff: noqa: DTZ001 - times in the engine carry no zone
from __future__ import annotations

import csv
import gzip
import io
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqaudit.errors import ParameterError, SourceError
from sqaudit.sources.csv_files import blank_lines
from tests.sources.conftest import Open, account, faults, values

CHINESE = 'job_id,opened_at,班组\r\n007,2026年7月1日 9:30,"一班\r\n白天"\r\n8,2026年7月2日,二班\r\n'
# a file that has to be copied comes out with one kind of line end, within its cells too
SHIFT = {"utf-8": "一班\r\n白天", "utf-8-sig": "一班\r\n白天"} | dict.fromkeys(
    ("gb18030", "gbk", "gb2312", "utf-16"), "一班\n白天"
)
JULY = datetime(2026, 7, 1)


def refused(caught: pytest.ExceptionInfo[ParameterError]) -> list[str]:
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "gb2312", "utf-16"])
def test_the_encoding_is_found(read_csv: Open, encoding: str) -> None:
    audit = read_csv(CHINESE.encode(encoding))
    assert list(audit.columns["job"]) == ["job_id", "opened_at", "班组"]
    assert values(audit, "job_id", "班组") == [("007", SHIFT[encoding]), ("8", "二班")]


@pytest.mark.parametrize("encoding", ["big5", "utf-16-le", "cp1252"])
def test_other_encodings_are_stated(read_csv: Open, encoding: str) -> None:
    text = (
        "job_id,opened_at,t\n1,2026-07-01,Müller\n" if encoding == "cp1252" else CHINESE.replace("班组", "組")
    )
    audit = read_csv(
        text.replace("一班", "一").replace("二班", "二").encode(encoding, "replace"), encoding=encoding
    )
    assert values(audit, "opened_at")[0].date() == JULY.date()


@pytest.mark.parametrize(
    ("name", "packed"), [("jobs.csv.gz", True), ("JOBS.CSV.GZ", True), ("jobs.txt", False)]
)
def test_gzip_is_unpacked_whatever_the_encoding(folder: Path, opened: Open, name: str, packed: bool) -> None:
    data = CHINESE.encode("gb18030")
    (folder / name).write_bytes(gzip.compress(data) if packed else data)
    assert values(opened({"path": name}), "job_id") == ["007", "8"]
    (folder / name).write_bytes(gzip.compress(CHINESE.encode()) if packed else CHINESE.encode())
    assert values(opened({"path": name}), "job_id") == ["007", "8"]


def test_a_wrong_stated_encoding_is_refused_before_the_start(read_csv: Open, folder: Path) -> None:
    with pytest.raises(ParameterError) as caught:
        read_csv(CHINESE.encode("gbk"), encoding="utf-8")
    assert refused(caught) == [
        f"parameters, records.job.path: {folder / 'jobs.csv'}: the file cannot be read as utf-8 "
        "('utf-8' codec can't decode byte 0xb0 in position 17: invalid start byte); state another `encoding`."
    ]


def test_a_wrong_byte_far_down_is_an_error_with_the_file(read_csv: Open, folder: Path) -> None:
    rows = b"1,2026-07-01,a\n" * 20_000
    with pytest.raises(SourceError, match=f"^job: {folder / 'jobs.csv'}: .*gbk.*codec can't decode"):
        read_csv(b"job_id,opened_at,t\n" + rows + b"2,2026-07-01,\xff\xff\n", encoding="gbk")


def test_a_wrong_byte_far_down_in_utf8_is_a_rejected_line(read_csv: Open) -> None:
    rows = b"1,2026-07-01,a\n" * 20_000
    audit = read_csv(
        b"job_id,opened_at,t\n" + rows + b"2,2026-07-01,\xff\xff\n3,2026-07-01,b\n", encoding="utf-8"
    )
    [fault] = faults(audit, "unreadable_line")
    assert (fault["count"], fault["rows"]) == (1, [20_002])
    assert account(audit) == [("read", "", 20_002), ("unreadable_line", "", -1), ("used", "", 20_001)]


@pytest.mark.parametrize(
    ("content", "stated", "message"),
    [
        ("", {}, "{file}: the file has no header in line 1; state `header_row`."),
        ("\n\n", {}, "{file}: the file has no header in line 1; state `header_row`."),
        ("a\n1\n", {"header_row": 9}, "{file}: the file has no header in line 9; state `header_row`."),
        (bytes(range(256)), {}, "{file}: the file is neither UTF-8 nor GB18030. State its `encoding`."),
    ],
)
def test_a_file_without_a_header_is_refused(
    read_csv: Open, folder: Path, content: str | bytes, stated: dict[str, int], message: str
) -> None:
    with pytest.raises(ParameterError) as caught:
        read_csv(content, **stated)
    assert refused(caught) == [f"parameters, records.job.path: {message.format(file=folder / 'jobs.csv')}"]


def test_what_is_no_gzip_is_refused(folder: Path, opened: Open) -> None:
    (folder / "jobs.csv.gz").write_text("job_id\n1\n")
    with pytest.raises(ParameterError) as caught:
        opened({"path": "jobs.csv.gz"})
    assert refused(caught) == [
        f"parameters, records.job.path: {folder / 'jobs.csv.gz'}: "
        "the file cannot be read: Not a gzipped file (b'jo')."
    ]


def test_a_gzip_that_was_cut_off_is_refused(folder: Path, opened: Open) -> None:
    whole = gzip.compress(CHINESE.encode() * 2000)
    (folder / "jobs.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises((ParameterError, SourceError), match=r"jobs\.csv\.gz: the file cannot be read: "):
        opened({"path": "jobs.csv.gz"})


def test_a_header_without_rows_is_an_empty_source(read_csv: Open) -> None:
    audit = read_csv("job_id,opened_at")
    assert [fault["severity"] for fault in faults(audit, "empty_source")] == ["error"]
    assert account(audit) == [("read", "", 0), ("used", "", 0)]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_delimiter_is_found(read_csv: Open, sign: str, newline: str) -> None:
    rows = ["job_id,opened_at,note", "1,2026-07-01,", "2,2026-07-02,x"]
    audit = read_csv(newline.join(rows).replace(",", sign))
    assert values(audit, "job_id", "note") == [("1", None), ("2", "x")]


@pytest.mark.parametrize(("written", "sign"), [("^", "^"), ("tab", "\t"), ("\\t", "\t")])
def test_a_delimiter_may_be_stated(read_csv: Open, written: str, sign: str) -> None:
    audit = read_csv(f"job_id{sign}note\n1{sign}a,b;c\n", delimiter=written)
    assert values(audit, "job_id", "note") == [("1", "a,b;c")]


@pytest.mark.parametrize("written", ["||", "", '"', "；"])
def test_a_delimiter_is_one_sign(read_csv: Open, written: str) -> None:
    with pytest.raises(ParameterError) as caught:
        read_csv("job_id||note\n", delimiter=written)
    assert refused(caught) == [
        f"parameters, records.job.delimiter: {written!r} is no delimiter. "
        "Write one sign, such as ; or | or tab."
    ]


def test_torn_lines_are_reported_with_their_number_and_the_rest_keeps_its_own(read_csv: Open) -> None:
    audit = read_csv(
        'job_id,opened_at,note\n1,2026-07-01,"a\nb"\n2,2026-07-02\n\n3,x,c\n4,2026-07-04,d,e\n"5"6,2026-07-05,f\n'
        "7,y,g\n,,\n8,z,h\n"
    )
    # the record over two lines counts as one row, as in a spreadsheet; blank and torn lines keep their places
    assert values(audit, "_row", "job_id") == [(1, "1"), (4, "3"), (7, "7"), (9, "8")]
    [torn] = faults(audit, "unreadable_line")
    assert (torn["severity"], torn["count"], torn["of"], torn["rows"]) == ("error", 3, 7, [3, 6, 7])
    [unread] = faults(audit, "unreadable_value")
    assert (unread["count"], unread["rows"], unread["examples"]) == (3, [5, 8, 10], ["x", "y", "z"])
    assert account(audit) == [
        ("read", "", 7),
        ("unreadable_line", "", -3),
        ("no_event_time", "", -3),
        ("used", "", 1),
    ]


def test_a_quotation_mark_gone_astray_is_reported(read_csv: Open) -> None:
    audit = read_csv('job_id,note\n1,5" pipe\n2,"open\n3,c\n')
    assert values(audit, "job_id", "note") == [("1", '5" pipe')]
    assert [fault["rows"] for fault in faults(audit, "unreadable_line")] == [[3]]


@pytest.mark.parametrize("text", ["a,b\n\n1,2\n", "a,b\r\n\r\n1,2\r\n"])
def test_blank_lines_are_counted_as_a_person_counts_them(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv").write_bytes(text.encode())
    assert blank_lines(tmp_path / "a.csv") == [2]
    (tmp_path / "a.csv").write_bytes(('a,"x\n\ny"\n' + text).encode())
    assert blank_lines(tmp_path / "a.csv") == [3]


def test_title_lines_before_the_header_are_skipped(read_csv: Open) -> None:
    audit = read_csv("Export of July\n\njob_id,opened_at\n1,2026-07-01\n2,x\n", header_row=3)
    assert values(audit, "job_id") == ["1", "2"]
    assert [fault["rows"] for fault in faults(audit, "unreadable_value")] == [[5]]


def test_repeated_and_empty_headers_get_names(read_csv: Open) -> None:
    audit = read_csv("\ufeffjob_id,t,T,,t_2, padded \n1,a,b,c,d,e\n")
    assert list(audit.columns["job"]) == ["job_id", "t", "T_2", "column_4", "t_2_2", "padded"]
    assert values(audit, "t", "T_2", "column_4", "t_2_2", "padded") == [("a", "b", "c", "d", "e")]


def test_any_name_may_be_a_column(read_csv: Open) -> None:
    header = [
        "job_id",
        "opened_at",
        "select",
        'a "quoted" name',
        "with space",
        "所属 班组",
        "group by",
        "it's",
        "a\nb",
    ]
    file = io.StringIO()
    csv.writer(file).writerows([header, ["1", "2026-07-01", *map(str, range(7))]])
    audit = read_csv(
        file.getvalue(),
        {"segments": header[2:7], "scope": '"select" = 0 and "a ""quoted"" name" = 1'},
        derived={"sum": '"group by" + "it\'s"'},
    )
    assert values(audit, *header[2:], "sum") == [(0, 1, 2, 3, 4, 5, 6, 9)]
    assert audit.measure(by=["所属 班组"])["所属 班组"].to_list() == [3]


def test_numbers_with_thousands_are_numbers_and_fractions_are_no_integers(read_csv: Open) -> None:
    audit = read_csv(
        'job_id,score,tries\n1,"1,250.5",3\n2,"1,25",3.0\n3,nan,2.7\n4,inf,"1,000"\n5,1_000,1_000\n6,.5,-2\n7,5%,٣\n'
        '8,1e999,"1,250.5"\n'
    )
    assert values(audit, "score", "tries") == [
        (1250.5, 3), (None, 3), (None, None), (None, 1000), (None, None), (0.5, -2), (None, None),
        (None, None),
    ]  # fmt: skip
    found = {
        fault["column"]: (fault["count"], fault["examples"]) for fault in faults(audit, "unreadable_value")
    }
    assert found == {
        "score": (6, ["1,25", "nan", "inf", "1_000", "5%"]),
        "tries": (4, ["2.7", "1_000", "٣", "1,250.5"]),
    }


def test_decimal_commas_are_read_where_the_run_file_says_so(read_csv: Open) -> None:
    content = "job_id;score;own;tries\n1;1,5;2,5;1.000\n2;1.250,75;3;2\n"
    audit = read_csv(content, decimal=",")
    assert values(audit, "score", "own", "tries") == [(1.5, 2.5, 1000), (1250.75, 3.0, 2)]
    audit = read_csv(
        "job_id;score;tries\n1;1.5;1,5\n", decimal=","
    )  # where the comma is stated, a point is none
    assert values(audit, "score", "tries") == [(None, None)]
    audit = read_csv(content)  # unsaid, they are reported and not guessed
    assert values(audit, "score", "own") == [(None, "2,5"), (None, "3")]
    assert faults(audit, "unreadable_value")[0]["examples"] == ["1,5", "1.250,75"]


def test_own_columns_take_the_type_that_every_value_fits(read_csv: Open) -> None:
    audit = read_csv(
        "job_id,zip,big,count,share,flag,day,version,code,plus,product,mixed\n"
        "1,01234,12345678901234567890,1,0.5,TRUE,2026-07-01,1.2.3,1-2-3,+1,1E5,1\n"
        "2,99999,5,-20,1e-05,false,2026-07-02 10:00,1.2.4,1-2-4,+2,2E5,x\n"
    )
    assert audit.columns["job"] == {
        "job_id": "VARCHAR", "zip": "VARCHAR", "big": "VARCHAR", "count": "BIGINT", "share": "DOUBLE",
        "flag": "BOOLEAN", "day": "TIMESTAMP", "version": "VARCHAR", "code": "VARCHAR", "plus": "VARCHAR",
        "product": "VARCHAR", "mixed": "VARCHAR",
    }  # fmt: skip
    assert values(audit, "zip", "big") == [("01234", "12345678901234567890"), ("99999", "5")]


def test_one_late_value_makes_the_column_text(read_csv: Open) -> None:
    rows = "".join(f"{number},{number}\n" for number in range(6_000))
    assert read_csv(f"job_id,own\n{rows}").columns["job"]["own"] == "BIGINT"
    assert read_csv(f"job_id,own\n{rows}x,0.5\n").columns["job"]["own"] == "DOUBLE"
    assert read_csv(f"job_id,own\n{rows}x,A1\n").columns["job"]["own"] == "VARCHAR"


def test_blanks_of_every_kind_are_missing(read_csv: Open) -> None:
    audit = read_csv("job_id,note,x\n 1 ,\u3000,a\n2,\u00a0 \t,b\n3,  in  side  ,c\n")
    assert values(audit, "job_id", "note") == [("1", None), ("2", None), ("3", "in  side")]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(*[st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)] * 3),
        min_size=1,
        max_size=25,
    ),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "gb18030", "utf-16"]),
)
def test_any_text_comes_through(
    read_csv: Open, rows: list[tuple[str, ...]], sign: str, encoding: str
) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=sign, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("job_id", "a", "b", "c"), *((str(number), *row) for number, row in enumerate(rows))])
    audit = read_csv(file.getvalue().encode(encoding), encoding=encoding, types=dict.fromkeys("abc", "text"))
    spaces = " \t\r\n\u00a0\u3000"
    expected = [
        (number, *(plain(cell.strip(spaces)) for cell in row)) for number, row in enumerate(rows, start=1)
    ]
    found = [(row[0], *(plain(cell) for cell in row[1:])) for row in values(audit, "_row", "a", "b", "c")]
    assert found == expected


def plain(cell: str | None) -> str | None:
    """A cell with one kind of line end, and None for an empty one."""
    return (cell or "").replace("\r\n", "\n").replace("\r", "\n") or None


@pytest.mark.parametrize(
    "rows",
    [
        'job_id,"a\nb"\r\n1,2\r\n3,4\r\n',
        'job_id,"a\r\nb"\n1,2\n3,4\n',
        'job_id,x\n1,"2\r"\n3,4\n',
        "job_id,x\r\n1,2\n3,4\r\n",
        "job_id,x\n1,2\r\n3,4",
        "job_id,x\r1,2\r3,4\r",
    ],
)
def test_line_ends_of_several_kinds_lose_no_row(read_csv: Open, rows: str) -> None:
    audit = read_csv(rows)
    assert values(audit, "job_id", list(audit.columns["job"])[1]) == [("1", 2), ("3", 4)]
