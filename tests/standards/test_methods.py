"""Every named method is an indicator, gives what was counted by hand, and is described where readers look."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from sqaudit.audit import Audit, audit_of
from sqaudit.kinds import catalogue
from sqaudit.readings import needed_columns
from sqaudit.standards.indicator import Indicator
from sqaudit.standards.methods import Method, expanded, families, methods

CASES = yaml.safe_load(Path(__file__).with_name("method_cases.yaml").read_text(encoding="utf-8"))
PAGE = Path(__file__).parents[2] / "docs/metric_definitions.md"
COUNTS = ("numerator", "denominator", "pending", "excluded")


def made_of(name: str, **more: Any) -> Indicator:
    return Indicator.model_validate({"id": name, "name": name, "method": name, **more})


def audit_with(
    folder: Path, indicators: Sequence[Mapping[str, Any]], tables: Mapping[str, Sequence[Mapping[str, Any]]],
    as_of: object = "2026-10-08 00:00:00", calendar: str | None = None,
) -> Audit:  # fmt: skip
    """Some indicators over tables of records, of which each has only the columns that some row fills."""
    standard = {"standard": "tested", "title": "Tested", "indicators": list(indicators)}
    standard |= {"calendar": calendar} if calendar else {}
    (folder / "standard.yaml").write_text(yaml.safe_dump(standard), encoding="utf-8")
    for kind, rows in tables.items():
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
            writer.writeheader()
            writer.writerows({name: written(value) for name, value in row.items()} for row in rows)
    run = {"standard": "standard.yaml", "period": "2026-07", "compare": "none", "as_of": str(as_of)}
    records = {kind: {"path": f"{kind}.csv"} for kind in tables}
    return audit_of({**run, "records": records, "notebooks": ["data_quality"]}, folder)


def written(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


# --- each method is an indicator ----------------------------------------------------------------------


@pytest.mark.parametrize("name", methods())
def test_a_method_is_an_indicator(name: str) -> None:
    one = made_of(name)
    method = methods()[name]
    assert one.direction is not None
    assert one.definition.startswith(name)
    assert all(f"{key}=" in one.definition for key in method.with_)
    assert "{" not in str(one.model_dump(exclude={"with_"}, exclude_unset=True).get("eligible", ""))
    for kind in one.kinds:
        assert kind in catalogue()
    left = set(re.findall(r"\{([a-z0-9_]+)\}", str(method.indicator)))
    assert left == set(method.with_), "what a method takes is what its texts have places for"


@pytest.mark.parametrize("name", methods())
def test_a_method_is_described_in_both_languages(name: str) -> None:
    method = methods()[name]
    for text in (method.name, method.formula, method.caution):
        assert re.search(r"[\u4e00-\u9fff]", text.zh), text
        assert "{" not in text.zh
    assert method.source.zh
    for text in (method.name, method.formula, method.caution, method.source):
        assert re.fullmatch(r"[^\u3000-\u9fff\uff00-\uffef{]+", text.en), text


def test_names_are_told_apart() -> None:
    for language in ("zh", "en"):
        names = [one.name.in_language(language) for one in methods().values()]
        assert len(set(names)) == len(names)
    assert {one.family for one in methods().values()} == set(families())


@pytest.mark.parametrize("name", methods())
def test_a_method_reads_columns_that_its_records_have(name: str) -> None:
    """Whatever a standard needs must be found in the records, in their links, or not be asked at all."""
    for piece in made_of(name).pieces:
        unknown = set(needed_columns(piece)) - set(catalogue()[piece.kind].columns)
        assert not unknown, f"{piece.kind} records have no {unknown}"


# --- each method gives what was counted by hand -------------------------------------------------------


def expectations() -> Iterator[tuple[int, str]]:
    for number, one in enumerate(CASES):
        yield from ((number, name) for name in one["expect"])


def test_every_method_has_a_case() -> None:
    assert sorted(name for _, name in expectations()) == sorted(methods())


@pytest.mark.parametrize("number", range(len(CASES)), ids=[next(iter(one["expect"])) for one in CASES])
def test_a_method_gives_what_was_counted_by_hand(number: int, tmp_path: Path) -> None:
    given = CASES[number]
    indicators = [{"id": name, "name": name, "method": name} for name in given["expect"]]
    settings = {key: given[key] for key in ("as_of", "calendar") if key in given}
    with audit_with(tmp_path, indicators, given["records"], **settings) as audit:
        found = audit.measure().set_index("indicator")
    for name, expected in given["expect"].items():
        row = found.loc[name]
        counted = {key: float(row[key]) for key in COUNTS if key in expected}
        assert counted == pytest.approx({key: expected[key] for key in counted}), name
        value = expected.get("value", expected.get("numerator", 0) / expected["denominator"])
        assert row["value"] == pytest.approx(value), name


# --- published oracles --------------------------------------------------------------------------------


def calls_of_the_oracle() -> list[dict[str, str]]:
    """1,000 answered (860 within 20 s), 60 abandoned (20 within 20 s, of which 10 within 5 s)."""
    waits = [("answered_at", 10, 860), ("answered_at", 30, 140)]
    waits += [("abandoned_at", 3, 10), ("abandoned_at", 15, 10), ("abandoned_at", 40, 40)]
    return [
        {
            "call_id": f"{event}{seconds}-{number}",
            "offered_at": "2026-07-01 09:00:00",
            event: f"2026-07-01 09:00:{seconds:02}",
        }
        for event, seconds, calls in waits
        for number in range(calls)
    ]


def test_service_level_by_five_formulas(tmp_path: Path) -> None:
    printed = {"m1": "83.0", "m2": "86.0", "m3": "81.1", "m4": "82.7", "m5": "82.1"}
    names = [f"service_level_{one}" for one in printed]
    indicators = [{"id": name, "name": name, "method": name} for name in names]
    with audit_with(tmp_path, indicators, {"call": calls_of_the_oracle()}) as audit:
        found = audit.measure().set_index("indicator")
    assert {name[-2:]: f"{100 * found.loc[name, 'value']:.1f}" for name in names} == printed
    assert (
        found.loc["service_level_m5", "definition"] == "service_level_m5(limit_seconds=20, short_seconds=5)"
    )


def test_first_contact_resolution_by_the_voice_of_customers(tmp_path: Path) -> None:
    rows = [
        {
            "survey_id": str(number),
            "sent_at": "2026-07-01 09:00",
            "answered_at": "2026-07-01 10:00",
            "solved_first_contact": number < 280,
        }
        for number in range(400)
    ]
    with audit_with(
        tmp_path, [{"id": "fcr", "name": "fcr", "method": "fcr_customer"}], {"survey": rows}
    ) as audit:
        row = audit.measure().iloc[0]
    assert (row["numerator"], row["denominator"], row["value"]) == (280, 400, 0.7)
    assert row["evidence"] == "survey"


# --- what is given and what is refused ----------------------------------------------------------------


def test_values_take_the_place_of_the_usual_ones() -> None:
    one = made_of("service_level_m5", **{"with": {"limit_seconds": 30}})
    assert one.definition == "service_level_m5(limit_seconds=30, short_seconds=5)"
    share = str(one.a_measure.share)
    assert "'30 seconds'" in share
    assert "'5 seconds'" in share
    chat = made_of(
        "on_time_rate", records="chat", **{"with": {"start": "offered_at", "end": "first_reply_at"}}
    )
    within = chat.a_measure.within
    assert within is not None
    assert (within.from_, within.to, within.limit) == ("offered_at", "first_reply_at", 86_400)
    assert made_of("reopen_rate", **{"with": {"days": 12345}}).definition.startswith("reopen_rate(days=")


def test_large_and_fractional_numbers_are_written_as_meant() -> None:
    within = made_of("arrival_fixed_limit", **{"with": {"limit_minutes": 1234567}}).a_measure.within
    assert within is not None
    assert within.limit == 1234567 * 60
    within = made_of("arrival_fixed_limit", **{"with": {"limit_minutes": 7.5}}).a_measure.within
    assert within is not None
    assert within.limit == 450


def test_an_own_condition_narrows_the_method() -> None:
    one = made_of("service_level_m4", eligible="channel = 'phone'")
    assert one.eligible == f"({made_of('service_level_m4').eligible}) and (channel = 'phone')"
    again = Indicator.model_validate(one.model_dump(by_alias=True, exclude_unset=True))
    assert again == one
    assert made_of("connect_rate", eligible="channel = 'phone'").eligible == "channel = 'phone'"


@pytest.mark.parametrize("name", methods())
def test_another_reading_keeps_the_method(name: str) -> None:
    """An indicator is built anew from its own keys where a reading sets some of them anew."""
    one = made_of(name, readings={"A15": [{"is": "another", "set": {"target": 0.5, "tolerance": 0.1}}]})
    (reading,) = one.readings["A15"]
    other = one.read_as(reading)
    assert (other.definition, other.eligible, other.measure) == (one.definition, one.eligible, one.measure)
    assert other.target == 0.5


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"method": "service_level_m9"}, "there is no method 'service_level_m9'. Did you mean"),
        (
            {"with": {"limit": 3}},
            "the method service_level_m5 takes no limit; it takes limit_seconds, short_seconds.",
        ),
        ({"method": "connect_rate", "with": {"limit": 3}}, "takes no limit; it takes nothing."),
        ({"with": {"limit_seconds": "slow"}}, "takes a number, 0 or more, as limit_seconds, not 'slow'."),
        ({"with": {"limit_seconds": -1}}, "takes a number, 0 or more, as limit_seconds, not -1."),
        ({"with": {"limit_seconds": float("nan")}}, "takes a number, 0 or more, as limit_seconds, not nan."),
        ({"with": {"limit_seconds": True}}, "takes a number, 0 or more, as limit_seconds, not True."),
        (
            {"method": "on_time_rate", "with": {"start": "1; drop"}},
            "takes the name of a column as start, not '1; drop'.",
        ),
        (
            {"method": "on_time_rate", "with": {"start": 3}},
            "takes the name of a column as start, not 3.",
        ),
        (
            {"measure": {"count": "all"}},
            "give `method: service_level_m5` or a `measure` of your own, not both.",
        ),
        ({"measure": {"nonsense": 1}}, "or a `measure` of your own, not both."),
    ],
)
def test_what_a_method_refuses(given: dict[str, Any], sentence: str) -> None:
    whole = {"method": "service_level_m5", **given}
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the sentence is compared below
        expanded(whole)
    assert sentence in str(refusal.value)
    with pytest.raises(ValidationError):
        Indicator.model_validate({"id": "one", "name": "One", **whole})


# --- the catalogue for readers ------------------------------------------------------------------------


def catalogue_text() -> str:
    """The catalogue as the page has it: a heading for each family, an entry for each method."""
    lines: list[str] = []
    for family, title in families().items():
        lines += [f"### {title.en} {title.zh}", ""]
        for name, method in methods().items():
            if method.family == family:
                lines += [*entry(name, method), ""]
    return "\n".join(lines)


def entry(name: str, method: Method) -> list[str]:
    one = made_of(name)
    given = ", ".join(
        f"`{key}: {value:g}`" if isinstance(value, float) else f"`{key}: {value}`"
        for key, value in method.with_.items()
    )
    reads = "Reads " + ", ".join(f"`{kind}`" for kind in one.kinds) + (f"; takes {given}" if given else "")
    return [
        f"**`{name}`** {method.name.en} · {method.name.zh}  ",
        f"Formula: {method.formula.en} · {method.formula.zh}  ",
        f"{reads}; {one.direction} is better. Source: {method.source.en}.  ",
        f"Mind: {method.caution.en} {method.caution.zh}",
    ]


def test_the_page_is_the_catalogue() -> None:
    page = PAGE.read_text(encoding="utf-8")
    begin, end = "<!-- catalogue -->\n", "\n<!-- end of catalogue -->"
    assert page.split(begin)[1].split(end)[0].strip() == catalogue_text().strip(), (
        "the catalogue should be:\n" + catalogue_text()
    )
