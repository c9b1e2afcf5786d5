"""The formats of other systems, one module each: what their rows are, and what those mean."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

from oncall.logs.formats import asterisk_cdr, asterisk_cel, asterisk_queue_log, columns, pagerduty, twilio
from oncall.logs.importing import Format
from oncall.logs.incoming import Cells, table, unpacked
from oncall.logs.mapping import ready_mapping, recognized

FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        twilio.FORMAT,
        asterisk_cdr.FORMAT,
        asterisk_cel.FORMAT,
        asterisk_queue_log.FORMAT,
        pagerduty.FORMAT,
        columns.FORMAT,
    )
}

_EVENT_LOG = re.compile(r'\s*\{[^\n]*"type":\s?"[a-z_]+"[^\n]*"dispatch":|\s*\{"v":\s?\d')


def misread(format: Format, start: str) -> str | None:
    """What a file is, by its beginning, and what reads it, where it is of another format than it is said to be."""
    if format.recognizes is not None and format.recognizes(start):
        return None
    for other in FORMATS.values():
        if other is not format and other.recognizes is not None and other.recognizes(start):
            return f"{other.title}: use `oncall import {other.name}`"
    if _EVENT_LOG.match(start):
        return "an event log already: use it as it is, as in `oncall replay FILE`"
    mapping = _mapping_of(start) if format is not columns.FORMAT else None
    return f"{ready_mapping(mapping).name}: use `oncall import csv --map {mapping}`" if mapping is not None else None


def _mapping_of(start: str) -> str | None:
    """The ready mapping that reads a table with this first line."""
    first_line = unpacked(io.BytesIO(start.partition("\n")[0].encode()))
    row = next(table(first_line), None)
    return recognized(row.cells) if isinstance(row, Cells) else None
