"""Changing a value in the text of a YAML file: the value is another, and nothing else is."""

from __future__ import annotations

import copy
import difflib
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.plan import Plan
from oncall.workspace import yaml
from oncall.workspace.amend import Wish, amend, with_value
from oncall.workspace.opening import Plans

EXAMPLE = Path(__file__).resolve().parents[2] / "schedules"
FILES = {str(path.relative_to(EXAMPLE)): path.read_text(encoding="utf-8") for path in EXAMPLE.rglob("*.yaml")}

POLICIES = """\
# what is tried
policies:
  urgent:
    tiers:
      - {notify: primary, ack_window: 45s}    # starts at once
      - notify: backup    # then

        ack_window: 45s   # a while
    # nobody took it
    recovery: {owner: primary}
  spare: {tiers: [{notify: primary}]}
"""


def changes(path: tuple[str | int, ...], value: str, text: str = POLICIES) -> list[str] | None:
    """The lines that are others."""
    after = with_value(text, path, value)
    if after is None:
        return None
    found = difflib.unified_diff(text.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in found if not line.startswith(("---", "+++", "@@"))]


def test_a_value_in_braces_is_another_and_its_comment_stays() -> None:
    assert changes(("policies", "urgent", "tiers", 0, "ack_window"), "20s") == [
        "-      - {notify: primary, ack_window: 45s}    # starts at once",
        "+      - {notify: primary, ack_window: 20s}    # starts at once",
    ]


def test_a_value_on_a_line_of_its_own_is_another() -> None:
    assert changes(("policies", "urgent", "tiers", 1, "ack_window"), "20s") == [
        "-        ack_window: 45s   # a while",
        "+        ack_window: 20s   # a while",
    ]


@pytest.mark.parametrize(
    ("path", "value", "added"),
    [
        (("policies", "urgent", "tiers", 1, "channels"), "[voice]", ["+        channels: [voice]"]),
        (("policies", "urgent", "rounds"), "2", ["+    rounds: 2"]),
        (("policies", "urgent", "tiers", 2), "{notify: manager}", ["+      - {notify: manager}"]),
        (("policies", "third"), "{tiers: []}", ["+  third: {tiers: []}"]),
        (
            ("policies", "spare", "tiers", 1),
            "{notify: backup}",
            ["-  spare: {tiers: [{notify: primary}]}", "+  spare: {tiers: [{notify: primary}, {notify: backup}]}"],
        ),
        (
            ("policies", "urgent", "recovery", "escalate_to"),
            "backup",
            ["-    recovery: {owner: primary}", "+    recovery: {owner: primary, escalate_to: backup}"],
        ),
    ],
)
def test_what_is_not_there_is_added_beside_what_is(path: tuple[str | int, ...], value: str, added: list[str]) -> None:
    assert changes(path, value) == added


@pytest.mark.parametrize(
    "text",
    [
        "policies: {urgent: &one {rounds: 1}, other: *one}",  # an alias would change with it
        "policies: {urgent: {rounds: 1, rounds: 2}}",
        "policies: {urgent: {rounds: |\n  1\n}}",
        "policies: [",
        "policies: {urgent: !!python/none {rounds: 1}}",
        "\x00",
        "",
        "- policies",
        "policies: {urgent: " + "[" * 100 + "]" * 100 + "}",
        "a: &a [1]\n"
        + "".join(f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]\n" for before, one in pairwise("abcdefg"))
        + "policies: {urgent: {rounds: 1}}",
    ],
    ids=range(10),
)
def test_what_cannot_be_changed_in_one_place_is_left_alone(text: str) -> None:
    assert with_value(text, ("policies", "urgent", "rounds"), "3") is None


def test_what_is_merged_in_is_overridden_where_it_is_merged() -> None:
    text = "policies:\n  urgent:\n    <<: {rounds: 1}\n"
    assert changes(("policies", "urgent", "rounds"), "3", text) == ["+    rounds: 3"]


