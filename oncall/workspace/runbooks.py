"""Runbooks: Markdown whose front matter says who owns the page and when it was last reviewed.

The front matter is the YAML between two lines of `---` at the very start of the file. Only its keys are looked at; the
page below it is for people.
"""

from __future__ import annotations

import re
from datetime import date

from msgspec import Struct

from oncall.errors import OncallError, Problem, problem
from oncall.fields import Duration
from oncall.workspace import documents, yaml
from oncall.workspace.files import Files

FRONT_MATTER_START = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*(?=\r|\n|\Z)")
FRONT_MATTER_END = re.compile(rb"(?:\r\n|\n|\r)(?:---|\.\.\.)[ \t]*(?=\r|\n|\Z)")


class FrontMatter(Struct, frozen=True):
    """What the front matter of a runbook says; keys that are not here are other tools' business. `owner` is a person,
    `review_every` how often the page is to be looked over, where that is not as for all of them."""

    owner: str | None = None
    reviewed: date | None = None
    review_every: Duration | None = None


class Runbook(Struct, frozen=True):
    """A runbook as far as it could be read.

    `missing` says why there is no such file in the workspace, None where there is one. `places` has the line and column
    of the keys that stand in the front matter, whatever their values are worth.
    """

    path: str
    missing: str | None = None
    owner: str | None = None
    reviewed: date | None = None
    review_every: int | None = None
    places: dict[str, tuple[int, int]] = {}
    problems: tuple[Problem, ...] = ()

    @property
    def found(self) -> bool:
        """Whether there is such a file in the workspace."""
        return self.missing is None


def read_runbook(files: Files, path: str) -> Runbook:
    """The runbook at a path of the workspace. Whatever is wrong with it is among its problems, but for its absence."""
    try:
        data = files.read(path)
    except (FileNotFoundError, NotADirectoryError):
        return Runbook(path, missing="there is no such file")
    except IsADirectoryError:
        return Runbook(path, missing="it is a folder")
    except OncallError as error:
        return Runbook(path, missing=f"it {error}")
    except OSError as error:
        if not files.exists(path):
            return Runbook(path, missing=str(error.strerror))
        return Runbook(path, problems=(problem("OC001", f"cannot be read: {error.strerror}", path),))
    return _read(path, data)


def _read(path: str, data: bytes) -> Runbook:
    fault = _unreadable(path, data)
    if fault is not None:
        return Runbook(path, problems=(fault,))
    first = FRONT_MATTER_START.match(data)
    if first is None:
        return Runbook(path)
    last = FRONT_MATTER_END.search(data, first.end())
    if last is None:
        message = "the front matter that begins here does not end: close it with a line of `---`"
        return Runbook(path, problems=(problem("OC003", message, path, 1, 1),))
    # What stands for the first line keeps every other on its own.
    document = yaml.read_yaml(data[first.end() : last.start()], path)
    problems = tuple(document.problems)
    if not isinstance(document.root, yaml.Mapping):
        return Runbook(path, problems=problems + _no_mapping(document))
    checked = documents.check(FrontMatter, document.root, path, (1, 1))
    said: FrontMatter = checked.value or FrontMatter()
    keys = document.root.keys
    return Runbook(
        path,
        owner=said.owner,
        reviewed=said.reviewed,
        review_every=said.review_every,
        places={name: (keys[name].line, keys[name].column) for name in FrontMatter.__struct_fields__ if name in keys},
        problems=problems + tuple(checked.problems),
    )


def _unreadable(path: str, data: bytes) -> Problem | None:
    """Why a file is no text; the front matter alone would not tell."""
    if len(data) > yaml.MOST_BYTES:
        return problem("OC001", f"is too large: {len(data):,} bytes, more than {yaml.MOST_BYTES:,}", path)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = len(data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode()) + 1
        return problem("OC001", "is not UTF-8 here: save the file as UTF-8", path, line, column)
    return None


def _no_mapping(document: yaml.Document) -> tuple[Problem, ...]:
    root = document.root
    if root is None or (isinstance(root, yaml.Scalar) and root.text is None):
        return ()
    message = "the front matter holds keys such as `owner:` and `reviewed:`, and this is none"
    return (problem("OC003", message, document.file, root.line, root.column),)
