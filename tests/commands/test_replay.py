"""`oncall replay`."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace
from rich.cells import cell_len

from oncall import times
from oncall.logs.event import encode
from oncall.output.replay_summary import Brief, Lists, share, summary_lines
from oncall.output.replay_text import dispatch_lines
from oncall.output.who_text import Line
from oncall.replay.run import Job, Judged, Replay, Wanted
from oncall.replay.summary import Summary
from tests.replay.logs import Writer

from .conftest import Ran

Run = Callable[..., Ran]

CASES = yaml.safe_load((Path(__file__).parent / "replay.yaml").read_text(encoding="utf-8"))
AT = 1_793_941_080  # Thursday 5 November 2026, 23:58 in New York
WHEN = "Thursday 5 November 2026, 11:58 pm EST"
ZONE = times.zone("America/New_York")
STARTED = "Thu 5 Nov 23:58"

NO_ANSWER = ("0 received", "0 attempt_started ann voice", "20 attempt_ended ann no_answer")
GOOD = ("0 received", "0 attempt_started ann voice", "12 acknowledged ann")
SKIPPED = ("0 received", "0 attempt_started ben voice", "20 attempt_ended ben no_answer", "90 closed")


def lines(name: str, log: Iterable[str], account: str = "duo", at: int = AT, **more: str) -> list[str]:
    """The lines of one dispatch."""
    events = Writer(account, at).events(log)
    return [encode(replace(one, dispatch=name, **(more if one.type == "received" else {}))).decode() for one in events]


def write(path: Path, *dispatches: Sequence[str]) -> str:
    path.write_text("".join(f"{line}\n" for one in dispatches for line in one), encoding="utf-8")
    return str(path)


@pytest.fixture
def duo(tmp_path: Path) -> Path:
    return made(tmp_path / "duo", CASES["workspace"])


def made(root: Path, text: str) -> Path:
    root.mkdir()
    (root / "oncall.yaml").write_text(text, encoding="utf-8")
    (root / "empty.ics").write_text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n", encoding="utf-8")
    return root


def judged(root: Path, log: str, **more: Any) -> Judged:
    job = Job(log, str(root), None, "US", Wanted(), **more)
    (found,) = Replay(job, lambda one: one).results()
    return found


def texts(shown: Iterable[Line]) -> list[str]:
    return ["".join(text for text, _ in line) for line in shown]


# One dispatch.

BESIDE = """\
  expected                                                  │ actual
       0s  Ann Lee (ann)  primary  voice  no answer at 20s  │      0s  Ann Lee (ann)  voice  no answer at 20s  line 2
>     20s  Ben Ode (ben)  backup   voice  unknown           │
     ?40s  a callback is owed by Ann Lee (ann), due at      │
           15m40s                                           │
                                                            │   1m30s  closed: exhausted  line 4
  ?15m40s  the callback goes to Ben Ode (ben)               │
  unknown: not tried to its end; nobody knows what would have come of it
  ?: that it comes, or when, hangs on something unknown

  first divergence  stopped early at 20s
    nobody was tried any more; Ben Ode (ben) was due by voice at 20s
    oncall.yaml:12
  also
    1m30s  nobody took it, and no callback was opened (oncall.yaml:12)
  evidence
    oncall.yaml:12  Ben Ode (ben) is due by voice at 20s: primary has nobody and nothing left to try (rule 6)
"""
NARROW = """\
  expected                              │ actual
       0s  Ann Lee (ann)                │      0s  Ann Lee (ann)  line 2
           primary voice: no answer at  │          voice: no answer at 20s
           20s                          │
>     20s  Ben Ode (ben)                │
           backup voice: unknown        │
