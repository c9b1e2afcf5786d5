"""The formats of other systems, one module each: what their rows are, and what those mean."""

from __future__ import annotations

import re
from collections.abc import Mapping

from oncall.logs.formats import asterisk_cdr, asterisk_cel, asterisk_queue_log, columns, pagerduty, twilio
from oncall.logs.importing import Format

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
    return "an event log already: use it as it is, as in `oncall replay FILE`" if _EVENT_LOG.match(start) else None
