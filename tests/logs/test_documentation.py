"""docs/importing.md says what the importers do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from oncall.cli.main import main
from oncall.logs.event import OUTCOMES, TYPES
from oncall.logs.formats import FORMATS
from tests.logs.conftest import Imported

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/importing.md").read_text(encoding="utf-8")
TABLES = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("table", TABLES, ids=["by_hand", "attempts"])
def test_the_tables_shown_are_understood(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONCALL_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "shown.csv").write_text(table)
    words = (
        "import",
        "csv",
        str(tmp_path / "shown.csv"),
        "--timezone",
        "America/New_York",
        "--account",
        "field-support",
    )
    assert main(["-w", str(ROOT / "schedules"), *words]) == 0
    assert len(capsys.readouterr().out.splitlines()) in (4, 6)


def test_every_format_is_there() -> None:
    assert all(f"oncall import {name} " in PAGE for name in FORMATS)


def test_every_type_and_outcome_is_a_word(bring: Callable[..., Imported]) -> None:
    rows = [f"2026-11-22T05:00:00Z,{word},ann\n" for word in (*TYPES, *OUTCOMES)]
    done = bring("csv", "time,event,who\n" + "".join(rows), "--account", "acme")
    assert done.report == []
    assert [one["type"] for one in done.events][: len(TYPES)] == list(TYPES)
    assert {one["outcome"] for one in done.events if "outcome" in one} == set(OUTCOMES) - {"acknowledged"}
