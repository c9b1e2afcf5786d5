"""Any table: a timeline typed into a spreadsheet by hand, or what another system exports, as CSV with a header.

Two kinds of rows are understood. A row that says what happened (`event`: called, no answer, hung up …) is one event.
A row that says when an attempt ended (`ended`) is a whole attempt: its start, its end, and `answered` between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from os.path import basename
from typing import IO

from oncall.errors import OncallError
from oncall.logs.formats.timeline import tell
from oncall.logs.importing import Asked, Format, Remark, Row
from oncall.logs.incoming import Cells, table, unpacked
from oncall.logs.mapping import ready_mapping, recognized
from oncall.logs.vocabulary import FIELDS, HEADERS, NOTHING, OWN_FIELDS, plain
from oncall.spelling import suggestion

UNUSED = "a column that is not used: --column FIELD=HEADER says which field it is"
NO_DISPATCH = "a row without a dispatch, in a file that has a column for it"
LOOKS_LIKE = "this looks like {what}: use `{how}`"
TOO_MANY = "a row with more cells than the header; kept without them"
COLUMN_TYPES = "a row that says of which type the columns are"

_TYPE = re.compile(
    r"(big|small|tiny|medium)?int(eger)?|(n?var)?(char|binary|text)|n?text|string|bool(ean)?|float|double|real|decimal"
    r"|numeric|number|uuid|uniqueidentifier|date|time|datetime|timestamp",
    re.IGNORECASE,
)


def _rows(source: IO[bytes], asked: Asked) -> Iterator[Row | Remark]:
    names: list[str] | None = None
    damaged = False
    alone = _dispatch(asked.file)
    for entry in table(unpacked(source), across=True):
        if isinstance(entry, Remark):
            damaged = True
            yield entry
        elif names is None:
            hint = _hint(entry.cells) if not asked.columns else None
            names = _header(entry.cells, asked, hint)
            if hint is not None:
                yield Remark(entry.line, hint, shown_row(entry))
            unused = (cell for name, cell in zip(names, entry.cells, strict=True) if cell and not name)
            yield from (Remark(entry.line, UNUSED, cell, aside=True) for cell in unused)
        elif is_row_of_types(entry):
            yield Remark(entry.line, COLUMN_TYPES, shown_row(entry), aside=True)
        else:
            yield from _row(entry, names, alone)
    if names is None and not damaged:
        raise OncallError(f"{asked.file or 'standard input'}: it is empty: the first line has to name the columns")


def _row(entry: Cells, names: Sequence[str], alone: str) -> Iterator[Row | Remark]:
    if any(entry.cells[len(names) :]):
        yield Remark(entry.line, TOO_MANY, ",".join(entry.cells[len(names) :])[:200])
    named = zip(names, entry.cells, strict=False)
    cells = {name: cell for name, cell in named if name and cell.casefold() not in NOTHING}
    dispatch = cells.get("dispatch") if "dispatch" in names else alone
    yield Row(entry.line, dispatch, cells) if dispatch else Remark(entry.line, NO_DISPATCH, shown_row(entry))


def is_row_of_types(entry: Cells) -> bool:
    """Whether a row holds the types of a database's columns, as the second line of Cisco's call records does."""
    cells = [cell.partition("(")[0].strip() for cell in entry.cells if cell]
    return len(cells) > 1 and all(_TYPE.fullmatch(cell) for cell in cells)


def shown_row(entry: Cells) -> str:
    """A row as a remark shows it."""
    return ",".join(entry.cells)[:200]


def _dispatch(file: str | None) -> str:
    """The dispatch that a file without a column for it is about: what the file is called."""
    name = basename(file or "").removesuffix(".gz")
    return name.rpartition(".")[0] or name or "dispatch"


def _hint(first_line: Sequence[str]) -> str | None:
    """What reads a table better, where it looks like one of a system that is known."""
    ready = recognized(first_line)
    return LOOKS_LIKE.format(what=ready_mapping(ready).name, how=f"--map {ready}") if ready is not None else None


def _header(cells: Sequence[str], asked: Asked, hint: str | None) -> list[str]:
    """The field of each column; empty where there is none. A table that cannot be read so may be one that a mapping
    reads."""
    try:
        return _fields(cells, asked)
    except OncallError:
        if hint is None:
            raise
        raise OncallError(f"{asked.file or 'standard input'}: {hint}") from None


def _fields(cells: Sequence[str], asked: Asked) -> list[str]:
    """The field of each column; empty where there is none."""
    where = asked.file or "standard input"
    headings = [plain(cell) for cell in cells]
    for field, heading in asked.columns.items():
        if field not in HEADERS:
            raise OncallError(
                f"--column {field}={heading}: there is no field {field!r}{suggestion(field, list(HEADERS))}"
            )
        if plain(heading) not in headings:
            raise OncallError(f"{where}: there is no column {heading!r}{suggestion(heading, [c for c in cells if c])}")
    chosen = {plain(heading): field for field, heading in asked.columns.items()}
    names = [chosen.get(heading, "") for heading in headings]
    for known in (OWN_FIELDS, FIELDS):  # a heading that is a field's own name goes before one that may mean it
        taken = set(names)
        for index, heading in enumerate(headings):
            field = known.get(heading, "")
            if not names[index] and field not in taken:
                names[index] = field
    _check(names, where)
    return names


def _check(names: Sequence[str], where: str) -> None:
    twice = {name for name in names if name and names.count(name) > 1}
    if twice:
        raise OncallError(f"{where}: two columns are {min(twice)!r}: say which with --column {min(twice)}=HEADER")
    if "time" not in names:
        raise OncallError(f"{where}: no column says when: call it `time`, or name it with --column time=HEADER")
    if not {"event", "outcome", "ended"} & set(names):
        raise OncallError(
            f"{where}: no column says what happened: call it `event`, or name it with --column event=HEADER"
        )


FORMAT = Format("csv", _rows, tell)
