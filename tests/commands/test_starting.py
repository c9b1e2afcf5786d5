"""`oncall init`, `oncall schema`, help: what a newcomer meets first."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest

import oncall
from oncall.cli.main import COMMANDS
from tests.commands.conftest import EXAMPLE, Ran
from tests.workspace.editors import as_an_editor_reads

Run = Callable[..., Ran]


def test_a_fresh_workspace_answers_and_has_no_problem(run: Run, tmp_path: Path) -> None:
    assert run("init", "fresh").status == 0
    ran = run("who", "--at", "2026-11-24T23:58", "--format", "line", workspace=tmp_path / "fresh")
    assert (ran.status, ran.out, ran.err) == (
        0,
        "front-desk at Tue 24 Nov 2026 23:58 EST: Alex Example > Sasha Example\n",
        "",
    )
    assert oncall.problems(tmp_path / "fresh", datetime(2026, 11, 24, tzinfo=UTC)) == []


def test_a_fresh_workspace_takes_an_override_and_an_absence(run: Run, tmp_path: Path) -> None:
    run("init", "fresh")
    night = ("--from", "2026-11-24T22:00", "--until", "+4h")
    assert run("override", "primary", "sasha", *night, workspace=tmp_path / "fresh").status == 0
    assert run("away", "robin", *night, workspace=tmp_path / "fresh").status == 0


@pytest.mark.parametrize(
    "day",
    ["1999-12-31", "2024-02-29", "2026-01-01", "2026-01-05", "2026-02-01", "2026-11-30", "2031-07-04"],
)
def test_a_fresh_workspace_is_clean_on_its_day_and_while_its_reviews_hold(run: Run, tmp_path: Path, day: str) -> None:
    assert run("init", "fresh", "--at", day).status == 0
    for later in (day, str(date.fromisoformat(day) + timedelta(days=89))):
        ran = run("lint", "--at", later, "--fail-on", "info", workspace=tmp_path / "fresh")
        assert (ran.status, ran.out) == (0, "no findings in 5 files\n")
    late = str(date.fromisoformat(day) + timedelta(days=182))
    ran = run("lint", "--at", late, "--select", "OC107,OC109,OC405", workspace=tmp_path / "fresh")
    assert ran.out.count(": warning: ") == 5


@pytest.mark.parametrize("day", ["2024-02-29", "2026-01-05", "2026-11-30", "2031-07-04"])
def test_somebody_is_on_call_when_a_workspace_is_written_and_no_calendar_is_old(
    run: Run, tmp_path: Path, day: str
) -> None:
    run("init", "fresh", "--at", day)
    ran = run("who", "--at", day, workspace=tmp_path / "fresh")
    assert ran.status == 0
    assert "days ago" not in ran.out


def test_a_fresh_workspace_is_clean_as_it_is_written(run: Run, tmp_path: Path) -> None:
    assert run("init", "fresh").status == 0
    assert run("lint", "--fail-on", "info", workspace=tmp_path / "fresh").status == 0


def test_init_asks_for_the_country_and_assumes_none(run: Run, tmp_path: Path) -> None:
    assert "settings.country" in run("init", "fresh").out
    head = tmp_path / "fresh/oncall.yaml"
    line = "  country:                          # of which country are numbers without a +? Two letters: US, GB, DE …\n"
    assert line in head.read_text()
    head.write_text(head.read_text().replace('"+12025550140"', '"020 7946 0140"'))
    assert "`settings.country` is not set" in run("lint", workspace=tmp_path / "fresh").out
    head.write_text(head.read_text().replace("  country: ", "  country: GB "))
    assert run("lint", workspace=tmp_path / "fresh").status == 0
    asked = run("who", "+44 (0)20 7946 0140", "--format", "line", workspace=tmp_path / "fresh")
    assert asked.out.startswith("front-desk: ")


def test_init_overwrites_nothing_and_then_writes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/oncall.yaml").write_text("mine")
    ran = run("init", "mine")
    assert ran.status == 2
    assert "oncall.yaml is there already" in ran.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["oncall.yaml"]
    assert (tmp_path / "mine/oncall.yaml").read_text() == "mine"


def test_init_where_nothing_can_be_written_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = run("init", "file/below")
    assert ran.status == 2
    assert "cannot be written" in ran.err


def test_the_schema_accepts_the_example_and_what_init_writes(run: Run, tmp_path: Path) -> None:
    schema = json.loads(run("schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    run("init", "fresh")
    files = [*EXAMPLE.rglob("*.yaml"), *(tmp_path / "fresh").rglob("*.yaml")]
    assert len(files) > 10
    for path in files:
        jsonschema.validate(as_an_editor_reads(path.read_text()), schema)


@pytest.mark.parametrize(
    "text",
    [
        "peple: {}",
        "people: {a: {nam: x}}",
        "policies: {p: {tiers: [{notify: a, ack_window: 45}]}}",
        "accounts: {a: {name: x, kind: phone}}",
    ],
)
def test_the_schema_refuses_what_the_tool_refuses(run: Run, text: str) -> None:
    schema = json.loads(run("schema").out)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(as_an_editor_reads(text), schema)


def test_every_yaml_file_of_the_example_tells_editors_its_schema() -> None:
    for path in EXAMPLE.rglob("*.yaml"):
        first = path.read_text().splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema="), path
        assert (path.parent / first.split("=", 1)[1]).resolve() == EXAMPLE / "oncall.schema.json"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself_with_an_example(run: Run, command: str) -> None:
    shown = run(command, "--help")
    assert shown.status == 0
    assert f"oncall {command}" in shown.out.split("Options:")[0].split("\n", 1)[1]


def test_no_argument_shows_the_commands(run: Run) -> None:
    shown = run()
    assert all(command in shown.out + shown.err for command in COMMANDS)


def test_a_misspelt_command_is_status_2(run: Run) -> None:
    assert run("whom").status == 2
