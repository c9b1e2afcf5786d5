from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Files = Mapping[str, str | bytes]


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., str]:
    """Writes a workspace and gives its root; without an oncall.yaml it gets the shortest."""

    def write(files: Files, name: str = "workspace") -> str:
        root = tmp_path / name
        for path, content in {"oncall.yaml": "version: 1\n", **files}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content.encode() if isinstance(content, str) else content)
        return str(root)

    return write
