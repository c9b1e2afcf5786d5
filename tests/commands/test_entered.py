"""`oncall replay` and `oncall postmortem` of a call at which an override was in force that git did not have yet."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import EXAMPLE, Ran
from tests.workspace.test_history import Repository

Run = Callable[..., Ran]

OCTOBER = 1_790_812_800  # 2026-10-01T00:00:00Z
OVERRIDES = "rotations/field-overrides.ics"
DISPATCH = "2026-11-05-2358"
CREATED = "CREATED:20261105T200000Z\r\n"
SAID = "entered Thu 5 Nov 2026 15:00 EST, never committed; the file says so (CREATED), not git"


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    found = Repository(tmp_path / "top", "ws")
    texts = (file for file in EXAMPLE.rglob("*") if file.suffix in (".yaml", ".ics", ".md"))
    found.commit(OCTOBER, {str(file.relative_to(EXAMPLE)): file.read_bytes().decode() for file in texts})
    yield found
    found.close()


def _enter(repository: Repository, *properties: str) -> Path:
    """Ines Duarte takes the night of the call, in the working folder alone."""
    times = "DTSTART:20261105T220000Z\r\nDTEND:20261106T100000Z\r\n"
    event = f"BEGIN:VEVENT\r\nUID:late\r\n{times}SUMMARY:Ines Duarte\r\n{''.join(properties)}END:VEVENT\r\n"
    calendar = repository.root / OVERRIDES
    calendar.write_bytes(calendar.read_bytes().replace(b"END:VCALENDAR", event.encode() + b"END:VCALENDAR"))
    return repository.root


def _replayed(run: Run, root: Path, *words: str) -> dict[str, Any]:
    log = str(EXAMPLE / "calls" / "autumn-2026.jsonl")
    ran = run("replay", log, "--dispatch", DISPATCH, "--format", "json", *words, workspace=root)
    assert ran.status == 1, ran.err
    found: dict[str, Any] = json.loads(ran.out)["dispatches"][0]
    return found


def test_a_call_is_held_against_an_override_that_only_its_file_proves(run: Run, repository: Repository) -> None:
    found = _replayed(run, _enter(repository, CREATED))
    assert found["cause"] == "wrong_person"
    assert found["expected"][0]["person"] == "tech-5"
    (event,) = found["plan"]["by_file"]
    assert event == {
        "file": OVERRIDES,
        "uid": "late",
        "summary": "Ines Duarte",
        "entered": "2026-11-05T15:00:00-05:00",
        "committed": None,
    }
    assert found["plan"]["as_of"] == "git"


def test_a_revision_is_held_against_as_it_is(run: Run, repository: Repository) -> None:
    found = _replayed(run, _enter(repository, CREATED), "--as-of", "HEAD")
    assert found["expected"][0]["person"] == "tech-4"
    assert found["plan"]["by_file"] == []


def test_what_would_change_who_was_due_and_has_no_date_leaves_the_cause_open(run: Run, repository: Repository) -> None:
    found = _replayed(run, _enter(repository))
    assert (found["result"], found["cause"], found["expected"]) == ("abandoned", "undetermined", [])
    assert [one["what"] for one in found["missing"]] == [
        f"who was on call: 'Ines Duarte' in {OVERRIDES} would change it; no commit had it then, and it doesn't say when"
        " it was entered (CREATED)"
    ]
    assert [event["uid"] for event in found["plan"]["in_doubt"]] == ["late"]


def test_what_has_no_date_and_changes_nothing_leaves_nothing_open(run: Run, repository: Repository) -> None:
    root = _enter(repository)
    calendar = root / OVERRIDES
    calendar.write_bytes(
        calendar.read_bytes().replace(b"SUMMARY:Ines Duarte\r\nEND", "SUMMARY:Zoë Lindgren\r\nEND".encode())
    )
    found = _replayed(run, root)
    assert found["expected"][0]["person"] == "tech-4"
    assert found["plan"]["in_doubt"] == []


@pytest.mark.parametrize("command", ["replay", "postmortem"])
def test_it_is_said_that_the_file_proves_it(run: Run, repository: Repository, command: str) -> None:
    root = _enter(repository, CREATED)
    log = str(EXAMPLE / "calls" / "autumn-2026.jsonl")
    ran = run(command, log, "--dispatch", DISPATCH, workspace=root)
    assert SAID in " ".join(ran.out.split())


def test_todays_files_count_without_what_was_entered_after_the_call(
    run: Run, repository: Repository, tmp_path: Path
) -> None:
    root = tmp_path / "without"
    shutil.copytree(_enter(repository, "CREATED:20261106T120000Z\r\n"), root, ignore=shutil.ignore_patterns(".git"))
    replayed = _replayed(run, root)
    assert replayed["expected"][0]["person"] == "tech-4"
    assert [event["uid"] for event in replayed["plan"]["entered_later"]] == ["late"]
    log = str(EXAMPLE / "calls" / "autumn-2026.jsonl")
    note = "entered Fri 6 Nov 2026 07:00 EST, after the call began, so it does not count; the file says so (CREATED)"
    for command in ("replay", "postmortem"):
        assert note in run(command, log, "--dispatch", DISPATCH, workspace=root).out
    assert _replayed(run, root, "--as-of", "now")["expected"][0]["person"] == "tech-5"
