"""A log replayed as a whole: by one process or several, what is asked for of it, and workspaces that cannot be read."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from oncall.errors import OncallError
from oncall.replay import run
from oncall.replay.run import Job, Judged, Replay, Wanted
from oncall.replay.summary import Summary
from oncall.replay.verdict import Verdict

SCHEDULES = Path(__file__).resolve().parents[2] / "schedules"
LOG = str(SCHEDULES / "calls" / "autumn-2026.jsonl")


def verdict_of(judged: Judged) -> Verdict:
    return judged.verdict


def replayed(
    root: Path = SCHEDULES, wanted: Wanted | None = None, jobs: int = 1, candidate: str | None = None
) -> tuple[list[Verdict], Summary]:
    job = Job(LOG, str(root), None, "US", wanted or Wanted(), "now", candidate)
    replay = Replay(job, verdict_of, jobs)
    return list(replay.results()), replay.summary


def test_two_processes_find_what_one_finds_in_the_same_order() -> None:
    one, two = (replayed(jobs=jobs, candidate=str(SCHEDULES)) for jobs in (1, 2))
    assert two == one
    assert {found.counterfactual.verdict for found in one[0] if found.counterfactual} == {"unchanged"}


def test_what_is_asked_for_is_what_all_of_them_hold_of_it() -> None:
    whole, _ = replayed()
    wanted: list[tuple[Wanted, Callable[[Verdict], bool]]] = [
        (Wanted(accounts=frozenset({"field-support"})), lambda one: one.account == "field-support"),
        (Wanted(results=frozenset({"missed", "abandoned"})), lambda one: one.result in ("missed", "abandoned")),
        (Wanted(lines=frozenset({"+12025550188"})), lambda one: one.line == "+12025550188"),
        (Wanted(start=1793000000, until=1793400000), lambda one: 1793000000 <= one.at < 1793400000),
        (Wanted(dispatch="2026-11-05-2358"), lambda one: one.dispatch == "2026-11-05-2358"),
    ]
    for asked, holds in wanted:
        found, summary = replayed(wanted=asked)
        assert found == [one for one in whole if holds(one)]
        assert 0 < len(found) == summary.dispatches < len(whole)


def killed(_: Judged) -> object:
    os.kill(os.getpid(), signal.SIGKILL)
    return None


def out_of_memory(judged: Judged) -> object:
    raise MemoryError(judged.verdict.dispatch)


def not_to_be_sent(_: Judged) -> object:
    return lambda: None


def leaving(_: Judged) -> object:
    sys.exit(3)


def without_end(judged: Judged) -> object:
    return without_end(judged)


def odd_one_out(judged: Judged) -> str:
    if judged.verdict.dispatch == "2026-11-05-2358":
        raise KeyError("odd")
    return judged.verdict.dispatch


def played(each: Callable[[Judged], Any], jobs: int, candidate: str | None = None) -> tuple[list[Any], list[str], int]:
    replay = Replay(Job(LOG, str(SCHEDULES), None, "US", Wanted(), "now", candidate), each, jobs)
    found = list(replay.results())
    return found, [one.what for one in replay.faults.first if one.internal], replay.faults.internal


@pytest.mark.parametrize("each", [killed, leaving, not_to_be_sent], ids=lambda each: each.__name__)
def test_a_process_that_fails_in_any_way_is_one_sentence(
    each: Callable[[Judged], object], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(OncallError, match="try --jobs 1"):
        played(each, jobs=2)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("each", [out_of_memory, without_end], ids=lambda each: each.__name__)
def test_what_fails_for_every_dispatch_is_said_of_each(each: Callable[[Judged], object], jobs: int) -> None:
    found, faults, number = played(each, jobs)
    assert not found
    assert number == len(faults) > 10
    assert all(what.startswith("internal error (") and "please report it, with the lines" in what for what in faults)


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_fails_for_one_dispatch_leaves_the_others(jobs: int) -> None:
    found, faults, number = played(odd_one_out, jobs)
    whole, _ = replayed()
    assert found == [one.dispatch for one in whole if one.dispatch != "2026-11-05-2358"]
    assert number == 1
    assert faults == ["internal error (KeyError: 'odd'); please report it, with the lines of this dispatch"]


def dispatch_in(given: tuple[Any, ...]) -> object:
    """The dispatch that a function of replay was asked about, by a plan if by any."""
    if isinstance(given[0], list):
        return given[0][0][1].dispatch
    return given[0].dispatch if all(one is not None for one in given[:3]) else None


@pytest.mark.parametrize(
    ("where", "causes"), [("record_of", []), ("judge", ["undetermined"]), ("counterfactual", ["slow_escalation"])]
)
def test_a_fault_of_ours_in_one_dispatch_leaves_the_others(
    where: str, causes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = getattr(run, where)
    whole = {one.dispatch: one for one in replayed(candidate=str(SCHEDULES))[0]}

    def failing(*given: Any, **more: Any) -> object:
        if dispatch_in(given) == "2026-11-05-2358":
            raise ZeroDivisionError
        return kept(*given, **more)

    monkeypatch.setattr(run, where, failing)
    verdicts, faults, number = played(verdict_of, 1, str(SCHEDULES))
    assert [one.cause for one in verdicts if one.dispatch == "2026-11-05-2358"] == causes
    assert all(one == whole[one.dispatch] for one in verdicts if one.dispatch != "2026-11-05-2358")
    assert len(verdicts) == len(whole) - (where == "record_of")
    assert number == 1
    assert faults == ["internal error (ZeroDivisionError); please report it, with the lines of this dispatch"]


RECEIVED = "2026-11-20T15:00:00Z"
TIMES = [
    "0001-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "2026-09-15T15:00:00Z",
    "2026-10-25T15:00:00Z",
    "2026-11-20T14:59:55Z",
    "2027-01-31T15:00:00Z",
    "2035-01-01T00:00:00Z",
    "2199-12-31T00:00:00Z",
    "9999-12-31T23:59:59-12:00",
]


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("kind", ["attempt_started", "attempt_ended", "acknowledged", "caller_hung_up"])
def test_an_event_dated_long_before_or_after_the_call_is_judged_or_undetermined(
    kind: str, time: str, tmp_path: Path
) -> None:
    attempt = {"attempt": "a", "person": "tech-1", "channel": "voice"}
    events = [
        {"time": RECEIVED, "type": "received", "account": "northwind-hvac"},
        {"time": RECEIVED, "type": "attempt_started", **attempt},
        {"time": time, "type": kind, **attempt, "outcome": "no_answer" if kind == "attempt_ended" else None},
    ]
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps({"dispatch": "d", **event}) + "\n" for event in events))
    job = Job(str(log), str(SCHEDULES), None, "US", Wanted(), "now", str(SCHEDULES))
    (verdict,) = Replay(job, verdict_of).results()
    is_near = abs(datetime.fromisoformat(time).timestamp() - verdict.at) < 90 * 86_400
    assert is_near or (verdict.result == "undetermined" and verdict.missing)


@pytest.mark.parametrize("kept", [1500, 0], ids=["cut off", "empty"])
def test_a_calendar_that_cannot_be_read_leaves_every_cause_open_that_hangs_on_it(tmp_path: Path, kept: int) -> None:
    root = Path(shutil.copytree(SCHEDULES, tmp_path / "broken"))
    calendar = root / "rotations" / "follow-the-sun.ics"
    calendar.write_bytes(calendar.read_bytes()[:kept])
    (before,), _ = replayed(wanted=Wanted(dispatch="2026-11-05-2358"))
    (after,), _ = replayed(root, Wanted(dispatch="2026-11-05-2358"))
    assert (before.cause, after.cause) == ("slow_escalation", "undetermined")
    assert any(one.what.startswith("what held then: rotations/follow-the-sun.ics:") for one in after.missing)
    (other,), _ = replayed(root, Wanted(dispatch="2026-10-16-1735"))
    assert other.cause == "skipped_tier"


def test_a_caller_is_found_without_the_plus_that_exchanges_leave_out(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(
        '{"time":"2026-11-05T23:58:00Z","type":"received","dispatch":"d","account":"field-support",'
        '"caller":"442079460199"}\n'
    )
    job = Job(str(log), str(SCHEDULES), None, "US", Wanted(callers=frozenset({"+442079460199"})), "now")
    assert [one.caller for one in Replay(job, verdict_of).results()] == ["442079460199"]