"""


def test_one_dispatch_shows_what_was_due_beside_what_came_and_what_says_so(run: Run, duo: Path, tmp_path: Path) -> None:
    said = {"line": "+12025550150", "caller": "+12025550177", "operator": "op-9"}
    log = write(tmp_path / "log", lines("d1", (*NO_ANSWER, "90 closed exhausted"), "owes", **said))
    ran = run("replay", log, "--dispatch", "d1", workspace=duo)
    assert (ran.status, ran.err) == (1, "")
    head, told, *rest = ran.out.split("\n\n", 2)
    assert head.splitlines() == [
        "d1  owes  Owes  Thu 5 Nov 2026 23:58 EST  log line 1",
        "  call    on +12025550150, from +12025550177, operator op-9",
        "  result  MISSED: nobody took it, closed as exhausted",
        "  cause   stopped early: nobody was tried any more, although somebody was due",
        "  plan    today's files (the workspace is in no git repository), rules 1",
    ]
    assert " ".join(told.split()).startswith(f"Your call of {WHEN} was not answered: nobody else was called")
    assert "".join(rest) == BESIDE


def test_on_eighty_columns_an_attempt_takes_two_lines(duo: Path, tmp_path: Path) -> None:
    found = judged(duo, write(tmp_path / "log", lines("d1", (*NO_ANSWER, "90 closed exhausted"), "owes")))
    assert NARROW in "\n".join(texts(dispatch_lines(found, ZONE, 80)))


def test_a_caller_who_left_before_anybody_could_be_tried_is_not_said_to_have_been_served(
    run: Run, duo: Path, tmp_path: Path
) -> None:
    log = write(tmp_path / "log", lines("d1", ("0 received", "3 caller_hung_up")))
    shown = run("replay", log, "--dispatch", "d1", workspace=duo).out
    assert "  cause   caller patience: the caller left before anybody could be tried\n" in shown
    assert "everybody was tried" not in shown


@pytest.mark.parametrize(
    ("said", "shown"), [("resolved false", ", resolved: no"), ("resolved true", ", resolved: yes"), (None, "")]
)
def test_whether_it_was_resolved_is_shown_where_the_log_says(
    run: Run, duo: Path, tmp_path: Path, said: str | None, shown: str
) -> None:
    log = write(tmp_path / "log", lines("d1", (*GOOD, *((f"60 {said}",) if said else ()))))
    head = run("replay", log, "--dispatch", "d1", workspace=duo).out.splitlines()[1]
    assert head == f"  result  REACHED: a person took it{shown}"


@pytest.mark.parametrize("width", [76, 80, 120])
@pytest.mark.parametrize("case", CASES["told"], ids=lambda case: str(case["told"]))
def test_nothing_is_wider_than_the_terminal(duo: Path, tmp_path: Path, case: dict[str, Any], width: int) -> None:
    found = judged(duo, write(tmp_path / "log", lines("d1", case["log"], case.get("account", "duo"))))
    shown = texts(dispatch_lines(found, ZONE, width))
    head = next(place for place, line in enumerate(shown) if not line)
    assert max(cell_len(line) for line in shown[head:]) <= width


@pytest.mark.parametrize("width", [80, 120, None])
def test_what_names_hold_is_shown_and_not_obeyed(tmp_path: Path, width: int | None) -> None:
    hostile = CASES["hostile"]
    log = write(tmp_path / "log", lines("[b]\x1b[2J", hostile["log"], "acc"))
    found = judged(made(tmp_path / "hostile", hostile["workspace"]), log, candidate=str(tmp_path / "hostile"))
    shown = texts(dispatch_lines(found, ZONE, width))
    assert not any(letter in line for line in shown for letter in "\x1b\x07\u202e")
    assert shown[0].startswith("[b]\\x1b[2J  acc  Acc [bold]\\x1b]0;x\\x07")
    table = [line for line in shown if "│" in line]
    assert len({cell_len(line.partition("│")[0]) for line in table}) == 1
    assert max(cell_len(line) for line in table) <= (width or 120)


def test_two_hundred_attempts_over_three_days_are_all_shown(duo: Path, tmp_path: Path) -> None:
    log = ["0 received"]
    for number in range(200):
        log += [f"{number * 1300} attempt_started ann voice", f"{number * 1300 + 20} attempt_ended ann no_answer"]
    found = judged(duo, write(tmp_path / "log", lines("d1", log)))
    shown = texts(dispatch_lines(found, ZONE, 80))
    assert sum("│" in line and "line " in line for line in shown) == 200
    assert sum(line.endswith(" more: --format json has them all") for line in shown) == 1


TAKEN_BY_NOBODY_TRIED = """\
  expected                                   │ actual
  0s  Ann Lee (ann)  primary  voice  unknown │
                                             │ 5s  Ann Lee (ann) took it  line 2
  unknown: not tried to its end; nobody knows what would have come of it
  and 1 try that would have come later, had nobody taken it

  first divergence  none: all that was due was done in time, its last 10s aside
