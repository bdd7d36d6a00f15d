"""A plan: a run file with everything it names found and checked, before anything slow starts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sqaudit.calendars import Calendar, named_calendar
from sqaudit.conditions import condition, unknown_columns
from sqaudit.descriptions import read_yaml, validated_in_part
from sqaudit.errors import Fault, ParameterError, did_you_mean
from sqaudit.faults import Key, at
from sqaudit.kinds import RecordKind, catalogue
from sqaudit.params import RunFile, Source
from sqaudit.periods import GRAINS
from sqaudit.personal import is_personal
from sqaudit.places import found
from sqaudit.readings import instants, needed_of
from sqaudit.sources.peek import Peeked, peek
from sqaudit.standards import Standard, read_standard
from sqaudit.standards.together import clashes, together
from sqaudit.standards.variants import variants

PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class Plan:
    """What a run will do: the run file, the standards it names, and a first look at each source.

    `standards` are as they were written, `standard` is all of them as one, to be measured at once;
    `calendars` are those that some indicator asks, by the name that the standard or the run file uses.
    """

    run: RunFile
    base: Path
    place: str
    standards: tuple[Standard, ...]
    standard_paths: tuple[Path, ...]
    peeked: Mapping[str, Peeked] = field(default_factory=dict)
    notebooks: Mapping[str, Path] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)

    @cached_property
    def read_standards(self) -> tuple[Standard, ...]:
        """The standards, each on its calendar, or all on that of the run if it names one."""
        ids = {name: calendar.id for name, calendar in self.calendars.items()}
        return tuple(one.on_calendars(ids, self.run.calendar) for one in self.standards)

    @cached_property
    def standard(self) -> Standard:
        """All standards as one."""
        return together(self.read_standards)

    def path_of(self, indicator: str) -> Path:
        """The file of the standard that has the indicator."""
        owners = zip(self.standards, self.standard_paths, strict=True)
        return next(path for one, path in owners if indicator in {entry.id for entry in one.indicators})

    def columns(self, kind: str) -> list[str]:
        """The columns that the records of a kind will have, under our names."""
        return self.peeked[kind].our_columns(self.run.records[kind])


def plan(run_file: str | Path, **changes: Any) -> Plan:
    """The plan for a run file, with single keys changed; ParameterError lists every fault at once.

    >>> plan("params/quarterly_review.yaml", period="2026-Q2").run.period
    '2026-Q2'
    """
    path = Path(run_file)
    content, lines = read_yaml(path)
    return planned({**content, **changes}, path.parent, str(path), lines)


def planned(
    content: Mapping[str, Any], base: Path, place: str, lines: Mapping[Key, int] | None = None
) -> Plan:
    """The plan for the keys of a run file; relative paths are looked for from `base`."""
    known_lines = lines or {}
    run, faults = validated_in_part(RunFile, content, place, known_lines)
    where = _Place(place, known_lines)
    if run is None:
        faults += _standard_faults(content.get("standard"), base, where)
        raise ParameterError(faults)
    standards, standard_paths, standard_faults = _standards(run.standard, base, where)
    standard = together(standards) if standards and not standard_faults else None
    peeked, source_faults = _peeked(run, base, standard, where)
    calendars, calendar_faults = _calendars(run, standards, base, where)
    notebooks, notebook_faults = _notebooks(run, base, where)
    faults += [
        *(where.fault([key], message) for key, message in run.contradictions()),
        *standard_faults,
        *calendar_faults,
        *source_faults,
        *notebook_faults,
        *_name_faults(run, standard, peeked, where),
    ]
    if faults:
        raise ParameterError(faults)
    return Plan(run, base, place, tuple(standards), tuple(standard_paths), peeked, notebooks, calendars)


@dataclass(frozen=True)
class _Place:
    """The file that faults are reported for."""

    name: str
    lines: Mapping[Key, int]

    def fault(self, key: Iterable[str | int], message: str, remedy: str = "") -> Fault:
        return Fault(at(self.name, tuple(key), self.lines), message, remedy)


def find_standard(name: str, base: Path) -> Path | None:
    """The file of a standard given by path, or by the id of one that comes with sqaudit."""
    if (path := found(name, base)) is not None and path.is_file():
        return path
    for folder in shipped("params/standards"):
        if (path := folder / f"{name}.yaml").is_file():
            return path
    return None


def named_standard(name: str, base: Path) -> Standard:
    """The standard given by path or id; StandardError where there is none or it has faults."""
    return read_standard(find_standard(name, base) or name)


def standards_at_hand(base: Path) -> list[tuple[Path, Standard]]:
    """Every standard in `params/standards` of a folder and of sqaudit itself, by file."""
    folders = [base / "params" / "standards", *shipped("params/standards")]
    files: dict[str, Path] = {}
    for folder in folders:
        for file in sorted(folder.glob("*.yaml")) if folder.is_dir() else []:
            files.setdefault(file.name, file)
    return [(file, read_standard(file)) for file in files.values()]


def shipped(name: str) -> list[Path]:
    """Where the notebooks or standards that come with sqaudit are: in the package or beside it."""
    return [folder for folder in (PACKAGE / "shipped" / name, PACKAGE.parent / name) if folder.is_dir()]


def _calendars(
    run: RunFile, standards: Sequence[Standard], base: Path, where: _Place
) -> tuple[dict[str, Calendar], list[Fault]]:
    """The calendars that some indicator asks, by name; nothing is read where none is asked."""
    found: dict[str, Calendar] = {}
    faults: list[Fault] = []
    asked = [
        (standard, indicator, run.calendar or piece.calendar)
        for standard in standards
        for indicator in [*standard.indicators, *(one.indicator for one in variants(standard))]
        for piece in standard.pieces_of(indicator)
        if instants(piece)
    ]
    for standard, indicator, name in asked:
        if not name:
            message = (
                f"{indicator.id} of {standard.standard} asks for working time, and no calendar is named."
            )
            faults.append(where.fault(["standard"], message, "Give the standard, or the run, a `calendar`."))
        elif name not in found:
            key = ["calendar"] if run.calendar else ["standard"]
            try:
                found[name] = named_calendar(name, base)
            except ParameterError as error:
                faults += [where.fault(key, fault.message, fault.remedy) for fault in error.faults]
    return found, list(dict.fromkeys(faults))


def _standards(
    names: Sequence[str], base: Path, where: _Place
) -> tuple[list[Standard], list[Path], list[Fault]]:
    """The standards of a run, their files, and everything that is wrong with them."""
    standards, paths, faults = [], [], []
    for index, name in enumerate(names):
        key: list[str | int] = ["standard", index] if len(names) > 1 else ["standard"]
        path = find_standard(name, base)
        if path is None:
            remedy = "Check the path, or name one of `sqaudit standards list`."
            faults.append(where.fault(key, f"there is no file '{name}'.", remedy))
            continue
        try:
            standards.append(read_standard(path))
            paths.append(path)
        except ParameterError as error:
            faults += error.faults
    faults += [where.fault(["standard"], message, "Rename one of them.") for message in clashes(standards)]
    return standards, paths, faults


def _standard_faults(given: object, base: Path, where: _Place) -> list[Fault]:
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return []
    return _standards(names, base, where)[2]


def _peeked(
    run: RunFile, base: Path, standard: Standard | None, where: _Place
) -> tuple[dict[str, Peeked], list[Fault]]:
    kinds = {**catalogue(), **(standard.record_kinds if standard else {})}
    peeked, faults = {}, []
    for kind, source in run.records.items():
        if standard is not None and kind not in kinds:
            remedy = did_you_mean(kind, list(kinds))
            faults.append(where.fault(["records", kind], f"there is no record kind '{kind}'.", remedy))
        look, found_faults = peek(source, base)
        faults += [
            where.fault(["records", kind, *fault.place.split(".", 1)], fault.message, fault.remedy)
            for fault in found_faults
        ]
        if look is not None:
            peeked[kind] = look
            faults += _expression_faults(kind, source, look, where)
    return peeked, faults


def _expression_faults(kind: str, source: Source, look: Peeked, where: _Place) -> list[Fault]:
    """Columns that derived columns and exclusions read and the source does not have."""
    faults = []
    known = [source.columns.get(name, name) for name in look.columns]
    for name, expression in source.derived.items():
        faults += [
            where.fault(["records", kind, "derived", name], message)
            for message in unknown_columns(expression, known)
        ]
        known.append(name)
    for reason, expression in source.exclude.items():
        faults += [
            where.fault(["records", kind, "exclude", reason], message)
            for message in unknown_columns(expression, known)
        ]
    return faults


def _notebooks(run: RunFile, base: Path, where: _Place) -> tuple[dict[str, Path], list[Fault]]:
    """The file of every notebook: one of the user's own before the one that comes with sqaudit."""
    files, faults = {}, []
    for index, name in enumerate(run.notebooks):
        own = found(f"notebooks/{name}.ipynb", base)
        candidates = [own] if own else [folder / f"{name}.ipynb" for folder in shipped("notebooks")]
        path = next((path for path in candidates if path is not None and path.is_file()), None)
        if path is None:
            known = sorted({file.stem for folder in shipped("notebooks") for file in folder.glob("*.ipynb")})
            faults.append(
                where.fault(
                    ["notebooks", index], f"there is no notebook '{name}'.", did_you_mean(name, known)
                )
            )
        else:
            files[name] = path
    return files, faults


