"""Event logs that are broken, hostile or out of order: what is said of each line, and what becomes of the rest."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from oncall.errors import OncallError
from oncall.logs.event import TYPES, LogEvent, Source, json_schema
from oncall.logs.faults import KEPT, Fault
from oncall.logs.mending import events_of
from oncall.logs.reading import LONGEST, SPAN, Group, Log
from oncall.logs.shows import Shows
from oncall.replay.judge import judge
from oncall.replay.record import record_of
from oncall.replay.run import record_from
from oncall.replay.verdict import Verdict
from tests.escalation.generate import dry_run, dry_runs
from tests.escalation.plans import Dry

from .logs import Writer, numbered
from .test_cases import plan_of

START = "2026-03-10T02:00:00Z"


def line(second: int = 0, kind: str = "received", dispatch: str = "d", **more: Any) -> bytes:
    time = f"2026-03-10T02:{second // 60:02}:{second % 60:02}Z"
    return json.dumps({"v": 1, "time": time, "type": kind, "dispatch": dispatch, **more}).encode()


CALL = [
    line(0, "received", account="line"),
    line(0, "attempt_started", attempt="1", person="ann", channel="voice"),
    line(20, "attempt_ended", attempt="1", outcome="no_answer"),
    line(30, "caller_hung_up"),
]


def log_of(lines: Iterable[bytes]) -> Log:
    return Log(io.BytesIO(b"".join(one + b"\n" for one in lines)))


def read(log: Log, only: str | None = None) -> tuple[list[Group], list[Fault]]:
    groups = list(log.groups(only))
    for group in groups:
        record_from(group, log.faults)
    return groups, log.faults.first


def said(*lines: bytes) -> list[tuple[int, str]]:
    return [(one.line, one.what) for one in read(log_of(lines))[1]]


def verdict_of(*lines: bytes) -> Verdict:
    events, faults = events_of([(number, one) for number, one in enumerate(lines, 1)])
    return judge(record_of(events, faults), None, "no plan")


WRONG = [
    (b"not json", "not a JSON object: cut off, or not an event log?"),
    (b'{"v":1,"time":"2026-03-10T02:00:00Z","typ', "not a JSON object: cut off, or not an event log?"),
    (b"\x00\x01\x02\xff", "not text: is this an event log?"),
    (b"[1,2]", "not a JSON object"),
    (b'"received"', "not a JSON object"),
    (b"17", "not a JSON object"),
    (b"null", "not a JSON object"),
    (b"{}", "no `dispatch`: nobody can say which call it is of"),
    (b'{"dispatch":17}', "`dispatch` is not a text"),
    (b'{"dispatch":"d","time":"2026-03-10T02:00:00Z"', "cannot be read: cut off, or no JSON"),
    (b'{"dispatch":"d","type":"note"}', "no `time`"),
    (
        b'{"dispatch":"d","type":"note","time":"2026-03-10T02:00:00"}',
        "its time is none, or has no offset (write 2026-11-05T23:58:00-05:00)",
    ),
    (
        b'{"dispatch":"d","type":"note","time":"yesterday"}',
        "its time is none, or has no offset (write 2026-11-05T23:58:00-05:00)",
    ),
    (line(0, "acknowleged"), "type 'acknowleged' is not known (did you mean 'acknowledged'?): it may be anything"),
    (b'{"dispatch":"d","time":"2026-03-10T02:00:00Z"}', "has no type: it may be anything"),
    (line(0, "attempt_ended", attempt="1", outcome="rang"), "`outcome` means nothing here and is left out"),
    (line(0, "note", round="one"), "`round` means nothing here and is left out"),
    (line(0, "note", v=2), "format 2 is not known: read as format 1"),
    (b"[" * 100_000, "not a JSON object: cut off, or not an event log?"),
    (
        b'{"time":"2026-03-10T02:00:00Z","type":"note","source":{"dispatch":"d"}}',
        "no `dispatch`",
    ),
    (
        b'{"time":"2026-03-10T02:00:00Z","type":"note","source":{"dispatch":"d"},"dispatch" :"d","v":2}',
        "format 2 is not known: read as format 1",
    ),
    ("{“dispatch”: 'd'}".encode("utf-16-le"), "not text: is this an event log?"),
]


@pytest.mark.parametrize(("wrong", "what"), WRONG, ids=range(len(WRONG)))
def test_a_line_that_is_wrong_is_reported_by_its_number_and_the_rest_is_read(wrong: bytes, what: str) -> None:
    groups, faults = read(log_of([*CALL, wrong, line(0, dispatch="other")]))
    assert (5, what) in [(one.line, one.what) for one in faults]
    assert {one.dispatch for one in groups} == {"d", "other"}


@pytest.mark.parametrize(
    "wrong",
    [
        b'{"dispatch":"d","time":"2026-03-10T02:00:00Z"',
        b'{"dispatch":"d","type":"acknowledged"}',
        line(10, "acknowleged"),
        line(10, "attempt_ended", attempt="9", outcome="ringing"),
    ],
)
def test_a_line_that_may_hide_an_acknowledgement_leaves_the_result_undetermined(wrong: bytes) -> None:
    assert verdict_of(*CALL).result == "abandoned"
    verdict = verdict_of(*CALL, wrong)
    assert verdict.result == "undetermined"
    assert 5 in [one.log_line for one in verdict.missing]


def test_an_acknowledgement_stands_whatever_an_unreadable_line_after_it_says() -> None:
    call = [*CALL[:2], line(12, "acknowledged", attempt="1")]
    assert verdict_of(*call, line(13, "acknowleged")).result == "reached"


def test_blank_lines_and_a_byte_order_mark_are_nothing() -> None:
    whole = b"\xef\xbb\xbf" + b"\r\n\n".join(CALL) + b"\n  \n"
    for content in (whole, gzip.compress(whole)):
        (group,), faults = read(Log(io.BytesIO(content)))
        assert [number for number, _ in group.lines] == [1, 3, 5, 7]
        assert faults == []


def test_a_log_in_utf_16_is_to_be_saved_as_utf_8() -> None:
    with pytest.raises(OncallError, match="UTF-16: save it as UTF-8"):
        list(Log(io.BytesIO("{}".encode("utf-16"))).groups())


def test_an_empty_log_has_no_dispatch_and_no_fault() -> None:
    assert read(log_of([])) == ([], [])
    assert read(Log(io.BytesIO(gzip.compress(b"")))) == ([], [])


def test_a_line_of_fifty_megabytes_is_left_out_without_being_held() -> None:
    huge = line(1, "note", text="x" * 50_000_000)
    log = log_of([*CALL[:2], huge, *CALL[2:]])
    (group,), faults = read(log)
    assert [(number, len(one) < 100) for number, one in group.lines][2] == (3, True)
    assert faults[0] == Fault(3, f"a line of more than {LONGEST:,} bytes: left out")
    record = record_from(group, log.faults)
    assert record is not None
    assert judge(record, None, "no plan").result == "undetermined"


def test_a_gzipped_log_reads_as_itself_in_one_piece_or_several() -> None:
    whole = b"\n".join(CALL) + b"\n"
    expected = read(Log(io.BytesIO(whole)))
    assert read(Log(io.BytesIO(gzip.compress(whole)))) == expected
    pieces = b"".join(gzip.compress(one + b"\n") for one in CALL)
    assert read(Log(io.BytesIO(pieces))) == expected


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (lambda data: data[: len(data) * 2 // 3], "the gzip ends in the middle: what came after it is not there"),
        (lambda data: data[:20_000] + b"\xff" * 9 + data[20_009:], "the gzip is damaged"),
    ],
    ids=["cut off", "damaged"],
)
def test_what_can_be_read_of_a_broken_gzip_is_read(damage: Any, what: str) -> None:
    dice = Random(1)
    calls = [line(0, dispatch=f"{number}-{dice.getrandbits(200)}") for number in range(2000)]
    groups, faults = read(Log(io.BytesIO(damage(gzip.compress(b"\n".join(calls))))))
    assert 100 < len(groups) < 2000
    assert any(one.what.startswith(what) for one in faults)


def test_a_line_too_far_from_the_first_of_its_dispatch_is_reported_and_judged_with_nothing() -> None:
    others = [line(1, "note", dispatch="other")] * SPAN
    groups, faults = read(log_of([CALL[0], *others[1:], CALL[1], CALL[2], CALL[3]]))
    first = next(one for one in groups if one.dispatch == "d")
    assert [number for number, _ in first.lines] == [1, SPAN + 1]
    what = f"more than {SPAN:,} lines after the first line of its dispatch: not judged with it"
    late = [one for one in faults if one.dispatch == "d"]
    assert [(one.line, one.what) for one in late][:2] == [(SPAN + 2, what), (SPAN + 3, what)]


def test_faults_without_end_are_counted_and_the_first_thousand_kept() -> None:
    log = log_of([b"nonsense"] * (KEPT + 500))
    list(log.groups())
    assert (len(log.faults.first), log.faults.number) == (KEPT, KEPT + 500)


def test_the_same_event_twice_is_counted_once() -> None:
    assert said(*CALL, CALL[2]) == [(5, "the same event as on line 3, counted once")]
    assert len(verdict_of(*CALL, CALL[1]).actual) == 1


def test_two_calls_with_one_id_are_two_in_doubt() -> None:
    verdict = verdict_of(*CALL, line(500, "received", account="line", caller="somebody"))
    assert (verdict.result, verdict.cause) == ("undetermined", "undetermined")
    assert "two dispatches with one id?" in verdict.missing[-1].what


def test_an_event_long_before_the_call_came_in_makes_every_cause_doubtful() -> None:
    call = [line(60, "received", account="line"), line(0, "attempt_started", attempt="1", person="a", channel="voice")]
    verdict = verdict_of(*call, line(80, "attempt_ended", attempt="1", outcome="busy"), line(90, "caller_hung_up"))
    assert (verdict.result, verdict.cause) == ("abandoned", "undetermined")
    assert any("clocks that differ?" in one.what for one in verdict.missing)


def test_an_end_without_a_start_is_an_attempt_of_which_the_start_is_missing() -> None:
    verdict = verdict_of(CALL[0], line(20, "attempt_ended", attempt="1", person="ann", outcome="busy", channel="voice"))
    assert [one.outcome for one in verdict.actual] == ["busy"]
    assert "when this attempt started" in [one.what for one in verdict.missing]


def test_one_dispatch_is_found_without_the_others_however_its_id_is_written() -> None:
    escaped = rb'{"time":"2026-03-10T02:00:05Z","type":"note","dispatch":"\u0064"}'
    mixed = [line(0, dispatch="other"), CALL[0], line(1, dispatch="dd"), CALL[1], escaped, line(2, "note", text="d")]
    (group,), _ = read(log_of(mixed), "d")
    assert [number for number, _ in group.lines] == [2, 4, 5, 6]


@given(st.integers(0, 2**32), st.integers(2, 5))
def test_shares_of_a_log_are_the_log(seed: int, parts: int) -> None:
    dice = Random(seed)
    lines = [line(dice.randrange(60), "note", dispatch=str(dice.randrange(30))) for _ in range(100)]
    whole = list(log_of(lines).groups())
    shares = [list(log_of(lines).groups(part=(which, parts))) for which in range(parts)]
    assert sorted((one for share in shares for one in share), key=lambda one: one.lines[0]) == whole
    for name in ("0", "7"):
        assert list(log_of(lines).groups(name)) == [one for one in whole if one.dispatch == name]


@given(st.lists(st.binary(max_size=80) | st.sampled_from(CALL), max_size=12))
def test_any_bytes_give_records_or_faults(lines: list[bytes]) -> None:
    log = log_of(lines)
    for group in log.groups():
        record = record_from(group, log.faults)
        if record is not None:
            judge(record, None, "no plan")


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(LogEvent.__struct_fields__),
            st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([*TYPES, START, "busy"]),
            max_size=8,
        ),
        max_size=8,
    ),
    dry_runs,
)
def test_any_objects_give_a_verdict_by_any_plan(found: list[dict[str, Any]], dry: Dry) -> None:
    lines = [msgspec.json.encode({"time": START, "dispatch": "d", "account": "line"} | one) for one in found]
    log = log_of([line(0, "received", account="line"), *lines])
    for group in log.groups():
        record = record_from(group, log.faults)
        if record is not None:
            judge(record, dry.plan)


def test_the_schema_knows_every_key_and_asks_for_what_is_needed() -> None:
    schema = json_schema()
    assert tuple(schema["properties"]) == LogEvent.__struct_fields__
    assert schema["required"] == ["time", "type", "dispatch"]
    assert all(one["description"] for one in schema["properties"].values())


def test_thousands_of_attempts_with_one_id_are_of_nobody_knows_which_dispatch() -> None:
    many = [line(number % 3000, "attempt_started", person="ann", channel="voice") for number in range(5000)]
    log = log_of([CALL[0], *many, CALL[3]])
    (group,) = log.groups()
    record = record_from(group, log.faults)
    assert record is not None
    plan = dry_run(0).plan
    verdict = judge(record, plan)
    assert (verdict.result, verdict.cause, verdict.expected) == ("abandoned", "undetermined", ())
    assert any(one.what.endswith("attempts have its id") for one in verdict.missing)


def test_a_log_of_calls_accuses_nobody_of_a_message_it_cannot_show() -> None:
    plan = plan_of({"in": "methods"})
    log = [
        "0 received",
        "0 attempt_started ann voice",
        "20 attempt_ended ann no_answer",
        "60 attempt_started ben voice",
        "80 attempt_ended ben no_answer",
        "80 closed",
    ]
    events = Writer().events(log)
    calls = [replace(one, source=Source("exchange", shows=Shows(channels=("voice",)))) for one in events]
    whole, seen = (judge(record_of(numbered(one)), plan) for one in (events, calls))
    assert [one.kind for one in whole.divergences] == ["skipped_step"]
    assert [one.kind for one in seen.divergences] == []
    assert (seen.result, seen.cause) == ("missed", "no_answer")
    assert [one.what for one in seen.missing] == ["attempts by sms: this log cannot show them"]


def test_a_log_of_calls_lets_the_backup_come_at_once_where_no_message_can_be_seen() -> None:
    plan = plan_of({"in": "methods"})
    log = [
        "0 received",
        "0 attempt_started ann voice",
        "20 attempt_ended ann no_answer",
        "20 attempt_started ben voice",
        "40 attempt_ended ben no_answer",
        "40 closed",
    ]
    events = Writer().events(log)
    calls = [replace(one, source=Source("exchange", shows=Shows(channels=("voice",)))) for one in events]
    whole, seen = (judge(record_of(numbered(one)), plan) for one in (events, calls))
    assert [one.kind for one in whole.divergences][:1] == ["early"]
    assert [one.kind for one in seen.divergences] == []