"""


def test_what_would_have_come_after_somebody_took_it_is_left_out(run: Run, duo: Path, tmp_path: Path) -> None:
    log = write(tmp_path / "log", lines("d1", ("0 received", "5 acknowledged ann", "9 closed"), "owes"))
    ran = run("replay", log, "--dispatch", "d1", workspace=duo)
    assert ran.out.split("\n\n", 2)[2] == TAKEN_BY_NOBODY_TRIED
    rows = run("replay", log, "--dispatch", "d1", "--format", "csv", workspace=duo).out
    assert "Ben Ode" not in rows
    document = json.loads(run("replay", log, "--dispatch", "d1", "--format", "json", workspace=duo).out)
    assert [one["person"] for one in document["dispatches"][0]["expected"]] == ["ann", "ben"]


DONE = {
    "all": (GOOD, "all that was due was done in time"),
    "until closed": (
        ("0 received", "0 attempt_started ann voice", "10 attempt_ended ann cancelled", "10 closed"),
        "all that was due until it was over was done in time",
    ),
    "but the last": ((*NO_ANSWER, "22 closed"), "all that was due was done in time, its last 10s aside"),
}


@pytest.mark.parametrize("what", DONE)
def test_what_was_due_and_not_done_is_not_said_to_be_done(run: Run, duo: Path, tmp_path: Path, what: str) -> None:
    log, said = DONE[what]
    ran = run("replay", write(tmp_path / "log", lines("d1", log)), "--dispatch", "d1", workspace=duo)
    assert f"  first divergence  none: {said}\n" in ran.out


def test_a_hang_up_has_its_line(run: Run, duo: Path, tmp_path: Path) -> None:
    log = write(tmp_path / "log", lines("other", GOOD), lines("d1", (*NO_ANSWER, "90 caller_hung_up", "95 closed")))
    assert "the caller hung up  line 7\n" in run("replay", log, "--dispatch", "d1", workspace=duo).out


SHOWN = {
    "hang-up": (("15 attempt_ended ann cancelled", "15 caller_hung_up"), "15s  the caller hung up"),
    "acknowledgement": (("12 acknowledged ann",), "12s  Ann Lee (ann) took it"),
    "callback": (("15 callback_opened ben due=900",), "15s  a callback was opened, owned by Ben Ode (ben), due at"),
    "callback passed on": (("15 callback_opened ann", "99 callback_escalated ben"), "1m39s  the callback went to Ben"),
    "callback made": (("15 callback_opened ann", "99 callback_completed ben"), "1m39s  Ben Ode (ben) called back"),
    "callback late": (
        ("15 callback_opened ann due=60", "99 callback_completed ben"),
        "Ben Ode (ben) called back, late",
    ),
    "nobody's number": (("1 attempt_started +12025550199 sms",), "1s  +12025550199 (nobody's)  sms    no response"),
    "end that is lost": ((), "Ann Lee (ann)  voice  end not in the log"),
    "voicemail": (("3 attempt_answered ann", "9 attempt_ended ann voicemail"), "picked up at 3s, voicemail at 9s"),
}


@pytest.mark.parametrize("what", SHOWN)
def test_the_time_line_has(run: Run, duo: Path, tmp_path: Path, what: str) -> None:
    more, shown = SHOWN[what]
    log = write(tmp_path / "log", lines("d1", ("0 received", "0 attempt_started ann voice", *more), "owes"))
    ran = run("replay", log, "--dispatch", "d1", workspace=duo)
    actual = " ".join(" ".join(line.partition("│")[2].split()) for line in ran.out.splitlines())
    assert " ".join(shown.split()) in actual


@pytest.mark.parametrize(
    "case", CASES["told"], ids=lambda case: f"{case['result']} {case.get('cause')}: {case['told']}"
)
def test_a_client_is_told_what_the_record_proves_and_no_more(
    run: Run, duo: Path, tmp_path: Path, case: dict[str, Any]
) -> None:
    log = write(tmp_path / "log", lines("d1", case["log"], case.get("account", "duo")))
    ran = run("replay", log, "--dispatch", "d1", "--format", "json", workspace=duo)
    (found,) = json.loads(ran.out)["dispatches"]
    assert (found["result"], found["cause"]) == (case["result"], case.get("cause"))
    assert found["told"].removeprefix(f"Your call of {WHEN} ") == case["told"]
    assert ran.status == (0 if case["result"] in ("reached", "answered", "recovered") else 1)


EVIDENCE = {
    "skipped_tier": (SKIPPED, "duo", ["log line 2      Ben Ode (ben) tried by voice at 0s: no answer at 20s"]),
    "slow_escalation": (
        (*NO_ANSWER, "90 caller_hung_up"),
        "duo",
        ["oncall.yaml:10  Ben Ode (ben) is due by voice at 20s: primary has nobody and nothing left to try (rule 6)"],
    ),
    "schedule_gap": (
        ("0 received", "0 attempt_started ben voice", "20 attempt_ended ben no_answer", "21 closed"),
        "gap",
        ["oncall.yaml:10  the tier primary", "oncall.yaml:16  primary had nobody on call"],
    ),
    "no_backup": ((*NO_ANSWER, "21 closed"), "solo", ["oncall.yaml:11  the only tier there is"]),
    "no_answer": (
        (*NO_ANSWER, "22 closed"),
        "duo",
        ["log line 2  Ann Lee (ann) tried by voice at 0s: no answer at 20s"],
    ),
}


@pytest.mark.parametrize("cause", EVIDENCE)
def test_the_lines_that_say_so_are_named(run: Run, duo: Path, tmp_path: Path, cause: str) -> None:
    log, account, said = EVIDENCE[cause]
    ran = run("replay", write(tmp_path / "log", lines("d1", log, account)), "--dispatch", "d1", workspace=duo)
    assert f"  cause   {cause.replace('_', ' ')}: " in ran.out
    evidence = [line.strip() for line in ran.out.partition("  evidence\n")[2].splitlines()]
    assert all(line in evidence for line in said)


def test_what_is_missing_is_named_with_its_line(run: Run, duo: Path, tmp_path: Path) -> None:
    log = write(tmp_path / "log", lines("d1", ("0 received", "0 attempt_started ann voice", "30 closed")))
    ran = run("replay", log, "--dispatch", "d1", workspace=duo)
    assert "  first divergence  cannot be told\n  missing\n    log line 2  how the call to ann ended\n" in ran.out


def test_a_dispatch_that_is_not_there_is_answered_with_the_nearest(run: Run, duo: Path, tmp_path: Path) -> None:
    log = write(tmp_path / "log", lines("CA-8812", GOOD), lines("CB-1", GOOD))
    ran = run("replay", log, "--dispatch", "ca8812", workspace=duo)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "oncall: there is no dispatch 'ca8812' in the log (did you mean 'CA-8812'?)\n"
    ran = run("replay", log, "--dispatch", "CB-1", "--result", "missed", workspace=duo)
    assert (ran.status, ran.err) == (2, "oncall: the dispatch 'CB-1' is not as the other options ask\n")


@pytest.mark.parametrize("format", ["markdown", "csv"])
def test_as_a_table_both_sides_are_columns(run: Run, duo: Path, tmp_path: Path, format: str) -> None:
    log = write(tmp_path / "log", lines("d1", SKIPPED))
    ran = run("replay", log, "--dispatch", "d1", "--format", format, workspace=duo)
    due = "?20s", "Ben Ode (ben)", "backup", "voice", "no answer at 40s"
    cells = "first divergence", *due, "0s", "Ben Ode (ben)", "voice", "no answer at 20s", "2"
    if format == "csv":
        assert tuple(list(csv.reader(io.StringIO(ran.out)))[2]) == cells
    else:
        assert [cell.strip() for cell in ran.out.splitlines()[3].strip("|").split("|")] == list(cells)


def test_json_has_the_keys_scripts_rely_on(run: Run, duo: Path, tmp_path: Path) -> None:
    owed = (*NO_ANSWER, "30 caller_hung_up", "31 callback_opened ann", "99 callback_completed ben")
    log = write(tmp_path / "log", lines("d1", owed, "owes"))
    candidate = made(tmp_path / "other", CASES["workspace"].replace("{notify: backup}], r", "{notify: primary}], r"))
    ran = run("replay", log, "--dispatch", "d1", "--candidate", str(candidate), "--format", "json", workspace=duo)
    document = json.loads(ran.out)
    assert (document["schema"], document["rules"], list(document["summary"]["result"])) == (
        "oncall.replay/1",
        1,
        ["recovered"],
    )
    (found,) = document["dispatches"]
    assert {
        key: found[key] for key in ("dispatch", "account", "at", "result", "cause", "also", "missing", "hung_up")
    } == {
        "dispatch": "d1",
        "account": "owes",
        "at": "2026-11-05T23:58:00-05:00",
        "result": "recovered",
        "cause": "caller_patience",
        "also": [],
        "missing": [],
        "hung_up": 30,
    }


FULL = (*NO_ANSWER, "20 attempt_started ben voice", "30 attempt_ended ben cancelled", "30 caller_hung_up")


def test_json_has_both_sides_and_what_a_candidate_would_have_made_of_it(run: Run, duo: Path, tmp_path: Path) -> None:
    log = write(tmp_path / "log", lines("d1", FULL))
    candidate = made(tmp_path / "other", CASES["workspace"].replace("{notify: primary}, {n", "{notify: backup}, {n"))
    ran = run("replay", log, "--dispatch", "d1", "--candidate", str(candidate), "--format", "json", workspace=duo)
    (found,) = json.loads(ran.out)["dispatches"]
    assert (found["first_divergence"], found["callback"], found["disposition"]) == (None, None, None)
    assert {key: found["plan"][key] for key in ("as_of", "revision")} == {"as_of": "today", "revision": None}
    expected, second = found["expected"]
    assert {
        key: expected[key] for key in ("id", "tier", "round", "person", "channel", "address", "started", "ended")
    } == {
        "id": "d1/1/primary/ann/1",
        "tier": "primary",
        "round": 1,
        "person": "ann",
        "channel": "voice",
        "address": "+12025550101",
        "started": 0,
        "ended": 20,
    }
    assert (expected["outcome"], expected["confirmed"], expected["depends"], expected["beside"]) == (
        "no_answer",
        False,
        False,
        0,
    )
    assert expected["why"] == "the dispatch begins (rule 2, oncall.yaml:10)"
    assert (second["person"], second["outcome"], second["ended"]) == ("ben", "cancelled", 30)
    actual = found["actual"][1]
    assert {key: actual[key] for key in ("id", "person", "started", "ended", "outcome", "log_line", "why")} == {
        "id": "a2",
        "person": "ben",
        "started": 20,
        "ended": 30,
        "outcome": "cancelled",
        "log_line": 4,
        "why": None,
    }
    other = found["counterfactual"]
    assert (other["verdict"], other["best"], other["worst"]) == ("unknown", "saved", "still_missed")
    assert [one["outcome"] for one in other["expected"]] == ["unknown"]
    assert other["unknown"] == ["d1/1/backup/ben/1"]


# Many.

LOG = {
    "good-1": (GOOD, "duo", 0),
    "good-2": (GOOD, "duo", 60),
    "missed-short": (SKIPPED, "duo", 120),
    "missed-long": ((*NO_ANSWER, "300 closed"), "duo", 180),
    "gone": ((*NO_ANSWER, "90 caller_hung_up"), "owes", 86400),
    "lost": (("0 received", "0 attempt_started ann voice", "30 closed"), "solo", 86460),
    "back": ((*NO_ANSWER, "25 caller_hung_up", "26 callback_opened ann", "99 callback_completed ann"), "owes", 86520),
}


@pytest.fixture
def many(tmp_path: Path) -> str:
    said = {"line": "+1 202 555 0150", "caller": "(202) 555-0177"}
    return write(
        tmp_path / "many.jsonl",
        *(
            lines(name, log, account, AT + later, **(said if name == "gone" else {}))
            for name, (log, account, later) in LOG.items()
        ),
    )


WHOLE = """\
7 dispatches, 42.9% ended well
  7 held against today's files: the workspace is in no git repository

  result        dispatches  share
  reached                2  28.6%
  recovered              1  14.3%
  abandoned              1  14.3%
  missed                 2  28.6%
  undetermined           1  14.3%

  cause            dispatches  share
  caller patience           1  14.3%
  skipped tier              1  14.3%
  slow escalation           1  14.3%
  stopped early             1  14.3%
  undetermined              1  14.3%

  account  dispatches  good  reached  recovered  abandoned  missed  undetermined
  solo              1    0%                                                    1
  duo               4   50%        2                             2
  owes              2   50%                   1          1

