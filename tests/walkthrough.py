"""A page of the documentation that is walked through from top to bottom, as somebody would who types what it shows.

What is done is written where a reader does not see it, after the language of a block:

    ```console              commands after `$ `, each with what it prints, its standard error after its output
    ```yaml PATH            a file to be written, of whatever language
    ```diff PATH            a file to be edited: what is there, and what comes in its place

The sentence before a block about a file has to name the file.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple


class Step(NamedTuple):
    """A block: its language, the file it is about, the text before it, and what stands in it."""

    language: str
    path: str
    before: str
    body: str


class Typed(NamedTuple):
    """A command, and what the page says it prints."""

    command: str
    printed: str


Run = Callable[[list[str]], "tuple[int, str]"]


def steps(page: str) -> Iterator[Step]:
    """The blocks of a page that are to be done, in order."""
    before = ""
    for part in re.split(r"^(```[^\n]*\n.*?^```)$", page, flags=re.MULTILINE | re.DOTALL):
        if not part.startswith("```"):
            before = part
            continue
        head, _, body = part[3:-3].partition("\n")
        language, _, path = head.partition(" ")
        if language == "console" or path:
            yield Step(language, path, before, body)


def commands(body: str) -> Iterator[Typed]:
    """The commands of a console block."""
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        yield Typed(command, printed.rstrip("\n"))


class Shell:
    """As much of a shell as the pages need: `oncall …`, `cd`, `echo $?`, and output that goes to a file."""

    def __init__(self, here: Path, run: Run, change: Callable[[Path], object]) -> None:
        self._here = here
        self._run = run
        self._change = change
        self._status = 0

    def do(self, step: Step) -> Iterator[tuple[Typed, str]]:
        """Do what a block says; what each command prints, beside what it is said to print."""
        if step.language == "console":
            for typed in commands(step.body):
                yield typed, self._type(typed.command)
            return
        assert f"`{step.path}`" in step.before.rstrip().rpartition("\n\n")[2], f"nothing says that this is {step.path}"
        path = self._here / step.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(edited(path.read_text(), step.body) if step.language == "diff" else step.body)

    def _type(self, command: str) -> str:
        command, _, target = command.partition(" > ")
        program, *words = shlex.split(command)
        if program == "cd":
            self._here = self._here / words[0]
            self._change(self._here)
            return ""
        if command == "echo $?":
            return str(self._status)
        assert program == "oncall", command
        self._status, printed = self._run(words)
        if target:
            (self._here / target).write_text(printed)
            return ""
        return printed.rstrip("\n")


def edited(text: str, diff: str) -> str:
    """A text after the changes of a diff, whose parts stand between lines that begin with `@@`."""
    for part in re.split(r"^@@.*\n", diff, flags=re.MULTILINE):
        lines = part.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] in " -")
        new = "".join(line[1:] for line in lines if line[0] in " +")
        if lines:
            assert text.count(old) == 1, f"{text.count(old)} times in the file:\n{old}"
            text = text.replace(old, new)
    return text
