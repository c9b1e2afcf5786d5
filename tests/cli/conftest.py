from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from oncall.cli.main import main

HARBOR = Path(__file__).with_name("harbor")


class Ran(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def harbor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping[str, str]], Path]:
    """Copies the workspace the command is tried on, with some files replaced, and goes there; None removes one."""
    monkeypatch.setenv("ONCALL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("ONCALL_WORKSPACE", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TZ", "America/New_York")

    def copy(files: Mapping[str, str | None]) -> Path:
        root = tmp_path / "harbor"
        shutil.copytree(HARBOR, root)
        for path, text in files.items():
            if text is None:
                (root / path).unlink()
            else:
                (root / path).write_text(text, encoding="utf-8")
        monkeypatch.chdir(root)
        return root

    return copy


@pytest.fixture
def oncall(capfd: Any) -> Callable[..., Ran]:
    """Runs the command in this process."""

    def run(*arguments: str) -> Ran:
        status = main(list(arguments))
        return Ran(status, *capfd.readouterr())

    return run