worst first (missed, abandoned, undetermined, recovered; in each whoever waited longest first)
  result        dispatch      account  time             waited  cause            first divergence
  missed        missed-long   duo      Fri 6 Nov 00:01  5m      stopped early    stopped early
  missed        missed-short  duo      Fri 6 Nov 00:00  1m30s   skipped tier     skipped tier
  abandoned     gone          owes     Fri 6 Nov 23:58  1m30s   slow escalation  stopped early
  undetermined  lost          solo     Fri 6 Nov 23:59  30s     undetermined
  recovered     back          owes     Sat 7 Nov 00:00  25s     caller patience
  oncall replay … --dispatch ID shows one
"""


def test_a_log_is_counted_and_its_worst_come_first(run: Run, duo: Path, many: str) -> None:
    assert run("replay", many, workspace=duo) == (0, WHOLE, "")


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        *((0, 0, "0%"), (0, 3, "0%"), (1, 3, "33.3%"), (2, 3, "66.7%"), (3, 3, "100%")),
        *((1, 2000, "0.1%"), (1, 2001, "<0.1%"), (1, 80, "1.3%"), (1999, 2000, ">99.9%"), (1998, 2000, "99.9%")),
    ],
)
def test_a_share_is_rounded_and_only_all_is_100_per_cent(part: int, whole: int, text: str) -> None:
    assert share(part, whole) == text


def test_a_list_says_how_many_it_leaves_out(run: Run, duo: Path, many: str) -> None:
    shown = run("replay", many, "--limit", "2", workspace=duo).out.splitlines()[-4:]
    assert [line.split()[1] for line in shown[:2]] == ["missed-long", "missed-short"]
    assert shown[2] == "  and 3 more: --limit 5 shows them all"


NARROW_ACCOUNTS = """\
  account       all   good  reached  answ.  recov.  aband.  missed  undet.
  solo          100    20%       10      5       5      30      20      30
  a-long-nam  1,200  91.7%    1,100                    100
  e-of-an-ac
  count
