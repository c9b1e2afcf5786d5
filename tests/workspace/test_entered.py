"""Overrides and absences that were entered before a call, and committed after it or never."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from oncall.plan import Plan, PlanUsed
from oncall.workspace.history import NoPlanError, PlansOfTheTime
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


DAILY = ("DTSTART:20261101T210000Z", "DTEND:20261101T230000Z", "RRULE:FREQ=DAILY")
TODAY = [
    ("entered after the call", [["a", "Ann", "CREATED:20261106T220001Z"]], "P", ["a"]),
    ("entered at the second of the call", [["a", "Ann", "CREATED:20261106T220000Z"]], "Ann", []),
    ("entered before the call", [["a", "Ann", "CREATED:20261106T213000Z"]], "Ann", []),
    ("without a word of when", [["a", "Ann"]], "Ann", []),
    (
        "one before, one after",
        [["a", "Ann", "CREATED:20261106T213000Z"], ["b", "[L2] Bob", "CREATED:20261107T000000Z"]],
        "Ann",
        ["b"],
    ),
    ("a series entered after", [["a", "Ann", *DAILY, "CREATED:20261107T000000Z"]], "P", ["a"]),
    (
        "an occurrence that was changed after",
        [["a", "Ann", *DAILY], ["a", "Bob", "RECURRENCE-ID:20261106T210000Z", "CREATED:20261107T000000Z"]],
        "Ann",
        ["a"],
    ),
    (
        "long before it matters",
        [["a", "Ann", "DTSTART:20261220T000000Z", "DTEND:20261221T000000Z", "CREATED:20261215T000000Z"]],
        "P",
        [],
    ),
    ("a date that is none", [["a", "Ann", "CREATED:20261399T000000Z"]], "Ann", []),
]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(("events", "who", "later"), [case[1:] for case in TODAY], ids=[case[0] for case in TODAY])
def test_without_a_commit_of_the_time_what_was_entered_later_does_not_count(
    tmp_path: Path, events: list[list[str]], who: str, later: list[str], line_end: str
) -> None:
    (tmp_path / "oncall.yaml").write_text(HEAD)
    (tmp_path / "plan.ics").write_text(PLAN_CALENDAR)
    (tmp_path / AWAY).write_text(calendar([]))
    (tmp_path / OVERRIDES).write_bytes(calendar(events, line_end).encode())
    for cache in (None, str(tmp_path / "cache"), str(tmp_path / "cache")):
        name, plan = used(tmp_path, cache=cache)
        assert (name, [event.uid for event in plan.later], plan.entered) == (who, later, ())
        assert (plan.as_of, plan.why_today) == ("today", "the workspace is in no git repository")
    assert used(tmp_path, "now")[1].later == ()


def test_todays_files_as_they_are_hold_what_was_entered_later(tmp_path: Path) -> None:
    (tmp_path / "oncall.yaml").write_text(HEAD)
    (tmp_path / "plan.ics").write_text(PLAN_CALENDAR)
    (tmp_path / AWAY).write_text(calendar([]))
    (tmp_path / OVERRIDES).write_text(calendar([["a", "Ann", "CREATED:20261107T000000Z"]]))
    assert used(tmp_path, "now")[0] == "Ann"


def test_before_the_first_commit_what_was_entered_later_does_not_count(repository: Repository) -> None:
    prepare(repository, {"now": [["a", "Ann", "DTSTART:20261101", "DTEND:20261201", "CREATED:20261106T130000Z"]]})
    assert [used(repository.root, at=MIDNIGHT + hour * HOUR)[0] for hour in (11, 14)] == ["P", "Ann"]


def test_an_absence_of_todays_files_counts_from_when_it_was_entered(tmp_path: Path) -> None:
    (tmp_path / "oncall.yaml").write_text(HEAD)
    (tmp_path / "plan.ics").write_text(PLAN_CALENDAR)
    (tmp_path / OVERRIDES).write_text(calendar([]))
    (tmp_path / AWAY).write_text(calendar([["sick", "P", "CREATED:20261106T213000Z"]]))
    with PlansOfTheTime(str(tmp_path), None) as plans:
        answers = [plans.ask(at, lambda plan: plan.not_there("p", CALL))[0] for at in (CALL, CALL - HOUR)]
    assert answers == ["away", None]


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
def test_a_commit_that_cannot_be_loaded_and_calendars_of_other_names_change_nothing_for_the_rest(
    repository: Repository, order: int
) -> None:
    first = HEAD.replace("overrides: overrides.ics", "overrides: swaps.ics")
    swaps, empty = calendar([["s", "Bob", "CREATED:20261106T120000Z"]]), calendar([])
    files: dict[str, str | None] = {"plan.ics": PLAN_CALENDAR, AWAY: empty, OVERRIDES: empty, "swaps.ics": empty}
    repository.commit(CALL - 3 * HOUR, {"oncall.yaml": first, **files})
    repository.commit(CALL - 2 * HOUR, {"oncall.yaml": "version: ["})
    repository.commit(CALL - HOUR, {"oncall.yaml": HEAD})
    (repository.root / "swaps.ics").write_text(swaps)
    (repository.root / OVERRIDES).write_text(calendar([["a", "Ann", "CREATED:20261106T120000Z"]]))
    names: dict[int, str] = {}
    with PlansOfTheTime(str(repository.root), None) as plans:
        for hours in (3, 2, 1)[::order]:
            try:
                names[hours] = plans.ask(CALL - hours * HOUR + 1, on_call)[0]
            except NoPlanError:
                names[hours] = "no plan"
    assert names == {3: "Bob", 2: "no plan", 1: "Ann"}


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
