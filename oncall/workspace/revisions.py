"""The revisions of a workspace: what the git repository it lies in says of it, read as it is.

The repository is only read: nothing is checked out in it, no hook or filter runs, and no `git` has to be installed.
Commits and trees go by their numbers in hexadecimal.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from oncall.errors import OncallError
from oncall.workspace.control_files import check_control_files, dot_git
from oncall.workspace.files import HEAD, MOST_BYTES
from oncall.workspace.inputs import read_input
from oncall.workspace.objects import size_of
from oncall.workspace.trees import FOLDER, KIND, MOST_TREE, LostObjectError, TooLargeError, TreeFiles, reading

if TYPE_CHECKING:
    from dulwich.objects import Commit, Tree
    from dulwich.repo import Repo

MOST_COMMIT = 1_000_000
_MOST_TAGS = 20  # of tags
_NUMBER = "[0-9a-f]{40}|[0-9a-f]{64}"
_BRANCHES = "refs/heads/"


class NoRepositoryError(OncallError):
    """There is no repository that could hold the workspace; `why` says so of the workspace."""

    def __init__(self, message: str, why: str) -> None:
        super().__init__(message)
        self.why = why


class Step(Struct, frozen=True):
    """What a commit says of the branch it is on: its committer's time, and the commit the branch was at before, None
    where there was none. `cut` says that there was one, which this clone does not have."""

    time: int
    before: str | None
    cut: bool = False


class Tip(Struct, frozen=True):
    """What the history of a workspace hangs on: the commit that is checked out, in which repository, and where its
    history is cut short. What is read from one tip is true as long as it is the same."""

    commit: str
    repository: str
    cuts: str


class Revisions:
    """The revisions of one workspace. OncallError where there is no repository, or what is asked for is not in it."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._repository = _repository(root)
        inside = os.path.relpath(os.path.realpath(root), os.path.realpath(self._repository.path))
        if inside.split(os.sep)[0] == os.pardir:
            self._repository.close()
            elsewhere = f"has its working folder elsewhere: `core.worktree` is {self._repository.path}"
            message = f"the git repository of {root} {elsewhere}"
            raise NoRepositoryError(message, f"the git repository around the workspace {elsewhere}")
        self._folders = [] if inside == "." else [os.fsencode(folder) for folder in inside.split(os.sep)]
        self._cuts = set(_shallow(self._repository.commondir()).split())
        self._trees: dict[bytes, str | None] = {}

    def __enter__(self) -> Revisions:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the repository's files."""
        self._repository.close()

    def find(self, revision: str, option: str) -> str:
        """The commit somebody means, who wrote it for `option`."""
        parts = re.fullmatch(r"([^~^]*)([~^].*)?", revision, re.DOTALL)
        name, steps = (parts[1], parts[2]) if parts else (revision, None)
        found = _parsed(self._repository, "HEAD" if name == "@" else name)
        if found is not None and steps:
            found = _parsed(self._repository, found.id.decode() + steps)
        if found is None:
            shallow = " (this clone is shallow: fetch more of its history)" if self._cuts else ""
            raise OncallError(f"{option} {revision}: the repository has no such revision{shallow}")
        return found.id.decode()

    def named(self, revision: str, option: str) -> tuple[str, str | None]:
        """The commit somebody means, and the workspace's tree at it."""
        commit = self.find(revision, option)
        try:
            return commit, self.tree(commit)
        except OncallError as error:
            raise OncallError(f"{option} {revision}: {error}") from None

    def names(self) -> list[str]:
        """The branches and tags there are."""
        found = (os.fsdecode(name).split("/", 2) for name in self._repository.refs.allkeys())
        return sorted(parts[2] for parts in found if len(parts) == 3)

    def head(self) -> str | None:
        """The commit that is checked out, None before the first."""
        with reading():
            try:
                return self._repository.head().decode()
            except KeyError:
                return None

    def step(self, commit: str) -> Step:
        """What a commit says of its branch. A merged branch is no part of it: it counts from its merge."""
        with reading():
            found = self._object(commit.encode(), MOST_COMMIT)
            before = found.parents[0].decode() if found.parents else None
            cut = before is not None and commit in self._cuts
            return Step(found.commit_time, None if cut else before, cut)

    def tree(self, commit: str) -> str | None:
        """The tree that the workspace was at a commit, None where it was not there."""
        with reading():
            found = self._object(commit.encode(), MOST_COMMIT)
            if found.tree not in self._trees:
                tree = self._inside(found.tree)
                there = tree is not None and os.fsencode(HEAD) in tree
                self._trees[found.tree] = tree.id.decode() if tree is not None and there else None
            return self._trees[found.tree]

    def _inside(self, top: Any) -> Tree | None:
        """The workspace's folder in the tree of a commit."""
        from dulwich.objects import Tree  # here: only revisions need it, and it is slow to import

        found = self._object(top, MOST_TREE)
        for folder in self._folders:
            if not isinstance(found, Tree) or folder not in found:
                return None
            mode, number = found[folder]
            if mode & KIND != FOLDER:
                return None
            found = self._object(number, MOST_TREE)
        return found if isinstance(found, Tree) else None

    def files(self, tree: str) -> TreeFiles:
        """The files of the workspace as a tree has them, for as long as the repository is open."""
        return TreeFiles(self._root, fetch=self._object, tree=tree.encode())

    def ignores(self, path: str) -> bool:
        """Whether git ignores a file of the workspace that no commit has."""
        from dulwich.ignore import IgnoreFilterManager  # here: as above

        inside = b"/".join([*self._folders, os.fsencode(path)])
        try:
            return bool(IgnoreFilterManager.from_repo(self._repository).is_ignored(os.fsdecode(inside)))
        except Exception:  # whatever the library makes of patterns that are none
            return False

    def _object(self, number: bytes, most: int) -> Any:
        """An object of no more than so many bytes."""
        size = size_of(self._repository.object_store, number)
        if size.own > most or size.all > 4 * max(most, MOST_BYTES):
            raise TooLargeError(f"is too large: {max(size):,} bytes in the repository")
        return self._repository[number]