"""
NARROW_LIST = """\
worst first (missed, abandoned, undetermined, recovered;
  in each whoever waited longest first)
  result     dispatch              account  time             waited
      cause          first divergence
  missed     CA81f2aa90b7c3d4e5f6  solo     Thu 5 Nov 23:58  1m30s
      stopped early  stopped early
  abandoned  CA2                   solo     Thu 5 Nov 23:58  20s
"""


def counted(**accounts: dict[str, int]) -> Summary:
    found = {name.replace("_", "-"): Counter(results) for name, results in accounts.items()}
    result = sum(found.values(), Counter[str]())
    return Summary(result.total(), result, accounts=found)


def test_on_eighty_columns_no_number_is_left_out_and_names_are_folded() -> None:
    solo = {"reached": 10, "answered": 5, "recovered": 5, "abandoned": 30, "missed": 20, "undetermined": 30}
    summary = counted(solo=solo, a_long_name_of_an_account={"reached": 1100, "abandoned": 100})
    for width in (76, 80):
        shown = texts(summary_lines(summary, None, ZONE, width=width))
        assert max(map(cell_len, shown)) <= width
    assert NARROW_ACCOUNTS in "".join(
        f"{line.rstrip()}\n" for line in texts(summary_lines(summary, None, ZONE, width=74))
    )


def listed(*found: Brief) -> Lists:
    return Lists.of(found, 20)


def test_on_eighty_columns_one_of_the_worst_takes_two_lines_of_whole_phrases() -> None:
    lists = listed(
        Brief("CA81f2aa90b7c3d4e5f6", "solo", AT, "missed", "stopped_early", 90, 1, "stopped_early"),
        Brief("CA2", "solo", AT, "abandoned", None, 20, 9),
    )
    shown = texts(summary_lines(counted(solo={"missed": 1, "abandoned": 1}), lists, ZONE, width=80))
    assert NARROW_LIST in "".join(f"{line.rstrip()}\n" for line in shown)


@pytest.mark.parametrize("account", ["solo", "northwind-hvac-after-hours"])
@pytest.mark.parametrize("dispatch", ["d1", "CA81f2aa90b7c3d4e5f60718293a4b5c6d"])
def test_a_list_is_no_wider_than_the_terminal(dispatch: str, account: str) -> None:
    one = Brief(dispatch, account, AT, "abandoned", "slow_escalation", 5025, 1, "unknown_contact", "saved")
    found = counted(solo={"abandoned": 1})
    found.verdict["saved"] = 1
    shown = texts(summary_lines(found, listed(one), ZONE, width=80))
    assert max(cell_len(line.rstrip()) for line in shown) <= 80
    for phrase in (dispatch, account, "slow escalation", "unknown contact", "1h23m45s"):
        assert sum(phrase in line for line in shown) >= 2
    heading = next(place for place, line in enumerate(shown) if dispatch in line)
    assert shown[heading + 2].strip() == "oncall replay … --dispatch ID shows one"


def test_the_counts_alone(run: Run, duo: Path, many: str) -> None:
    assert run("replay", many, "--summary", workspace=duo).out == WHOLE.partition("\nworst")[0]
    document = json.loads(run("replay", many, "--summary", "--format", "json", workspace=duo).out)
    assert document["dispatches"] == []
    assert document["summary"]["result"] == {
        "missed": 2,
        "reached": 2,
        "abandoned": 1,
        "recovered": 1,
        "undetermined": 1,
    }
    assert (document["summary"]["verdict"], document["summary"]["bounds"]) == (None, None)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_json_is_one_document_with_a_dispatch_a_line(run: Run, duo: Path, many: str, jobs: str) -> None:
    out = run("replay", many, "--format", "json", "--jobs", jobs, workspace=duo).out
    assert [one["dispatch"] for one in json.loads(out)["dispatches"]] == list(LOG)
    rows = [line.rstrip(",") for line in out.splitlines() if line.startswith('{"dispatch"')]
    assert [json.loads(row)["result"] for row in rows] == [
        *("reached", "reached", "missed", "missed", "abandoned", "undetermined", "recovered")
    ]
    assert json.loads(out)["summary"]["dispatches"] == 7


def test_csv_has_a_row_for_each_dispatch(run: Run, duo: Path, many: str) -> None:
    rows = list(csv.DictReader(io.StringIO(run("replay", many, "--format", "csv", workspace=duo).out)))
    assert [row["dispatch"] for row in rows] == list(LOG)
    missed = rows[2]
    assert (missed["result"], missed["cause"], missed["waited"], missed["first divergence"]) == (
        *("missed", "skipped_tier", "90", "skipped_tier"),
    )
    assert (missed["log line"], missed["file"], missed["line"]) == ("8", "oncall.yaml", "10")
    assert missed["told"].endswith("was not answered: the person who was due was not called.")


def test_markdown_has_a_table_for_each_count_and_the_list(run: Run, duo: Path, many: str) -> None:
    tables = run("replay", many, "--format", "markdown", workspace=duo).out.split("\n\n")
    assert [one.split("|")[1].strip() for one in tables] == ["result", "cause", "account", "result"]
    assert "| missed-long " in tables[3]


FILTERS: list[tuple[tuple[str, ...], list[str]]] = [
    (("--account", "duo"), ["good-1", "good-2", "missed-short", "missed-long"]),
    (("--account", "solo", "--account", "owes"), ["gone", "lost", "back"]),
    (("--result", "missed"), ["missed-short", "missed-long"]),
    (("--result", "abandoned", "--result", "recovered"), ["gone", "back"]),
    (("--line", "202-555-0150"), ["gone"]),
    (("--caller", "+12025550177"), ["gone"]),
    (("--from", "2026-11-06T12:00"), ["gone", "lost", "back"]),
    (("--until", "2026-11-06T00:00"), ["good-1", "good-2"]),
    (("--from", "2026-11-06T00:00", "--until", "2026-11-06T00:01"), ["missed-short"]),
    (("--dispatch", "lost"), ["lost"]),
]


@pytest.mark.parametrize(("words", "found"), FILTERS, ids=" ".join)
def test_what_is_asked_for_is_shown(run: Run, duo: Path, many: str, words: tuple[str, ...], found: list[str]) -> None:
    document = json.loads(run("replay", many, *words, "--format", "json", workspace=duo).out)
    assert [one["dispatch"] for one in document["dispatches"]] == found
    assert document["summary"]["dispatches"] == len(found)


REFUSED: list[tuple[tuple[str, ...], str]] = [
    (("--result", "misssed"), "there is no result 'misssed' (did you mean 'missed'?)"),
    (("--account", "sollo"), "there is no account 'sollo', here or in the log (did you mean 'solo'?)"),
    (
        ("--from", "someday"),
        "can't read 'someday' as a time; write e.g. 02:00, 2am, 'tomorrow 14:00' or 2026-11-24T02:00",
    ),
    (("--timezone", "Mars/Base"), "'Mars/Base' is not an IANA time zone"),
    (
        ("--format", "csv", "--summary"),
        "--format csv is a row for each dispatch: leave --summary out, or write --format json",
    ),
]


@pytest.mark.parametrize(("words", "message"), REFUSED, ids=str)
def test_a_question_that_means_nothing_is_refused(
    run: Run, duo: Path, many: str, words: tuple[str, ...], message: str
) -> None:
    ran = run("replay", many, *words, workspace=duo)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"oncall: {message}")


@pytest.mark.parametrize("format", ["plain", "json", "csv", "markdown"])
def test_a_log_that_is_not_there_is_said_to_be_so_and_nothing_is_printed(run: Run, duo: Path, format: str) -> None:
    ran = run("replay", "nowhere.jsonl", "--format", format, workspace=duo)
    assert ran == (2, "", "oncall: nowhere.jsonl cannot be read: No such file or directory\n")


def test_an_account_that_is_gone_may_be_asked_for(run: Run, duo: Path, tmp_path: Path) -> None:
    log = write(tmp_path / "log", lines("d1", NO_ANSWER, "closed-down"))
    ran = run("replay", log, "--account", "closed-down", workspace=duo)
    assert ran.out.startswith("1 dispatch, 0% ended well\n")


def test_a_log_of_nothing_has_no_dispatch(run: Run, duo: Path, tmp_path: Path) -> None:
    log = write(tmp_path / "log")
    assert run("replay", log, workspace=duo) == (0, "no dispatch that was asked for is in the log\n", "")
    assert json.loads(run("replay", log, "--format", "json", workspace=duo).out)["dispatches"] == []


@pytest.mark.parametrize("words", [(), ("--summary",), ("--format", "json"), ("--format", "csv"), ("--jobs", "2")])
@pytest.mark.parametrize("asked", ["replay", "stats"])
def test_a_file_of_which_nothing_can_be_read_is_no_empty_log(
    run: Run, duo: Path, tmp_path: Path, asked: str, words: tuple[str, ...]
) -> None:
    log = write(tmp_path / "log", ["[1, 2]", '{"dispatch": "d1"}'])
    ran = run(asked, log, *(word for word in words if asked == "replay" or word != "--summary"), workspace=duo)
    assert (ran.status, ran.out) == (2, "")
    assert f"  {log}:1: not a JSON object\n" in ran.err
    assert ran.err.endswith(f"oncall: nothing in {log} could be read: is it an event log? `oncall import` makes one\n")


def test_a_damaged_log_without_what_is_asked_for_is_no_error(run: Run, duo: Path, tmp_path: Path) -> None:
    log = write(tmp_path / "log", ["[1, 2]"], lines("d1", GOOD))
    ran = run("replay", log, "--until", "2020-01-01", workspace=duo)
    assert (ran.status, ran.out) == (0, "no dispatch that was asked for is in the log\n")
    assert f"  {log}:1: not a JSON object\n" in ran.err


def test_a_gzipped_log_is_read_as_it_is(run: Run, duo: Path, many: str, tmp_path: Path) -> None:
    packed = tmp_path / "many.jsonl.gz"
    packed.write_bytes(gzip.compress(Path(many).read_bytes()))
    assert run("replay", str(packed), workspace=duo).out == WHOLE


def test_what_is_wrong_in_the_log_is_told_by_line(run: Run, duo: Path, tmp_path: Path) -> None:
    log = write(tmp_path / "log", ["garbage\x1b[2J"] * 50, lines("d1", GOOD))
    ran = run("replay", log, workspace=duo)
    told = ran.err.splitlines()
    assert told[0] == f"oncall: 50 problems in {log}:"
    assert told[1] == f"  {log}:1: not a JSON object: cut off, or not an event log?"
    assert (len(told), told[-1]) == (42, "  and 10 more")
    assert ran.out.startswith("1 dispatch, 100% ended well\n")


# A candidate.

SWAPPED = (
    CASES["workspace"]
    .replace(
        "two: {tiers: [{notify: primary}, {notify: backup}]}", "two: {tiers: [{notify: backup}, {notify: primary}]}"
    )
    .replace("owed: {tiers: [{notify: primary}, {notify: backup}], rec", "owed: {tiers: [{notify: primary}]} #")
)
BEN_LATE = (*NO_ANSWER, "20 attempt_started ben voice", "22 caller_hung_up", "25 acknowledged ben")
BEN_TAKES = (*NO_ANSWER, "20 attempt_started ben voice", "25 acknowledged ben")
CANDIDATE = """\
candidate swapped
          1 saved: ended badly, and would have ended well
          1 worse: ended well, and would have ended badly
          1 unchanged: would have been tried the same, or ended well all the same
          1 unknown: hangs on responses that nobody has ever seen
  if all that is unknown went well: 2 saved, 1 worse, 1 unchanged
  if none of it did: 1 saved, 1 worse, 1 still missed, 1 unchanged

