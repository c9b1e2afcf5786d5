"""Globs mean what they always meant, and no glob takes long on any path."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.workspace.globs import glob_matcher
from oncall.workspace.load import load


@pytest.mark.parametrize(
    ("glob", "matches", "not_these"),
    [
        ("drafts/**", ["drafts/a.yaml", "drafts/b/c.yaml"], ["drafts.yaml", "x/drafts/a.yaml"]),
        ("drafts", ["drafts", "drafts/b/c.yaml"], ["x/drafts"]),
        ("drafts/", ["drafts/a.yaml"], ["drafts2/a.yaml"]),
        ("*.yaml", ["a.yaml"], ["x/a.yaml", "a.yml"]),
        ("**/*.bad.yaml", ["a.bad.yaml", "x/y/a.bad.yaml"], ["a.yaml"]),
        ("a?c.yaml", ["abc.yaml"], ["ac.yaml", "a/c.yaml"]),
        ("a+(b).yaml", ["a+(b).yaml"], ["aab.yaml"]),
        ("", [], ["a.yaml"]),
    ],
)
def test_globs_stay_within_folders_unless_doubled(glob: str, matches: list[str], not_these: list[str]) -> None:
    leaves_out = glob_matcher([glob])
    assert [path for path in matches + not_these if leaves_out(path)] == matches


def oracle(glob: str, path: str) -> bool:
    """The same said as a regular expression, which takes for ever on some paths."""
    words = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|/\*\*$|\*\*|\*|\?)", glob.strip().rstrip("/").removeprefix("/"))
    pattern = "".join(words.get(part, re.escape(part)) for part in parts) + "(?:/.*)?"
    return bool(glob.strip()) and re.fullmatch(pattern, path, re.DOTALL) is not None


globs = st.lists(st.sampled_from(["a", "b", "/", "*", "?", "**", "**/", ".", "/**"]), max_size=7).map("".join)
paths = st.text("ab/.", max_size=9)


@given(st.lists(st.tuples(globs, paths), min_size=25, max_size=25))
def test_a_glob_matches_what_it_says(pairs: list[tuple[str, str]]) -> None:
    for glob, path in pairs:
        assert glob_matcher([glob])(path) is oracle(glob, path), (glob, path)


@given(st.lists(globs, max_size=4), st.lists(paths, min_size=10, max_size=10))
def test_of_several_globs_any_may_match(several: list[str], tried: list[str]) -> None:
    matches = glob_matcher(several)
    for path in tried:
        assert matches(path) is any(oracle(glob, path) for glob in several)


def work(glob: str, path: str) -> int:
    """How many calls it takes to match."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    matches = glob_matcher([glob])
    sys.setprofile(count)
    try:
        matches(path)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("part", ["*a", "**a", "**/a", "**/*a", "*?a", "a*/**/"])
def test_a_glob_that_nearly_matches_takes_no_longer_than_its_length(part: str) -> None:
    once, twice = (work(part * size + "b", "a" * 2 * size + "/a" * size) for size in (40, 80))
    assert twice <= 3 * once


def test_globs_without_end_are_refused_as_a_whole(make: Any) -> None:
    globs = "".join(f'    - "{number:05}{"x" * 95}"\n' for number in range(600))
    root = make({"oncall.yaml": f"version: 1\nsettings:\n  exclude:\n{globs}", "a.yaml": "people: {a: {name: A}}\n"})
    workspace = load(root)
    assert [one.message.partition(":")[0] for one in workspace.problems] == [
        "these globs are more than 50,000 letters long together"
    ]
    assert set(workspace.people) == {"a"}
