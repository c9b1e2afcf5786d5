"""Which comments silence what, and which are no comments."""

from __future__ import annotations

import time

import pytest

from oncall.errors import problem
from oncall.lint.ignores import Ignore, by_settings, comments_in, read_ignores


def about(text: str) -> list[tuple[int, tuple[int, ...], list[str]]]:
    """Every comment of a text: its line, the lines it is about, its codes."""
    return [(one.line, one.about, [code.text for code in one.codes]) for one in comments_in("a.yaml", text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1  # oncall: ignore[OC101] why\n", [(1, (1,), ["OC101"])]),
        ("# oncall: ignore[OC101] why\na: 1\n", [(1, (1, 2), ["OC101"])]),
        ("  #oncall:ignore [ oc101 ,OC2 ]\na: 1\n", [(1, (1, 2), ["OC101", "OC2"])]),
        ("a: 1 # because # oncall: ignore[OC101]\n", [(1, (1,), ["OC101"])]),
        ("# because # oncall: ignore[OC101]\na: 1\n", [(1, (1, 2), ["OC101"])]),
        ("a: 1\t# oncall: ignore[OC101]\r\nb: 2\r\n", [(1, (1,), ["OC101"])]),
        ("a: |  # oncall: ignore[OC101]\n  text\n", [(1, (1,), ["OC101"])]),
        ("a: >-\n  text\n# oncall: ignore[OC101]\nb: 1\n", [(3, (3, 4), ["OC101"])]),
        ("a:\n  b # oncall: ignore[OC101]\n", [(2, (2,), ["OC101"])]),
        ("a: [1, # oncall: ignore[OC101]\n 2]\n", [(1, (1,), ["OC101"])]),
        ("# oncall: ignore\na: 1\n", [(1, (1, 2), [])]),
        ("# oncall: ignore[]\na: 1\n", [(1, (1, 2), [])]),
        ("# oncall: ignore[,]\na: 1\n", [(1, (1, 2), [])]),
        ("# oncall: ignore OC101\na: 1\n", [(1, (1, 2), [])]),
        ("# oncall: ignore[OC101\na: 1\n", [(1, (1, 2), [])]),
        ("a: 1\n# oncall: ignore[OC101]", [(2, (2, 3), ["OC101"])]),
        ("\N{GREEK SMALL LETTER OMEGA}: 1 # oncall: ignore[OC101]\n", [(1, (1,), ["OC101"])]),
    ],
)
def test_a_comment_is_about_its_line_or_the_one_below(text: str, found: list[object]) -> None:
    assert about(text) == found


def test_comments_above_one_line_are_all_about_it() -> None:
    text = "# oncall: ignore[OC101] one\n# and a remark\n# oncall: ignore[OC106] two\na: 1\n"
    assert about(text) == [(1, (1, 4), ["OC101"]), (3, (3, 4), ["OC106"])]


@pytest.mark.parametrize(
    "text",
    [
        "a: '# oncall: ignore[OC101]'\n",
        'a: "text # oncall: ignore[OC101]"\n',
        "a: 'text\n  # oncall: ignore[OC101]\n  more'\n",
        "a: |\n  # oncall: ignore[OC101]\n  text\n",
        "a: >-\n  text # oncall: ignore[OC101]\nb: 1\n",
        "a: |2\n    # oncall: ignore[OC101]\n",
        "a: b#oncall: ignore[OC101]\n",
        "? '# oncall: ignore[OC101]'\n: 1\n",
        "- |\n # oncall: ignore[OC101]\n- # oncall: ask\n",
        "a: 1 # oncall: ignored[OC101]\n",
        "a: 1 # oncall: ignore-me\n",
        "a: 1 # on call: ignore[OC101]\n",
        "",
    ],
)
def test_what_is_no_comment_silences_nothing(text: str) -> None:
    assert about(text) == []


def test_after_what_is_no_yaml_a_comment_is_one_by_its_looks() -> None:
    assert about("a: 'x # oncall: ignore[OC1]'\nb: [}\nc: 1 # oncall: ignore[OC101]\n") == [(3, (3,), ["OC101"])]
    assert about("a: \x01\nc: 1 # oncall: ignore[OC101]\n") == [(2, (2,), ["OC101"])]


def test_in_front_matter_the_top_is_above_everything() -> None:
    page = b"---\n# oncall: ignore[OC107] not yet\nowner: cy  # oncall: ignore[OC108]\n---\n# oncall: ignore[OC1]\n"
    found = read_ignores({"a.md": page, "b.md": page, "c.ics": page}, ["a.md"])
    assert [(one.file, one.line, one.about) for one in found] == [("a.md", 2, (2, 3, 1)), ("a.md", 3, (3,))]
    assert read_ignores({"a.md": b"# oncall: ignore[OC1]\n"}, ["a.md"]) == []
    assert read_ignores({"a.md": b"---\n# oncall: ignore[OC1]\n"}, ["a.md"]) == []


def test_files_that_are_no_unicode_are_read_as_far_as_they_are() -> None:
    (one,) = read_ignores({"a.yaml": b"\xef\xbb\xbfa: \xff # oncall: ignore[OC101]\n"}, [])
    assert isinstance(one, Ignore)
    assert (one.line, one.column, one.codes[0].column) == (1, 6, 23)


@pytest.mark.parametrize(
    "text",
    [
        "# oncall: ignore[OC101]\n" * 100_000,
        "a: '" + "# oncall: ignore[OC101] " * 100_000 + "'\n",
        "{" + "a: 1 # oncall: ignore[OC101]\n," * 50_000 + "}",
        "# oncall: ignore[" + "OC101," * 300_000 + "]\n",
        "#" * 2_000_000 + " oncall: ignore\n",
    ],
    ids=["lines", "in a text", "in a mapping", "codes", "marks"],
)
def test_many_comments_take_no_longer_than_they_are_long(text: str) -> None:
    started = time.perf_counter()
    comments_in("a.yaml", text)
    assert time.perf_counter() - started < 20


def test_the_settings_leave_out_codes_and_beginnings_everywhere_or_below_a_glob() -> None:
    leaves_out = by_settings(["OC405", "OC2", ""], {"legacy/**": ["OC1"], "*.yaml": ["OC303"], "x/**": []})
    at = [
        ("OC405", "a/b.yaml"), ("OC207", "a.yaml"), ("OC101", "legacy/a/b.yaml"), ("OC303", "a.yaml"),
        ("OC404", "a.yaml"), ("OC101", "a.yaml"), ("OC303", "a/b.yaml"), ("OC101", "x/a.yaml"),
    ]  # fmt: skip
    found = [leaves_out(problem(code, "m", file, severity="error")) for code, file in at]
    assert found == [True] * 4 + [False] * 4