saved
  result     dispatch  account  time             waited  cause            first divergence
  abandoned  too-late  duo      Thu 5 Nov 23:58  22s     caller patience

worse
  result   dispatch  account  time             waited  cause  first divergence
  reached  taken     owes     Thu 5 Nov 23:58  25s

  It is assumed that people respond to a try as they did when they were tried, so long after it started; that a caller
  who left would have left at the same moment, and that one who stayed would have stayed. What nobody has seen is not
  assumed: how an attempt would have ended that was never made, the rest of a call that was cut short, a callback that
  was never owed.
"""
BESIDE_A_CANDIDATE = """\
candidate  SAVED: ended badly, and would have ended well
  result  reached
  plan    today's files (--candidate swapped)

  plan in force                                        │ candidate
   0s  Ann Lee (ann)  primary  voice  no answer at 20s │  0s  Ben Ode (ben)  backup  voice  acknowledged at 5s
  20s  Ben Ode (ben)  backup   voice  cancelled at 22s │
  moved
    20s to 0s  what came of Ben Ode (ben) by voice
"""


@pytest.fixture
def swapped(tmp_path: Path) -> str:
    made(tmp_path / "swapped", SWAPPED)
    return write(
        tmp_path / "log",
        lines("too-late", BEN_LATE),
        lines("taken", BEN_TAKES, "owes"),
        lines("good", GOOD, "solo"),
        lines("never-tried", (*NO_ANSWER, "90 caller_hung_up")),
    )


def test_a_candidate_is_judged_by_what_it_would_have_saved_and_made_worse(run: Run, duo: Path, swapped: str) -> None:
    ran = run("replay", swapped, "--candidate", "swapped", workspace=duo)
    assert ran.out[ran.out.index("candidate") :] == CANDIDATE


def test_json_counts_what_a_candidate_changes_and_its_bounds(run: Run, duo: Path, swapped: str) -> None:
    words = ("--candidate", "swapped", "--summary", "--format", "json")
    summary = json.loads(run("replay", swapped, *words, workspace=duo).out)["summary"]
    assert summary["verdict"] == {"saved": 1, "unchanged": 1, "unknown": 1, "worse": 1}
    assert summary["bounds"] == {
        "best": {"saved": 2, "unchanged": 1, "worse": 1},
        "worst": {"saved": 1, "still_missed": 1, "unchanged": 1, "worse": 1},
    }
    assert summary["assumption"].startswith("It is assumed that people respond to a try as they did")


def test_one_dispatch_beside_a_candidate_shows_what_would_have_been_tried_and_what_was_moved(
    run: Run, duo: Path, swapped: str
) -> None:
    ran = run("replay", swapped, "--dispatch", "too-late", "--candidate", "swapped", workspace=duo)
    assert ran.status == 1
    assert ran.out[ran.out.index("candidate") :].startswith(BESIDE_A_CANDIDATE)


def test_a_candidate_that_is_the_plan_changes_nothing(run: Run, duo: Path, many: str) -> None:
    words = ("--candidate", str(duo), "--summary", "--format", "json")
    assert json.loads(run("replay", many, *words, workspace=duo).out)["summary"]["verdict"] == {"unchanged": 7}


def test_a_candidate_that_is_not_there_is_refused(run: Run, duo: Path, many: str) -> None:
    ran = run("replay", many, "--candidate", "nowhere", workspace=duo)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("oncall: --candidate nowhere: that is no folder")


# Files that could not be read whole.

UNREAD = "  more.yaml:2:1: error: is not YAML: did not find expected node content [OC001]\n"


def broken(root: Path) -> None:
    (root / "more.yaml").write_text("people: [", encoding="utf-8")


@pytest.mark.parametrize("words", [(), ("--jobs", "2"), ("--format", "json"), ("--dispatch", "good-1")], ids=" ".join)
def test_what_is_wrong_with_the_files_behind_an_answer_is_told_once(
    run: Run, duo: Path, many: str, words: tuple[str, ...]
) -> None:
    broken(duo)
    assert run("replay", many, *words, workspace=duo).err == f"oncall: the answer may be incomplete:\n{UNREAD}"


def test_what_is_wrong_with_the_files_behind_a_number_is_told(run: Run, duo: Path, many: str) -> None:
    broken(duo)
    assert run("stats", many, workspace=duo).err == f"oncall: the answer may be incomplete:\n{UNREAD}"


def test_what_is_wrong_with_the_files_of_a_candidate_is_told(run: Run, duo: Path, many: str) -> None:
    other = made(duo.parent / "other", CASES["workspace"])
    broken(other)
    ran = run("replay", many, "--candidate", str(other), workspace=duo)
    assert (ran.status, ran.err) == (0, f"oncall: what is said of the candidate may be incomplete:\n{UNREAD}")


def test_what_is_wrong_elsewhere_is_counted(run: Run, duo: Path, many: str) -> None:
    (duo / "more.yaml").write_text("accounts:\n  else: {name: Else, policy: nowhere}\n", encoding="utf-8")
    assert run("replay", many, workspace=duo).err == "oncall: 1 problem elsewhere in the workspace: oncall lint\n"


@pytest.mark.parametrize("text", ["version: [", ""])
def test_a_candidate_that_cannot_be_loaded_is_refused_with_its_line(run: Run, duo: Path, many: str, text: str) -> None:
    other = made(duo.parent / "other", text)
    ran = run("replay", many, "--candidate", str(other), workspace=duo)
    assert (ran.status, ran.out) == (2, "")
    assert re.match(rf"oncall: --candidate {re.escape(str(other))}: oncall\.yaml:\d+: is ", ran.err)
