"""Cases are data: what is asked of the workspace in `harbor/`, with some files replaced, and exactly what is said."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

CASES = [
    pytest.param(case, id=f"{file.stem}: {case['name']}")
    for file in sorted(Path(__file__).with_name("cases").glob("*.yaml"))
    for case in yaml.safe_load(file.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("case", CASES)
def test_the_answer_is_exactly(case: dict[str, Any], harbor: Any, oncall: Any) -> None:
    harbor(case.get("files") or {})
    ran = oncall(*shlex.split(case["ask"]))
    assert (ran.out, ran.err, ran.status) == (case.get("out", ""), case.get("err", ""), case["status"])
