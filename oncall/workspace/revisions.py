"""A workspace as it was at a revision of the git repository it lies in, written to a folder of its own.

The repository is only read: nothing is checked out in it, no hook or filter runs, and no `git` has to be installed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from oncall.errors import OncallError
from oncall.workspace.files import HEAD, MOST_BYTES

if TYPE_CHECKING:
    from dulwich.objects import Commit, Tree
    from dulwich.repo import Repo

_FOLDER, _LINK, _FILE = 0o040000, 0o120000, 0o100000
_KIND = 0o170000
_DEEPEST = 100


def export(root: str, revision: str, into: str) -> bool:
    """Write the workspace in `root` as it was at a revision into an empty folder; False where it was not there yet.
    OncallError where there is no repository, or no such revision in it."""
    with _repository(root) as repository:
        commit = _commit(repository, revision)
        top = os.path.realpath(repository.path)
        inside = os.path.relpath(os.path.realpath(root), top)
        try:
            tree = _tree(repository, commit, [] if inside == "." else inside.split(os.sep))
            if tree is None or os.fsencode(HEAD) not in tree:
                return False
            _write(repository, tree, into, 0)
        except (KeyError, ValueError) as error:  # an object that is not there, or no object
            raise OncallError(f"the repository cannot give {revision}: {error}; is the clone complete?") from None
    return True


def _repository(root: str) -> Repo:
    from dulwich.errors import NotGitRepository  # here: only revisions need it, and it is slow to import
    from dulwich.repo import Repo

    try:
        repository = Repo.discover(os.path.realpath(root))
    except NotGitRepository:
        raise OncallError(f"{root} is in no git repository: there is no revision to compare with") from None
    except (OSError, ValueError, KeyError) as error:
        raise OncallError(f"the git repository of {root} cannot be read: {error}") from None
    if repository.bare:
        raise OncallError(f"the git repository of {root} is bare: there is no workspace in it")
    return repository


def _commit(repository: Repo, revision: str) -> Commit:
    parts = re.fullmatch(r"([^~^]*)([~^].*)?", revision, re.DOTALL)
    name, steps = (parts[1], parts[2]) if parts else (revision, None)
    found = _parsed(repository, "HEAD" if name == "@" else name)
    if found is not None and steps:
        found = _parsed(repository, found.id.decode() + steps)
    if found is None:
        shallow = " (this clone is shallow: fetch more of its history)" if repository.get_shallow() else ""
        raise OncallError(f"--since {revision}: the repository has no such revision{shallow}")
    return found


def _parsed(repository: Repo, text: str) -> Commit | None:
    import warnings

    from dulwich.objects import Commit, Tag  # here: as above
    from dulwich.objectspec import parse_commit, parse_object

    for parse in (parse_commit, parse_object):  # names and beginnings of numbers; then what counts from one, as in `~2`
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of names that are none
                found: Any = parse(repository, os.fsencode(text))
            while isinstance(found, Tag):
                found = repository[found.object[1]]
        except Exception:  # noqa: S112 - whatever the library makes of a text that is no revision
            continue
        if isinstance(found, Commit):
            return found
    return None


def _tree(repository: Repo, commit: Commit, folders: list[str]) -> Tree | None:
    """The folder of a commit, None where there is none."""
    from dulwich.objects import Tree

    found = repository[commit.tree]
    for folder in folders:
        if not isinstance(found, Tree) or os.fsencode(folder) not in found:
            return None
        mode, number = found[os.fsencode(folder)]
        if mode & _KIND != _FOLDER:
            return None
        found = repository[number]
    return found if isinstance(found, Tree) else None


def _write(repository: Repo, tree: Tree, into: str, depth: int) -> None:
    """Write a tree below a folder. What is there already is never written through, whatever a tree says."""
    from dulwich.objects import Blob, Tree

    for name, mode, number in _entries(tree):
        path = os.path.join(into, name)
        kind = mode & _KIND
        if kind not in (_FOLDER, _LINK, _FILE):
            continue  # another repository
        found = repository[number]
        if isinstance(found, Tree) and depth < _DEEPEST:
            os.mkdir(path)
            _write(repository, found, path, depth + 1)
        elif isinstance(found, Blob) and kind == _LINK:
            os.symlink(found.data, os.fsencode(path))
        elif isinstance(found, Blob):
            with open(path, "xb") as file:
                file.write(found.data[:MOST_BYTES])


def _entries(tree: Tree) -> Iterator[tuple[str, int, Any]]:
    for name, mode, number in tree.iteritems():
        if name in (b"", b".", b"..") or b"/" in name or b"\0" in name or (os.sep == "\\" and b"\\" in name):
            raise ValueError(f"a tree holds the name {name!r}")
        yield os.fsdecode(name), mode, number
