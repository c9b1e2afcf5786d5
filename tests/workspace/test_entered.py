"""Overrides and absences that were entered before a call, and committed after it or never."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from oncall.plan import Plan, PlanUsed
from oncall.workspace.history import PlansOfTheTime
from tests.workspace.test_history import Repository

MIDNIGHT = 1_793_923_200  # 2026-11-06T00:00:00Z
HOUR = 3600
CALL = MIDNIGHT + 22 * HOUR
CASES = yaml.safe_load(Path(__file__).with_name("entered.yaml").read_text(encoding="utf-8"))
SAID = ("entered", "edited", "in_doubt")
OVERRIDES, AWAY = "overrides.ics", "away.ics"
HEAD = """\
version: 1
absences: [away.ics]
people: {p: {name: P}, ann: {name: Ann}, bob: {name: Bob}}
rotations: {r: {calendar: plan.ics, overrides: overrides.ics, timezone: UTC}}
"""
PLAN = "BEGIN:VEVENT\nUID:p\nSUMMARY:P\nDTSTART:20261101\nDTEND:20261201\nEND:VEVENT\n"
OURS = (
    "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0200\n"
    "END:STANDARD\nEND:VTIMEZONE\n"
)


def calendar(events: list[list[str]], line_end: str = "\n") -> str:
    text = "".join(event(*words) for words in events)
    whole = f"BEGIN:VCALENDAR\nVERSION:2.0\n{OURS if 'Ours' in text else ''}{text}END:VCALENDAR\n"
    return whole.replace("\n", line_end)


def event(uid: str, name: str, *properties: str) -> str:
    lines = [f"UID:{uid}"] if uid else []
    if not any(line.startswith("DTSTART") for line in properties):
        lines += ["DTSTART:20261106T210000Z", "DTEND:20261106T230000Z"]
    return "\n".join(["BEGIN:VEVENT", *lines, f"SUMMARY:{name}", *properties, "END:VEVENT", ""])


def on_call(plan: Plan) -> str:
    return " & ".join(shift.label for shift in plan.schedules["r"].shifts_at(CALL))


def used(root: Path, as_of: str = "auto", cache: str | None = None, at: float = CALL) -> tuple[str, PlanUsed]:
    with PlansOfTheTime(str(root), cache, as_of) as plans:
        return plans.ask(at, on_call)


@pytest.fixture
def repository(tmp_path: Path) -> Any:
    found = Repository(tmp_path / "top", "ws")
    yield found
    found.close()


def prepare(repository: Repository, case: dict[str, Any]) -> None:
    """Commit what a case says, and leave in the working folder what is there now."""
    line_end = case.get("line_end", "\n")
    head = HEAD.replace(" overrides: overrides.ics,", "") if case.get("unnamed") else HEAD
    files: dict[str, str | None] = {"oncall.yaml": head, "plan.ics": PLAN_CALENDAR, AWAY: calendar([])}
    if "first" not in case:
        files[OVERRIDES] = calendar([], line_end)
    repository.commit(MIDNIGHT + 12 * HOUR, files)
    for hour, events in case.get("commits", {}).items():
        repository.commit(MIDNIGHT + hour * HOUR, {OVERRIDES: calendar(events, line_end)})
    (repository.root / "oncall.yaml").write_text(HEAD)
    if "now" in case:
        (repository.root / OVERRIDES).write_bytes(calendar(case["now"], line_end).encode())


PLAN_CALENDAR = f"BEGIN:VCALENDAR\nVERSION:2.0\n{PLAN}END:VCALENDAR\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_was_entered_before_a_call_was_in_force(
    repository: Repository, tmp_path: Path, case: dict[str, Any]
) -> None:
    assert case.keys() <= {
        "name",
        "first",
        "unnamed",
        "line_end",
        "commits",
        "now",
        "on_call",
        "entered",
        "edited",
        "in_doubt",
    }
    prepare(repository, case)
    for cache in (None, str(tmp_path / "cache"), str(tmp_path / "cache")):
        who, plan = used(repository.root, cache=cache)
        assert who == case["on_call"]
        assert plan.as_of == "git"
        assert sorted(event.uid for event in plan.entered if not event.edited) == case.get("entered", [])
        assert [event.uid for event in plan.entered if event.edited] == case.get("edited", [])
        assert [event.uid for event in plan.in_doubt] == case.get("in_doubt", [])


def test_a_revision_that_is_named_is_that_revision_alone(repository: Repository) -> None:
    prepare(repository, {"now": [["a", "Ann", "CREATED:20261106T213000Z"], ["b", "Bob"]]})
    who, plan = used(repository.root, "master")
    assert (who, plan.entered, plan.in_doubt) == ("P", (), ())


def test_what_is_said_of_an_event_is_when_it_was_entered_and_committed(repository: Repository) -> None:
    prepare(repository, {"commits": {23: [["a", "Ann", "CREATED:20261106T213000Z"]]}})
    (said,) = used(repository.root)[1].entered
    assert (said.file, said.summary) == (OVERRIDES, "Ann")
    assert (said.entered, said.committed) == (CALL - HOUR // 2, CALL + HOUR)


def test_the_plan_that_may_have_been_is_asked_as_well(repository: Repository) -> None:
    prepare(repository, {"now": [["a", "Ann"], ["b", "[L2] Bob"]]})
    with PlansOfTheTime(str(repository.root), None) as plans:
        assert plans.ask(CALL, on_call)[0] == "P"
        assert plans.ask_possible(CALL, on_call) == ["Bob", "Ann", "Bob"]


def test_an_absence_counts_from_when_it_was_entered(repository: Repository) -> None:
    prepare(repository, {})
    (repository.root / AWAY).write_text(calendar([["sick", "P", "CREATED:20261106T213000Z"]]))

    with PlansOfTheTime(str(repository.root), None) as plans:
        answers = [plans.ask(at, lambda plan: plan.not_there("p", CALL))[0] for at in (CALL, CALL - HOUR)]
    assert answers == ["away", None]


@pytest.mark.parametrize("order", [1, -1])
def test_calls_are_asked_in_any_order(repository: Repository, order: int) -> None:
    events: list[list[str]] = []
    repository.commit(MIDNIGHT, {"oncall.yaml": HEAD, "plan.ics": PLAN_CALENDAR, OVERRIDES: calendar([])})
    for day in range(1, 6):
        date = f"202611{day + 6:02}"
        times = (f"CREATED:{date}T100000Z", f"DTSTART:{date}T110000Z", f"DTEND:{date}T130000Z")
        events.append([f"u{day}", "Ann", *times])
        repository.commit(MIDNIGHT + day * 24 * HOUR + 14 * HOUR, {OVERRIDES: calendar(events)})
    with PlansOfTheTime(str(repository.root), None) as plans:
        for day in list(range(1, 6))[::order]:
            for hour, expected in ((9, "P"), (12, "Ann"), (15, "P")):
                at = MIDNIGHT + (day * 24 + hour) * HOUR
                who, plan = plans.ask(at, lambda plan, at=at: plan.schedules["r"].shifts_at(at)[0].label)
                assert (who, [one.uid for one in plan.entered]) == (expected, [f"u{day}"] if hour == 12 else [])


def test_a_later_commit_that_cannot_be_read_leaves_git_to_decide(repository: Repository) -> None:
    prepare(repository, {"commits": {23: [["a", "Ann", "CREATED:20261106T213000Z"]]}, "now": []})
    tree = repository.object(repository.object(repository.head).tree.decode())
    folder = repository.object(tree[b"ws"][1].decode())
    repository.forget(folder[OVERRIDES.encode()][1])
    who, plan = used(repository.root)
    assert (who, plan.entered) == ("P", ())
