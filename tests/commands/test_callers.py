"""The same caller's other calls, in `oncall replay --dispatch` and `oncall postmortem`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.commands.conftest import EXAMPLE, Ran

Run = Callable[..., Ran]

CASES = yaml.safe_load(Path(__file__).with_name("callers.yaml").read_text(encoding="utf-8"))
NUMBER = "+12125550146"
WHO = {"person": "tech-4", "channel": "voice", "address": "+12025550104"}


def _call(dispatch: str, clock: str, result: str, caller: str) -> Iterator[dict[str, Any]]:
    def event(seconds: int, type: str, **more: Any) -> dict[str, Any]:
        return {"v": 1, "time": f"2026-11-05T{clock}:{seconds:02}-05:00", "type": type, "dispatch": dispatch, **more}

    yield event(0, "received", account="northwind-hvac", line="+12025550188", caller=caller)
    yield event(1, "attempt_started", attempt="a", **WHO)
    if result == "reached":
        yield event(9, "acknowledged", attempt="a", person=WHO["person"])
        yield event(30, "closed", disposition="reached")
        return
    yield event(18, "attempt_ended", attempt="a", outcome="cancelled", **WHO)
    yield event(18, "caller_hung_up")


@pytest.fixture
def log(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    def write(case: dict[str, Any]) -> Path:
        caller = case.get("caller", NUMBER)
        events = list(_call("first", "21:20", "abandoned", caller))
        for number, (clock, result, *other) in enumerate(case["calls"]):
            events += _call(f"other-{number}", clock, result, other[0] if other else caller)
        path = tmp_path / "calls.jsonl"
        path.write_text("".join(json.dumps(event) + "\n" for event in sorted(events, key=lambda one: one["time"])))
        return path

    return write


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_same_callers_other_calls_are_linked(run: Run, log: Any, case: dict[str, Any]) -> None:
    path = str(log(case))
    ran = run("replay", path, "--dispatch", "first", "--format", "json", "--as-of", "now", workspace=EXAMPLE)
    (found,) = json.loads(ran.out)["dispatches"]
    assert found["told"].partition(". ")[2] == case.get("said", "")
    assert ("no callback was arranged" in found["told"]) is case["callback"]
    page = run("postmortem", path, "--dispatch", "first", "--as-of", "now", workspace=EXAMPLE).out
    assert ("Open a callback" in page) is case["callback"]
    assert case.get("said", "") in page


def test_each_call_is_listed_with_its_result(run: Run, log: Any) -> None:
    path = str(log(CASES[0]))
    ran = run("replay", path, "--dispatch", "first", "--as-of", "now", workspace=EXAMPLE)
    assert "caller  the same, later: other-0, Thu 5 Nov 2026 21:24 EST, abandoned" in ran.out
    ran = run("replay", path, "--dispatch", "other-1", "--format", "json", "--as-of", "now", workspace=EXAMPLE)
    (found,) = json.loads(ran.out)["dispatches"]
    assert [(call["dispatch"], call["result"]) for call in found["related"]] == [
        ("first", "abandoned"),
        ("other-0", "abandoned"),
    ]
    assert found["told"].endswith("The same caller had called before, at 9:20 pm and 9:24 pm, and was not reached.")


def test_the_nearest_six_are_linked(run: Run, log: Any) -> None:
    path = str(log({"calls": [[f"21:{minute}", "abandoned"] for minute in range(21, 59)]}))
    ran = run("replay", path, "--dispatch", "first", "--format", "json", "--as-of", "now", workspace=EXAMPLE)
    (found,) = json.loads(ran.out)["dispatches"]
    assert [call["dispatch"] for call in found["related"]] == [f"other-{number}" for number in range(6)]


def test_standard_input_is_read_once(run: Run, log: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with log(CASES[0]).open() as file:
        assert isinstance(file, TextIOWrapper)
        monkeypatch.setattr("sys.stdin", file)
        ran = run("replay", "-", "--dispatch", "first", "--format", "json", "--as-of", "now", workspace=EXAMPLE)
    (found,) = json.loads(ran.out)["dispatches"]
    assert found["related"] is None
