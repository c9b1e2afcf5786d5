"""A file of another format than it is said to be is recognised, and what reads it is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from oncall.logs.formats import FORMATS
from tests.logs.conftest import Imported

CASES = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted(Path(__file__).with_name("cases").glob("*.yaml"))
}
PLAIN = {
    "asterisk-cdr": ["asterisk_cdr", "asterisk_cdr_header", "asterisk_cdr_custom", "asterisk_cdr_outgoing"],
    "asterisk-cel": ["asterisk_cel", "asterisk_cel_columns", "asterisk_cel_database", "asterisk_cel_tabs"],
    "asterisk-queue-log": ["asterisk_queue_log", "asterisk_queue_log_headings", "asterisk_queue_log_database"],
    "pagerduty": ["pagerduty", "pagerduty_ends"],
    "twilio": ["twilio_pages", "twilio_states", "twilio_csv"],
}
OTHERS = [
    ("asterisk-cdr", '{"v":1,"time":"2026-11-22T05:00:00Z","type":"received","dispatch":"A"}', "an event log already"),
    ("twilio", '{"event":{"event_type":"incident.triggered"}}', "oncall import pagerduty"),
    ("twilio", '{"incidents":[{"incident_number":12,"id":"P1"}]}', "oncall import pagerduty"),
    ("pagerduty", '{"CallSid":"CA1","CallStatus":"ringing"}', "oncall import twilio"),
    ("asterisk-cel", "call_id,caller_did_number,callee_did_number,result", "oncall import csv --map zoom-phone"),
    ("asterisk-cdr", "1795323600|NONE|NONE|NONE|QUEUESTART|", "oncall import asterisk-queue-log"),
]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in PLAIN.items() for name in names])
def test_a_file_of_another_format_is_named_and_not_imported(
    format: str, kind: str, name: str, bring: Callable[..., Imported]
) -> None:
    done = bring(format, CASES[name]["input"], "--timezone", "America/New_York")
    if format == kind:
        assert done.status in (0, 1)
        assert done.events
    else:
        assert (done.status, done.events) == (2, [])
        assert done.err.endswith(f": use `oncall import {kind}`\n"), done.err


@pytest.mark.parametrize(("format", "content", "advice"), OTHERS)
def test_what_other_files_are_is_said(format: str, content: str, advice: str, bring: Callable[..., Imported]) -> None:
    done = bring(format, content + "\n", "--timezone", "UTC")
    assert done.status == 2
    assert advice in done.err


def test_a_table_whose_columns_are_named_is_as_they_say(bring: Callable[..., Imported]) -> None:
    table = "time,callid,queuename,event\n2026-11-22 00:00:00,1795323600.1,acme,received\n"
    done = bring("csv", table, "--timezone", "UTC", "--column", "account=queuename", "--column", "dispatch=callid")
    assert [event["account"] for event in done.events] == ["acme"]
