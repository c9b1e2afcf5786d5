"""What the tests of postmortems share: a workspace, logs of one dispatch, and doing by hand what a page proposes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml
from msgspec.structs import replace

from oncall.logs.event import encode
from tests.replay.logs import Writer

CASES: Any = yaml.safe_load((Path(__file__).parent / "postmortem.yaml").read_text(encoding="utf-8"))
AT = 1_793_941_080  # Thursday 5 November 2026, 23:58 in New York
CALLER = "+12125550177"


def made(root: Path, text: str = CASES["workspace"]) -> Path:
    """A workspace with the calendar of the cases."""
    root.mkdir(parents=True)
    (root / "oncall.yaml").write_text(text, encoding="utf-8")
    (root / "days.ics").write_text(CASES["calendar"], encoding="utf-8")
    (root / "kept.ics").write_text("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nEND:VCALENDAR\n", encoding="utf-8")
    return root


def logged(
    path: Path, log: Iterable[str], account: str | None = "duo", name: str = "d1", at: int = AT, **more: Any
) -> str:
    """The log of one dispatch; `more` is what its `received` says besides."""
    said = {"caller": CALLER, **more}
    events = Writer(account, at).events(log)
    lines = [encode(replace(one, dispatch=name, **(said if one.type == "received" else {}))).decode() for one in events]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(path)


def fixes_of(page: str) -> list[tuple[str, str]]:
    """The titles of the fixes of a Markdown page, and what stands below each."""
    parts = re.split(
        r"^### Fix \d+: (.*)$", page.partition("## What to change")[2].partition("\n## ")[0], flags=re.MULTILINE
    )
    titles = [re.sub(r"\\(.)", r"\1", title) for title in parts[1::2]]
    return [(title, text.partition("\n### ")[0]) for title, text in zip(titles, parts[2::2], strict=True)]


def blocks(page: str, language: str) -> list[str]:
    """The blocks of code in a language."""
    return [found[2] for found in re.finditer(rf"^(`{{3,}}){language}\n(.*?)^\1$", page, re.MULTILINE | re.DOTALL)]


def patch(root: Path, diff: str) -> None:
    """Do what a unified diff says, as patch(1) does."""
    lines = diff.splitlines()
    path = root / lines[1].removeprefix("+++ b/")
    text = path.read_text(encoding="utf-8").split("\n")
    place = moved = 0
    for line in lines[2:]:
        if line.startswith("@@"):
            found = re.match(r"@@ -(\d+)", line)
            assert found is not None
            place = int(found[1]) - 1 + moved
        elif line.startswith("+"):
            text.insert(place, line[1:])
            place, moved = place + 1, moved + 1
        elif line.startswith("-"):
            assert text.pop(place) == line[1:]
            moved -= 1
        else:
            assert text[place] == line[1:]
            place += 1
    path.write_text("\n".join(text), encoding="utf-8")


def do(run: Callable[..., Any], root: Path, fix: str) -> None:
    """Do what a fix proposes in a workspace."""
    for diff in blocks(fix, "diff"):
        patch(root, diff)
    for commands in blocks(fix, "sh"):
        for command in commands.splitlines():
            ran = run(*shlex.split(command)[1:], workspace=root)
            assert ran.status == 0, ran.err