@contextmanager
def earlier(root: str, revision: str, option: str = "--since") -> Iterator[TreeFiles | None]:
    """The files of the workspace in `root` as they were at a revision, which was given for `option`; None where there
    were none yet. OncallError where there is no repository, no such revision in it, or an object cannot be had."""
    with Revisions(root) as revisions:
        _, tree = revisions.named(revision, option)
        try:
            yield revisions.files(tree) if tree is not None else None
        except (LostObjectError, OncallError) as error:
            raise OncallError(f"{option} {revision}: {error}") from None


def tip(root: str) -> Tip | None:
    """What the history of a workspace hangs on, found without opening the repository, which takes as long as an answer.
    None where only opening it can tell."""
    place = dot_git(root)
    if place is None:
        return None
    control = place
    if os.path.isfile(place):  # a worktree, a submodule
        control = os.path.join(os.path.dirname(place), _text(place).removeprefix("gitdir:").strip())
    common = os.path.join(control, _text(os.path.join(control, "commondir")).strip())
    commit = _text(os.path.join(control, "HEAD")).strip()
    if commit.startswith(f"ref: {_BRANCHES}"):
        commit = _at_branch(common, commit.removeprefix("ref: "))
    return Tip(commit, place, _shallow(common)) if re.fullmatch(_NUMBER, commit) else None


def _at_branch(common: str, branch: str) -> str:
    """The commit a branch is at: what its own file says, else the file that holds many."""
    own = _text(os.path.join(common, branch)).strip()
    if own:
        return own
    for line in _text(os.path.join(common, "packed-refs")).splitlines():
        if line.endswith(f" {branch}"):
            return line.partition(" ")[0]
    return ""


def _shallow(common: str) -> str:
    """The commits whose parents a shallow clone does not have."""
    return _text(os.path.join(common, "shallow"))


def _text(path: str) -> str:
    try:
        return read_input(path, MOST_BYTES).decode("utf-8", "surrogateescape")
    except (OSError, ValueError):
        return ""


def _repository(root: str) -> Repo:
    from dulwich.errors import NotGitRepository  # here: as above
    from dulwich.repo import Repo, UnsupportedExtension, UnsupportedVersion

    check_control_files(root)
    try:
        repository = Repo.discover(os.path.realpath(root))
    except NotGitRepository:
        message = f"{root} is in no git repository: there is no revision to compare with"
        raise NoRepositoryError(message, "the workspace is in no git repository") from None
    except UnsupportedVersion as error:
        raise OncallError(
            f"the git repository of {root} cannot be read: its format {error.version} is unknown"
        ) from None
    except UnsupportedExtension as error:
        what = f"it uses {error.extension}, which is unknown"
        raise OncallError(f"the git repository of {root} cannot be read: {what}") from None
    except Exception:  # whatever the library makes of files that are no repository
        raise OncallError(f"the git repository of {root} cannot be read: its files are damaged") from None
    if repository.bare:
        repository.close()
        message = f"the git repository of {root} is bare: there is no workspace in it"
        raise NoRepositoryError(message, "the git repository around the workspace is bare")
    return repository


def _parsed(repository: Repo, text: str) -> Commit | None:
    import warnings

    from dulwich.objects import Commit, Tag  # here: as above
    from dulwich.objectspec import parse_commit, parse_object

    for parse in (parse_commit, parse_object):  # names and beginnings of numbers; then what counts from one, as in `~2`
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of names that are none
                found: Any = parse(repository, os.fsencode(text))
            for _ in range(_MOST_TAGS):
                if isinstance(found, Tag):
                    found = repository[found.object[1]]
        except Exception:  # noqa: S112 - whatever the library makes of a text that is no revision
            continue
        if isinstance(found, Commit):
            return found
    return None
