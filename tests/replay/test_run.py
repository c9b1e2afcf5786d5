"""A log replayed as a whole: by one process or several, what is asked for of it, and workspaces that cannot be read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
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
