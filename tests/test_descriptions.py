# ruff: noqa: E501 - sentences are compared whole, as they are shown
"""YAML files are read safely, and whatever is wrong with one is said in a sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field

from sqaudit.descriptions import LARGEST_FILE, Description, Text, read_yaml, validated
from sqaudit.errors import ParameterError
from sqaudit.faults import at


def refusal(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ParameterError) as caught:
        read_yaml(path)
    [fault] = caught.value.faults
    return str(fault).replace(str(path), "FILE")


def bomb() -> str:
    levels = [
        f"{name}: &{name} [{', '.join(['*' + before] * 9)}]"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    return "\n".join(["a: &a [1, 1, 1]", *levels])


DEEP = "FILE: this is no valid YAML: it is nested deeper than 50 levels."
ENDLESS = "FILE: the file nests or repeats itself without end."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "FILE: the file must hold `key: value` lines."),
        ("- a\n", "FILE: the file must hold `key: value` lines."),
        ("just words", "FILE: the file must hold `key: value` lines."),
        ("a: [1\n", "FILE: this is no valid YAML: did not find expected ',' or ']' (line 2, column 1)."),
        ("a:\n\tb: 1\n", "FILE: this is no valid YAML: found character that cannot start any token (line 2, column 1)."),
        ("a: 1\nb: 2\na: 3\n", "FILE, line 3: the key 'a' stands twice. Keep one."),
        ("a: {b: 1, b: 2}\n", "FILE, line 1: the key 'b' stands twice. Keep one."),
        (
            "a: !!python/object/apply:os.system ['touch /tmp/owned']\n",
            "FILE: this is no valid YAML: could not determine a constructor for the tag "
            "'tag:yaml.org,2002:python/object/apply:os.system' (line 1, column 4).",
        ),
        ("a: 1\n---\nb: 2\n", "FILE: this is no valid YAML: but found another document (line 2, column 1)."),
        ("? [a, b]\n: c\n", "FILE: this is no valid YAML: found unhashable key (line 1, column 3)."),
        ("标题: 一\n".encode("gbk"), "FILE: the file is not UTF-8. Save it as UTF-8."),
        ("a: &a [*a]\n", ENDLESS),
        (bomb(), ENDLESS),
        ("a: " + "[" * 5_000 + "]" * 5_000, DEEP),
        ("a: " + "x" * LARGEST_FILE, "FILE: the file is larger than 4,000,000 bytes."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_description_is_refused(tmp_path: Path, content: str | bytes, message: str) -> None:
    assert refusal(tmp_path / "run.yaml", content) == message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "lost.yaml", tmp_path):
        with pytest.raises(ParameterError) as caught:
            read_yaml(path)
        assert str(caught.value.faults[0]) == f"{path}: there is no such file. Check the path."


def test_lines_of_keys_are_remembered(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("\ufeffa:\n  b:\n    - x\n    - y: 1\n2: z\n", encoding="utf-8")
    content, lines = read_yaml(tmp_path / "a.yaml")
    assert content == {"a": {"b": ["x", {"y": 1}]}, 2: "z"}
    assert lines == {
        ("a",): 1,
        ("a", "b"): 2,
        ("a", "b", 0): 3,
        ("a", "b", 1): 4,
        ("a", "b", 1, "y"): 4,
        ("2",): 5,
    }
    assert at("a.yaml", ("a", "b", 1, "lost"), lines) == "a.yaml, line 4, a.b[2].lost"
    assert at("a.yaml", (), lines) == "a.yaml"


def test_a_date_that_is_none_stays_a_text_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "a: 2026-13-40\nb: 2026-08-31\nc: !!timestamp soon\nd: 2026-08-31 25:61:00\n"
    )
    content, _ = read_yaml(tmp_path / "a.yaml")
    assert content == {"a": "2026-13-40", "b": date(2026, 8, 31), "c": "soon", "d": "2026-08-31 25:61:00"}


class Part(Description):
    size: int = 1


class Whole(Description):
    name: Text
    parts: list[Part] = Field(default_factory=list)
    by_name: dict[str, Part] = Field(default_factory=dict)


def test_faults_name_line_key_and_remedy(tmp_path: Path) -> None:
    file = tmp_path / "whole.yaml"
    file.write_text("parts:\n  - {size: big}\n  - {siez: 2}\nby_name:\n  one: {sizes: 3}\nnmae: x\n")
    content, lines = read_yaml(file)
    with pytest.raises(ParameterError) as caught:
        validated(Whole, content, "whole.yaml", lines)
    assert sorted(str(fault) for fault in caught.value.faults) == [
        "whole.yaml, line 2, parts[1].size: 'big' does not fit. Expected a valid integer such as 20.",
        "whole.yaml, line 3, parts[2].siez: unknown key 'siez'. Did you mean 'size'?",
        "whole.yaml, line 5, by_name.one.sizes: unknown key 'sizes'. Did you mean 'size'?",
        "whole.yaml, line 6, nmae: unknown key 'nmae'. Did you mean 'name'?",
        "whole.yaml, name: this key is missing. Add it.",
    ]


def test_texts_fall_back_on_the_other_language() -> None:
    assert Text(zh="门", en="").in_language("en") == "门"
    assert Text(zh="", en="door").both() == {"zh": "door", "en": "door"}
    assert Text.model_validate("Desk").both() == {"zh": "Desk", "en": "Desk"}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=60) | st.text(alphabet="abz:[]{}-#&*!|>'\"%@\\\n\t ?,~0", max_size=60).map(str.encode)
)
def test_any_bytes_give_a_mapping_or_a_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "any.yaml"
    file.write_bytes(content)
    try:
        read, _ = read_yaml(file)
    except ParameterError as error:
        assert all(fault.message.endswith(".") for fault in error.faults)  # noqa: PT017 - either is right
    else:
        assert isinstance(read, dict)
