"""A log replayed as a whole: by one process or several, what is asked for of it, and workspaces that cannot be read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

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
