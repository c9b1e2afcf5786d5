"""The formats of other systems, one module each: what their rows are, and what those mean."""

from __future__ import annotations

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
