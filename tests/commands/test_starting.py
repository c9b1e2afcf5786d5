"""`oncall init`, `oncall schema`, help: what a newcomer meets first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml

import oncall
from oncall.cli.main import COMMANDS
from tests.commands.conftest import EXAMPLE, Ran

Run = Callable[..., Ran]


def _as_an_editor_reads(text: str) -> object:
    """YAML 1.2, as editors have it: whole numbers, true and false are typed, `17:00` and dates are texts."""

    def typed(value: object) -> object:
        if isinstance(value, dict):
            return {key: typed(one) for key, one in value.items()}
        if isinstance(value, list):
            return [typed(one) for one in value]
        if value in ("true", "false"):
            return value == "true"
        return int(value) if isinstance(value, str) and re.fullmatch(r"-?\d+", value) else value

    return typed(yaml.load(text, Loader=yaml.BaseLoader))


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
        jsonschema.validate(_as_an_editor_reads(path.read_text()), schema)


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
        jsonschema.validate(_as_an_editor_reads(text), schema)


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
