"""Logs are imported in this process, for a workspace of four people and two accounts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from oncall.cli.main import main

HERE = Path(__file__).resolve().parent
WORKSPACE = HERE / "workspace"


class Imported(NamedTuple):
    """What an import gave: its status, the events, what became none, and what was said."""

    status: int
    events: list[dict[str, Any]]
    report: list[dict[str, Any]]
    err: str


@pytest.fixture
def bring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Imported]:
    """Imports a file called `log`."""
    monkeypatch.setenv("ONCALL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)

    def bring(format: str, content: str | bytes, *options: str) -> Imported:
        (tmp_path / "log").write_bytes(content if isinstance(content, bytes) else content.encode())
        capsys.readouterr()
        report = tmp_path / "report"
        report.unlink(missing_ok=True)
        status = main(["-w", str(WORKSPACE), "import", format, "log", "--report", "report", *options])
        said = capsys.readouterr()
        listed = report.read_text(encoding="utf-8") if report.exists() else ""
        return Imported(status, _objects(said.out), _objects(listed), said.err)

    return bring


def _objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
