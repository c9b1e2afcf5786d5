"""Mapping files: the ready ones, those of one's own, and what is said of one that is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from oncall.cli.main import main
from oncall.logs.mapping import ready, ready_mapping, recognized
from tests.logs.conftest import WORKSPACE, Imported

Bring = Callable[..., Imported]

HERE = Path(__file__).resolve().parent
FILES = HERE.parents[1] / "oncall/logs/mappings"
MINE = """\
name: Our own board
columns: {dispatch: Ticket, time: When, event: What, person: Who}
rows:
  - {is: event}
words:
  event:
    received: rang in
    attempt_started: "fetched {person}"
    acknowledged: mine
"""
TABLE = (
    "Ticket,When,What,Who\n"
    "1,2026-11-22T05:00:00Z,rang in,\n"
    "1,2026-11-22T05:00:05Z,fetched Ann Archer,\n"
    "1,2026-11-22T05:00:15Z,Mine!,Ann Archer\n"
)


def cases() -> dict[str, dict[str, Any]]:
    """The case of each ready mapping."""
    paths = sorted((HERE / "cases").glob("map_*.yaml"))
    found = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in reversed(paths)]
    return {case["system"]: case for case in found}


def test_each_ready_mapping_has_a_case_with_verdicts() -> None:
    assert set(cases()) == set(ready())
    assert all(case["verdicts"] for case in cases().values())


@pytest.mark.parametrize("name", ready())
def test_a_ready_mapping_is_what_its_schema_says(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONCALL_CACHE_DIR", str(tmp_path))
    assert main(["schema", "mapping"]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load((FILES / f"{name}.yaml").read_text(encoding="utf-8")), schema)


@pytest.mark.parametrize("name", ready())
def test_a_table_that_a_ready_mapping_reads_is_recognized_without_it(name: str, bring: Bring) -> None:
    case = cases()[name]
    assert recognized(case["input"].splitlines()[0].replace('"', "").split(",")) == name
    done = bring("csv", case["input"], "--timezone", "UTC")
    assert f"this looks like {ready_mapping(name).name}: use `--map {name}`" in done.err
    assert done.status in (1, 2)


@pytest.mark.parametrize("name", ["3cx", "freeswitch"])
def test_a_table_that_comes_without_its_header_is_read_as_with_it(name: str, bring: Bring) -> None:
    case, header = cases()[name], ",".join(ready_mapping(name).header)
    rows = [line for line in case["input"].splitlines() if not line.startswith("historyid")]
    if name == "3cx":
        rows = [",".join([*row.split(",")[:15], "", "", "", "", *row.split(",")[15:]]) for row in rows]
    options = [option for option in case["options"] if option not in ("--map", name)]
    bare = bring("csv", "\n".join(rows), "--map", name, *options)
    headed = bring("csv", "\n".join([header, *rows]), "--map", name, *options)
    assert bare.events
    assert [{**event, "source": 0} for event in bare.events] == [{**event, "source": 0} for event in headed.events]


def test_a_mapping_of_ones_own_is_read_from_a_file(bring: Bring, tmp_path: Path) -> None:
    (tmp_path / "board.yaml").write_text(MINE)
    done = bring("csv", TABLE, "--map", "board.yaml", "--account", "acme")
    assert (done.status, done.report) == (0, [])
    assert [(event["type"], event.get("person")) for event in done.events] == [
        ("received", None),
        ("attempt_started", "ann"),
        ("acknowledged", "ann"),
    ]
    assert {event["source"]["system"] for event in done.events} == {"board"}


WRONG = {
    "name: [": "m.yaml:2:",
    "- a list": "m.yaml: a mapping has keys such as `name`, `columns` and `rows`",
    "": "m.yaml: a mapping has keys such as",
    MINE.replace(
        "person: Who", "persn: Who"
    ): "m.yaml:2:54: `persn` is not a key of the columns (did you mean 'person'?)",
    MINE.replace("is: event", "is: evnt"): "m.yaml:4:10: rows.is: 'evnt' is not known (did you mean 'event'?)",
    MINE.replace("received:", "recieved:"): "m.yaml:7:5: `recieved` is not a key of the words for an event (did",
    MINE.replace("{person}", "{persno}"): "m.yaml:8:22: {persno} is not a field (did you mean 'person'?)",
    MINE.replace("mine", "rang in"): "m.yaml:9:5: 'rang in' means both received and acknowledged",
    MINE.replace("dispatch: Ticket, ", ""): "m.yaml:2:10: columns: `dispatch` is missing",
    MINE.replace("rows:\n  - {is: event}", "rows: []"): "m.yaml:3:7: rows: say at least of one kind of row what it is",
    MINE + "constants: {chanel: voice}\n": "m.yaml:10:13: `chanel` is not a field (did you mean 'channel'?)",
    MINE + "timezone: Mars/Base\n": "m.yaml:10:11: timezone: not an IANA time zone",
    MINE.replace("{person}", "{person} {line} {address} {text}"): "more than 3 fields in",
}


@pytest.mark.parametrize(("wrong", "said"), WRONG.items(), ids=range(len(WRONG)))
def test_what_is_wrong_with_a_mapping_is_said_with_its_place(
    wrong: str, said: str, bring: Bring, tmp_path: Path
) -> None:
    (tmp_path / "m.yaml").write_text(wrong)
    done = bring("csv", TABLE, "--map", "m.yaml")
    assert (done.status, done.events) == (2, [])
    assert said in done.err
    assert "internal error" not in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["csv", "log", "--map", "zom-phone"], "no ready mapping of that name (did you mean 'zoom-phone'?)"),
        (["csv", "log", "--map", "./none.yaml"], "--map ./none.yaml: No such file"),
        (["csv", "log", "--map", "vonage"], "does not look like Vonage Voice events: there is no column"),
        (["csv", "log", "--map", "vonage", "--column", "time=When"], "leave --column out"),
        (["twilio", "log", "--map", "vonage"], "--map is for csv"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mapping_that_cannot_be_used_says_why(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ONCALL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log").write_text(TABLE)
    assert main(["-w", str(WORKSPACE), "import", *arguments]) == 2
    assert said in capsys.readouterr().err
