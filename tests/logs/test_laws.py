"""What holds for every log, whatever is in it."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable, Sequence
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from oncall.errors import OncallError
from oncall.logs.contacts import Contacts
from oncall.logs.event import DECODER, LogEvent
from oncall.logs.formats import FORMATS
from oncall.logs.formats.mapped import mapped_format
from oncall.logs.importing import Asked, Format, Remark, import_log
from oncall.logs.mapping import ready, ready_mapping
from oncall.logs.ordering import Sorter
from oncall.workspace.opening import open_plan
from tests.logs.conftest import WORKSPACE

CASES = [yaml.safe_load(path.read_text()) for path in sorted(Path(__file__).with_name("cases").glob("*.yaml"))]
BY_LINE = ("asterisk-cdr", "asterisk-cel", "asterisk-queue-log")


@cache
def contacts() -> Contacts:
    return Contacts(open_plan(str(WORKSPACE), 1_795_323_480, None))


def format_of(name: str) -> tuple[Format, str | None]:
    """A format, or that of a ready mapping, with the order of its dates."""
    if name in FORMATS:
        return FORMATS[name], None
    mapping = ready_mapping(name)
    return mapped_format(name, mapping), mapping.date_order


def imported(format: str, content: bytes) -> tuple[list[LogEvent], list[Remark]]:
    known, date_order = format_of(format)
    asked = Asked(contacts(), "log", UTC, date_order=date_order)
    remarks: list[Remark] = []
    lines = list(import_log(known, io.BytesIO(content), asked, remarks.append))
    return [DECODER.decode(line) for line in lines], remarks


def told(events: Iterable[LogEvent], remarks: Iterable[Remark]) -> set[int | None]:
    """The lines that an event or a remark is about."""
    return {one.source.line for one in events if one.source} | {one.line for one in remarks}


def without_place(events: Iterable[LogEvent]) -> list[str]:
    return sorted(repr((one.time, one.type, one.dispatch, one.person, one.outcome, one.attempt)) for one in events)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A log of one format, some of it overwritten, cut out, said twice, or that of another format."""
    case = draw(st.sampled_from(CASES))
    content = bytearray(case["input"].encode())
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 12))
        content[start : start + length] = draw(
            st.one_of(
                st.binary(max_size=8),
                st.sampled_from(
                    [b'"', b"\n", b",", b"|", b"{", b"[", b"-1", b"9" * 40, b"\\ud800", b"\xff", b"null", b"0"]
                ),
                st.just(bytes(content[start : start + 200])),
            )
        )
    other = st.sampled_from([*FORMATS, *ready()])
    kind = case.get("system", case["format"]) if draw(st.integers(0, 5)) else draw(other)
    return kind, bytes(content)


@given(damaged())
def test_a_damaged_log_gives_events_in_the_order_of_their_times_and_reasons(log: tuple[str, bytes]) -> None:
    kind, content = log
    try:
        events, remarks = imported(kind, content)
    except OncallError:
        return
    assert [one.time for one in events] == sorted(one.time for one in events)
    assert all(one.reason and (one.line is None or one.line > 0) for one in remarks)


@given(st.sampled_from([*FORMATS, *ready()]), st.binary(max_size=200), st.booleans())
def test_any_bytes_give_events_or_reasons(format: str, content: bytes, packed: bool) -> None:
    try:
        events, remarks = imported(format, gzip.compress(content)[:-4] if packed else content)
    except OncallError:
        return
    nothing = not content.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n\v\f\x1e")
    assert events or remarks or nothing or format in ("csv", "twilio")  # a header alone, perhaps


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("content", [b"\x1f\x8b", b"\x1f\x8b\x1f\x8b", b"\x1f\x8b\x08" + b"\xff" * 20])
def test_a_packed_file_that_is_damaged_from_its_start_is_said_to_be(format: str, content: bytes) -> None:
    try:
        events, remarks = imported(format, content)
    except OncallError as error:
        events, remarks = [], [error]
    assert (events, len(remarks)) == ([], 1)
    assert "damaged" in str(remarks[0])


