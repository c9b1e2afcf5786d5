"""`oncall import`: its options, its files, and input that is not what it should be."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from oncall.cli.main import main
from oncall.workspace.numbers import same
from tests.logs.conftest import WORKSPACE, Imported

QUEUE = (
    "1795323480|1795323480.1|acme|NONE|ENTERQUEUE||15125550123|1\n1795323500|1795323480.1|acme|NONE|ABANDON|1|1|20\n"
)
CALL = '{"sid": "CA%d", "direction": "inbound", "to": "+12025550188", "status": "completed", "start_time": "%s"}'
STAMP = "Sun, 22 Nov 2026 05:00:00 +0000"

Bring = Callable[..., Imported]


def reasons(done: Imported) -> list[tuple[int, str]]:
    return [(one["line"], one["reason"].partition(":")[0]) for one in done.report]


def test_a_log_that_is_mapped_entirely_is_status_0_and_its_size_is_told(bring: Bring) -> None:
    done = bring("asterisk-queue-log", QUEUE)
    assert (done.status, [one["type"] for one in done.events]) == (0, ["received", "caller_hung_up"])
    assert done.err == "oncall: 2 events\n"
    source = {
        "system": "asterisk-queue-log",
        "file": "log",
        "line": 1,
        "shows": {"channels": ["voice"], "callbacks": False, "acknowledgements": False},
    }
    assert done.events[0]["source"] == source


def test_what_is_set_aside_is_counted_and_is_no_fault(bring: Bring) -> None:
    done = bring("asterisk-queue-log", "1|NONE|NONE|NONE|QUEUESTART|\n" * 3 + "1|CLI|q|SIP/a|ADDMEMBER|\n")
    assert (done.status, done.events) == (0, [])
    assert done.err.splitlines() == [
        "oncall: 0 events",
        "oncall: 4 rows set aside, because they are not events:",
        "       3  the queues were started",
        "       1  an agent was added to a queue",
    ]


def test_what_could_not_be_mapped_is_summed_up_by_rows_and_values_and_listed_by_line(bring: Bring) -> None:
    done = bring("asterisk-queue-log", QUEUE.replace("|acme|", "|12125550000|") + "nonsense \x1b[31m\n")
    assert done.status == 1
    assert "2 rows could not be mapped:" in done.err
    assert "1 × 12125550000\n" in done.err
    assert [one["what"] for one in done.report] == ["12125550000", "nonsense \\x1b[31m"]


def test_a_row_is_counted_once_whatever_is_wrong_with_it(bring: Bring) -> None:
    rows = "2026-11-22T05:00:00Z,called,Zed,pigeon,\n2026-11-22T05:00:09Z,called,Zed,pigeon,Zed\n"
    done = bring("csv", "time,event,who,channel,owner\n" + rows, "--account", "acme")
    nobody = "nobody in the workspace has this address or name; the event is written without a person"
    assert done.err.splitlines()[1:6] == [
        "oncall: 2 rows could not be mapped:",
        "       2  a channel that is not known; the event is written without it",
        "          2 × pigeon",
        f"       2  {nobody}",
        "          2 × Zed",
    ]


def test_of_many_values_the_most_frequent_are_shown(bring: Bring) -> None:
    rows = "".join(f"2026-11-22T05:00:00Z,note,,way {number // 2}\n" for number in range(30))
    done = bring("csv", "time,event,who,channel\n" + rows)
    assert done.err.count(" × way ") == 10
    assert "          and 5 other values" in done.err.splitlines()


def test_the_account_of_calls_on_unknown_lines_can_be_given(bring: Bring) -> None:
    log = QUEUE.replace("|acme|", "|12125550000|")
    assert bring("asterisk-queue-log", log, "--account", "acme").events[0]["account"] == "acme"
    assert bring("asterisk-queue-log", log, "--account", "support").status == 0
    known = QUEUE.replace("|acme|", "|12025550188|")
    assert bring("asterisk-queue-log", known, "--account", "support").events[0]["account"] == "acme"


@pytest.mark.parametrize(
    ("dialled", "person"),
    [
        ("61255500112", "eve"),
        ("01161255500112", "eve"),
        ("12025550101", "ann"),
        ("2025550101", "ann"),
        ("2001", "bob"),
        ("255500112", None),
        ("61255500113", None),
    ],
)
def test_a_number_without_its_plus_is_found_where_it_is_nobodys_in_the_workspaces_country(
    dialled: str, person: str | None, bring: Bring
) -> None:
    done = bring("csv", f"time,event,number,line\n2026-11-22T05:00:00Z,called,{dialled},\n")
    assert done.events[0].get("person") == person
    assert done.status == (0 if person else 1)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("61255500112", "+61 2 5550 0112", True),
        ("61255500112", "011 61 2 5550 0112", True),
        ("12025550101", "(202) 555-0101", True),
        ("2001", "2001", True),
        ("61255500112", "+61 2 5550 0113", False),
        ("61 255500112x", "+61 2 5550 0112", False),
        ("2001", "2002", False),
        (None, "2001", False),
    ],
)
def test_a_number_without_its_plus_is_the_one_with_it(one: str | None, other: str, is_same: bool) -> None:
    assert (same(one, other, "US"), same(other, one, "US")) == (is_same, is_same)


def test_a_line_without_its_plus_is_found(bring: Bring) -> None:
    done = bring("csv", "time,event,line\n2026-11-22T05:00:00Z,call,61255500180\n")
    assert (done.status, done.events[0]["account"]) == (0, "support")


def test_the_output_may_be_a_file_packed_or_not(bring: Bring, tmp_path: Path) -> None:
    shown = bring("asterisk-queue-log", QUEUE).events
    done = bring("asterisk-queue-log", QUEUE, "--output", "events.jsonl")
    packed = bring("asterisk-queue-log", QUEUE, "--output", "events.jsonl.gz")
    assert (done.events, packed.events) == ([], [])
    text = (tmp_path / "events.jsonl").read_bytes()
    assert [json.loads(line) for line in text.splitlines()] == shown
    assert gzip.decompress((tmp_path / "events.jsonl.gz").read_bytes()) == text


def test_standard_input_is_read_packed_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONCALL_CACHE_DIR", str(tmp_path))
    for content in (QUEUE.encode(), gzip.compress(QUEUE.encode())):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert main(["-w", str(WORKSPACE), "import", "asterisk-queue-log", "-"]) == 0
        events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [one["source"]["line"] for one in events] == [1, 2]
        assert all("file" not in one["source"] for one in events)


def test_an_empty_file_is_no_events(bring: Bring) -> None:
    for kind in ("twilio", "pagerduty", "asterisk-queue-log"):
        for content in (b"", b"\n\n", gzip.compress(b"")):
            done = bring(kind, content)
            assert (done.status, done.events, done.report, done.err) == (0, [], [], "oncall: 0 events\n")


def test_a_table_without_its_first_line_cannot_be_imported(bring: Bring) -> None:
    for content in (b"", b"\n\n", gzip.compress(b"")):
        done = bring("csv", content)
        assert (done.status, done.events) == (2, [])
        assert done.err == "oncall: log: it is empty: the first line has to name the columns\n"


@pytest.mark.parametrize("words", [("import", "twilio"), ("replay",), ("stats",)], ids=" ".join)
def test_a_standard_input_that_is_closed_is_said_to_be_so(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONCALL_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["-w", str(WORKSPACE), *words, "-"]) == 2
    said = "oncall: standard input is closed: name a file, or pipe something in\n"
    assert capsys.readouterr() == ("", said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["twiloi", "log"], "there is no format 'twiloi' (did you mean 'twilio'?)"),
        (["twilio", "nowhere.json"], "nowhere.json: No such file or directory"),
        (["twilio", "."], ".: Is a directory"),
        (["twilio", "nul\0"], "this is not a possible name of a file"),
        (["asterisk-cdr", "log"], "say which with --timezone"),
        (["asterisk-cdr", "log", "--timezone", "Amerika/New_York"], "(did you mean 'America/New_York'?)"),
        (["twilio", "log", "--account", "acne"], "acne"),
        (["twilio", "log", "--column", "time=When"], "--column is for csv"),
        (["twilio", "log", "--date-order", "dmy"], "--date-order is for csv"),
        (["csv", "log", "--column", "time"], "write FIELD=HEADER"),
        (["csv", "log", "--column", "time=a", "--column", "time=b"], "says twice"),
        (["csv", "log", "--column", "persn=Who"], "there is no field 'persn' (did you mean 'person'?)"),
        (["csv", "log", "--column", "person=Whoo"], "there is no column 'Whoo' (did you mean 'Who'?)"),
        (["csv", "log", "--output", "x", "--report", "x"], "the same file"),
        (["csv", "log", "--timezone", "UTC", "--output", "no/such/folder"], "--output no/such/folder: No such file"),
        (["csv", "log", "--timezone", "UTC", "--report", "no/such/folder"], "--report no/such/folder: No such file"),
        (["csv", "log"], "log:2: a time without a zone"),
        (["twilio", "log"], "neither Twilio's JSON nor a CSV file with a column for the call's sid"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_question_that_cannot_be_answered_says_why(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ONCALL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log").write_text("When,Event,Who\n2026-11-22 00:00,called,Ann Archer\n")
    assert main(["-w", str(WORKSPACE), "import", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "internal error" not in err


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("who,what", "no column says when"),
        ("time,who", "no column says what happened"),
        ("time,what,result,status", "two columns are 'outcome'"),
    ],
)
def test_a_table_needs_columns_that_say_when_and_what(header: str, said: str, bring: Bring) -> None:
    done = bring("csv", f"{header}\n1,2\n")
    assert (done.status, done.events) == (2, [])
    assert said in done.err


def test_nothing_is_written_where_the_question_cannot_be_answered(bring: Bring, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("before")
    assert bring("csv", "time,what\n2026-11-22 00:00,called\n", "--output", "out").status == 2
    assert (tmp_path / "out").read_text() == "before"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".oncall")]


def test_a_packed_file_that_breaks_off_gives_what_stands_before(bring: Bring) -> None:
    packed = gzip.compress(QUEUE.encode() * 5000, compresslevel=1)
    done = bring("asterisk-queue-log", packed[: len(packed) // 2])
    assert done.status == 1
    assert done.events
    assert reasons(done)[-1][1] == "the packed file breaks off or is damaged here"
    page = gzip.compress(("[" + ",\n".join([CALL % (one, STAMP) for one in range(9000)]) + "]").encode(), 1)
    cut = bring("twilio", page[: len(page) // 2])
    assert len(cut.events) > 100
    assert [reason for _, reason in reasons(cut)] == [
        "not JSON from here on",
        "the packed file breaks off or is damaged here",
    ]


def test_json_that_breaks_off_gives_what_stands_before(bring: Bring) -> None:
    page = '{"calls": [\n' + CALL % (1, STAMP) + ",\n" + CALL % (2, STAMP)
    done = bring("twilio", page[:-20])
    assert [one["dispatch"] for one in done.events] == ["CA1"]
    assert reasons(done) == [(3, "not JSON from here on")]


def test_a_line_of_json_that_is_broken_costs_that_line(bring: Bring) -> None:
    lines = [
        CALL % (1, STAMP),
        '{"sid": "CA2", "direction" "inbound"}',
        CALL % (3, STAMP),
        "{'sid': 4}",
        CALL % (5, STAMP),
    ]
    done = bring("twilio", "\n".join(lines))
    assert [one["dispatch"] for one in done.events] == ["CA1", "CA3", "CA5"]
    assert reasons(done) == [(2, "not JSON from here on"), (4, "not JSON from here on")]


@pytest.mark.parametrize(
    "odd",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"sid": ' + "9" * 5000 + "}",
        '{"sid": "\\ud800"}',
        '{"calls": 1}',
        '{"calls": [[]]}',
    ],
)
def test_json_that_is_not_what_is_expected_is_told(odd: str, bring: Bring) -> None:
    done = bring("twilio", odd + "\n" + CALL % (7, STAMP))
    assert done.report[0]["line"] == 1
    assert (done.status, [one["dispatch"] for one in done.events]) == (1, ["CA7"])


def test_a_line_without_end_is_told_and_costs_no_memory(bring: Bring) -> None:
    long = b"x" * 50_000_000
    queue = bring("asterisk-queue-log", QUEUE.encode() + long + b"\n" + QUEUE.encode().replace(b".1|", b".2|"))
    assert len(queue.events) == 4
    assert reasons(queue) == [(3, "longer than a megabyte")]
    calls = (CALL % (1, STAMP)).encode() + b'\n{"sid": "' + long + b'"}\n' + (CALL % (2, STAMP)).encode()
    twilio = bring("twilio", calls)
    assert [one["dispatch"] for one in twilio.events] == ["CA1", "CA2"]
    assert reasons(twilio) == [(2, "not JSON from here on")]


def test_other_encodings_are_told_with_the_line_and_the_byte(bring: Bring) -> None:
    latin = QUEUE.encode() + "1795323600|1795323600.1|Zürich|NONE|ENTERQUEUE||1|1\n".encode("latin-1")
    done = bring("asterisk-queue-log", latin)
    assert len(done.events) == 2
    assert (done.report[0]["line"], done.report[0]["what"]) == (3, "1795323600|1795323600.1|Z…: byte 0xfc at 26")
    page = ("[" + CALL % (1, STAMP) + ",\n" + CALL % (2, "Zürich") + "]").encode("latin-1")
    assert reasons(bring("twilio", page)) == [(2, "not UTF-8")]
    for kind in ("asterisk-queue-log", "twilio"):
        wide = bring(kind, QUEUE.encode("utf-16"))
        assert (wide.status, "UTF-16: save it as UTF-8" in wide.err) == (2, True)
    marked = bring("asterisk-queue-log", b"\xef\xbb\xbf" + QUEUE.encode())
    assert (marked.status, len(marked.events)) == (0, 2)


def test_a_quotation_mark_that_is_never_closed_costs_its_line(bring: Bring) -> None:
    rows = "time,what,notes\n" + '2026-11-22T05:00:00Z,call,"never closed\n' + "2026-11-22T05:00:09Z,hung up,\n" * 300
    done = bring("csv", rows, "--account", "acme")
    assert reasons(done) == [(2, "a quotation mark that is never closed")]
    assert len(done.events) == 300


def test_the_zone_of_the_clock_is_the_one_given(bring: Bring) -> None:
    row = "time,event\n2026-11-22T05:00:00Z,call\n2026-11-22 00:00:09,hung up\n"
    for zone, time in (
        ("America/New_York", "2026-11-22T00:00:09-05:00"),
        ("Asia/Kolkata", "2026-11-22T00:00:09+05:30"),
    ):
        events = bring("csv", row, "--timezone", zone, "--account", "acme").events
        assert time in [one["time"] for one in events]


@pytest.mark.parametrize(
    ("written", "order", "time"),
    [
        ("24/11/2026 23:58", "dmy", "2026-11-24T23:58:00"),
        ("11/24/2026 11:58 PM", "mdy", "2026-11-24T23:58:00"),
        ("Tue 11/24/2026 11:58 PM", "mdy", "2026-11-24T23:58:00"),
        ("Tuesday, 24/11/2026 23:58", "dmy", "2026-11-24T23:58:00"),
        ("Nov 24, 2026 11:58 PM", None, "2026-11-24T23:58:00"),
        ("Tue, Nov 24, 2026 11:58 PM", "mdy", "2026-11-24T23:58:00"),
        ("24 November 2026 23:58:00", None, "2026-11-24T23:58:00"),
        ("24-Nov-2026 23:58", "ymd", "2026-11-24T23:58:00"),
        ("2026/11/24 9:05:07", "ymd", "2026-11-24T09:05:07"),
        ("4.11.26 0:07", "dmy", "2026-11-04T00:07:00"),
        ("04-11-2026, 12:00:01 a.m.", "dmy", "2026-11-04T00:00:01"),
        ("2026-11-24 12:30pm", "dmy", "2026-11-24T12:30:00"),
        ("2026-11-24 11:58:02\u202fPM", None, "2026-11-24T23:58:02"),
        ("2026-11-24 9:05", None, "2026-11-24T09:05:00"),
    ],
)
def test_a_date_typed_by_hand_is_read_where_its_order_is_known(
    written: str, order: str | None, time: str, bring: Bring
) -> None:
    options = ["--date-order", order] if order else []
    rows = f'time,event\n"{written}",hung up\n'
    done = bring("csv", rows, "--timezone", "America/New_York", *options)
    assert ([one["time"] for one in done.events], done.status) == ([time + "-05:00"], 0)


@pytest.mark.parametrize(
    ("written", "order", "said"),
    [
        ("24/11/2026 23:58", None, "--date-order dmy or mdy says it"),
        ("04.11.2026 11:58 PM", None, "or write 2026-11-22 23:58:00"),
        ("24/11/2026 23:58", "mdy", "not in the order of --date-order"),
        ("24/11/2026 23:58", "ymd", "not in the order of --date-order"),
        ("2026/11/24 23:58", "dmy", "not in the order of --date-order"),
        ("24/11/2026", "dmy", "2026-11-22T23:58:00 is one"),
        ("31/11/2026 23:58", "dmy", "2026-11-22T23:58:00 is one"),
        ("2026-24-11 23:58", "dmy", "2026-11-22T23:58:00 is one"),
        ("2026-11-24 13:58 PM", None, "2026-11-22T23:58:00 is one"),
        ("46350.998", "dmy", "have it shown there as 2026-11-22 23:58:00"),
    ],
)
def test_a_date_that_may_be_another_is_refused_with_what_to_do(
    written: str, order: str | None, said: str, bring: Bring
) -> None:
    options = ["--date-order", order] if order else []
    done = bring("csv", f'time,event\n"{written}",hung up\n', "--timezone", "America/New_York", *options)
    assert (done.status, done.events) == (1, [])
    assert said in done.report[0]["reason"]
    assert done.report[0]["what"] == written


def test_a_time_of_day_may_say_am_or_pm_beside_its_date(bring: Bring) -> None:
    rows = "date,time,event\n24/11/2026,11:58 PM,call\n25/11/2026,12:00:01 am,hung up\n25/11/2026,7:30,closed\n"
    done = bring("csv", rows, "--timezone", "America/New_York", "--account", "acme", "--date-order", "dmy")
    times = ["2026-11-24T23:58:00-05:00", "2026-11-25T00:00:01-05:00", "2026-11-25T07:30:00-05:00"]
    assert ([one["time"] for one in done.events], done.status) == (times, 0)


def test_a_call_that_was_picked_up_and_ended_was_answered(bring: Bring) -> None:
    rows = (
        "time,event,who,attempt,result\n"
        "2026-11-22T05:00:00Z,called,Ann Archer,,\n2026-11-22T05:00:10Z,picked up,Ann Archer,,\n"
        "2026-11-22T05:03:00Z,call ended,Ann Archer,,\n"
        "2026-11-22T05:04:00Z,called,Ann Archer,,\n2026-11-22T05:04:10Z,call ended,Ann Archer,,\n"
        "2026-11-22T05:05:00Z,answered,Bob Baker,7,\n2026-11-22T05:06:00Z,ended,Bob Baker,7,voicemail\n"
    )
    ends = [one for one in bring("csv", rows).events if one["type"] == "attempt_ended"]
    assert [one.get("outcome") for one in ends] == ["answered", None, "voicemail"]


def test_an_attempt_that_was_picked_up_was_answered_where_its_row_says_nothing_else(bring: Bring) -> None:
    stamps = "2026-11-22T05:00:00Z,2026-11-22T05:00:10Z,2026-11-22T05:03:00Z"
    rows = f"started,picked up,ended,who,outcome\n{stamps},ann,\n{stamps},bob,voicemail\n{stamps},cleo,mystery\n"
    ends = [one for one in bring("csv", rows).events if one["type"] == "attempt_ended"]
    assert [one.get("outcome") for one in ends] == ["answered", "voicemail", None]


@pytest.mark.parametrize(
    ("format", "content"),
    [
        (
            "asterisk-cdr",
            "lastapp,lastdata,start,end,disposition,uniqueid\n"
            "Dial,SIP/12025550199,11/24/2026 23:58,11/24/2026 23:59,NO ANSWER,1795582680.1\n",
        ),
        ("twilio", '{"sid": "CA2", "direction": "outbound-dial", "to": "+12025550199", "status": "busy"}'),
    ],
)
def test_nobody_is_missed_in_an_event_that_is_not_written(format: str, content: str, bring: Bring) -> None:
    done = bring(format, content, "--timezone", "America/New_York")
    assert (done.status, done.events) == (1, [])
    assert not any("the event is written" in one["reason"] for one in done.report)


def test_text_that_would_steer_a_terminal_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bring: Bring, capsys: pytest.CaptureFixture[str]
) -> None:
    done = bring("csv", "time,event,notes\n2026-11-22T05:00:00Z,call,\x1b[2J\u202egnp\n", "--account", "acme")
    assert done.events[0]["text"] == "\x1b[2J\u202egnp"
    assert main(["-w", str(WORKSPACE), "import", "csv", "log", "--account", "acme"]) == 0
    assert "\\u001b[2J\\u202egnp" in capsys.readouterr().out


def test_a_text_without_end_is_left_out_and_told(bring: Bring) -> None:
    done = bring("csv", f"time,event,notes\n2026-11-22T05:00:00Z,call,{'x' * 20_000}\n", "--account", "acme")
    assert reasons(done) == [(2, "more than 10,000 letters in one place; left out")]
    assert "text" not in done.events[0]
    long = bring("asterisk-queue-log", QUEUE.replace("1795323480.1|", "9" * 20_000 + "|"))
    assert (long.events, [line for line, _ in reasons(long)]) == ([], [1, 2])
