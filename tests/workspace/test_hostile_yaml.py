"""Bytes that are no YAML, YAML that plays tricks, random structures: a workspace and problems, never an exception."""

from __future__ import annotations

import os
import tempfile
import time
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oncall.schedule import window_around
from oncall.workspace.compile import compile_plan
from oncall.workspace.load import Workspace, load

NOVEMBER = 1_794_000_000
MOST_SECONDS = 8


def loaded(root: str) -> Workspace:
    """The workspace, compiled as well; fails where that takes too long."""
    begun = time.perf_counter()
    workspace = load(root)
    compile_plan(workspace, window_around(NOVEMBER))
    assert time.perf_counter() - begun < MOST_SECONDS
    return workspace


def problems(workspace: Workspace) -> list[str]:
    return [f"{one.file}:{one.line}:{one.column}: {one.code} {one.message}" for one in workspace.problems]


BYTES = {
    "a NUL": (b"a\0b", ["a.yaml:1:2: OC001 is not YAML: a control character ('\\x00') stands here"]),
    "Latin-1": (
        "people: {zoë: {name: Zoë}}".encode("latin-1"),
        ["a.yaml:1:12: OC001 is not UTF-8 here: save the file as UTF-8"],
    ),
    "UTF-16": ("people: {}".encode("utf-16"), ["a.yaml:1:1: OC001 is not UTF-8 here: save the file as UTF-8"]),
    "UTF-16 without a mark": (
        "people: {}".encode("utf-16-le"),
        ["a.yaml:1:2: OC001 is not YAML: a control character ('\\x00') stands here"],
    ),
    "six megabytes": (
        b"# x\n" * 1_500_000,
        ["a.yaml:None:None: OC001 is too large: 6,000,000 bytes, more than 5,000,000"],
    ),
    "a million levels": (b"[" * 1_000_000, ["a.yaml:1:41: OC001 is nested more than 40 deep"]),
    "a million levels of mappings": (b"{a: " * 1_000_000, ["a.yaml:1:161: OC001 is nested more than 40 deep"]),
    "a million dashes": (b"- " * 1_000_000, ["a.yaml:1:81: OC001 is nested more than 40 deep"]),
    "levels made of aliases": (
        b"a: &a0 [x]\n" + b"".join(b"b%d: &a%d [*a%d]\n" % (n, n, n - 1) for n in range(1, 600)),
        ["a.yaml:41:6: OC001 is nested more than 40 deep"],
    ),
    "a billion laughs": (
        b"a: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + b"".join(b"b%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 12)),
        ["a.yaml:6:5: OC001 its aliases stand for more than 300,000 nodes"],
    ),
    "a million values": (b"[" + b"1," * 400_000 + b"]", ["a.yaml:1:600002: OC001 holds more than 300,000 values"]),
    "half a character": (
        b"people: {ann: {name: \xe2\x82",
        ["a.yaml:1:22: OC001 is not UTF-8 here: save the file as UTF-8"],
    ),
}


@pytest.mark.parametrize("what", BYTES)
def test_a_file_that_cannot_be_read_is_one_problem_and_hides_nothing(what: str, make: Any) -> None:
    data, expected = BYTES[what]
    workspace = loaded(make({"a.yaml": data, "b.yaml": "people: {bob: {name: Bob}}\n"}))
    assert problems(workspace) == expected
    assert workspace.people["bob"].name == "Bob"


def test_lines_may_end_as_anywhere(make: Any) -> None:
    for end in ("\n", "\r\n", "\r"):
        root = make({"a.yaml": end.join(["people:", "  ann:", "    name: Ann", "    nmae: Ann", ""])})
        assert problems(loaded(root)) == ["a.yaml:4:5: OC002 `nmae` is not a key of a person (did you mean 'name'?)"]


def test_an_entry_with_thousands_of_errors_is_given_up_on(make: Any) -> None:
    methods = ", ".join(["{channel: x}"] * 10_000)
    found = problems(loaded(make({"a.yaml": f"people:\n  ann: {{name: Ann, contact_methods: [{methods}]}}\n"})))
    assert found[0] == "a.yaml:2:3: OC003 there is more wrong here than is shown: mend these first"
    assert len(found) < 300


def test_many_keys_of_a_free_mapping_are_checked_in_time(make: Any) -> None:
    paths = "".join(f"    p{number}: [OC1]\n" for number in range(5000))
    head = f"version: 1\nlint:\n  per_path:\n{paths}    bad: {{x: y}}\n"
    found = problems(loaded(make({"oncall.yaml": head})))
    assert found == ["oncall.yaml:5004:10: OC003 lint.per_path.bad: a list belongs here"]


