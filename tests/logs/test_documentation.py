"""docs/importing.md says what the importers do."""

from __future__ import annotations

import json
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
(MAPPING,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("table", TABLES[:2], ids=["by_hand", "attempts"])
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


def test_the_mapping_shown_reads_the_table_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONCALL_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "board.yaml").write_text(MAPPING)
    (tmp_path / "board.csv").write_text(TABLES[2])
    words = ("import", "csv", str(tmp_path / "board.csv"), "--map", str(tmp_path / "board.yaml"))
    assert main(["-w", str(ROOT / "schedules"), *words]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(event["type"], event.get("person"), event.get("outcome")) for event in events] == [
        ("received", None, None),
        ("attempt_started", "tech-1", None),
        ("attempt_ended", "tech-1", "no_answer"),
        ("attempt_started", "eng-syd-2", None),
        ("attempt_answered", "eng-syd-2", None),
        ("attempt_ended", "eng-syd-2", "answered"),
        ("closed", None, None),
    ]


def test_every_format_is_there() -> None:
    assert all(f"oncall import {name} " in PAGE for name in FORMATS)


def test_every_type_and_outcome_is_a_word(bring: Callable[..., Imported]) -> None:
    rows = [f"2026-11-22T05:00:00Z,{word},ann\n" for word in (*TYPES, *OUTCOMES)]
    done = bring("csv", "time,event,who\n" + "".join(rows), "--account", "acme")
    assert done.report == []
    assert [one["type"] for one in done.events][: len(TYPES)] == list(TYPES)
    assert {one["outcome"] for one in done.events if "outcome" in one} == set(OUTCOMES) - {"acknowledged"}
