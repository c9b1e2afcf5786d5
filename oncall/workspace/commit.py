"""Committing one change of a calendar by itself: the event that was added to one file, whatever else is not committed.

The commit is made of HEAD's own files with the event added to one of them, in an index of its own, so that what is
staged, and what else has changed in that file, stays as it is. Git makes the commit, and runs the user's hooks.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import sleep

from msgspec import Struct

from oncall.errors import OncallError
from oncall.workspace.control_files import dot_git
from oncall.workspace.edit import Change, with_event

_LOCK_PAUSE = 0.05  # seconds between two attempts to get git's lock
_LOCK_ATTEMPTS = 200
_MOST_SAID = 2000  # letters of what git or a hook prints
_FILE_MODE = "100644"
_UNDER_WAY = {
    "MERGE_HEAD": ("a merge", "git merge --continue"),
    "CHERRY_PICK_HEAD": ("a cherry-pick", "git cherry-pick --continue"),
    "REVERT_HEAD": ("a revert", "git revert --continue"),
    "rebase-merge": ("a rebase", "git rebase --continue"),
    "rebase-apply": ("a rebase", "git rebase --continue"),
}


class NotCommittedError(OncallError):
    """Why a change that is written was not committed, and the fix."""


class Committed(Struct, frozen=True):
    """The commit that was made, and the branch it is on."""

    number: str
    branch: str


def commit_commands(target: str, message: str, here: str) -> str | None:
    """What somebody who is in the folder `here` types to commit a file; None where it is in no git repository."""
    control = dot_git(os.path.dirname(target))
    if control is None:
        return None
    top, file = os.path.dirname(control), os.path.realpath(target)
    git = ["git"]
    folder = os.path.realpath(here)
    if folder != top and not folder.startswith(top.rstrip(os.sep) + os.sep):
        git, folder = ["git", "-C", top], top
    path = os.path.relpath(file, folder)
    if path.startswith(("-", ":")):  # an option, or a pattern of git's
        path = f"./{path}"
    add, commit = [*git, "add", path], [*git, "commit", "-m", message, "--", path]
    return f"{shlex.join(add)} && {shlex.join(commit)}"


def commit_change(target: str, change: Change, message: str) -> Committed:
    """Commit the event of a change that has been written to a file. NotCommittedError says what keeps it from being
    committed; the index and the file are as they were then."""
    git = _Git(os.path.dirname(os.path.realpath(target)))
    branch = git.check_ready()
    path = git.path_of(os.path.basename(os.path.realpath(target)))
    if not path:
        raise NotCommittedError(f"git ignores {change.path}: take it out of .gitignore, or add it with `git add -f`")
    with git.locked_index() as index, tempfile.TemporaryDirectory() as folder:
        old = git.committed(path)
        if old is None and change.before is not None and change.before.strip():
            raise NotCommittedError(f"{change.path} has never been committed, and holds more than this change")
        blob = _with_change(git, old, change)
        own = {"GIT_INDEX_FILE": os.path.join(folder, "index")}
        if os.path.exists(index):  # it knows which files have not changed
            shutil.copyfile(index, own["GIT_INDEX_FILE"])
        git.ask("read-tree", "--reset", "HEAD", env=own)
        git.ask("update-index", "--add", "--cacheinfo", f"{old.mode if old else _FILE_MODE},{blob},{path}", env=own)
        git.commit(message, own)
    _update_index(git, path, old, change)
    return Committed(git.ask("rev-parse", "--short", "HEAD"), branch)


class _Entry(Struct, frozen=True):
    """A file as a commit or the index has it."""

    mode: str
    blob: str


def _with_change(git: _Git, entry: _Entry | None, change: Change) -> str:
    """The blob of a calendar with the event of a change."""
    before = git.run(["cat-file", "blob", entry.blob]) if entry else None
    try:
        after = with_event(before, change.event, change.path)
    except OncallError as error:
        raise NotCommittedError(f"its last commit can't be added to: {error}") from None
    return git.run(["hash-object", "-w", "--stdin"], given=after).decode().strip()


def _update_index(git: _Git, path: str, old: _Entry | None, change: Change) -> None:
    """Let the index have what was committed. What else is staged of the file stays staged."""
    new, staged = git.committed(path), git.staged(path)
    if new is None:
        return
    try:
        blob = new.blob if staged in (old, None) else _with_change(git, staged, change)
        git.ask("update-index", "--add", "--cacheinfo", f"{new.mode},{blob},{path}")
    except NotCommittedError as error:
        raise NotCommittedError(f"it is committed, but git's index is not up to date ({error}): git reset") from None


class _Git:
    """The git of a folder. NotCommittedError where it cannot be run, or refuses."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def run(self, words: list[str], given: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """What a command prints."""
        try:
            done = subprocess.run(  # noqa: S603 - a list of words, no shell
                ["git", "-C", self._folder, *words],  # noqa: S607 - the user's own git
                input=given,
                capture_output=True,
                env={**os.environ, **(env or {})},
                check=False,
            )
        except FileNotFoundError:
            raise NotCommittedError("git is not installed") from None
        except OSError as error:
            raise NotCommittedError(f"git can't be run: {error.strerror}") from None
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).decode(errors="replace")[:_MOST_SAID]
            raise NotCommittedError(said or f"git {words[0]} ended with status {done.returncode}")
        return done.stdout

    def ask(self, *words: str, env: Mapping[str, str] | None = None) -> str:
        """The same of text."""
        return os.fsdecode(self.run(list(words), env=env)).strip("\n")

    def _succeeds(self, *words: str) -> bool:
        try:
            self.run(list(words))
        except NotCommittedError:
            return False
        return True

    def check_ready(self) -> str:
        """The branch that a commit would be on; NotCommittedError where it would not be made, or would be lost."""
        if dot_git(self._folder) is None:
            raise NotCommittedError("the workspace is in no git repository: `git init` makes one")
        control = self.ask("rev-parse", "--absolute-git-dir")
        for name, (what, command) in _UNDER_WAY.items():
            if os.path.lexists(os.path.join(control, name)):
                raise NotCommittedError(f"{what} is under way: finish it (`{command}`) first")
        if not self._succeeds("rev-parse", "-q", "--verify", "HEAD^{commit}"):
            raise NotCommittedError("the repository has no commit yet: commit the workspace first")
        if not self._succeeds("symbolic-ref", "-q", "HEAD"):
            raise NotCommittedError("no branch is checked out (HEAD is detached): `git switch BRANCH` first")
        if not (self._succeeds("var", "GIT_COMMITTER_IDENT") and self._succeeds("var", "GIT_AUTHOR_IDENT")):
            fix = "`git config user.name 'YOUR NAME'` and `git config user.email YOU@EXAMPLE.COM`"
            raise NotCommittedError(f"git doesn't know who you are: {fix} first")
        return self.ask("symbolic-ref", "-q", "--short", "HEAD")

    @contextmanager
    def locked_index(self) -> Iterator[str]:
        """The path of the index, which no other git changes meanwhile, nor the branch: a commit takes the same lock."""
        index = os.path.normpath(os.path.join(self._folder, self.ask("rev-parse", "--git-path", "index")))
        lock = f"{index}.lock"
        for attempt in range(_LOCK_ATTEMPTS):
            try:
                os.close(os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
                break
            except FileExistsError:
                if attempt + 1 == _LOCK_ATTEMPTS:
                    raise NotCommittedError(
                        f"another git command is running: wait for it, or if it has crashed, delete {lock}"
                    ) from None
                sleep(_LOCK_PAUSE)
            except OSError as error:
                raise NotCommittedError(f"{lock}: cannot be written: {error.strerror}") from None
        try:
            yield index
        finally:
            os.remove(lock)

    def path_of(self, file: str) -> str:
        """A file of the folder as seen from the top of the work tree; empty where git ignores it."""
        options = ("-z", "--full-name", "--cached", "--others", "--exclude-standard")
        return self.ask("ls-files", *options, "--", f":(literal){file}").partition("\0")[0]

    def committed(self, path: str) -> _Entry | None:
        """A file as HEAD has it."""
        listed = self.ask("ls-tree", "-z", "--full-tree", "HEAD", "--", path).split()
        return _Entry(listed[0], listed[2]) if listed else None

    def staged(self, path: str) -> _Entry | None:
        """A file as the index has it."""
        listed = self.ask("ls-files", "-z", "-s", "--", f":(top,literal){path}").split()
        return _Entry(listed[0], listed[1]) if listed else None

    def commit(self, message: str, env: Mapping[str, str]) -> None:
        """Make the commit of an index; the user's hooks run, and may refuse it."""
        self.run(["commit", "-q", "-m", message], env=env)
