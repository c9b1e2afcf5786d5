"""What the branch that is checked out was at, at an instant.

In force is the newest commit whose committer's time is not after the instant, counted from HEAD along first parents:
what `git rev-list -1 --first-parent --before=TIME HEAD` names. A merged branch counts from its merge. Where the times
go backwards along a branch the later commit is believed: one that is dated after a commit that followed it was never in
force. What is in the working folder and in no commit does not count.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC

import msgspec
from msgspec import Struct

from oncall import times
from oncall.errors import OncallError
from oncall.workspace.cache import entry_name, made_by, read_entry, write_entry
from oncall.workspace.files import HEAD
from oncall.workspace.revisions import Revisions, Tip, tip


class InForce(Struct, frozen=True):
    """What was in force: a commit and the workspace's tree in it; or `why` no commit can tell, or why that `failed`."""

    commit: str | None = None
    tree: str | None = None
    why: str | None = None
    failed: str | None = None


class _Known(Struct):
    """What has been read of a branch: the commits that were ever in force, newest first, with their times; the next to
    be read, None at its end, where `cut` says that this is only the clone's; and the trees of those that were asked
    for, empty where the workspace was not there."""

    made_by: tuple[str, ...]
    root: str
    tip: Tip | None
    commits: list[tuple[str, int]]
    next: str | None
    cut: bool = False
    trees: dict[str, str] = {}


class Branch:
    """The branch that is checked out, read as far back as it was asked."""

    def __init__(self, root: str, where: str | None, revisions: Callable[[], Revisions]) -> None:
        self._revisions = revisions
        self._path = os.path.join(where, f"{entry_name(root)}-history") if where else None
        self._root = os.path.realpath(root)
        self._tip = tip(root)
        self._known = self._kept() or self._fresh()
        self._size = self._weight
        self._times = [-time for _, time in self._known.commits]
        self._found: dict[int, InForce] = {}
        self._first: int | None = None
        self._broken: str | None = None

    def in_force(self, at: float) -> InForce:
        """What was in force at an instant."""
        try:
            place = self._place(at)
        except OncallError as error:  # what is older than the commit that cannot be read
            return InForce(failed=str(error))
        if place not in self._found:
            self._found[place] = self._look(place)
        return self._found[place]

    def commits(self, at: float, skip: int) -> tuple[list[tuple[int, str]], int]:
        """The commits from HEAD to the one in force at an instant, newest first, each with its time and the workspace's
        tree, without the first few and those that cannot be read or lack the workspace; and how many there are in all.
        """
        known = self._known.commits[: self._place(at) + 1]
        found: list[tuple[int, str]] = []
        for commit, time in known[skip:]:
            try:
                tree = self._tree(commit)
            except OncallError:
                continue
            if tree:
                found.append((time, tree))
        return found, max(skip, len(known))

    def keep(self) -> None:
        """Keep what was read for the next run."""
        if self._path is None or self._known.tip is None or self._size == self._weight:
            return
        try:
            write_entry(self._path, msgspec.json.encode(self._known))
        except (ValueError, OverflowError):  # a folder whose name is not Unicode, a time that is none
            return
        self._size = self._weight

    @property
    def _weight(self) -> tuple[int, int, str | None]:
        return len(self._known.commits), len(self._known.trees), self._known.next

    def _kept(self) -> _Known | None:
        """What an earlier run has read, while the branch is where it was."""
        entry = read_entry(self._path) if self._path and self._tip else None
        try:
            known = msgspec.json.decode(entry[0], type=_Known) if entry else None
        except (ValueError, msgspec.MsgspecError):
            return None
        if known is None or (known.made_by, known.root, known.tip) != (made_by(), self._root, self._tip):
            return None
        return known

    def _fresh(self) -> _Known:
        revisions = self._revisions()  # whatever keeps it from being opened is said at once
        head = self._tip.commit if self._tip else revisions.head()
        return _Known(made_by(), self._root, self._tip, [], head)

    def _place(self, at: float) -> int:
        """The place of the commit in force; beyond the last where none was."""
        while self._known.next is not None and not (self._times and self._times[-1] >= -at):
            self._read_on()
        return bisect_left(self._times, -at)

    def _read_on(self) -> None:
        """Read one more commit."""
        if self._broken is not None:
            raise OncallError(self._broken)
        commit = str(self._known.next)
        try:
            step = self._revisions().step(commit)
        except OncallError as error:
            self._broken = str(error)
            raise
        if not self._times or -step.time > self._times[-1]:
            self._known.commits.append((commit, step.time))
            self._times.append(-step.time)
        self._known.next, self._known.cut = step.before, step.cut

    def _look(self, place: int) -> InForce:
        commits = self._known.commits
        if place < len(commits):
            commit = commits[place][0]
            try:
                tree = self._tree(commit)
                return InForce(commit, tree) if tree else self._without(commit, place)
            except OncallError as error:
                return InForce(commit, failed=str(error))
        if not commits:
            return InForce(why="the workspace's git repository has no commit yet")
        if self._known.cut:
            return InForce(why=f"this clone is shallow: its history begins on {_date(commits[-1][1])}, after the call")
        try:
            return self._without(None, place)
        except OncallError as error:
            return InForce(failed=str(error))

    def _without(self, commit: str | None, place: int) -> InForce:
        """What is to be said of a time when no commit held the workspace."""
        first = self._oldest()
        if first < 0:
            return InForce(why="no commit holds the workspace")
        if place > first:
            date = _date(self._known.commits[first][1])
            return InForce(why=f"the workspace is younger than the call: its first commit is of {date}")
        return InForce(commit, failed=f"the workspace had no {HEAD} then, and had had one before")

    def _tree(self, commit: str) -> str:
        if commit not in self._known.trees:
            self._known.trees[commit] = self._revisions().tree(commit) or ""
        return self._known.trees[commit]

    def _oldest(self) -> int:
        """The place of the first commit with the workspace, -1 where there is none."""
        if self._first is None:
            while self._known.next is not None:
                self._read_on()
            places = range(len(self._known.commits) - 1, -1, -1)
            self._first = next((place for place in places if self._tree(self._known.commits[place][0])), -1)
        return self._first


def _date(time: int) -> str:
    return times.at(time, UTC).date().isoformat()
