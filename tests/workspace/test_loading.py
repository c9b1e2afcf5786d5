"""Cases are data: the files of a workspace, and every problem that loading and compiling it finds, exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from oncall.schedule import window_around
from oncall.workspace.compile import compile_plan
from oncall.workspace.load import load

NOVEMBER = 1_794_000_000  # 2026-11-06

CASES = [
    pytest.param(case, id=f"{file.stem}: {case['name']}")
    for file in sorted(Path(__file__).with_name("cases").glob("*.yaml"))
    for case in yaml.safe_load(file.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("case", CASES)
def test_every_problem_is_found_where_it_stands(case: dict[str, Any], make: Any) -> None:
    plan = compile_plan(load(make(case["files"])), window_around(NOVEMBER))
    found = {one for problems in plan.reported.values() for one in problems}
    assert [
        f"{one.file}:{one.line}:{one.column}: {one.code} {one.message}"
        for one in sorted(found, key=lambda one: one.place)
    ] == (case["problems"] or [])
