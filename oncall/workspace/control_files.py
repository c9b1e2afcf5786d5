"""The files of a git repository, looked at before a library opens them: nothing waits for a pipe, no device is read."""

from __future__ import annotations

import os
from collections.abc import Iterator

from oncall.errors import OncallError
from oncall.workspace.files import MOST_BYTES
from oncall.workspace.inputs import read_input, refuse_special

_FILES = ("HEAD", "config", "config.worktree", "commondir", "gitdir", "packed-refs", "shallow")
_FOLDERS = ("refs", "objects", "info")
_MOST_REPOSITORIES = 20  # a worktree, its repository, and those whose objects it borrows


def dot_git(root: str) -> str | None:
    """Where the repository of a workspace is, None where there is none."""
    return next((path for path in _candidates(root) if os.path.lexists(path)), None)


def _candidates(root: str) -> Iterator[str]:
    folder = os.path.realpath(root)
    while True:
        yield os.path.join(folder, ".git")
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return


def check_control_files(root: str) -> None:
    """OncallError where reading the repository around a workspace could wait for ever, or take all memory."""
    waiting = [place for place in _candidates(root) if os.path.lexists(place)][:1]
    waiting += [folder for place in _candidates(root) if _is_bare(folder := os.path.dirname(place))][:1]
    seen: set[str] = set()
    while waiting and len(seen) < _MOST_REPOSITORIES:
        control = os.path.realpath(waiting.pop())
        if control not in seen:
            seen.add(control)
            try:
                waiting += _checked(control)
            except OSError as error:
                where = error.filename or control
                raise OncallError(f"the git repository of {root} cannot be read: {where}: {error.strerror}") from None


def _is_bare(folder: str) -> bool:
    return all(os.path.isdir(os.path.join(folder, name)) for name in ("objects", "refs"))


def _checked(control: str) -> list[str]:
    """Check one control folder, or the file that names it; the further ones that it leads to."""
    if not os.path.isdir(control):
        _check(control)
        return _named(control, "gitdir:", os.path.dirname(control))
    for name in _FILES:
        _check(os.path.join(control, name))
    for name in _FOLDERS:
        for folder, _, files in os.walk(os.path.join(control, name)):
            for file in files:
                _check(os.path.join(folder, file))
    borrowed = _named(os.path.join(control, "objects", "info", "alternates"), "", os.path.join(control, "objects"))
    return [*_named(os.path.join(control, "commondir"), "", control), *map(os.path.dirname, borrowed)]


def _check(path: str) -> None:
    try:
        status = os.stat(path)
        refuse_special(status.st_mode)
    except FileNotFoundError:
        return
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None


def _named(path: str, prefix: str, folder: str) -> list[str]:
    """The paths a file lists, relative to a folder."""
    try:
        lines = read_input(path, MOST_BYTES).decode("utf-8", "surrogateescape").splitlines()
    except OSError:
        return []
    found = (line.removeprefix(prefix).strip() for line in lines[:_MOST_REPOSITORIES])
    return [os.path.join(folder, path) for path in found if path and "\0" not in path]