def _name_faults(
    run: RunFile, standard: Standard | None, peeked: Mapping[str, Peeked], where: _Place
) -> list[Fault]:
    """Names of columns in segments, scope and the standard that no records have."""
    kinds = described_kinds(standard)
    columns = {
        kind: [*own, *found_elsewhere(kinds[kind], own, run.records)] if kind in kinds else own
        for kind, look in peeked.items()
        for own in [look.our_columns(run.records[kind])]
    }
    everywhere = {name for names in columns.values() for name in names}
    for kind in set(run.records) - set(columns):  # what could not be read is taken to have what its kind has
        everywhere |= set(kinds[kind].columns) if kind in kinds else set()
    faults = segment_faults(run.segments, sorted(everywhere), where.name, where.lines)
    faults += _personal_faults(run, standard, where)
    if len(columns) == len(run.records):
        faults += _scope_faults(run, columns, where)
    if standard is not None:
        faults += _indicator_faults(standard, columns, where)
    return faults


def described_kinds(standard: Standard | None) -> dict[str, RecordKind]:
    """Every record kind that is described, the standard's own before those of the catalogue."""
    return {**catalogue(), **(standard.record_kinds if standard else {})}


def found_elsewhere(kind: RecordKind, own: Collection[str], records: Collection[str]) -> list[str]:
    """The described columns that the records of a kind lack and that may be found elsewhere in the run."""
    return [
        name
        for name, column in kind.columns.items()
        if name not in own
        and ((column.link is not None and column.link.records in records) or column.otherwise)
    ]


