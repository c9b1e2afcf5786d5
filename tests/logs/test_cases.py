"""Logs of each format beside the events they become: cases/*.yaml.

Events and remarks are shown as short as they can be: without what is the same for all of a case. Where a case has
verdicts, the log is replayed as well: the result of each dispatch, its cause, when the caller left, and divergences.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from oncall.cli.main import main
from tests.logs.conftest import WORKSPACE, Imported

CASES = sorted(Path(__file__).with_name("cases").glob("*.yaml"))


def event_of(event: dict[str, Any]) -> dict[str, Any]:
    """An event with its line for its source."""
    shown = {name: value for name, value in event.items() if name not in ("v", "source")}
    return {"line": event["source"]["line"], "on": event.get("line"), **{k: v for k, v in shown.items() if k != "line"}}


def remark_of(remark: dict[str, Any]) -> list[Any]:
    return [remark["line"], "aside" if remark["aside"] else "unmapped", remark["reason"], remark["what"]]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_log_becomes_these_events_and_the_rest_is_told(path: Path, bring: Callable[..., Imported]) -> None:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    done = bring(case["format"], case["input"], *case["options"])
    assert [event_of(one) for one in done.events] == case["events"]
    assert [remark_of(one) for one in done.report] == case["report"]
    assert {one["source"]["system"] for one in done.events} <= {case.get("system", case["format"])}
    shown = [one["source"].get("shows", {}) for one in done.events]
    if "system" not in case:
        assert all(("voice" in one.get("channels", ())) == (case["format"] != "csv") for one in shown)
    assert all(one.get("callbacks", True) == (case.get("system", case["format"]) == "csv") for one in shown)
    assert done.status == (1 if any(not one["aside"] for one in done.report) else 0)


WITH_VERDICTS = [path for path in CASES if "\nverdicts:" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", WITH_VERDICTS, ids=lambda path: path.stem)
def test_an_imported_log_is_judged_as_what_happened(
    path: Path, bring: Callable[..., Imported], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    bring(case["format"], case["input"], *case["options"], "--output", "events.jsonl")
    assert list(verdicts(tmp_path / "events.jsonl", capsys)) == case["verdicts"]


def verdicts(log: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[list[Any]]:
    """The dispatches of a log, each with its result, its cause, when the caller left, and where it left the policy."""
    capsys.readouterr()
    main(["-w", str(WORKSPACE), "replay", str(log), "--format", "json"])
    for verdict in json.loads(capsys.readouterr().out)["dispatches"]:
        divergences = [f"{one['kind']} {one['at']:g}s" for one in verdict["divergences"]]
        yield [verdict["dispatch"], verdict["result"], verdict["cause"], verdict["hung_up"], divergences]