@given(damaged())
def test_every_line_is_in_an_event_or_has_a_reason(log: tuple[str, bytes]) -> None:
    kind, content = log
    if kind not in BY_LINE or content.startswith((b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b")):
        return
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    header = 1 if any(word in lines[0].lower() for word in (b"disposition", b"callid", b"eventtype")) else 0
    ruled = b"-+("  # what psql draws around a table
    held = {n for n, line in enumerate(lines, 1) if line.strip() and n > header and line.strip()[:1] not in ruled}
    assert held <= told(*imported(kind, content))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["format"])
def test_every_entry_of_a_case_is_in_an_event_or_has_a_reason(case: dict[str, Any]) -> None:
    content = case["input"]
    starts = {"twilio": '{"sid"', "pagerduty": '{"id"'}.get(case["format"])
    lines = enumerate(content.splitlines(), 1)
    if starts and content.lstrip().startswith(("{", "[")):
        held = {number for number, line in lines if starts in line}
    else:
        ruled = {"-", "+", "("}  # what psql draws around a table
        held = {number for number, line in lines if line.strip() and line[:1] not in ruled}
        held -= {1, 7}  # a header, a note's second line
    assert held <= told(*imported_as(case)) | ({1} if "log_entry" in content else set())


def imported_as(case: dict[str, Any]) -> tuple[list[LogEvent], list[Remark]]:
    options = iter(case["options"])
    columns = dict(value.split("=") for name, value in zip(options, options, strict=True) if name == "--column")
    remarks: list[Remark] = []
    known, date_order = format_of(case.get("system", case["format"]))
    asked = Asked(contacts(), "log", UTC, columns=columns, date_order=date_order)
    lines = list(import_log(known, io.BytesIO(case["input"].encode()), asked, remarks.append))
    return [DECODER.decode(line) for line in lines], remarks


@given(st.data())
def test_the_order_of_the_entries_does_not_matter(data: st.DataObject) -> None:
    for name in ("asterisk_cdr", "asterisk_queue_log"):
        case = yaml.safe_load((Path(__file__).with_name("cases") / f"{name}.yaml").read_text())
        lines = list(dict.fromkeys(case["input"].splitlines()))
        shuffled = data.draw(st.permutations(lines))
        events, remarks = imported(case["format"], "\n".join(lines).encode())
        again, others = imported(case["format"], "\n".join(shuffled).encode())
        assert without_place(again) == without_place(events)
        assert sorted((one.reason, one.what) for one in others) == sorted((one.reason, one.what) for one in remarks)


def calls(sids: Sequence[int]) -> list[dict[str, Any]]:
    """An incoming call to Acme, and the calls it led to, of which number 0 is itself."""
    start = "Sun, 22 Nov 2026 05:00:{:02} +0000"
    return [
        {
            "sid": f"CA{one}",
            "parent_call_sid": "CA0" if one else None,
            "direction": "outbound-dial" if one else "inbound",
            "to": "+12025550101" if one else "+12025550188",
            "from": "+15125550123",
            "status": "no-answer" if one else "completed",
            "start_time": start.format(one),
            "end_time": start.format(50 if not one else one + 1),
        }
        for one in sids
    ]


@given(st.permutations(range(6)), st.integers(1, 6), st.sampled_from([None, 2]))
def test_pages_a_list_and_lines_of_json_are_read_alike(order: list[int], size: int, indent: int | None) -> None:
    listed = calls(order)
    pages = [{"page": 0, "calls": listed[place : place + size], "end": 1} for place in range(0, 6, size)]
    spellings = [
        "".join(json.dumps(page, indent=indent) for page in pages),
        json.dumps(pages, indent=indent),
        json.dumps(listed, indent=indent),
        "\n".join(json.dumps(one) for one in listed),
    ]
    events, remarks = imported("twilio", json.dumps(calls(range(6))).encode())
    assert (len(events), remarks) == (12, [])
    for text in spellings:
        again, others = imported("twilio", text.encode())
        assert (without_place(again), others) == (without_place(events), [])


@given(st.lists(st.tuples(st.integers(-9, 9), st.binary(max_size=30)), max_size=40), st.integers(0, 400))
def test_what_is_sorted_on_disk_is_as_if_sorted_in_memory(items: list[tuple[int, bytes]], most: int) -> None:
    sorter = Sorter(most)
    for key, data in items:
        sorter.add(key, data)
    assert list(sorter) == sorted(items, key=lambda one: one[0])
    sorter.close()
