"""Runbooks: what their front matter says, and what is wrong with it, by line and column."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from oncall.workspace.files import Files
from oncall.workspace.runbooks import Runbook, read_runbook
from oncall.workspace.yaml import MOST_BYTES

WHOLE = "---\nowner: tech-3\nreviewed: 2026-10-01\nreview_every: 90d\n---\n\n# Northwind\n"


def read(make: Any, data: str | bytes) -> Runbook:
    return read_runbook(Files(make({"runbooks/a.md": data})), "runbooks/a.md")


def problems(runbook: Runbook) -> list[str]:
    return [f"{one.line}:{one.column}: {one.code} {one.message}" for one in runbook.problems]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_owner_and_review_are_read_whatever_ends_the_lines(make: Any, line_end: str, mark: str) -> None:
    found = read(make, (mark + WHOLE.replace("\n", line_end)).encode())
    assert (found.owner, found.reviewed, found.review_every) == ("tech-3", date(2026, 10, 1), 90 * 86_400)
    assert found.places == {"owner": (2, 1), "reviewed": (3, 1), "review_every": (4, 1)}
    assert (found.found, found.problems) == (True, ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# A page\n",
        "# A page\n\n---\nowner: tech-3\n---\n",
        " ---\nowner: tech-3\n---\n",
        "----\nowner: tech-3\n---\n",
        "---\n---\n# A page\n",
        "---\n# owner: tech-3\n---\n",
        "---\nowner:\nreviewed: ~\n---\n",
        "---\ntitle: A page\ntags: [a, b]\nmore: {owner: tech-3}\n---\n",
    ],
)
def test_a_page_that_says_nothing_has_no_owner_and_no_problem(make: Any, text: str) -> None:
    found = read(make, text)
    assert (found.owner, found.reviewed, found.review_every, found.problems) == (None, None, None, ())
    assert found.found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "---\nowner: a\nreviewed: last week\n---\n",
            "3:11: OC003 reviewed: not a date: 'last week'; write 2026-11-20",
        ),
        ("---\nreviewed: 2026-02-30\n---\n", "2:11: OC003 reviewed: not a date: '2026-02-30'; write 2026-11-20"),
        ("---\nreview_every: 90\n---\n", "2:15: OC003 review_every: 90 of what? write 90s, 90m, 90h or 90d"),
        ("---\r\n\r\nowner: [a, b]\r\n---\r\n", "3:8: OC003 owner: a single value belongs here"),
        (
            "---\n- owner: a\n---\n",
            "2:1: OC003 the front matter holds keys such as `owner:` and `reviewed:`, and this is none",
        ),
        (
            "---\njust a text\n---\n",
            "2:1: OC003 the front matter holds keys such as `owner:` and `reviewed:`, and this is none",
        ),
        (
            "---\nowner: a\n\n# A page\n",
            "1:1: OC003 the front matter that begins here does not end: close it with a line of `---`",
        ),
        ("---", "1:1: OC003 the front matter that begins here does not end: close it with a line of `---`"),
        (
            "---\nowner: a\nowner: b\n---\n",
            "3:1: OC004 the key 'owner' stands here a second time; the first is on line 2",
        ),
        ("---\nowner: a\n\tb: c\n---\n", "3:1: OC001 is not YAML: a tab stands here; indent with spaces"),
        ("---\nowner: *gone\n---\n", "2:8: OC001 is not YAML: nothing before this is called *gone"),
        (b"---\nowner: a\n---\n\ncaf\xe9\n", "5:4: OC001 is not UTF-8 here: save the file as UTF-8"),
        (b"\x7fELF\x00\xff", "1:6: OC001 is not UTF-8 here: save the file as UTF-8"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(make: Any, text: str | bytes, expected: str) -> None:
    assert problems(read(make, text)) == [expected]


def test_one_wrong_key_leaves_the_others(make: Any) -> None:
    found = read(make, "---\nowner: tech-3\nreviewed: soon\nreview_every: 30d\n---\n")
    assert (found.owner, found.reviewed, found.review_every) == ("tech-3", None, 30 * 86_400)
    assert found.places["reviewed"] == (3, 1)


def test_a_page_that_is_too_large_is_said_to_be(make: Any) -> None:
    found = read(make, WHOLE.encode() + b"x" * MOST_BYTES)
    assert problems(found) == [f"None:None: OC001 is too large: {len(WHOLE) + MOST_BYTES:,} bytes, more than 5,000,000"]
    assert found.owner is None


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("gone.md", "there is no such file"),
        ("oncall.yaml/gone.md", "there is no such file"),
        ("sub", "it is a folder"),
        ("", "it is a folder"),
        ("../secret.md", "it leads out of the workspace: paths are relative to it and stay inside"),
        ("/etc/hostname", "it leads out of the workspace: paths are relative to it and stay inside"),
        ("sub/out.md", "it leads out of the workspace: paths are relative to it and stay inside"),
        ("pipe.md", "it cannot be read: it is a pipe, and only regular files are read"),
        ("a\0b", "it is no path"),
        ("x" * 5000, "File name too long"),
    ],
)
def test_what_is_no_file_of_the_workspace_is_not_there(make: Any, tmp_path: Path, path: str, why: str) -> None:
    (tmp_path / "secret.md").write_text(WHOLE)
    root = make({"sub/x": "x"})
    os.symlink(tmp_path / "secret.md", f"{root}/sub/out.md")
    os.mkfifo(f"{root}/pipe.md")
    found = read_runbook(Files(root), path)
    assert (found.found, found.missing, found.owner, found.problems) == (False, why, None, ())


def test_a_page_not_written_yet_stands_in_for_the_one_that_is(make: Any) -> None:
    root = make({"a.md": WHOLE})
    assert read_runbook(Files(root, {"a.md": b"---\nowner: tech-1\n---\n"}), "a.md").owner == "tech-1"