def personal_columns(run: RunFile, described: Mapping[str, RecordKind]) -> set[str]:
    """Our columns that hold personal data: described or named so, or taken from such a column."""
    kinds = [described[kind] for kind in run.records if kind in described]
    found = {name for kind in kinds for name, column in kind.columns.items() if column.personal}
    for source in run.records.values():
        found |= {ours for theirs, ours in source.columns.items() if is_personal(theirs, kinds)}
    grown = True
    while grown:  # what is taken from a column that is taken from a personal one is personal too
        taken = {name for name, read in _taken_from(run, kinds) if read in found or is_personal(read, kinds)}
        grown = not taken <= found
        found |= taken
    return found


def _taken_from(run: RunFile, kinds: Iterable[RecordKind]) -> Iterator[tuple[str, str]]:
    """Pairs of a column and one that its values come from."""
    for source in run.records.values():
        for name, expression in source.derived.items():
            yield from ((name, read) for read in condition(expression).columns)
    for kind in kinds:
        for name, column in kind.columns.items():
            if column.link is not None and column.link.any is None:
                yield name, column.link.found[1]
            for expression in column.otherwise:
                yield from ((name, read) for read in condition(expression).columns)


def _personal_faults(run: RunFile, standard: Standard | None, where: _Place) -> list[Fault]:
    """Segments that would print personal data, unless the run says that they may."""
    if run.show_personal_data:
        return []
    described = described_kinds(standard)
    personal = personal_columns(run, described)
    return [
        where.fault(
            ["segments", index],
            f"'{name}' holds personal data, which a book does not show.",
            "Leave it out, or set `show_personal_data: true`.",
        )
        for index, name in enumerate(run.segments)
        if name in personal or is_personal(name, described.values())
    ]


def segment_faults(
    segments: Iterable[str], known: Iterable[str], place: str, lines: Mapping[Key, int] | None = None
) -> list[Fault]:
    """One fault for every segment that is neither a column of any records nor a grain of time."""
    names = list(known)
    return [
        Fault(
            at(place, ("segments", index), lines or {}),
            f"no records have the column '{name}'.",
            did_you_mean(name, names),
        )
        for index, name in enumerate(segments)
        if name not in names and name not in GRAINS
    ]


def _scope_faults(run: RunFile, columns: Mapping[str, list[str]], where: _Place) -> list[Fault]:
    if isinstance(run.scope, dict):
        faults = []
        for kind, expression in run.scope.items():
            if kind not in columns:
                remedy = did_you_mean(kind, list(columns))
                faults.append(
                    where.fault(["scope", kind], f"no records of the kind '{kind}' are given.", remedy)
                )
            else:
                faults += [
                    where.fault(["scope", kind], message)
                    for message in unknown_columns(expression, columns[kind])
                ]
        return faults
    if run.scope is None or any(not unknown_columns(run.scope, names) for names in columns.values()):
        return []
    everywhere = sorted({name for names in columns.values() for name in names})
    missing = unknown_columns(run.scope, everywhere) or [
        "no single kind of records has all the columns it reads."
    ]
    return [where.fault(["scope"], message) for message in missing]


def _indicator_faults(standard: Standard, columns: Mapping[str, list[str]], where: _Place) -> list[Fault]:
    """Columns in the standard that neither the record kind describes nor the records have."""
    faults = []
    for indicator in standard.indicators:
        for kind in indicator.kinds:
            known: dict[str, RecordKind] = {**catalogue(), **standard.record_kinds}
            names = {*known[kind].columns, *columns.get(kind, [])}
            for name in needed_of(indicator, kind):
                if name not in names and (kind in columns or kind in standard.record_kinds):
                    message = f"{indicator.id} reads the column '{name}', which {kind} records do not have."
                    faults.append(where.fault(["standard"], message, did_you_mean(name, sorted(names))))
    return faults
