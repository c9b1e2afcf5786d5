"""Commands are run in this process, on a copy of the example workspace, with a cache of their own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from oncall.cli.main import main

EXAMPLE = Path(__file__).resolve().parents[2] / "schedules"


class Ran(NamedTuple):
    """What a command printed, and its status."""

    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONCALL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("ONCALL_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def example(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "example"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def run(*words: str, workspace: Path | None = None) -> Ran:
        capsys.readouterr()
        status = main([*(("-w", str(workspace)) if workspace else ()), *words])
        return Ran(status, *capsys.readouterr())

    return run