def test_files_that_hold_too_much_together_are_not_all_read(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oncall.workspace.load.MOST_VALUES", 2000)
    files = {
        f"{name}.yaml": "people:\n" + "".join(f"  {name}{n}: {{name: {name}{n}}}\n" for n in range(300))
        for name in "abcde"
    }
    workspace = loaded(make(files))
    told = "is not read, nor are the 2 after it: the files before it hold more than 2,000 values together"
    assert problems(workspace) == [f"c.yaml:None:None: OC001 {told}"]
    assert {name[0] for name in workspace.people} == {"a", "b"}


def test_nothing_in_a_file_is_run(make: Any, tmp_path: Any) -> None:
    target = tmp_path / "ran"
    root = make({"a.yaml": f"people: !!python/object/apply:os.system ['touch {target}']\n"})
    assert any("OC003 the tag" in one for one in problems(loaded(root)))
    assert not target.exists()


def fuzzed(content: bytes, calendar: bytes = b"") -> None:
    with tempfile.TemporaryDirectory() as root:
        for name, data in {"oncall.yaml": b"version: 1\n", "a.yaml": content, "r.ics": calendar}.items():
            with open(os.path.join(root, name), "wb") as file:
                file.write(data)
        workspace = loaded(root)
        for one in workspace.problems:
            assert one.message
            assert (one.line or 1) >= 1
            assert (one.column or 1) >= 1


quick = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@quick
@given(st.binary(max_size=400))
def test_any_bytes_are_a_workspace_and_problems(content: bytes) -> None:
    fuzzed(content)


@quick
@given(st.text(alphabet="abp:{}[]-?&*!<>|'\"#%@,~ \n\t0", max_size=120))
def test_anything_made_of_the_signs_of_yaml_is_a_workspace_and_problems(text: str) -> None:
    fuzzed(f"people:\n  {text}\n".encode())
    fuzzed(text.encode())


WORDS = st.sampled_from(
    [
        "people",
        "hours",
        "rotations",
        "policies",
        "accounts",
        "absences",
        "scenarios",
        "ann",
        "name",
        "email",
        "aliases",
        "timezone",
        "contact_methods",
        "channel",
        "address",
        "wait",
        "never",
        "away",
        "from",
        "until",
        "reason",
        "verified",
        "last_day",
        "open",
        "days",
        "open_days",
        "closed_days",
        "calendar",
        "overrides",
        "at_once",
        "identify",
        "tiers",
        "notify",
        "ack_window",
        "order",
        "trigger",
        "channels",
        "rounds",
        "pause",
        "rollover",
        "recovery",
        "owner",
        "due_within",
        "escalate_to",
        "vertical",
        "kind",
        "lines",
        "policy",
        "contacts",
        "primary",
        "rotation",
        "person",
        "confirm",
        "secure_messaging",
        "endpoint",
        "fallback",
        "runbook",
        "account_manager",
        "supervisor",
        "operators",
        "review",
        "every",
        "last",
        "<<",
        "version",
        "settings",
        "lint",
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "voice",
            "45s",
            "45",
            "8:00",
            "24:00",
            "mon-fri",
            "daily",
            "always",
            "UTC",
            "r.ics",
            "..",
            "/",
            "",
            "on",
            "medical",
            "2026-11-20",
            "2026-11-20T18:00",
            "0001-01-01T00:00",
            "9999-12-31T23:59:59+00:00",
            "9999-12-31",
            "99999999999999",
            "(?P<who>.*)",
            "simultaneous",
            "busy",
            "US",
            "ann",
            "+1 202 555 0188",
            "99999999d",
            "1e99",
            "-1",
            "\u202e",
        ]
    ),
    st.text(max_size=8),
    st.integers(),
    st.booleans(),
)
TREES = st.recursive(
    SCALARS | WORDS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(WORDS, inside, max_size=4),
    max_leaves=12,
)
SECTIONS = st.dictionaries(
    st.sampled_from(["people", "hours", "rotations", "policies", "accounts", "absences", "scenarios", "x"]),
    st.one_of(TREES, st.dictionaries(st.sampled_from(["ann", "a", "b c"]), TREES, max_size=2)),
    max_size=4,
)


@settings(quick, max_examples=200)
@given(SECTIONS)
def test_any_structure_is_a_workspace_and_problems(sections: dict[str, Any]) -> None:
    fuzzed(yaml.safe_dump(sections, allow_unicode=True).encode(), b"BEGIN:VCALENDAR\nEND:VCALENDAR\n")


GOOD = """\
people:
  ann:
    name: Ann
    timezone: UTC
    contact_methods: [{channel: voice, address: "1", wait: 25s}]
    never: [sms]
    last_day: 2027-01-01
    away: [{from: 2026-11-20T18:00, until: 2026-11-21T18:00}]
hours: {h: {open: [{days: [mon], from: 8:00, until: 17:00}], open_days: r.ics}}
rotations:
  r: {calendar: r.ics, overrides: [r.ics], people: [ann], at_once: 1, hours: h, identify: "(?P<who>.*)"}
policies:
  p:
    tiers: [{notify: primary, ack_window: 45s, order: in_turn, channels: [voice]}]
    rounds: 1
    pause: 1s
    rollover: [busy]
    recovery: {owner: primary, due_within: 1m}
accounts:
  a:
    name: A
    kind: call
    lines: ["1"]
    hours: h
    policy: p
    contacts: {primary: [{rotation: r}, {person: ann}]}
    confirm: no
    review: {every: 1d, last: 2026-01-01}
    supervisor: {person: ann}
absences: [r.ics]
"""


def paths(node: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [here, *(path for key, value in inside for path in paths(value, (*here, key)))]


TREE = yaml.load(GOOD, yaml.BaseLoader)


@settings(quick, max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(paths(TREE)[1:]), TREES), min_size=1, max_size=3))
def test_a_good_workspace_with_anything_put_anywhere_in_it_is_a_workspace_and_problems(changes: list[Any]) -> None:
    tree = yaml.load(GOOD, yaml.BaseLoader)
    for path, value in changes:
        node = tree
        for step in path[:-1]:
            inside = dict(node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ())
            node = inside.get(step)
        if isinstance(node, dict):
            node[path[-1]] = value
    event = b"BEGIN:VEVENT\nUID:1\nSUMMARY:Ann\nDTSTART:20261101\nDTEND:20261201\nEND:VEVENT\n"
    fuzzed(yaml.safe_dump(tree, allow_unicode=True).encode(), b"BEGIN:VCALENDAR\n" + event + b"END:VCALENDAR\n")