def test_a_path_that_leads_nowhere_changes_nothing() -> None:
    assert changes(("policies", "missing", "rounds"), "3") is None
    assert changes(("policies", "urgent", "tiers", 7), "{notify: x}") is None
    assert changes(("policies", "urgent", "tiers", "first"), "x") is None


def test_a_value_that_breaks_out_of_its_place_changes_nothing() -> None:
    assert changes(("policies", "urgent", "rounds"), "2\nextra: 1") is None
    assert changes(("policies", "urgent", "tiers", 0, "ack_window"), "20s, order: simultaneous") is None


def paths(node: yaml.Node, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    if isinstance(node, yaml.Mapping):
        for name, key in node.keys.items():
            found += paths(key.value, (*path, name))
    elif isinstance(node, yaml.Sequence):
        for place, item in enumerate(node.items):
            found += paths(item, (*path, place))
    return found


PLACES = [
    (file, path)
    for file, text in sorted(FILES.items())
    if (root := yaml.read_yaml(text.encode(), file).root) is not None
    for path in paths(root)
]


@given(st.sampled_from(PLACES), st.sampled_from(["7s", "[a, b]", "{person: x}", '"quoted: text"']))
def test_in_the_example_one_value_is_another_and_all_else_is_the_same(
    place: tuple[str, tuple[str | int, ...]], value: str
) -> None:
    file, path = place
    after = with_value(FILES[file], path, value)
    if after is None:
        return  # a block of several lines is not replaced
    wanted: Any = copy.deepcopy(meaning(FILES[file]))
    at = wanted
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = meaning(value)
    assert meaning(after) == wanted
    comments = [line.partition("#")[2] for line in FILES[file].splitlines() if "#" in line]
    assert [line.partition("#")[2] for line in after.splitlines() if "#" in line] == comments


def meaning(text: str) -> Any:
    root = yaml.read_yaml(text.encode(), "x").root
    assert root is not None
    return yaml.plain(root)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return Plans(str(EXAMPLE), None).at(1_793_941_080)


def read(path: str) -> bytes:
    return (EXAMPLE / path).read_bytes()


def test_a_plan_means_what_the_files_would(plan: Plan, tmp_path: Path) -> None:
    root = Path(shutil.copytree(EXAMPLE, tmp_path / "example"))
    wishes = (
        Wish("policies/urgent-line", ("tiers", 0, "ack_window"), "30s"),
        Wish("policies/urgent-line", ("rounds",), "2"),
        Wish("accounts/northwind-hvac", ("contacts", "standby"), "{person: tech-5}"),
        Wish("people/tech-4", ("contact_methods", 0, "address"), '"+12025550198"'),
    )
    found = amend(plan, wishes, read)
    assert found is not None
    for edit in found.edits:
        (root / edit.file).write_text(edit.after, encoding="utf-8")
    written = Plans(str(root), None).at(1_793_941_080)
    for section in ("policies", "accounts", "people", "endpoints"):
        assert dict(getattr(found.plan, section)) == dict(getattr(written, section))
    definitions = {wish.definition for wish in wishes}
    assert {one: found.plan.places[one] for one in definitions} == {one: written.places[one] for one in definitions}
    assert [edit.file for edit in found.edits] == [
        "policies.yaml",
        "accounts/northwind-hvac.yaml",
        "people/northwind.yaml",
    ]


@pytest.mark.parametrize(
    "wish",
    [
        Wish("policies/missing", ("rounds",), "2"),
        Wish("policies/urgent-line", ("rounds",), "often"),
        Wish("policies/urgent-line", ("tiers", 0, "ack_window"), "45"),
        Wish("policies/urgent-line", ("nonsense",), "1"),
    ],
)
def test_a_wish_that_means_nothing_comes_to_nothing(plan: Plan, wish: Wish) -> None:
    assert amend(plan, (wish,), read) is None


def test_a_file_that_has_gone_in_the_meantime_comes_to_nothing(plan: Plan) -> None:
    def gone(path: str) -> bytes:
        raise FileNotFoundError(path)

    assert amend(plan, (Wish("policies/urgent-line", ("rounds",), "2"),), gone) is None
