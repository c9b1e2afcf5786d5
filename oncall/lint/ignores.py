"""What leaves findings out: comments beside them, and the settings of the workspace.

A comment is `# oncall: ignore[OC101] reason`; several codes stand between commas, and the beginning of codes means all
of them. At the end of a line it is about that line, alone on one about the next line that is no comment. In the front
matter of a runbook one just below the opening `---` is also about what is missing there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import yaml
from msgspec import Struct

from oncall.errors import Problem
from oncall.workspace.globs import glob_matcher
from oncall.workspace.runbooks import FRONT_MATTER_END, FRONT_MATTER_START

UNUSED = "OC007"  # judges the comments, so none of them can silence it
LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # where libyaml, whose marks places are, begins a line

_MARKER = re.compile(r"#[ \t]*oncall:[ \t]*ignore(?![\w-])[ \t]*(?:\[([^\[\]\n]{0,1000})\])?", re.IGNORECASE)
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_YAML = (".yaml", ".yml")


class Code(Struct, frozen=True):
    """A code, or the beginning of some, as a comment names it, and where."""

    text: str
    column: int

    def means(self, code: str) -> bool:
        """Whether a finding of this code is meant."""
        return code != UNUSED and bool(self.text) and code.startswith(self.text)


class Ignore(Struct, frozen=True):
    """A comment: where it stands, the lines it is about, and the codes it names."""

    file: str
    line: int
    column: int
    about: tuple[int, ...]
    codes: tuple[Code, ...]

    def place(self, code: Code) -> tuple[str, int, int]:
        """Where one of its codes stands."""
        return self.file, self.line, code.column


def read_ignores(contents: Mapping[str, bytes], runbooks: Iterable[str]) -> list[Ignore]:
    """The comments in the YAML files and in the front matter of the runbooks among some files."""
    pages = set(runbooks)
    found: list[Ignore] = []
    for file, data in contents.items():
        if b"oncall:" not in data.lower():
            continue
        if file in pages:
            found += _in_front_matter(file, data)
        elif file.endswith(_YAML):
            found += comments_in(file, data.decode("utf-8-sig", errors="replace"))
    return found


def _in_front_matter(file: str, data: bytes) -> list[Ignore]:
    first = FRONT_MATTER_START.match(data)
    last = first and FRONT_MATTER_END.search(data, first.end())
    if not first or not last:
        return []
    # What stands for the first line keeps every other on its own.
    return comments_in(file, data[first.end() : last.start()].decode("utf-8", errors="replace"), from_top=True)


def comments_in(file: str, text: str, *, from_top: bool = False) -> list[Ignore]:
    """The comments in a text of YAML. `from_top`: nothing can be written above its first line."""
    lines = LINE_END.split(text)
    marked = [(number, found) for number, line in enumerate(lines) for found in _MARKER.finditer(line)]
    if not marked:
        return []
    is_inside = _scalars(text)
    following = _following(lines)
    top = next((number for number, line in enumerate(lines) if not _is_quiet(line)), len(lines)) if from_top else 0
    about = {
        number: (number + 1, following[number] + 1, *((1,) * (number < top)))
        if _is_quiet(lines[number])
        else (number + 1,)
        for number in {number for number, _ in marked}
    }
    found = []
    for number, match in marked:
        start = match.start()
        if (start and lines[number][start - 1] not in " \t") or is_inside((number, start)):
            continue
        found.append(Ignore(file, number + 1, start + 1, about[number], tuple(_codes(match))))
    return found


def _is_quiet(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _following(lines: Sequence[str]) -> list[int]:
    """For every line the next one that is no comment."""
    found = [0] * len(lines)
    following = len(lines)
    for number in range(len(lines) - 1, -1, -1):
        found[number] = following
        if not lines[number].lstrip().startswith("#"):
            following = number
    return found


def _codes(match: re.Match[str]) -> Iterator[Code]:
    place = match.start(1)
    for part in (match[1] or "").split(","):
        word = part.strip()
        if word:
            yield Code(word.upper(), place + part.index(word) + 1)
        place += len(part) + 1


def _scalars(text: str) -> Callable[[tuple[int, int]], bool]:
    """Whether a `#` at a line and column belongs to a scalar; after what is no YAML nothing does."""
    starts: list[tuple[int, int]] = []
    ends: list[tuple[int, int]] = []
    for token in _tokens(text):
        start, end = token.start_mark, token.end_mark
        # A block scalar begins after its header, and a comment may stand there.
        starts.append((start.line + 1, 0) if token.style in ("|", ">") else (start.line, start.column))
        ends.append((end.line, end.column))

    def is_inside(place: tuple[int, int]) -> bool:
        before = bisect_right(starts, place)
        return before > 0 and place < ends[before - 1]

    return is_inside


def _tokens(text: str) -> Iterator[Any]:
    loader = None
    try:
        loader = _LOADER(text)
        while loader.check_token():
            token = loader.get_token()
            if isinstance(token, yaml.ScalarToken):
                yield token
    except yaml.YAMLError:
        return
    finally:
        if loader is not None:
            loader.dispose()


def by_settings(ignored: Sequence[str], per_path: Mapping[str, Sequence[str]]) -> Callable[[Problem], bool]:
    """Whether the settings leave a finding out: everywhere, or in the files of a glob. Codes count as they are written:
    what is none is OC003."""
    everywhere = tuple(filter(None, ignored))
    globs = [(glob_matcher([glob]), tuple(filter(None, codes))) for glob, codes in per_path.items()]

    @cache
    def there(file: str) -> tuple[str, ...]:
        return tuple(code for matches, codes in globs if matches(file) for code in codes)

    def leaves_out(one: Problem) -> bool:
        return one.code.startswith(everywhere) or one.code.startswith(there(one.file))

    return leaves_out
